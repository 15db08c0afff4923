//! Why a cookie is not kept.

use std::fmt;

/// Why a cookie is not kept.
///
/// Follows the failures of [parse a cookie](https://httpwg.org/http-extensions/draft-ietf-httpbis-layered-cookies.html#parse-a-cookie)
/// and of [store a cookie](https://httpwg.org/http-extensions/draft-ietf-httpbis-layered-cookies.html#store-a-cookie).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CookieRefusal {
    /// It has a control character.
    ControlCharacter,
    /// It has neither a name nor a value.
    Empty,
    /// Name and value together are longer than 4,096 bytes.
    TooLong,
    /// `Domain` is not a host.
    DomainNotAHost,
    /// `Domain` is a public suffix, below which others have their domains.
    DomainIsPublicSuffix,
    /// `Domain` is neither the host that sets the cookie nor a domain above it.
    DomainMismatch,
    /// A script cannot set a cookie that is `HttpOnly`.
    HttpOnlyFromScript,
    /// A script cannot replace a cookie that is `HttpOnly`.
    ReplacesHttpOnly,
    /// A cookie that is `Secure` cannot be set over plain HTTP.
    SecureOverHttp,
    /// Over plain HTTP, a cookie cannot stand in for one that is `Secure`.
    OverlaysSecure,
    /// A cookie that is not `SameSite=None` cannot be set across sites.
    SameSiteAcrossSites,
    /// `SameSite=None` needs `Secure`.
    SameSiteNoneWithoutSecure,
    /// The name starts with `__Secure-`, `__Host-` or `__Http-`, but the cookie is not what that
    /// says.
    Prefix,
    /// There is no name, and the value starts with a prefix that means something in a name.
    PrefixInValue,
    /// The URL has no host.
    NoHost,
    /// The server is of another site than the page, and may keep no cookies there.
    ThirdParty,
}

impl CookieRefusal {
    /// The stable name of the refusal.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ControlCharacter => "cookie/control-character",
            Self::Empty => "cookie/empty",
            Self::TooLong => "cookie/too-long",
            Self::DomainNotAHost => "cookie/domain-not-a-host",
            Self::DomainIsPublicSuffix => "cookie/domain-is-public-suffix",
            Self::DomainMismatch => "cookie/domain-mismatch",
            Self::HttpOnlyFromScript => "cookie/http-only-from-script",
            Self::ReplacesHttpOnly => "cookie/replaces-http-only",
            Self::SecureOverHttp => "cookie/secure-over-http",
            Self::OverlaysSecure => "cookie/overlays-secure",
            Self::SameSiteAcrossSites => "cookie/same-site-across-sites",
            Self::SameSiteNoneWithoutSecure => "cookie/same-site-none-without-secure",
            Self::Prefix => "cookie/prefix",
            Self::PrefixInValue => "cookie/prefix-in-value",
            Self::NoHost => "cookie/no-host",
            Self::ThirdParty => "cookie/third-party",
        }
    }
}

impl fmt::Display for CookieRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ControlCharacter => "the cookie has a control character",
            Self::Empty => "the cookie has neither a name nor a value",
            Self::TooLong => "name and value are longer than 4,096 bytes together",
            Self::DomainNotAHost => "`Domain` is not a host",
            Self::DomainIsPublicSuffix => {
                "`Domain` is a public suffix, below which others have their domains"
            }
            Self::DomainMismatch => {
                "`Domain` is neither the host that sets the cookie nor a domain above it"
            }
            Self::HttpOnlyFromScript => "a script cannot set a cookie that is `HttpOnly`",
            Self::ReplacesHttpOnly => "a script cannot replace a cookie that is `HttpOnly`",
            Self::SecureOverHttp => "a cookie that is `Secure` cannot be set over plain HTTP",
            Self::OverlaysSecure => {
                "over plain HTTP, a cookie cannot stand in for one that is `Secure`"
            }
            Self::SameSiteAcrossSites => {
                "a cookie that is not `SameSite=None` cannot be set across sites"
            }
            Self::SameSiteNoneWithoutSecure => "`SameSite=None` needs `Secure`",
            Self::Prefix => "the cookie is not what the prefix of its name says",
            Self::PrefixInValue => {
                "there is no name, and the value starts with a prefix that means something in a name"
            }
            Self::NoHost => "the URL has no host",
            Self::ThirdParty => "the server is of another site than the page",
        })
    }
}

impl std::error::Error for CookieRefusal {}
