//! Serialized origins, by the strict grammar of the Fetch standard.
//!
//! A browser names the page that asks in the `Origin` field, as a
//! [serialized origin](https://fetch.spec.whatwg.org/#origin-header): a scheme, a host, and a port
//! where it is not the scheme's own. The grammar has one spelling for each origin, so that two
//! origins are the same exactly if their bytes are.

mod host;
mod public_suffix;
mod usual;

use core::fmt;

pub use host::HostKind;
pub(crate) use host::{host_len, is_loopback_host, or_userinfo, parse_host};
pub use public_suffix::{is_public_suffix, registrable_domain};
pub(crate) use usual::check_origin;

/// The longest origin that is read, in bytes: `scheme://host:port` with each part at its longest.
///
/// Nothing longer can be in a policy, so anything longer is refused without a look at its bytes.
pub const MAX_ORIGIN_LEN: usize = MAX_SCHEME_LEN + "://".len() + MAX_HOST_LEN + ":65535".len();

/// The longest scheme, in bytes. The longest in use, `safari-web-extension`, has 20.
pub const MAX_SCHEME_LEN: usize = 64;

/// The longest host, in bytes: what a DNS name has at the most, written with dots.
pub const MAX_HOST_LEN: usize = 253;

/// A serialized origin that was parsed: `https://app.example`.
///
/// Follows [serialized-origin](https://fetch.spec.whatwg.org/#serialized-origin), and refuses what
/// the grammar lets through but no browser's serializer writes: a port that is the scheme's
/// default, has a leading zero or is out of range; an IPv6 address that is not in the form of
/// RFC 5952; a domain that ends in a number and is not an IPv4 address; a label of more than 63
/// bytes. Opaque origins, serialized as `null`, are not values of this type.
///
/// # Examples
///
/// ```
/// use corsac::origin::Origin;
///
/// let origin = Origin::parse(b"http://localhost:5173").unwrap();
/// assert_eq!(origin.host(), "localhost");
/// assert_eq!(origin.port(), Some(5173));
/// assert!(Origin::parse(b"https://app.example/").is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Origin<'a> {
    text: &'a str,
    scheme_end: usize,
    host_end: usize,
    host_kind: HostKind,
    port: Option<u16>,
}

impl<'a> Origin<'a> {
    /// Parses the bytes of a serialized origin, all of them.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, MalformedOrigin> {
        if let Some(parts) = usual::read(bytes)
            && let Ok(text) = core::str::from_utf8(bytes)
        {
            return Ok(Self {
                text,
                scheme_end: parts.scheme_end,
                host_end: parts.host_end,
                host_kind: HostKind::Domain,
                port: parts.port,
            });
        }
        Self::parse_any(bytes)
    }

    /// Parses an origin of any spelling, and says what is wrong with what is none.
    fn parse_any(bytes: &'a [u8]) -> Result<Self, MalformedOrigin> {
        if bytes.is_empty() {
            return Err(MalformedOrigin::at(0, OriginFault::Empty));
        }
        if bytes.len() > MAX_ORIGIN_LEN {
            return Err(MalformedOrigin::at(MAX_ORIGIN_LEN, OriginFault::TooLong));
        }
        let text = ascii_text(bytes)?;
        let scheme_end = scheme_end(text)?;
        let authority_start = scheme_end + "://".len();
        let authority = &text[authority_start..];
        let (host_kind, host_len, port) = parse_authority(&text[..scheme_end], authority)
            .map_err(|error| or_userinfo(error, authority).shifted_by(authority_start))?;
        let host_end = authority_start + host_len;
        Ok(Self {
            text,
            scheme_end,
            host_end,
            host_kind,
            port,
        })
    }

    /// The whole of it, as it was given.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.text
    }

    /// The scheme, without its colon.
    #[must_use]
    pub fn scheme(&self) -> &'a str {
        &self.text[..self.scheme_end]
    }

    /// The host; an IPv6 address keeps its brackets.
    #[must_use]
    pub fn host(&self) -> &'a str {
        &self.text[self.scheme_end + "://".len()..self.host_end]
    }

    /// What the host is: a domain or an address.
    #[must_use]
    pub fn host_kind(&self) -> HostKind {
        self.host_kind
    }

    /// The port, unless it is the scheme's default.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Scheme and host, without the port: `http://localhost`.
    pub(crate) fn without_port(&self) -> &'a str {
        &self.text[..self.host_end]
    }

    /// Host and port, as they are written after `://`.
    pub(crate) fn authority(&self) -> &'a str {
        &self.text[self.scheme_end + "://".len()..]
    }

    /// Is the host this very machine, whatever the network? `localhost`, `127.0.0.0/8`, `[::1]`.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback_host(self.host())
    }
}

