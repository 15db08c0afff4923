//! One pattern of origins, as an operator writes it.

use alloc::string::String;
use core::fmt;
use core::ops::Range;

use crate::origin::{
    HostKind, MAX_HOST_LEN, MAX_ORIGIN_LEN, MalformedOrigin, Origin, OriginFault, ascii_text,
    host_len, is_loopback_host, or_userinfo, parse_host, parse_port, scheme_end,
};

/// A pattern of origins: what one entry of a policy allows.
///
/// | pattern | contains |
/// |---|---|
/// | `https://app.example.com` | this origin |
/// | `https://*.example.com` | every subdomain, at any depth, but not `example.com` itself |
/// | `http://localhost:*` | every port, the default one included |
/// | `https://*.example.com:*` | both |
/// | `https://pr-*--shop.example.app` | `*` stands for one or more of `a-z`, `0-9` and `-` inside the label |
/// | `null` | opaque origins |
/// | `*` | every origin |
///
/// Whether an origin is contained is decided on its parsed parts, never on pieces of text.
///
/// # Examples
///
/// ```
/// use corsac::origin::Origin;
/// use corsac::server::OriginPattern;
///
/// let pattern: OriginPattern = "https://*.example.com".parse().unwrap();
/// assert!(pattern.contains(&Origin::parse(b"https://a.b.example.com").unwrap()));
/// assert!(!pattern.contains(&Origin::parse(b"https://example.com").unwrap()));
/// assert!(!pattern.contains(&Origin::parse(b"https://evilexample.com").unwrap()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OriginPattern {
    text: String,
    shape: Shape,
}

/// What a pattern is made of, as places in its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Shape {
    /// `*`
    Any,
    /// `null`
    Null,
    /// Scheme, host and port.
    Tuple {
        scheme_end: usize,
        host: HostPattern,
        host_end: usize,
        port: PortPattern,
    },
}

/// Which hosts a pattern contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum HostPattern {
    /// The one that is written.
    Exact,
    /// The subdomains of what is written after `*.`.
    Subdomains,
    /// Those with one label that has anything in the place of the `*`, which is at this offset.
    Hole { star: usize },
}

/// Which ports a pattern contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum PortPattern {
    /// The one that is written, or the scheme's default.
    Exact,
    /// All of them.
    Any,
}

impl OriginPattern {
    /// Parses a pattern.
    pub fn parse(text: &str) -> Result<Self, MalformedOrigin> {
        let shape = match text {
            "*" => Shape::Any,
            "null" => Shape::Null,
            _ => parse_tuple(text)?,
        };
        Ok(Self {
            text: text.into(),
            shape,
        })
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Does the pattern contain the origin?
    #[must_use]
    pub fn contains(&self, origin: &Origin<'_>) -> bool {
        let Shape::Tuple {
            scheme_end,
            host,
            host_end,
            port,
        } = self.shape
        else {
            return self.shape == Shape::Any;
        };
        let is_port_contained = match port {
            PortPattern::Any => true,
            PortPattern::Exact => {
                self.text[host_end..] == origin.as_str()[origin.without_port().len()..]
            }
        };
        let written = &self.text[scheme_end + "://".len()..host_end];
        let is_host_contained = match host {
            HostPattern::Exact => written == origin.host(),
            HostPattern::Subdomains => {
                origin.host_kind() == HostKind::Domain
                    && origin
                        .host()
                        .strip_suffix(&written[1..])
                        .is_some_and(|it| !it.is_empty())
            }
            HostPattern::Hole { star } => {
                let star = star - scheme_end - "://".len();
                is_filling(between(
                    origin.host(),
                    &written[..star],
                    &written[star + 1..],
                ))
            }
        };
        self.text[..scheme_end] == *origin.scheme() && is_host_contained && is_port_contained
    }

    pub(super) fn shape(&self) -> Shape {
        self.shape
    }

    /// Is it `*`?
    pub(super) fn is_any(&self) -> bool {
        self.shape == Shape::Any
    }

    /// Is it `null`?
    pub(super) fn is_null(&self) -> bool {
        self.shape == Shape::Null
    }

    /// Is it one origin and no more?
    pub(super) fn is_exact(&self) -> bool {
        matches!(
            self.shape,
            Shape::Tuple {
                host: HostPattern::Exact,
                port: PortPattern::Exact,
                ..
            }
        )
    }

    /// Does it contain origins for which anyone on the network can speak? Those are the `http`
    /// ones whose host is not this machine.
    pub(super) fn is_insecure(&self) -> bool {
        let Shape::Tuple {
            scheme_end,
            host_end,
            ..
        } = self.shape
        else {
            return false;
        };
        let host = &self.text[scheme_end + "://".len()..host_end];
        &self.text[..scheme_end] == "http" && !is_loopback_host(host)
    }

    /// The bytes of the domain next to the variable label, if the host has one.
    ///
    /// Whoever can register a name there can have an origin that the pattern contains.
    pub(super) fn parent_domain(&self) -> Option<Range<usize>> {
        let Shape::Tuple {
            scheme_end,
            host,
            host_end,
            ..
        } = self.shape
        else {
            return None;
        };
        match host {
            HostPattern::Exact => None,
            HostPattern::Subdomains => Some(scheme_end + "://*.".len()..host_end),
            HostPattern::Hole { star } => {
                let dot = self.text[star..]
                    .find('.')
                    .expect("a hole is not in the last label");
                Some(star + dot + 1..host_end)
            }
        }
    }
}

impl core::str::FromStr for OriginPattern {
    type Err = MalformedOrigin;

