//! Keeps pages of other origins out.
//!
//! An operator's browser can reach the admin listener, and every page that is open in it can make
//! it send requests. Two things tell such a request from an operator's:
//!
//! - A browser says where a request comes from, in `Sec-Fetch-Site` and `Origin`.
//! - A page whose owner lets its name point at this listener is of one origin with it, as far as
//!   the browser knows; but its requests carry that name in `Host`. An IP address cannot be
//!   pointed anywhere, and `localhost` is the browser's own.

use std::net::IpAddr;

use http::header::{HOST, HeaderName, ORIGIN};
use http::{Request, StatusCode};
use hyper::body::Incoming;

/// Why a request is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stranger {
    /// It is for a host that is not known here.
    OtherHost,
    /// A page of another origin has sent it.
    OtherOrigin,
}

impl Stranger {
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::OtherHost => StatusCode::MISDIRECTED_REQUEST,
            Self::OtherOrigin => StatusCode::FORBIDDEN,
        }
    }

    pub(super) fn text(self) -> &'static str {
        match self {
            Self::OtherHost => {
                "this listener answers for an IP address, for localhost, \
                 and for the names in `hosts` under `[admin]`\n"
            }
            Self::OtherOrigin => "no page of another origin is answered here\n",
        }
    }
}

/// Is it a request of an operator, as far as a request can tell?
pub(super) fn admit(request: &Request<Incoming>, hosts: &[String]) -> Result<(), Stranger> {
    let host = only(request, &HOST).ok_or(Stranger::OtherHost)?;
    // A request can name its host in the target too.
    let target = request.uri().authority().map_or(host, |it| it.as_str());
    if !is_known(host, hosts) || !is_known(target, hosts) {
        return Err(Stranger::OtherHost);
    }
    let site = request.headers().get_all(SEC_FETCH_SITE);
    let is_own = |value: &[u8]| [&b"same-origin"[..], b"none"].contains(&value);
    if !site.iter().all(|it| is_own(it.as_bytes())) {
        return Err(Stranger::OtherOrigin);
    }
    let own_origin = format!("http://{host}");
    let mut origins = request.headers().get_all(ORIGIN).iter();
    match origins.all(|it| it.as_bytes() == own_origin.as_bytes()) {
        true => Ok(()),
        false => Err(Stranger::OtherOrigin),
    }
}

fn is_known(authority: &str, hosts: &[String]) -> bool {
    let Some(host) = host_of(authority) else {
        return false;
    };
    if let Some(address) = host.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
        return address.parse::<IpAddr>().is_ok_and(|it| it.is_ipv6());
    }
    let is_address = host.parse::<IpAddr>().is_ok_and(|it| it.is_ipv4());
    is_address || is_localhost(host) || hosts.iter().any(|it| it.eq_ignore_ascii_case(host))
}

/// Browsers let no name server decide [where these names
/// are](https://www.rfc-editor.org/rfc/rfc6761#section-6.3).
fn is_localhost(host: &str) -> bool {
    let last_label = host.rsplit('.').next().unwrap_or(host);
    last_label.eq_ignore_ascii_case("localhost")
}

/// The host of an authority, without its port.
fn host_of(authority: &str) -> Option<&str> {
    let at = authority
        .rfind(':')
        .filter(|at| !authority[*at..].contains(']'));
    let Some(at) = at else {
        return Some(authority);
    };
    let is_port = authority[at + 1..].bytes().all(|it| it.is_ascii_digit());
    is_port.then(|| &authority[..at])
}

/// The value of a field that came on exactly one line.
fn only<'a>(request: &'a Request<Incoming>, name: &HeaderName) -> Option<&'a str> {
    let mut lines = request.headers().get_all(name).iter();
    match (lines.next(), lines.next()) {
        (Some(value), None) => value.to_str().ok(),
        (None | Some(_), _) => None,
    }
}

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
