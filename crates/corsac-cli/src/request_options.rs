//! The options that say what a page asks for, and how its server is reached.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use corsac::user_agent::{
    CredentialsMode, RedirectMode, RequestGuard, RequestMode, UseCorsPreflight, Written,
};
use corsac_fetch::address_space::Permission;
use corsac_fetch::client::{Certificates, ClientOptions, HostOverride, HttpProxy, HttpProxyError};
use corsac_fetch::{Body, FetchRequest, Page};
use corsac_probe::Code;
use url::Url;

use crate::exit::Failure;
use crate::source::read_bytes;
use crate::terminal;

/// The origin of a page of which nothing is said.
const DEFAULT_ORIGIN: &str = "http://localhost:3000";

/// The largest body that is sent, in bytes: it is held in memory.
const MAX_BODY_LEN: u64 = 64 * 1024 * 1024;

/// The largest file of certificates, in bytes: ten times that of a Linux distribution.
const MAX_CERTIFICATES_LEN: u64 = 4 * 1024 * 1024;

#[derive(Args, Debug)]
pub(crate) struct RequestOptions {
    /// Where to, as a page names it: absolute, or from the page's root
    pub(crate) url: String,

    /// The page's origin, or null; left out: http://localhost:3000
    #[arg(short, long, value_name = "ORIGIN")]
    origin: Option<String>,

    /// The method, as fetch() gets it: `patch` stays `patch`
    #[arg(short = 'X', long = "request", value_name = "METHOD")]
    method: Option<String>,

    /// A header that the script sets; repeatable
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", value_parser = parse_header)]
    headers: Vec<(String, String)>,

    /// A body, which is a text, as a POST unless said otherwise; @FILE reads one, @- stdin
    #[arg(short, long, value_name = "DATA|@FILE", allow_hyphen_values = true)]
    data: Option<String>,

