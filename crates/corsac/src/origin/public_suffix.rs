//! Where the domains of one owner end and those of the next begin.
//!
//! With the feature `psl` the [list](https://publicsuffix.org/) says so; without it every single
//! label is a public suffix, and nothing else is.

use core::net::Ipv4Addr;

/// Can anyone register a name right below this domain?
///
/// Follows [public suffix](https://url.spec.whatwg.org/#host-public-suffix). Nobody can below
/// `localhost`, whose names are all this machine, nor below an address.
///
/// # Examples
///
/// ```
/// use corsac::origin::is_public_suffix;
///
/// assert!(is_public_suffix("com"));
/// assert!(!is_public_suffix("app.example"));
/// ```
#[must_use]
pub fn is_public_suffix(host: &str) -> bool {
    host != "localhost" && !is_address(host) && is_listed(host)
}

/// The registrable domain of a host; the host itself if it has none.
///
/// Follows [registrable domain](https://url.spec.whatwg.org/#host-registrable-domain). A public
/// suffix and an address have none.
///
/// # Examples
///
/// ```
/// use corsac::origin::registrable_domain;
///
/// assert_eq!(registrable_domain("www.app.example"), "app.example");
/// assert_eq!(registrable_domain("127.0.0.1"), "127.0.0.1");
/// ```
#[must_use]
pub fn registrable_domain(host: &str) -> &str {
    match is_address(host) {
        true => host,
        false => below_suffix(host),
    }
}

fn is_address(host: &str) -> bool {
    let ends_in_digit = host.ends_with(|last: char| last.is_ascii_digit());
    host.starts_with('[') || ends_in_digit && host.parse::<Ipv4Addr>().is_ok()
}

#[cfg(feature = "psl")]
fn is_listed(host: &str) -> bool {
    psl::suffix(host.as_bytes()).is_some_and(|suffix| suffix.as_bytes() == host.as_bytes())
}

#[cfg(not(feature = "psl"))]
fn is_listed(host: &str) -> bool {
    !host.contains('.')
}

#[cfg(feature = "psl")]
fn below_suffix(host: &str) -> &str {
    psl::domain_str(host).unwrap_or(host)
}

#[cfg(not(feature = "psl"))]
fn below_suffix(host: &str) -> &str {
    let mut dots = host.rmatch_indices('.');
    dots.nth(1).map_or(host, |(dot, _)| &host[dot + 1..])
}
