//! A server that requests are forwarded to: `http://host[:port]` or `https://host[:port]`.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use crate::document::Document;
use crate::problem::Problem;
use crate::text::Text;

/// A server that requests are forwarded to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Server {
    scheme: Scheme,
    host: String,
    port: u16,
    authority: String,
}

/// How a server is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "HTTP is spoken with TLS or without"
)]
pub enum Scheme {
    /// Without TLS.
    Http,
    /// With TLS.
    Https,
}

impl Scheme {
    /// The scheme as a URL has it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl Server {
    /// Parses `http://host`, `https://host`, or either with `:port`.
    pub fn parse(text: &str) -> Result<Self, MalformedUpstream> {
        let (scheme, authority_at) = after_scheme(text)?;
        let authority = authority(text, authority_at)?;
        let host_len = host_len(authority).map_err(|error| error.shifted_by(authority_at))?;
        let (host, port) = authority.split_at(host_len);
        if host.is_empty() {
            let span = authority_at..authority_at;
            return Err(MalformedUpstream {
                span,
                fault: UpstreamFault::MissingHost,
            });
        }
        let host = parse_host(host).map_err(|error| error.shifted_by(authority_at))?;
        let port = parse_port(port).map_err(|error| error.shifted_by(authority_at + host_len))?;
        let port = port.unwrap_or_else(|| scheme.default_port());
        let authority = match port == scheme.default_port() {
            true => host.clone(),
            false => format!("{host}:{port}"),
        };
        Ok(Self {
            scheme,
            host,
            port,
            authority,
        })
    }

    /// How it is spoken to.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The host, in lower case; an IPv6 address without its brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        let unbracketed = self
            .host
            .strip_prefix('[')
            .and_then(|it| it.strip_suffix(']'));
        unbracketed.unwrap_or(&self.host)
    }

    /// The port; 80 or 443 if none is written.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Host and port as a `Host` field carries them: without the default port.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.authority)
    }
}

/// Why a text is not an upstream, and where.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a fault and its place")]
pub struct MalformedUpstream {
    /// The bytes that are meant.
    pub span: Range<usize>,
    /// What is wrong with them.
    pub fault: UpstreamFault,
}

impl MalformedUpstream {
    fn shifted_by(self, offset: usize) -> Self {
        let span = self.span.start + offset..self.span.end + offset;
        Self { span, ..self }
    }
}

/// What can be wrong with the spelling of an upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UpstreamFault {
    /// There is no `http://` or `https://` at the start.
    MissingScheme,
    /// The scheme is neither of them.
    Scheme,
    /// A user name or password.
    Userinfo,
    /// There is no host.
    MissingHost,
    /// The host is not spelled like one.
    Host,
    /// The port is not a number from 1 to 65535.
    Port,
    /// A path, a query or a fragment after the host.
    Path,
}

impl UpstreamFault {
    /// The stable name of the fault.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::MissingScheme => "upstream-missing-scheme",
            Self::Scheme => "upstream-scheme",
            Self::Userinfo => "upstream-userinfo",
            Self::MissingHost => "upstream-missing-host",
            Self::Host => "upstream-host",
            Self::Port => "upstream-port",
            Self::Path => "upstream-path",
        }
    }
}

impl fmt::Display for UpstreamFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingScheme => "an upstream starts with `http://` or `https://`",
            Self::Scheme => "an upstream speaks HTTP: it starts with `http://` or `https://`",
            Self::Userinfo => "an upstream has no user name and no password",
            Self::MissingHost => "the host is missing",
            Self::Host => "a host is a name, an IPv4 address, or an IPv6 address in brackets",
            Self::Port => "a port is a number from 1 to 65535",
            Self::Path => {
                "an upstream has no path: `replace-prefix` puts another in place of a route's"
            }
        })
    }
}

impl fmt::Display for MalformedUpstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {})", self.fault, self.span.start)
    }
}

impl std::error::Error for MalformedUpstream {}

impl<'s> Document<'s> {
    /// A server that requests are forwarded to.
    pub(crate) fn server(&mut self, text: &Text<'_>) -> Option<Server> {
        match Server::parse(text.value) {
            Ok(server) => Some(server),
            Err(error) => {
                let problem = Problem::error(error.fault.code(), error.fault.to_string())
                    .at(text.source_span(error.span.clone()))
                    .suggesting(suggested(text.value, &error));
                self.report(problem);
                None
            }
        }
    }
}

