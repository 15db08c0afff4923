//! What can be set about a client.

use std::fmt;
use std::time::Duration;

use super::host_override::HostOverride;
use super::http_proxy::HttpProxy;

/// What can be set about a client.
///
/// ```
/// use std::time::Duration;
///
/// use corsac_fetch::client::ClientOptions;
///
/// let options = ClientOptions {
///     total_timeout: Some(Duration::from_secs(10)),
///     ..ClientOptions::default()
/// };
/// ```
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// Certificates in PEM that are trusted besides those of Mozilla's list.
    pub additional_roots: Vec<Vec<u8>>,
    /// Whether a server must show a certificate that is trusted.
    pub certificates: Certificates,
    /// Where host names lead; the first that fits counts.
    ///
    /// Behind a proxy they count for the proxy's name alone: the proxy looks up the others.
    pub host_overrides: Vec<HostOverride>,
    /// The proxy through which everything is sent, to whatever host.
    ///
    /// No variable of the environment counts.
    pub proxy: Option<HttpProxy>,
    /// How long it may take to find the address, connect and agree on TLS.
    pub connect_timeout: Duration,
    /// How long a server may take from the start of a request to the head of its response.
    pub response_timeout: Duration,
    /// How long a fetch may take with all its exchanges and the body.
    pub total_timeout: Option<Duration>,
    /// Bytes of a body that are read at most.
    pub body_limit: Option<u64>,
}

/// Whether a server must show a certificate that is trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "it must or it need not")]
pub enum Certificates {
    /// It must.
    #[default]
    Verified,
    /// It need not.
    ///
    /// # Security
    ///
    /// Whoever is on the way can read and change everything.
    Unverified,
}

impl Default for ClientOptions {
    /// Thirty seconds to connect, as long for an answer as browsers wait, no bound on the body.
    fn default() -> Self {
        Self {
            additional_roots: Vec::new(),
            certificates: Certificates::default(),
            host_overrides: Vec::new(),
            proxy: None,
            connect_timeout: Duration::from_secs(30),
            response_timeout: Duration::from_secs(300),
            total_timeout: None,
            body_limit: None,
        }
    }
}

/// Options that no client can be made with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientOptionsError {
    /// One of the additional roots has no certificate; the number counts them from 0.
    NoCertificate(usize),
    /// One of the additional roots is not a certificate; the text says why.
    Certificate(usize, String),
}

impl fmt::Display for ClientOptionsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCertificate(at) => write!(f, "root {at} holds no certificate in PEM"),
            Self::Certificate(at, text) => write!(f, "root {at} is not a certificate: {text}"),
        }
    }
}

impl std::error::Error for ClientOptionsError {}