impl fmt::Display for Origin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

/// Why some bytes are not a serialized origin, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MalformedOrigin {
    /// The offset of the first byte that cannot be, in bytes from the start of the value.
    pub position: usize,
    /// What is wrong there.
    pub fault: OriginFault,
}

impl MalformedOrigin {
    pub(crate) fn at(position: usize, fault: OriginFault) -> Self {
        Self { position, fault }
    }

    pub(crate) fn shifted_by(self, offset: usize) -> Self {
        Self::at(self.position + offset, self.fault)
    }
}

impl fmt::Display for MalformedOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {})", self.fault, self.position)
    }
}

impl core::error::Error for MalformedOrigin {}

/// What can be wrong with the spelling of an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OriginFault {
    /// There is nothing.
    Empty,
    /// There is more than [`MAX_ORIGIN_LEN`] allows.
    TooLong,
    /// The field came on more than one line; a request has one origin.
    SeveralLines,
    /// There is no `scheme://` at the start.
    MissingScheme,
    /// The scheme has a byte that no scheme has, or has too many of them.
    Scheme,
    /// Pages of this scheme have an opaque origin, which is serialized as `null`.
    OpaqueScheme,
    /// An upper-case letter: origins are lower case.
    UpperCase,
    /// A byte beyond ASCII: hosts are written in their `xn--` form.
    NotAscii,
    /// White space or a control character.
    WhiteSpace,
    /// A comma or semicolon, as in a list: a field value holds one origin.
    List,
    /// A user name or password before the host.
    Userinfo,
    /// A `/` at the end.
    TrailingSlash,
    /// A path after the host.
    Path,
    /// A query after the host.
    Query,
    /// A fragment after the host.
    Fragment,
    /// A `*`, where only a host or port can be.
    Wildcard,
    /// The host is missing.
    MissingHost,
    /// The host has more than [`MAX_HOST_LEN`] bytes.
    HostTooLong,
    /// A label of the host is empty: two dots in a row, or one at an end.
    EmptyLabel,
    /// A label of the host has more than 63 bytes.
    LabelTooLong,
    /// A label of the host starts or ends with a hyphen.
    LabelHyphen,
    /// A byte that no host has, such as `_` or `%`.
    HostByte,
    /// The host ends in a number, but is not four decimal numbers up to 255.
    Ipv4,
    /// The host is in brackets, but is not an IPv6 address in the form of RFC 5952.
    Ipv6,
    /// There is a colon after the host, but no port.
    MissingPort,
    /// The port is not a plain decimal number.
    Port,
    /// The port is 0.
    PortZero,
    /// The port is above 65535.
    PortTooLarge,
    /// The port is the scheme's default, which a browser leaves out.
    DefaultPort,
}

