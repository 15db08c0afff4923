//! Why TLS is not agreed on.

use std::fmt;

/// Why TLS could not be agreed on, with the words of who found out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsFailure {
    /// The certificate is for other hosts, or there can be none for this one.
    WrongHost(String),
    /// The certificate is not valid any longer, or not yet.
    NotValidNow(String),
    /// Nobody who is trusted vouches for the certificate.
    Untrusted(String),
    /// It did not come to a certificate, or the connection ended.
    Handshake(String),
}

impl TlsFailure {
    /// The words of who found out.
    #[must_use]
    pub fn reason(&self) -> &str {
        match self {
            Self::WrongHost(reason)
            | Self::NotValidNow(reason)
            | Self::Untrusted(reason)
            | Self::Handshake(reason) => reason,
        }
    }
}

impl fmt::Display for TlsFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason())
    }
}
