//! Which hosts and paths a cookie is for.

use std::net::Ipv4Addr;

/// Does the host match the domain of a cookie?
///
/// Follows [domain matching](https://httpwg.org/http-extensions/draft-ietf-httpbis-layered-cookies.html#name-domain-matching).
#[must_use]
pub fn domain_matches(host: &str, domain: &str) -> bool {
    if host == domain {
        return true;
    }
    let is_below = host
        .strip_suffix(domain)
        .is_some_and(|rest| rest.ends_with('.'));
    is_below && !is_address(host)
}

/// Is the serialized host an IP address?
pub(super) fn is_address(host: &str) -> bool {
    host.starts_with('[') || host.parse::<Ipv4Addr>().is_ok()
}

/// The host and every domain above it.
pub(super) fn host_and_domains_above(host: &str) -> impl Iterator<Item = &str> {
    let above = (!is_address(host)).then(|| host.match_indices('.'));
    let above = above.into_iter().flatten().map(|(dot, _)| &host[dot + 1..]);
    std::iter::once(host).chain(above)
}

/// Does the path of a request match the path of a cookie?
///
/// Follows [RFC 6265, 5.1.4](https://www.rfc-editor.org/rfc/rfc6265#section-5.1.4): the cookie's
/// path is the request's or a directory above it.
#[must_use]
pub fn path_matches(request_path: &[u8], cookie_path: &[u8]) -> bool {
    match request_path.strip_prefix(cookie_path) {
        Some(rest) => rest.is_empty() || cookie_path.ends_with(b"/") || rest.starts_with(b"/"),
        None => false,
    }
}

/// The path of a cookie that names none: the directory of the request's path.
///
/// Follows [cookie default path](https://httpwg.org/http-extensions/draft-ietf-httpbis-layered-cookies.html#cookie-path).
#[must_use]
pub fn default_path(path: &str) -> &str {
    match path.rfind('/') {
        Some(0) | None => "/",
        Some(slash) => &path[..slash],
    }
}
