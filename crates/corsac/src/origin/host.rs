//! The host of an origin: a domain, an IPv4 address or an IPv6 address.
//!
//! Follows [serialized-host](https://fetch.spec.whatwg.org/#serialized-host).

use core::fmt::{self, Write};
use core::net::{Ipv4Addr, Ipv6Addr};

use super::{MAX_HOST_LEN, MalformedOrigin, OriginFault};

/// The longest label of a domain, in bytes ([RFC 1035, 2.3.4](https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4)).
const MAX_LABEL_LEN: usize = 63;

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
    refuse_userinfo(authority)?;
    let len = host_len(authority);
    let host = &authority[..len];
    if host.is_empty() {
        return Err(MalformedOrigin::at(0, OriginFault::MissingHost));
    }
    if len > MAX_HOST_LEN {
        return Err(MalformedOrigin::at(MAX_HOST_LEN, OriginFault::HostTooLong));
    }
    check_labels(host)?;
    if !ends_in_a_number(host) {
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
    authority
        .find([':', '/', '?', '#', ',', ';'])
        .unwrap_or(authority.len())
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

/// Refuses `user:password@` with a word for it, before its colon is taken for a port's.
pub(crate) fn refuse_userinfo(authority: &str) -> Result<(), MalformedOrigin> {
    let end = authority.find(['/', '?', '#']).unwrap_or(authority.len());
    match authority[..end].contains('@') {
        true => Err(MalformedOrigin::at(0, OriginFault::Userinfo)),
        false => Ok(()),
    }
}

/// Checks every label: its length, its bytes, and that no hyphen is at an end.
fn check_labels(host: &str) -> Result<(), MalformedOrigin> {
    let mut start = 0;
    for label in host.split('.') {
        check_label(label).map_err(|error| error.shifted_by(start))?;
        start += label.len() + 1;
    }
    Ok(())
}

fn check_label(label: &str) -> Result<(), MalformedOrigin> {
    let bytes = label.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
        return Err(MalformedOrigin::at(0, OriginFault::EmptyLabel));
    };
    let is_label_byte =
        |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
    if let Some(at) = bytes.iter().position(|byte| !is_label_byte(byte)) {
        let fault = match bytes[at] {
            b'A'..=b'Z' => OriginFault::UpperCase,
            b'*' => OriginFault::Wildcard,
            _ => OriginFault::HostByte,
        };
        return Err(MalformedOrigin::at(at, fault));
    }
    if label.len() > MAX_LABEL_LEN {
        return Err(MalformedOrigin::at(
            MAX_LABEL_LEN,
            OriginFault::LabelTooLong,
        ));
    }
    if *first == b'-' {
        return Err(MalformedOrigin::at(0, OriginFault::LabelHyphen));
    }
    if *last == b'-' {
        return Err(MalformedOrigin::at(
            label.len() - 1,
            OriginFault::LabelHyphen,
        ));
    }
    Ok(())
}

/// Would the URL parser take the host for an IPv4 address?
///
/// Follows [ends in a number](https://url.spec.whatwg.org/#ends-in-a-number-checker): such a host
/// is serialized as four decimal numbers or not at all.
fn ends_in_a_number(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or(host);
    let is_hexadecimal = last
        .strip_prefix("0x")
        .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    is_hexadecimal || last.bytes().all(|byte| byte.is_ascii_digit())
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
