//! The host of an origin: a domain, an IPv4 address or an IPv6 address.
//!
//! Follows [serialized-host](https://fetch.spec.whatwg.org/#serialized-host).

use core::fmt::{self, Write};
use core::net::{Ipv4Addr, Ipv6Addr};

use super::{MAX_HOST_LEN, MalformedOrigin, OriginFault};

/// The longest label of a domain, in bytes ([RFC 1035, 2.3.4](https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4)).
pub(super) const MAX_LABEL_LEN: usize = 63;

/// The kinds of host that an origin can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the standard defines these three")]
pub enum HostKind {
    /// A domain: labels with dots between them.
    Domain,
    /// An IPv4 address: four decimal numbers.
    Ipv4,
    /// An IPv6 address, in brackets.
    Ipv6,
}

/// Reads the host at the start of `authority`: its kind and its length.
pub(crate) fn parse_host(authority: &str) -> Result<(HostKind, usize), MalformedOrigin> {
    if authority.starts_with('[') {
        return parse_ipv6(authority).map(|len| (HostKind::Ipv6, len));
    }
    let len = host_len(authority);
    let host = &authority[..len];
    if host.is_empty() {
        return Err(MalformedOrigin::at(0, OriginFault::MissingHost));
    }
    if len > MAX_HOST_LEN {
        return Err(MalformedOrigin::at(MAX_HOST_LEN, OriginFault::HostTooLong));
    }
    let last_label = check_labels(host.as_bytes())?;
    if !is_number(&host[last_label..]) {
        return Ok((HostKind::Domain, len));
    }
    match is_canonical_ipv4(host) {
        true => Ok((HostKind::Ipv4, len)),
        false => Err(MalformedOrigin::at(0, OriginFault::Ipv4)),
    }
}

/// The length of the host at the start of `authority`: up to the port or whatever else follows.
pub(crate) fn host_len(authority: &str) -> usize {
    if authority.starts_with('[') {
        return authority.find(']').map_or(authority.len(), |end| end + 1);
    }
    let ends_host = |byte: u8| matches!(byte, b':' | b'/' | b'?' | b'#' | b',' | b';');
    authority
        .bytes()
        .position(ends_host)
        .unwrap_or(authority.len())
}

/// Names a user name or password as the fault, if that is why an authority could not be read.
pub(crate) fn or_userinfo(error: MalformedOrigin, authority: &str) -> MalformedOrigin {
    let end = authority.find(['/', '?', '#']).unwrap_or(authority.len());
    match authority[..end].contains('@') {
        true => MalformedOrigin::at(0, OriginFault::Userinfo),
        false => error,
    }
}

/// Is the host this very machine, whatever the network?
///
/// Follows [potentially trustworthy origin](https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy),
/// steps 4 and 5.
pub(crate) fn is_loopback_host(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || host
            .parse::<Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Checks every label: its length, its bytes, and that no hyphen is at an end.
///
/// Returns where the last label starts.
fn check_labels(host: &[u8]) -> Result<usize, MalformedOrigin> {
    let mut start = 0;
    for (at, byte) in host.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' => {}
            b'.' => {
                check_label_ends(host, start, at)?;
                start = at + 1;
            }
            b'A'..=b'Z' => return Err(MalformedOrigin::at(at, OriginFault::UpperCase)),
            b'*' => return Err(MalformedOrigin::at(at, OriginFault::Wildcard)),
            _ => return Err(MalformedOrigin::at(at, OriginFault::HostByte)),
        }
    }
    check_label_ends(host, start, host.len())?;
    Ok(start)
}

/// Checks the length of the label between two offsets, and its first and last byte.
fn check_label_ends(host: &[u8], start: usize, end: usize) -> Result<(), MalformedOrigin> {
    if start == end {
        return Err(MalformedOrigin::at(start, OriginFault::EmptyLabel));
    }
    if end - start > MAX_LABEL_LEN {
        return Err(MalformedOrigin::at(
            start + MAX_LABEL_LEN,
            OriginFault::LabelTooLong,
        ));
    }
    if host[start] == b'-' {
        return Err(MalformedOrigin::at(start, OriginFault::LabelHyphen));
    }
    if host[end - 1] == b'-' {
        return Err(MalformedOrigin::at(end - 1, OriginFault::LabelHyphen));
    }
    Ok(())
}

/// Would the URL parser take a host whose last label this is for an IPv4 address?
///
/// Follows [ends in a number](https://url.spec.whatwg.org/#ends-in-a-number-checker): such a host
/// is serialized as four decimal numbers or not at all.
fn is_number(last_label: &str) -> bool {
    let is_hexadecimal = last_label
        .strip_prefix("0x")
        .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    is_hexadecimal || last_label.bytes().all(|byte| byte.is_ascii_digit())
}

/// Four decimal numbers up to 255; the standard library refuses leading zeros.
fn is_canonical_ipv4(host: &str) -> bool {
    host.parse::<Ipv4Addr>().is_ok()
}

/// Reads an IPv6 address in brackets: its length with them.
fn parse_ipv6(authority: &str) -> Result<usize, MalformedOrigin> {
    let fault = MalformedOrigin::at(0, OriginFault::Ipv6);
    let end = authority.find(']').ok_or(fault)?;
    let address: Ipv6Addr = authority[1..end].parse().map_err(|_| fault)?;
    match is_spelled(&authority[1..end], address) {
        true => Ok(end + 1),
        false => Err(fault),
    }
}

/// Is `text` what the URL standard's
/// [IPv6 serializer](https://url.spec.whatwg.org/#concept-ipv6-serializer) writes for `address`?
fn is_spelled(text: &str, address: Ipv6Addr) -> bool {
    let mut rest = Remaining(text);
    write_ipv6(&mut rest, address).is_ok() && rest.0.is_empty()
}

/// Writes the address in eight groups of hexadecimal digits, with the first longest run of at
/// least two zero groups left out.
fn write_ipv6(out: &mut impl Write, address: Ipv6Addr) -> fmt::Result {
    let groups = address.segments();
    let omitted = longest_run_of_zeros(&groups);
    let mut at = 0;
    while at < groups.len() {
        if omitted.len() > 1 && at == omitted.start {
            out.write_str(if at == 0 { "::" } else { ":" })?;
            at = omitted.end;
            continue;
        }
        write!(out, "{:x}", groups[at])?;
        at += 1;
        if at < groups.len() {
            out.write_char(':')?;
        }
    }
    Ok(())
}

fn longest_run_of_zeros(groups: &[u16; 8]) -> core::ops::Range<usize> {
    let mut longest = 0..0;
    let mut start = 0;
    for (at, group) in groups.iter().enumerate() {
        if *group != 0 {
            start = at + 1;
        } else if at + 1 - start > longest.len() {
            longest = start..at + 1;
        }
    }
    longest
}

/// A writer that eats the text it expects to be written, and fails at the first difference.
struct Remaining<'a>(&'a str);

impl Write for Remaining<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.strip_prefix(text).ok_or(fmt::Error)?;
        Ok(())
    }
}
