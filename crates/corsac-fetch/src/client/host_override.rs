//! Where a host name leads, instead of asking the name service.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// An address for a host name.
///
/// It is written `PATTERN=ADDRESS`, such as `*.test=127.0.0.1`, or as curl has it,
/// `HOST:PORT:ADDRESS`. A pattern is a host name, `*.` and the end of one, or `*`.
///
/// ```
/// use corsac_fetch::client::HostOverride;
///
/// let of_tests: HostOverride = "*.test=127.0.0.1".parse()?;
/// let of_one_port: HostOverride = "api.example:443:[::1]".parse()?;
/// # Ok::<(), corsac_fetch::client::HostOverrideError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostOverride {
    pattern: Pattern,
    port: Option<u16>,
    address: IpAddr,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    /// Every host.
    Any,
    /// This host.
    Exact(String),
    /// Every host that ends so, with a dot in front.
    Below(String),
}

impl HostOverride {
    /// The address, if it is meant for this host and port.
    pub(super) fn address(&self, host: &str, port: u16) -> Option<IpAddr> {
        let is_host = match &self.pattern {
            Pattern::Any => true,
            Pattern::Exact(name) => name == host,
            Pattern::Below(end) => host.len() > end.len() && host.ends_with(end.as_str()),
        };
        let is_port = self.port.is_none_or(|it| it == port);
        (is_host && is_port).then_some(self.address)
    }
}

impl FromStr for HostOverride {
    type Err = HostOverrideError;

    fn from_str(text: &str) -> Result<Self, HostOverrideError> {
        let parts = match text.split_once('=') {
            Some((host, address)) => Some((host, None, address)),
            None => curl_form(text),
        };
        let parsed = parts.and_then(|(host, port, address)| {
            Some(Self {
                pattern: pattern(host)?,
                port,
                address: unbracketed(address).parse().ok()?,
            })
        });
        parsed.ok_or_else(|| HostOverrideError(text.to_owned()))
    }
}

fn curl_form(text: &str) -> Option<(&str, Option<u16>, &str)> {
    let (host, rest) = text.split_once(':')?;
    let (port, address) = rest.split_once(':')?;
    Some((host, Some(port.parse().ok()?), address))
}

fn pattern(host: &str) -> Option<Pattern> {
    let host = host.to_ascii_lowercase();
    let is_name = |name: &str| {
        let is_name_byte = |byte: u8| byte.is_ascii_graphic() && !b"*:/@[]".contains(&byte);
        !name.is_empty() && name.bytes().all(is_name_byte)
    };
    match host.strip_prefix('*') {
        Some("") => Some(Pattern::Any),
        Some(end) => {
            let is_end = end.strip_prefix('.').is_some_and(is_name);
            is_end.then(|| Pattern::Below(end.to_owned()))
        }
        None => is_name(&host).then_some(Pattern::Exact(host)),
    }
}

fn unbracketed(address: &str) -> &str {
    let inside = address
        .strip_prefix('[')
        .and_then(|it| it.strip_suffix(']'));
    inside.unwrap_or(address)
}

/// A text that is no [`HostOverride`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostOverrideError(String);

impl fmt::Display for HostOverrideError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(text) = self;
        write!(
            f,
            "{text:?} is neither `PATTERN=ADDRESS` nor `HOST:PORT:ADDRESS`"
        )
    }
}

impl std::error::Error for HostOverrideError {}
