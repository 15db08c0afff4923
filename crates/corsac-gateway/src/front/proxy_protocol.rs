//! The header by which a balancer says who its client is.
//!
//! Follows [the PROXY protocol](https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt),
//! versions 1 and 2.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::fields::Scheme;

/// What the bytes that were received so far are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parsed {
    /// The beginning of a header.
    Incomplete,
    /// A header of so many bytes. Without a client, the balancer speaks for itself.
    Header {
        len: usize,
        client: Option<Announced>,
    },
    /// Not a header.
    Malformed,
}

/// A client, as a balancer has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Announced {
    pub(super) address: IpAddr,
    /// By [`Scheme::Https`] the balancer says that the client spoke TLS with it.
    pub(super) scheme: Scheme,
}

/// Parses the header at the beginning of a connection.
pub(super) fn parse(bytes: &[u8]) -> Parsed {
    let begins = |it: &[u8]| {
        it.iter()
            .zip(bytes)
            .all(|(expected, byte)| expected == byte)
    };
    if bytes.is_empty() {
        return Parsed::Incomplete;
    }
    if begins(&SIGNATURE) {
        return version_2(bytes);
    }
    match begins(b"PROXY ") {
        true => version_1(bytes),
        false => Parsed::Malformed,
    }
}

fn version_1(bytes: &[u8]) -> Parsed {
    let head = &bytes[..bytes.len().min(MAX_LINE)];
    let Some(end) = head.iter().position(|byte| *byte == b'\n') else {
        return match bytes.len() < MAX_LINE {
            true => Parsed::Incomplete,
            false => Parsed::Malformed,
        };
    };
    let line = std::str::from_utf8(&head[..=end]).ok();
    let line = line.and_then(|it| it.strip_suffix("\r\n")?.strip_prefix("PROXY "));
    let client = line.and_then(
        |line| match line == "UNKNOWN" || line.starts_with("UNKNOWN ") {
            true => Some(None),
            false => named_client(line).map(|address| {
                // Version 1 says nothing about TLS.
                let scheme = Scheme::Http;
                Some(Announced { address, scheme })
            }),
        },
    );
    match client {
        Some(client) => Parsed::Header {
            len: end + 1,
            client,
        },
        None => Parsed::Malformed,
    }
}

/// The client in `TCP4 192.0.2.1 198.51.100.1 4000 443`.
fn named_client(line: &str) -> Option<IpAddr> {
    let mut words = line.split(' ');
    let [family, source, destination, source_port, destination_port] =
        [(); 5].map(|()| words.next());
    let address = |word: Option<&str>| match family? {
        "TCP4" => word?.parse().ok().map(IpAddr::V4),
        "TCP6" => word?.parse().ok().map(IpAddr::V6),
        _ => None,
    };
    let port = |word: Option<&str>| {
        let word = word.filter(|it| it.bytes().all(|byte| byte.is_ascii_digit()))?;
        word.parse::<u16>().ok()
    };
    address(destination)?;
    port(source_port)?;
    port(destination_port)?;
    match words.next() {
        None => address(source),
        Some(_) => None,
    }
}

fn version_2(bytes: &[u8]) -> Parsed {
    let Some((fixed, rest)) = bytes.split_at_checked(FIXED_LEN) else {
        return Parsed::Incomplete;
    };
    let len = usize::from(u16::from_be_bytes([fixed[14], fixed[15]]));
    if len > MAX_REST {
        return Parsed::Malformed;
    }
    let Some(rest) = rest.get(..len) else {
        return Parsed::Incomplete;
    };
    let client = match (fixed[12], fixed[13]) {
        // A balancer that looks whether the gateway is there.
        (LOCAL, _) => Some(None),
        (PROXY, TCP_OVER_IPV4) => announced(ipv4(rest), rest, IPV4_LEN).map(Some),
        (PROXY, TCP_OVER_IPV6) => announced(ipv6(rest), rest, IPV6_LEN).map(Some),
        (PROXY, UNSPECIFIED | UNIX_STREAM) => Some(None),
        _ => None,
    };
    match client {
        Some(client) => Parsed::Header {
            len: FIXED_LEN + len,
            client,
        },
        None => Parsed::Malformed,
    }
}

/// The client at this address, with what is said about it behind the addresses.
fn announced(address: Option<IpAddr>, rest: &[u8], addresses_len: usize) -> Option<Announced> {
    let scheme = scheme(rest.get(addresses_len..)?)?;
    Some(Announced {
        address: address?,
        scheme,
    })
}

/// How the client came to the balancer, by a list of types, lengths and values; none if the list is
/// broken.
fn scheme(mut list: &[u8]) -> Option<Scheme> {
    let mut scheme = Scheme::Http;
    while let Some((kind, rest)) = list.split_first() {
        let (len, rest) = rest.split_first_chunk()?;
        let (value, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*len)))?;
        // The value begins with flags, of which one says that the client spoke TLS.
        if *kind == TLS && value.first()? & CLIENT_SPEAKS_TLS != 0 {
            scheme = Scheme::Https;
        }
        list = rest;
    }
    Some(scheme)
}

/// The source of a pair of addresses and ports.
fn ipv4(rest: &[u8]) -> Option<IpAddr> {
    let source: [u8; 4] = *rest.get(..IPV4_LEN)?.first_chunk()?;
    Some(Ipv4Addr::from(source).into())
}

fn ipv6(rest: &[u8]) -> Option<IpAddr> {
    let source: [u8; 16] = *rest.get(..IPV6_LEN)?.first_chunk()?;
    Some(Ipv6Addr::from(source).into())
}

/// How a header of version 2 begins: bytes that no request begins with.
const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";

/// The signature, the command, the kind of address, and the length of the rest.
const FIXED_LEN: usize = 16;

const LOCAL: u8 = 0x20;
const PROXY: u8 = 0x21;
const UNSPECIFIED: u8 = 0x00;
const TCP_OVER_IPV4: u8 = 0x11;
const TCP_OVER_IPV6: u8 = 0x21;
const UNIX_STREAM: u8 = 0x31;

/// Two addresses and two ports.
const IPV4_LEN: usize = 12;
const IPV6_LEN: usize = 36;

/// What is said about the TLS of the client, and the flag there that it spoke any.
const TLS: u8 = 0x20;
const CLIENT_SPEAKS_TLS: u8 = 0x01;

/// The longest line of version 1, as the protocol says.
const MAX_LINE: usize = 107;

/// What a header of version 2 may have beside its fixed part: two paths of Unix sockets, and some
/// kilobytes of what a balancer knows beside the addresses.
const MAX_REST: usize = 4096;

/// The longest header.
pub(super) const MAX_HEADER: usize = FIXED_LEN + MAX_REST;