    fn from_str(text: &str) -> Result<Self, MalformedOrigin> {
        Self::parse(text)
    }
}

impl fmt::Display for OriginPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Can this stand in the place of a hole's `*`?
///
/// The origin was parsed before, so that what is inside a label is all of the label's bytes.
pub(super) fn is_filling(text: Option<&str>) -> bool {
    text.is_some_and(|text| !text.is_empty() && !text.contains('.'))
}

/// What stands between a start and an end, which must not overlap.
fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    text.strip_prefix(start)?.strip_suffix(end)
}

fn parse_tuple(text: &str) -> Result<Shape, MalformedOrigin> {
    if text.is_empty() {
        return Err(MalformedOrigin::at(0, OriginFault::Empty));
    }
    if text.len() > MAX_ORIGIN_LEN {
        return Err(MalformedOrigin::at(MAX_ORIGIN_LEN, OriginFault::TooLong));
    }
    ascii_text(text.as_bytes())?;
    let scheme_end = parse_scheme(text)?;
    let start = scheme_end + "://".len();
    let authority = &text[start..];
    let (host, len, port) = parse_authority_pattern(&text[..scheme_end], authority)
        .map_err(|error| or_userinfo(error, authority).shifted_by(start))?;
    let host_end = start + len;
    let host = match host {
        HostPattern::Hole { star } => HostPattern::Hole { star: start + star },
        HostPattern::Exact | HostPattern::Subdomains => host,
    };
    Ok(Shape::Tuple {
        scheme_end,
        host,
        host_end,
        port,
    })
}

/// Reads the scheme, which must be one that pages with an origin of their own can have.
fn parse_scheme(text: &str) -> Result<usize, MalformedOrigin> {
    const OPAQUE: [&str; 6] = ["about", "blob", "data", "file", "filesystem", "javascript"];
    if OPAQUE.iter().any(|it| is_scheme_of(text, it)) {
        return Err(MalformedOrigin::at(0, OriginFault::OpaqueScheme));
    }
    match (text.find('*'), text.find("://")) {
        (Some(star), Some(end)) if star < end => {
            Err(MalformedOrigin::at(star, OriginFault::Wildcard))
        }
        _ => scheme_end(text),
    }
}

fn is_scheme_of(text: &str, scheme: &str) -> bool {
    text.get(..scheme.len())
        .is_some_and(|it| it.eq_ignore_ascii_case(scheme))
        && text.as_bytes().get(scheme.len()) == Some(&b':')
}

/// Reads host and port: the host's pattern and length, and the port's pattern.
fn parse_authority_pattern(
    scheme: &str,
    authority: &str,
) -> Result<(HostPattern, usize, PortPattern), MalformedOrigin> {
    let (host, len) = parse_host_pattern(authority)?;
    let port = match &authority[len..] {
        ":*" => PortPattern::Any,
        rest => {
            parse_port(scheme, rest).map_err(|error| error.shifted_by(len))?;
            PortPattern::Exact
        }
    };
    Ok((host, len, port))
}

/// Reads the host at the start of `authority`: what it contains, and its length.
fn parse_host_pattern(authority: &str) -> Result<(HostPattern, usize), MalformedOrigin> {
    let len = host_len(authority);
    let host = &authority[..len];
    let Some(star) = host.find('*') else {
        return parse_host(authority).map(|(_, len)| (HostPattern::Exact, len));
    };
    let misplaced = MalformedOrigin::at(star, OriginFault::Wildcard);
    if let Some(second) = host[star + 1..].find('*') {
        return Err(MalformedOrigin::at(
            star + 1 + second,
            OriginFault::Wildcard,
        ));
    }
    if let Some(parent) = host.strip_prefix("*.") {
        let shift = |error: MalformedOrigin| error.shifted_by("*.".len());
        return match parse_host(parent).map_err(shift)? {
            (HostKind::Domain, _) if len <= MAX_HOST_LEN => Ok((HostPattern::Subdomains, len)),
            (HostKind::Domain, _) => {
                Err(MalformedOrigin::at(MAX_HOST_LEN, OriginFault::HostTooLong))
            }
            (HostKind::Ipv4 | HostKind::Ipv6, _) => Err(misplaced),
        };
    }
    let is_whole_label = host[..star].ends_with('.') || star == 0;
    let is_whole_label = is_whole_label && host[star + 1..].starts_with('.');
    if is_whole_label || !host[star..].contains('.') {
        return Err(misplaced);
    }
    match parse_host(&host.replacen('*', "a", 1))? {
        (HostKind::Domain, _) => Ok((HostPattern::Hole { star }, len)),
        (HostKind::Ipv4 | HostKind::Ipv6, _) => Err(misplaced),
    }
}