impl OriginFault {
    /// The stable name of the fault.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "origin-empty",
            Self::TooLong => "origin-too-long",
            Self::SeveralLines => "origin-several-lines",
            Self::MissingScheme => "origin-missing-scheme",
            Self::Scheme => "origin-scheme",
            Self::OpaqueScheme => "origin-opaque-scheme",
            Self::UpperCase => "origin-upper-case",
            Self::NotAscii => "origin-not-ascii",
            Self::WhiteSpace => "origin-white-space",
            Self::List => "origin-list",
            Self::Userinfo => "origin-userinfo",
            Self::TrailingSlash => "origin-trailing-slash",
            Self::Path => "origin-path",
            Self::Query => "origin-query",
            Self::Fragment => "origin-fragment",
            Self::Wildcard => "origin-wildcard",
            Self::MissingHost => "origin-missing-host",
            Self::HostTooLong => "origin-host-too-long",
            Self::EmptyLabel => "origin-empty-label",
            Self::LabelTooLong => "origin-label-too-long",
            Self::LabelHyphen => "origin-label-hyphen",
            Self::HostByte => "origin-host-byte",
            Self::Ipv4 => "origin-ipv4",
            Self::Ipv6 => "origin-ipv6",
            Self::MissingPort => "origin-missing-port",
            Self::Port => "origin-port",
            Self::PortZero => "origin-port-zero",
            Self::PortTooLarge => "origin-port-too-large",
            Self::DefaultPort => "origin-default-port",
        }
    }
}

impl fmt::Display for OriginFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the origin is empty",
            Self::TooLong => "the origin is longer than any origin can be",
            Self::SeveralLines => "the field came on several lines, but a request has one origin",
            Self::MissingScheme => "the scheme is missing: an origin starts with `scheme://`",
            Self::Scheme => "no scheme is spelled like this",
            Self::OpaqueScheme => "pages of this scheme have no origin but `null`",
            Self::UpperCase => "origins are lower case",
            Self::NotAscii => "a host beyond ASCII is written in its `xn--` form",
            Self::WhiteSpace => "an origin has no white space and no control characters",
            Self::List => "this is a list, but a value holds one origin",
            Self::Userinfo => "an origin has no user name and no password",
            Self::TrailingSlash => "an origin has no slash at the end",
            Self::Path => "an origin has no path",
            Self::Query => "an origin has no query",
            Self::Fragment => "an origin has no fragment",
            Self::Wildcard => "a `*` cannot stand here",
            Self::MissingHost => "the host is missing",
            Self::HostTooLong => "the host has more than 253 bytes",
            Self::EmptyLabel => "a label of the host is empty",
            Self::LabelTooLong => "a label of the host has more than 63 bytes",
            Self::LabelHyphen => "a label of a host neither starts nor ends with a hyphen",
            Self::HostByte => "a host is made of letters, digits, hyphens and dots",
            Self::Ipv4 => "an IPv4 address is four decimal numbers up to 255",
            Self::Ipv6 => "an IPv6 address is written in its shortest form (RFC 5952)",
            Self::MissingPort => "the port is missing after the colon",
            Self::Port => "a port is a decimal number without leading zeros",
            Self::PortZero => "port 0 cannot be connected to",
            Self::PortTooLarge => "the largest port is 65535",
            Self::DefaultPort => "this is the scheme's default port, which browsers leave out",
        })
    }
}

/// The port that a scheme has when none is written.
///
/// Follows [default port](https://url.spec.whatwg.org/#default-port).
#[must_use]
pub fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" | "ws" => Some(80),
        "https" | "wss" => Some(443),
        "ftp" => Some(21),
        _ => None,
    }
}

/// The text of bytes that are all visible ASCII.
pub(crate) fn ascii_text(bytes: &[u8]) -> Result<&str, MalformedOrigin> {
    // Without a way out in the middle, the loop over good bytes is a few vector instructions.
    let is_visible = bytes
        .iter()
        .fold(true, |all, byte| all & byte.is_ascii_graphic());
    if is_visible {
        return Ok(core::str::from_utf8(bytes).expect("ASCII is UTF-8"));
    }
    let at = bytes
        .iter()
        .position(|byte| !byte.is_ascii_graphic())
        .unwrap_or_default();
    Err(match bytes[at].is_ascii() {
        true => MalformedOrigin::at(at, OriginFault::WhiteSpace),
        false => MalformedOrigin::at(at, OriginFault::NotAscii),
    })
}

