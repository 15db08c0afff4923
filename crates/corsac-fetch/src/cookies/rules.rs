//! What browsers differ in when they keep and send cookies.

use url::Url;

use crate::trustworthy::is_potentially_trustworthy_url;

/// What browsers differ in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CookieRules {
    /// How a cookie is treated that does not say where it goes.
    pub unset_same_site: UnsetSameSite,
    /// Where a cookie that is `Secure` may come from and go to.
    pub secure: SecureCookies,
    /// Whether a redirect through another site keeps cookies back.
    pub redirects: CookieRedirects,
    /// What is of the same site.
    pub site: CookieSite,
    /// Whether a cookie that goes everywhere must be `Secure`.
    pub none_without_secure: NoneWithoutSecure,
    /// Which cookies may cross from site to site.
    pub third_parties: ThirdParties,
}

/// How a cookie is treated that does not say where it goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "browsers do one or the other")]
pub enum UnsetSameSite {
    /// As `SameSite=Lax`, as Chromium does and web-platform-tests expect.
    #[default]
    Lax,
    /// As `SameSite=None`, but for its need of `Secure`, as Firefox and WebKit do.
    None,
}

/// Where a cookie that is `Secure` may come from and go to.
///
/// Follows the secure protocol of [store a cookie](https://httpwg.org/http-extensions/draft-ietf-httpbis-layered-cookies.html#store-a-cookie),
/// which the draft leaves to the user agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "browsers do one or the other")]
pub enum SecureCookies {
    /// HTTPS, as WebKit does.
    #[default]
    OverHttps,
    /// Every [potentially trustworthy URL](https://w3c.github.io/webappsec-secure-contexts/#is-url-trustworthy),
    /// such as `http://localhost`, as Chromium and Firefox do.
    OverTrustworthyUrls,
}

impl SecureCookies {
    pub(super) fn is_secure(self, url: &Url) -> bool {
        match self {
            Self::OverHttps => matches!(url.scheme(), "https" | "wss"),
            Self::OverTrustworthyUrls => is_potentially_trustworthy_url(url),
        }
    }
}

/// What is of the same site, as far as `SameSite` goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "browsers do one or the other")]
pub enum CookieSite {
    /// What has the same scheme and registrable domain, as the standard has it.
    #[default]
    Schemeful,
    /// What has the same registrable domain, as Firefox has it.
    Schemeless,
}

/// Whether a request that a redirect took through another site is one across sites, where it comes
/// back to the page's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "browsers do one or the other")]
pub enum CookieRedirects {
    /// It is, as the draft has it.
    #[default]
    Count,
    /// It is not: only the URL counts at which it is now, as in Chromium.
    DoNotCount,
}

/// Whether a cookie is kept that is `SameSite=None` but not `Secure`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "it is or is not")]
pub enum NoneWithoutSecure {
    /// It is not, as the draft has it.
    #[default]
    Refused,
    /// It is, as in WebKit.
    Kept,
}

/// Which cookies go with a request to a site that is not the page's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "browsers do one or the other")]
pub enum ThirdParties {
    /// Those whose `SameSite` lets them.
    #[default]
    BySameSite,
    /// None, and none is kept. Whether the site is the page's, its URL says, and its scheme does
    /// not count. To the page's own site all cookies go, whatever their `SameSite`.
    Blocked,
}
