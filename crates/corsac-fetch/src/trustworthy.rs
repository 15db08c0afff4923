//! Which origins and URLs no network can have tampered with.

use std::net::Ipv4Addr;

use corsac::user_agent::RequestOrigin;
use url::Url;

use crate::url_list::origin_of;

/// Is it a potentially trustworthy URL?
///
/// Follows [potentially trustworthy URL](https://w3c.github.io/webappsec-secure-contexts/#is-url-trustworthy).
#[must_use]
pub fn is_potentially_trustworthy_url(url: &Url) -> bool {
    // 1. and 2.
    match url.scheme() {
        "about" => matches!(url.path(), "blank" | "srcdoc"),
        "data" => true,
        // What the next step comes to, without the work of an origin.
        "https" | "wss" => true,
        // An opaque origin as far as the URL parser goes, but trusted by its scheme.
        "file" => true,
        // 3., for schemes whose URLs have the origin that they show.
        "http" | "ws" | "ftp" => url.host_str().is_some_and(is_local_host),
        _ => is_potentially_trustworthy_origin(&origin_of(url)),
    }
}

/// Is it a potentially trustworthy origin?
///
/// Follows [potentially trustworthy origin](https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy).
#[must_use]
pub fn is_potentially_trustworthy_origin(origin: &RequestOrigin) -> bool {
    // 1.
    let RequestOrigin::Tuple(tuple) = origin else {
        return false;
    };
    // 3. to 6.
    match tuple.scheme() {
        "https" | "wss" | "file" => true,
        _ => is_local_host(host_of(tuple.as_str())),
    }
}

/// The host of a serialized origin.
fn host_of(origin: &str) -> &str {
    let authority = origin.split_once("://").map_or(origin, |(_, rest)| rest);
    match authority.find(']') {
        Some(end) => &authority[..=end],
        None => authority.split(':').next().unwrap_or(authority),
    }
}

/// Is the host this very machine? A dot at the end changes nothing.
fn is_local_host(host: &str) -> bool {
    let name = host.strip_suffix('.').unwrap_or(host);
    let is_loopback = |address: Ipv4Addr| address.is_loopback();
    // 4.
    host == "[::1]"
        || name.parse().is_ok_and(is_loopback)
        // 5.
        || is_localhost(name)
}

/// Is it this machine by its name? Browsers do not ask the name service for those.
///
/// Follows [let localhost be localhost](https://datatracker.ietf.org/doc/html/draft-ietf-dnsop-let-localhost-be-localhost).
pub(crate) fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}