/// Reads host and port: the host's kind and length, and the port.
fn parse_authority(
    scheme: &str,
    authority: &str,
) -> Result<(HostKind, usize, Option<u16>), MalformedOrigin> {
    let (host_kind, host_len) = parse_host(authority)?;
    let port =
        parse_port(scheme, &authority[host_len..]).map_err(|error| error.shifted_by(host_len))?;
    Ok((host_kind, host_len, port))
}

/// The length of the scheme of `text`, which must be followed by `://`.
pub(crate) fn scheme_end(text: &str) -> Result<usize, MalformedOrigin> {
    let colon = text.bytes().position(|byte| byte == b':');
    let Some(end) = colon.filter(|colon| text[colon + 1..].starts_with("//")) else {
        return Err(MalformedOrigin::at(0, OriginFault::MissingScheme));
    };
    let scheme = &text.as_bytes()[..end];
    let Some(first) = scheme.first() else {
        return Err(MalformedOrigin::at(0, OriginFault::MissingScheme));
    };
    if let Some(at) = scheme.iter().position(u8::is_ascii_uppercase) {
        return Err(MalformedOrigin::at(at, OriginFault::UpperCase));
    }
    if !first.is_ascii_lowercase() {
        return Err(MalformedOrigin::at(0, OriginFault::Scheme));
    }
    let is_scheme_byte = |byte: &u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.')
    };
    if let Some(at) = scheme.iter().position(|byte| !is_scheme_byte(byte)) {
        return Err(MalformedOrigin::at(at, OriginFault::Scheme));
    }
    if end > MAX_SCHEME_LEN {
        return Err(MalformedOrigin::at(MAX_SCHEME_LEN, OriginFault::Scheme));
    }
    Ok(end)
}

/// Reads what follows the host: nothing, or a colon and a port that must be written.
pub(crate) fn parse_port(scheme: &str, rest: &str) -> Result<Option<u16>, MalformedOrigin> {
    let Some(digits) = rest.strip_prefix(':') else {
        return match rest.bytes().next() {
            None => Ok(None),
            Some(byte) => Err(MalformedOrigin::at(0, fault_after_host(byte, rest))),
        };
    };
    if digits.is_empty() {
        return Err(MalformedOrigin::at(0, OriginFault::MissingPort));
    }
    if let Some(at) = digits.bytes().position(|byte| !byte.is_ascii_digit()) {
        let fault = fault_after_host(digits.as_bytes()[at], &digits[at..]);
        return Err(MalformedOrigin::at(1 + at, fault));
    }
    let fault = match digits.parse::<u16>() {
        Ok(0) => OriginFault::PortZero,
        Ok(_) if digits.starts_with('0') => OriginFault::Port,
        Ok(port) if default_port(scheme) == Some(port) => OriginFault::DefaultPort,
        Ok(port) => return Ok(Some(port)),
        Err(_) if digits.starts_with('0') => OriginFault::Port,
        Err(_) => OriginFault::PortTooLarge,
    };
    Err(MalformedOrigin::at(1, fault))
}

/// What a byte means that stands where the origin should have ended.
fn fault_after_host(byte: u8, rest: &str) -> OriginFault {
    match byte {
        b'/' if rest.len() == 1 => OriginFault::TrailingSlash,
        b'/' => OriginFault::Path,
        b'?' => OriginFault::Query,
        b'#' => OriginFault::Fragment,
        b'@' => OriginFault::Userinfo,
        b'*' => OriginFault::Wildcard,
        b',' | b';' => OriginFault::List,
        b'A'..=b'Z' => OriginFault::UpperCase,
        _ => OriginFault::Port,
    }
}