    /// The credentials mode; without a value: include
    #[arg(
        short,
        long,
        value_name = "MODE",
        num_args = 0..=1,
        require_equals = true,
        default_value = "same-origin",
        default_missing_value = "include"
    )]
    credentials: Credentials,

    /// A cookie that the server has set, as Set-Cookie has it; repeatable
    ///
    /// It is sent only when a browser would send it.
    #[arg(long = "cookie", value_name = "NAME=VALUE")]
    pub(crate) cookies: Vec<String>,

    /// The request mode
    #[arg(long, default_value = "cors")]
    mode: Mode,

    /// What a redirect does
    #[arg(long, default_value = "follow")]
    redirect: Redirect,

    /// Acts as an XMLHttpRequest with a listener on its upload, which forces a preflight
    #[arg(long)]
    upload_listener: bool,

    /// A response header that the script wants to read; repeatable
    #[arg(long = "read", value_name = "NAME")]
    pub(crate) read: Vec<String>,

    /// The address that the page came from, where a browser guards the local network
    #[arg(long, value_name = "ADDRESS")]
    page_address: Option<IpAddr>,

    /// What the user has said to pages that want to talk to the local network
    #[arg(long, value_name = "SAID", default_value = "prompt")]
    local_network: LocalNetwork,

    /// Where a host leads, instead of asking the name service; repeatable
    ///
    /// With --proxy it counts for the host of the proxy alone.
    #[arg(long, value_name = "HOST:PORT:ADDRESS")]
    resolve: Vec<HostOverride>,

    /// An HTTP proxy that everything goes through, as http://[USER:PASSWORD@]HOST:PORT
    ///
    /// The proxy looks hosts up, so that --resolve does not apply to them. No host goes past it,
    /// localhost neither. Only this option counts: HTTP_PROXY and its like are not read.
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,

    /// Certificates in PEM that are trusted besides the usual ones; repeatable
    #[arg(long = "cacert", value_name = "FILE")]
    certificates: Vec<PathBuf>,

    /// Trusts every certificate
    #[arg(long)]
    insecure: bool,

    /// How long to wait for a connection, and for each answer to start
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = parse_duration)]
    timeout: Duration,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Credentials {
    Omit,
    SameOrigin,
    Include,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LocalNetwork {
    Granted,
    Denied,
    Prompt,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Mode {
    Cors,
    NoCors,
    SameOrigin,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Redirect {
    Follow,
    Error,
    Manual,
}

impl RequestOptions {
    /// The page. If nothing is said of it, the user is told which it is.
    pub(crate) fn page(&self) -> Result<Page, Failure> {
        let origin = self.origin.as_deref().unwrap_or_else(|| {
            terminal::note(&format!(
                "the page is of {DEFAULT_ORIGIN}; --origin sets another"
            ));
            DEFAULT_ORIGIN
        });
        let page = page_of(origin)?;
        Ok(Page {
            address: self.page_address.or(page.address),
            ..page
        })
    }

    /// What the user has said to pages that want to talk to the local network.
    pub(crate) fn local_network_permission(&self) -> Permission {
        match self.local_network {
            LocalNetwork::Granted => Permission::Granted,
            LocalNetwork::Denied => Permission::Denied,
            LocalNetwork::Prompt => Permission::Prompt,
        }
    }

    /// What the script asks for. Headers that it cannot set are told to the user.
    pub(crate) fn request(&self) -> Result<FetchRequest, Failure> {
        require_absolute(&self.url)?;
        let mut request = FetchRequest::new(self.url.as_str());
        request.body = self.body()?;
        if request.body.is_some() {
            request.method = b"POST".to_vec();
        }
        if let Some(method) = &self.method {
            request.method = method.clone().into_bytes();
        }
        request.mode = match self.mode {
            Mode::Cors => RequestMode::Cors,
            Mode::NoCors => RequestMode::NoCors,
            Mode::SameOrigin => RequestMode::SameOrigin,
        };
        request.credentials = match self.credentials {
            Credentials::Omit => CredentialsMode::Omit,
            Credentials::SameOrigin => CredentialsMode::SameOrigin,
            Credentials::Include => CredentialsMode::Include,
        };
        request.redirect = match self.redirect {
            Redirect::Follow => RedirectMode::Follow,
            Redirect::Error => RedirectMode::Error,
            Redirect::Manual => RedirectMode::Manual,
        };
        if self.upload_listener {
            request.upload_listener = UseCorsPreflight::Set;
        }
        let headers = self.headers.iter().cloned();
        request.headers = headers
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        self.tell_ignored_headers();
        Ok(request)
    }

    /// A header, by its place among the options, from 0.
    pub(crate) fn header(&self, index: usize) -> Option<&(String, String)> {
        self.headers.get(index)
    }

    fn body(&self) -> Result<Option<Body>, Failure> {
        let Some(data) = &self.data else {
            return Ok(None);
        };
        let bytes = match data.strip_prefix('@') {
            Some(path) => read_bytes(path.as_ref(), MAX_BODY_LEN)?,
            None => data.clone().into_bytes(),
        };
        let content_type = Some(b"text/plain;charset=UTF-8".to_vec());
        Ok(Some(Body::Bytes {
            bytes: bytes.into(),
            content_type,
        }))
    }

    fn tell_ignored_headers(&self) {
        let guard = match self.mode {
            Mode::Cors | Mode::SameOrigin => RequestGuard::Request,
            Mode::NoCors => RequestGuard::RequestNoCors,
        };
        let mut headers = Default::default();
        for (name, value) in &self.headers {
            if guard.append(&mut headers, name.as_bytes(), value.as_bytes()) == Written::Ignored {
                terminal::note(&format!("no script can set `{name}` so: it is left out"));
            }
        }
    }

    /// The proxy. What is wrong with it is told without the password that may be in it.
    fn proxy(&self) -> Result<Option<HttpProxy>, Failure> {
        let Some(text) = &self.proxy else {
            return Ok(None);
        };
        let proxy = text.parse().map_err(|error: HttpProxyError| {
            let failure = Failure::misuse(format!("--proxy: {error}"));
            failure.with_help("write it as http://proxy.example:3128")
        })?;
        Ok(Some(proxy))
    }

    /// A word of the command line, without the password of the proxy that it may name.
    pub(crate) fn without_password(&self, word: &str) -> String {
        match (&self.proxy, self.proxy()) {
            (Some(text), Ok(Some(proxy))) if word.ends_with(text) => {
                let option = word.strip_suffix(text).unwrap_or_default();
                format!("{option}{proxy}")
            }
            _ => word.to_owned(),
        }
    }

    /// How the server is reached.
    pub(crate) fn client_options(&self) -> Result<ClientOptions, Failure> {
        let roots = self.certificates.iter();
        let roots = roots.map(|path| read_bytes(path, MAX_CERTIFICATES_LEN));
        Ok(ClientOptions {
            additional_roots: roots.collect::<Result<_, _>>()?,
            certificates: match self.insecure {
                true => Certificates::Unverified,
                false => Certificates::Verified,
            },
            host_overrides: self.resolve.clone(),
            proxy: self.proxy()?,
            connect_timeout: self.timeout,
            response_timeout: self.timeout,
            ..ClientOptions::default()
        })
    }
}

pub(crate) fn page_of(origin: &str) -> Result<Page, Failure> {
    let misuse = |help: String| {
        let failure = Failure::misuse(format!("`{origin}` is not the origin of a page"));
        Err(failure.with_help(help))
    };
    if origin == "null" || origin.starts_with("file:") {
        // A page without a tuple origin.
        return page_of_url("data:text/html,");
    }
    let url = match Url::parse(origin) {
        Ok(url) if url.host().is_some() => url,
        Ok(_) | Err(_) => {
            return misuse("an origin is like https://app.example, or null".to_owned());
        }
    };
    let serialized = url.origin().ascii_serialization();
    match origin.trim_end_matches('/').contains('@') || url.path() != "/" || url.query().is_some() {
        true => misuse(format!(
            "an origin has no more than scheme, host and port: {serialized}"
        )),
        false => Ok(Page::new(url)),
    }
}

fn page_of_url(url: &str) -> Result<Page, Failure> {
    let url = Url::parse(url).map_err(|error| Failure::misuse(error.to_string()))?;
    Ok(Page::new(url))
}

/// `api.example/pets` would be a path of the page's own server, which nobody means.
fn require_absolute(url: &str) -> Result<(), Failure> {
    let is_from_root = url.starts_with('/');
    let has_scheme = Url::parse(url).is_ok_and(|it| it.has_host() || it.scheme() == "data")
        || url.contains("://");
    let is_broken = url.starts_with("http:") || url.starts_with("https:");
    if is_from_root || has_scheme || is_broken {
        return Ok(());
    }
    let host = url.split(['/', ':']).next().unwrap_or_default();
    let scheme = match host {
        "localhost" | "127.0.0.1" => "http",
        _ => "https",
    };
    let code = Code::UrlWithoutScheme;
    let failure = Failure::misuse(format!("`{url}` has no scheme ({code})"));
    Err(failure.with_help(format!("did you mean {scheme}://{url}?")))
}

pub(crate) fn parse_header(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err("a header is written `NAME: VALUE`".to_owned()),
    }
}

fn parse_duration(text: &str) -> Result<Duration, String> {
    let is_digit = |it: char| it.is_ascii_digit();
    let (number, unit) = text.split_at(text.find(|it| !is_digit(it)).unwrap_or(text.len()));
    let number: Option<u64> = number.parse().ok();
    let duration = number.and_then(|number| match unit {
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" => number.checked_mul(60).map(Duration::from_secs),
        _ => None,
    });
    let duration = duration.filter(|it| !it.is_zero());
    duration.ok_or_else(|| "a time is written as 500ms, 10s or 2m".to_owned())
}
