//! `new Request(url, init)`: what a script asks for, made into a request or refused.
//!
//! Follows [the constructor](https://fetch.spec.whatwg.org/#dom-request), without what concerns
//! only signals, windows and priorities.

use std::fmt;
use std::sync::Arc;

use corsac::header::is_token;
use corsac::method::{is_cors_safelisted_method, is_forbidden_method, normalize_method};
use corsac::user_agent::{
    HeaderList, RequestGuard, RequestMode, RequestOrigin, ResponseTainting, UnsafeHeaderNames,
    UseCorsPreflight, Written,
};
use url::Url;

use crate::address_space::AddressSpace;
use crate::integrity::IntegrityMetadata;
use crate::internal_request::{Request, TimingAllow};
use crate::referrer::Part;
use crate::request::{Body, CacheMode, FetchRequest, Page, Referrer};
use crate::url_list::{UrlList, are_same_origin, origin_of};

impl Request {
    /// Makes the request that a script in a page asks for.
    ///
    /// Follows [new Request(input, init)](https://fetch.spec.whatwg.org/#dom-request), where `init`
    /// is not empty. A stream as the body needs no `duplex`: half is all there is.
    pub fn new(asked: &FetchRequest, page: &Page) -> Result<Self, TypeError> {
        // 5.
        let url = parse_url(&asked.url, page)?;
        // 16. to 18.
        let guard = guard_of(asked.mode)?;
        // 21.
        if asked.cache == CacheMode::OnlyIfCached && asked.mode != RequestMode::SameOrigin {
            return Err(TypeError::OnlyIfCachedAcrossOrigins);
        }
        // 25. and 32.
        let method = parse_method(&asked.method, guard)?;
        // 33.
        let headers = fill_headers(asked, guard)?;
        // 35. to 40.
        let use_cors_preflight = check_body(asked, method)?;
        Ok(Self {
            url_list: UrlList::new(page.origin.clone(), url),
            method: method.into(),
            headers,
            of_script: None,
            unsafe_header_names: UnsafeHeaderNames::default(),
            body: asked.body.clone(),
            mode: asked.mode,
            credentials_mode: asked.credentials,
            redirect_mode: asked.redirect,
            cache_mode: asked.cache,
            referrer: choose_referrer(&asked.referrer, page),
            referrer_part: Part::Whole,
            referrer_policy: asked.referrer_policy.unwrap_or(page.referrer_policy),
            use_cors_preflight,
            response_tainting: ResponseTainting::Basic,
            integrity: integrity(&asked.integrity),
            redirect_count: 0,
            page_url_origin: match &page.origin {
                RequestOrigin::Tuple(_) => page.origin.clone(),
                RequestOrigin::Opaque(_) => origin_of(&page.url),
            },
            at_first: None,
            named_origin: false,
            timing_allow: TimingAllow::Passed,
            target_address_space: asked
                .target_address_space
                .filter(|it| *it != AddressSpace::Public),
        })
    }
}

/// Why a script gets a `TypeError` and no request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TypeError {
    /// The URL cannot be parsed.
    Url,
    /// The URL has a user name or a password.
    UrlWithCredentials,
    /// The mode is none that a script can ask for.
    Mode,
    /// The cache mode `only-if-cached` goes only with the mode `same-origin`.
    OnlyIfCachedAcrossOrigins,
    /// The method is no token.
    MethodNotAToken,
    /// The method is `CONNECT`, `TRACE` or `TRACK`.
    ForbiddenMethod,
    /// The method is not CORS-safelisted, which the mode `no-cors` asks for.
    MethodInNoCors,
    /// The name or the value of this header, counted from 0, is not one.
    Header(usize),
    /// `GET` and `HEAD` have no body.
    BodyWithGetOrHead,
    /// A stream as the body needs the mode `cors` or `same-origin`.
    StreamInNoCors,
}

impl TypeError {
    /// The stable name of the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Url => "request/url",
            Self::UrlWithCredentials => "request/url-with-credentials",
            Self::Mode => "request/mode",
            Self::OnlyIfCachedAcrossOrigins => "request/only-if-cached-across-origins",
            Self::MethodNotAToken => "request/method-not-a-token",
            Self::ForbiddenMethod => "request/forbidden-method",
            Self::MethodInNoCors => "request/method-in-no-cors",
            Self::Header(_) => "request/header",
            Self::BodyWithGetOrHead => "request/body-with-get-or-head",
            Self::StreamInNoCors => "request/stream-in-no-cors",
        }
    }
}

