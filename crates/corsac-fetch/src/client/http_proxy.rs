//! The proxy that a client sends everything through.

use std::fmt;
use std::str::FromStr;

use url::{Host, ParseError, Position, Url};

/// An HTTP proxy.
///
/// It is written `http://HOST:PORT`, with `USER:PASSWORD@` before the host if it asks for them;
/// without a port it is 80. Bytes that a URL does not hold are percent-encoded. Neither `Debug`
/// nor `Display` shows the credentials.
///
/// ```
/// use corsac_fetch::client::HttpProxy;
///
/// let proxy: HttpProxy = "http://user:secret@proxy.example:3128".parse()?;
/// assert_eq!(proxy.to_string(), "http://proxy.example:3128");
/// # Ok::<(), corsac_fetch::client::HttpProxyError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct HttpProxy {
    host: Host<String>,
    port: u16,
    /// The value of `Proxy-Authorization`.
    authorization: Option<String>,
}

impl HttpProxy {
    pub(super) fn host(&self) -> Host<&str> {
        match &self.host {
            Host::Domain(name) => Host::Domain(name),
            Host::Ipv4(address) => Host::Ipv4(*address),
            Host::Ipv6(address) => Host::Ipv6(*address),
        }
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// The value of `Proxy-Authorization`, which nobody but the proxy may see.
    pub(super) fn authorization(&self) -> Option<&str> {
        self.authorization.as_deref()
    }
}

impl FromStr for HttpProxy {
    type Err = HttpProxyError;

    fn from_str(text: &str) -> Result<Self, HttpProxyError> {
        if !text.contains("://") {
            return Err(HttpProxyError::NoScheme);
        }
        let url = Url::parse(text).map_err(HttpProxyError::Url)?;
        if url.scheme() != "http" {
            return Err(HttpProxyError::Scheme(url.scheme().to_owned()));
        }
        if !matches!(&url[Position::BeforePath..], "" | "/") {
            return Err(HttpProxyError::BeyondPort);
        }
        let no_host = HttpProxyError::Url(ParseError::EmptyHost);
        Ok(Self {
            host: url.host().ok_or(no_host)?.to_owned(),
            port: url.port_or_known_default().expect("http has a port"),
            authorization: authorization(&url)?,
        })
    }
}

/// Makes `Basic` credentials, by [RFC 7617, 2](https://www.rfc-editor.org/rfc/rfc7617#section-2).
fn authorization(url: &Url) -> Result<Option<String>, HttpProxyError> {
    let (user, password) = (url.username(), url.password());
    if user.is_empty() && password.is_none() {
        return Ok(None);
    }
    let user = percent_decode(user);
    let password = percent_decode(password.unwrap_or_default());
    let is_ambiguous = user.contains(&b':');
    if is_ambiguous || user.iter().chain(&password).any(u8::is_ascii_control) {
        return Err(HttpProxyError::Credentials);
    }
    let encoded = base64(&[&user[..], b":", &password].concat());
    Ok(Some(format!("Basic {encoded}")))
}

/// It is what the URL standard calls [percent-decode](https://url.spec.whatwg.org/#percent-decode).
fn percent_decode(text: &str) -> Vec<u8> {
    let mut rest = text.as_bytes();
    let mut decoded = Vec::with_capacity(rest.len());
    while let [first, after @ ..] = rest {
        let escaped = match rest {
            [b'%', high, low, ..] => hex_digit(*high).zip(hex_digit(*low)),
            _ => None,
        };
        let (byte, after) = match escaped {
            Some((high, low)) => (16 * high + low, &rest[3..]),
            None => (*first, after),
        };
        decoded.push(byte);
        rest = after;
    }
    decoded
}

fn hex_digit(byte: u8) -> Option<u8> {
    let digit = char::from(byte).to_digit(16)?;
    u8::try_from(digit).ok()
}

/// Encodes by [RFC 4648, 4](https://www.rfc-editor.org/rfc/rfc4648#section-4).
fn base64(bytes: &[u8]) -> String {
    let mut encoded = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let digit = (bits >> (18 - 6 * at)) as usize & 63;
            // As many digits as the group has bytes, and one.
            encoded.push(match at <= group.len() {
                true => char::from(BASE64[digit]),
                false => '=',
            });
        }
    }
    encoded
}

/// Without credentials.
impl fmt::Display for HttpProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, .. } = self;
        write!(f, "http://{host}:{port}")
    }
}

impl fmt::Debug for HttpProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("HttpProxy").field(&self.to_string()).finish()
    }
}

/// Why a text is no [`HttpProxy`]. What could be a password is not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HttpProxyError {
    /// There is no scheme.
    NoScheme,
    /// It is spoken to in another way than over plain HTTP.
    Scheme(String),
    /// It is not a URL.
    Url(ParseError),
    /// There is a path, a query or a fragment.
    BeyondPort,
    /// The user name has a colon, or there is a control character.
    Credentials,
}

impl fmt::Display for HttpProxyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoScheme => f.write_str("a proxy is written `http://HOST:PORT`"),
            Self::Scheme(scheme) => write!(
                f,
                "a proxy is spoken to over `http`, not over `{scheme}`; it carries https all the same"
            ),
            Self::Url(error) => write!(f, "a proxy is a URL: {error}"),
            Self::BeyondPort => f.write_str("the URL of a proxy ends after the port"),
            Self::Credentials => f.write_str(
                "a user name has no colon, and neither it nor a password a control character",
            ),
        }
    }
}

impl std::error::Error for HttpProxyError {}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