/// Where the authority starts.
fn after_scheme(text: &str) -> Result<(Scheme, usize), MalformedUpstream> {
    let fault = |len, fault| {
        Err(MalformedUpstream {
            span: 0..len,
            fault,
        })
    };
    match text.split_once("://") {
        Some(("http", _)) => Ok((Scheme::Http, "http://".len())),
        Some(("https", _)) => Ok((Scheme::Https, "https://".len())),
        Some((scheme, _)) => fault(scheme.len(), UpstreamFault::Scheme),
        None => fault(text.len(), UpstreamFault::MissingScheme),
    }
}

/// The rest of the text, which must be nothing but an authority.
fn authority(text: &str, start: usize) -> Result<&str, MalformedUpstream> {
    let authority = &text[start..];
    let fault = |span, fault| Err(MalformedUpstream { span, fault });
    if let Some(at) = authority.find(['/', '?', '#']) {
        return fault(start + at..text.len(), UpstreamFault::Path);
    }
    if let Some(at) = authority.rfind('@') {
        return fault(start..start + at + 1, UpstreamFault::Userinfo);
    }
    Ok(authority)
}

/// How much of an authority is its host.
fn host_len(authority: &str) -> Result<usize, MalformedUpstream> {
    if !authority.starts_with('[') {
        return Ok(authority.find(':').unwrap_or(authority.len()));
    }
    let span = 0..authority.len();
    let end = authority.find(']').map(|at| at + 1);
    end.ok_or(MalformedUpstream {
        span,
        fault: UpstreamFault::Host,
    })
}

/// The host in lower case.
fn parse_host(host: &str) -> Result<String, MalformedUpstream> {
    let malformed = |span| {
        Err(MalformedUpstream {
            span,
            fault: UpstreamFault::Host,
        })
    };
    if let Some(address) = host.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
        return match address.parse::<Ipv6Addr>() {
            Ok(address) => Ok(format!("[{address}]")),
            Err(_) => malformed(0..host.len()),
        };
    }
    let stray = host
        .char_indices()
        .find(|(_, it)| !it.is_ascii_alphanumeric() && !['-', '.', '_'].contains(it));
    if let Some((at, character)) = stray {
        return malformed(at..at + character.len_utf8());
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    let last_label = name.rsplit('.').next().unwrap_or(name);
    let ends_in_number = last_label.bytes().all(|byte| byte.is_ascii_digit());
    let is_broken_address = ends_in_number && host.parse::<Ipv4Addr>().is_err();
    if host.len() > MAX_HOST_LEN || name.split('.').any(str::is_empty) || is_broken_address {
        return malformed(0..host.len());
    }
    Ok(host.to_ascii_lowercase())
}

/// The port that is written after a host, colon included.
fn parse_port(text: &str) -> Result<Option<u16>, MalformedUpstream> {
    if text.is_empty() {
        return Ok(None);
    }
    let digits = text
        .strip_prefix(':')
        .filter(|it| it.bytes().all(|byte| byte.is_ascii_digit()));
    let port = digits
        .and_then(|it| it.parse().ok())
        .filter(|port| *port > 0);
    let start = text.len().min(1);
    port.map(Some).ok_or(MalformedUpstream {
        span: start..text.len(),
        fault: UpstreamFault::Port,
    })
}

/// What was probably meant.
fn suggested(text: &str, error: &MalformedUpstream) -> Option<String> {
    let candidate = match error.fault {
        UpstreamFault::MissingScheme => {
            let rest = text.trim_start_matches('/');
            format!(
                "http://{}",
                rest.split(['/', '?', '#']).next().unwrap_or(rest)
            )
        }
        UpstreamFault::Path => text[..error.span.start].to_owned(),
        UpstreamFault::Userinfo => {
            format!("{}{}", &text[..error.span.start], &text[error.span.end..])
        }
        UpstreamFault::MissingHost => {
            let (before, after) = text.split_at(error.span.end);
            format!("{before}127.0.0.1{after}")
        }
        UpstreamFault::Scheme | UpstreamFault::Host | UpstreamFault::Port => return None,
    };
    Server::parse(&candidate).is_ok().then_some(candidate)
}

/// The longest host, in bytes: what a DNS name has at the most, written with dots.
const MAX_HOST_LEN: usize = 253;