impl fmt::Display for TypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Url => "the URL cannot be parsed",
            Self::UrlWithCredentials => "the URL has a user name or a password",
            Self::Mode => "a script cannot ask for this mode",
            Self::OnlyIfCachedAcrossOrigins => {
                "the cache mode `only-if-cached` needs the mode `same-origin`"
            }
            Self::MethodNotAToken => "the method is no token",
            Self::ForbiddenMethod => "the method is forbidden: CONNECT, TRACE and TRACK are",
            Self::MethodInNoCors => "the mode `no-cors` allows only GET, HEAD and POST",
            Self::Header(index) => {
                return write!(
                    f,
                    "header {index} is not a header: its name or value is illegal"
                );
            }
            Self::BodyWithGetOrHead => "a GET or HEAD request has no body",
            Self::StreamInNoCors => "a stream as the body needs the mode `cors` or `same-origin`",
        })
    }
}

impl std::error::Error for TypeError {}

fn parse_url(url: &str, page: &Page) -> Result<Url, TypeError> {
    // 5.1. and 5.2.
    let url = page.url.join(url).map_err(|_| TypeError::Url)?;
    // 5.3.
    match includes_credentials(&url) {
        true => Err(TypeError::UrlWithCredentials),
        false => Ok(url),
    }
}

/// Does the URL have a user name or a password?
///
/// Follows [include credentials](https://url.spec.whatwg.org/#include-credentials).
#[must_use]
pub fn includes_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some_and(|password| !password.is_empty())
}

fn guard_of(mode: RequestMode) -> Result<RequestGuard, TypeError> {
    match mode {
        RequestMode::SameOrigin | RequestMode::Cors => Ok(RequestGuard::Request),
        RequestMode::NoCors => Ok(RequestGuard::RequestNoCors),
        // Modes that are added to the standard for its own features are not for scripts either.
        _ => Err(TypeError::Mode),
    }
}

fn parse_method(method: &[u8], guard: RequestGuard) -> Result<&[u8], TypeError> {
    // 25.2.
    if !is_token(method) {
        return Err(TypeError::MethodNotAToken);
    }
    if is_forbidden_method(method) {
        return Err(TypeError::ForbiddenMethod);
    }
    // 25.3.
    let method = normalize_method(method);
    // 32.1.
    match guard == RequestGuard::RequestNoCors && !is_cors_safelisted_method(method) {
        true => Err(TypeError::MethodInNoCors),
        false => Ok(method),
    }
}

/// The headers of the script that its mode allows, and the type of its body.
fn fill_headers(asked: &FetchRequest, guard: RequestGuard) -> Result<HeaderList, TypeError> {
    // 33.
    // With room for what is added: the type of the body, `Accept` and `Accept-Language`.
    let mut headers = HeaderList::with_capacity(asked.headers.len() + 3);
    for (index, (name, value)) in asked.headers.iter().enumerate() {
        if guard.append(&mut headers, name, value) == Written::TypeError {
            return Err(TypeError::Header(index));
        }
    }
    // 37.4.
    let body_type = match &asked.body {
        Some(Body::Bytes { content_type, .. }) => content_type.as_deref(),
        Some(Body::Stream) | None => None,
    };
    if let Some(body_type) = body_type
        && !headers.contains(b"content-type")
    {
        let written = guard.append(&mut headers, b"Content-Type", body_type);
        if written == Written::TypeError {
            return Err(TypeError::Header(asked.headers.len()));
        }
    }
    Ok(headers)
}

fn check_body(asked: &FetchRequest, method: &[u8]) -> Result<UseCorsPreflight, TypeError> {
    // 35.
    if asked.body.is_some() && matches!(method, b"GET" | b"HEAD") {
        return Err(TypeError::BodyWithGetOrHead);
    }
    // 39.
    match (&asked.body, asked.mode) {
        (Some(Body::Stream), RequestMode::NoCors) => Err(TypeError::StreamInNoCors),
        (Some(Body::Stream), _) => Ok(UseCorsPreflight::Set),
        (Some(Body::Bytes { .. }) | None, _) => Ok(asked.upload_listener),
    }
}

fn integrity(asked: &str) -> Option<IntegrityMetadata> {
    (!asked.is_empty()).then(|| IntegrityMetadata::parse(asked))
}

/// The referrer that the script asks for, if the page may claim it.
fn choose_referrer(asked: &Referrer, page: &Page) -> Referrer {
    // 14.
    match asked {
        Referrer::NoReferrer => Referrer::NoReferrer,
        Referrer::Url(url)
            if !is_about_client(url) && are_same_origin(&origin_of(url), &page.origin) =>
        {
            asked.clone()
        }
        Referrer::Client | Referrer::Url(_) => referrer_of_page(page),
    }
}

/// What `client` stands for.
///
/// Follows [determine request's referrer](https://w3c.github.io/webappsec-referrer-policy/#determine-requests-referrer),
/// step 3.
fn referrer_of_page(page: &Page) -> Referrer {
    match page.origin {
        RequestOrigin::Opaque(_) => Referrer::NoReferrer,
        RequestOrigin::Tuple(_) => Referrer::Url(Arc::clone(&page.url)),
    }
}

fn is_about_client(url: &Url) -> bool {
    url.scheme() == "about" && url.path() == "client"
}
