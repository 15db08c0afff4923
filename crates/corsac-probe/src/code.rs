//! The stable names of what can be found.

use std::fmt;

use corsac_fetch::TypeError;

use crate::pages::{self, Page};

/// What was found, by its stable name.
///
/// [`Code::page`] says everything about it that does not depend on the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Code {
    /// The answer names no origin that may read it.
    NoAllowOrigin,
    /// The error names no origin that may read it.
    NoAllowOriginOnError,
    /// The answer is for another origin.
    AllowOriginMismatch,
    /// The answer is for the same host over another scheme.
    AllowOriginSchemeMismatch,
    /// The answer is for another port.
    AllowOriginPortMismatch,
    /// The answer is for another host.
    AllowOriginHostMismatch,
    /// The allowed origin ends in a slash.
    AllowOriginTrailingSlash,
    /// The allowed origin has a path.
    AllowOriginPath,
    /// The allowed origin has no scheme.
    AllowOriginMissingScheme,
    /// The allowed origin has a port that browsers leave out.
    AllowOriginDefaultPort,
    /// The allowed origin is not an origin.
    AllowOriginInvalid,
    /// The answer is for the origin `null`.
    AllowOriginNull,
    /// The allowed origin is a pattern.
    AllowOriginWildcardPattern,
    /// The answer lists several origins.
    AllowOriginList,
    /// `Access-Control-Allow-Origin` is there twice.
    AllowOriginDuplicate,
    /// The allowed origin differs in upper and lower case.
    AllowOriginCase,
    /// The page has no origin of its own.
    NullOriginPage,
    /// Every origin is allowed by its own name.
    ReflectsAnyOrigin,
    /// A `*` does not count for a request with credentials.
    WildcardWithCredentials,
    /// The answer does not allow credentials.
    NoAllowCredentials,
    /// `Access-Control-Allow-Credentials` is not `true`.
    AllowCredentialsNotTrue,
    /// With credentials, `*` is a name and no wildcard.
    WildcardLiteralWithCredentials,
    /// With credentials, `Access-Control-Expose-Headers: *` exposes nothing.
    ExposeWildcardWithCredentials,
    /// The preflight does not allow the method.
    MethodNotAllowed,
    /// The method differs in upper and lower case.
    MethodCase,
    /// The preflight does not allow a header.
    HeaderNotAllowed,
    /// A `*` does not cover `Authorization`.
    WildcardDoesNotCoverAuthorization,
    /// `Access-Control-Allow-Methods` is not a list of methods.
    AllowMethodsInvalid,
    /// `Access-Control-Allow-Headers` is not a list of header names.
    AllowHeadersInvalid,
    /// The preflight is not answered with an ok status.
    PreflightStatus,
    /// The preflight is redirected.
    PreflightRedirect,
    /// The preflight is redirected to https.
    PreflightRedirectScheme,
    /// The preflight is redirected by a slash.
    PreflightRedirectSlash,
    /// The preflight is asked to authenticate.
    PreflightAuth,
    /// Nothing answers the preflight.
    PreflightNoHandler,
    /// No CORS rule of the bucket fits.
    BucketRuleMissing,
    /// Browsers keep the preflight for less time than it says.
    MaxAgeAboveCap,
    /// `Access-Control-Max-Age` is not a number of seconds.
    MaxAgeInvalid,
    /// The preflight is asked again and again.
    PreflightNeverCached,
    /// The script sends a field that belongs into the answer.
    RequestHasResponseHeaders,
    /// The redirect leads to an address with a password in it.
    RedirectWithCredentialsInUrl,
    /// After the redirect the browser says `Origin: null`.
    RedirectTaintedOrigin,
    /// An answer on the way of a redirect names no origin.
    RedirectCrossOriginNoCors,
    /// There is a redirect, and the script wants none.
    RedirectModeError,
    /// The redirect leads nowhere.
    RedirectLocationInvalid,
    /// The redirect does not lead to http or https.
    RedirectScheme,
    /// There are too many redirects.
    RedirectLoop,
    /// The redirect would need the body again.
    RedirectStreamBody,
    /// `Authorization` does not go along with the redirect.
    AuthorizationDropped,
    /// The script cannot read a header.
    HeaderNotExposed,
    /// The answer does not have a header that the script reads.
    HeaderAbsent,
    /// `Access-Control-Expose-Headers` is not a list of header names.
    ExposeHeadersInvalid,
    /// The answer depends on the origin and does not say so.
    MissingVary,
    /// `Vary: Origin` is missing where no origin is allowed.
    VaryOnlyWhenAllowed,
    /// The same request is not always answered the same.
    AnswersDiffer,
    /// A cache gives an old answer.
    AnswerFromCache,
    /// What is in front of the server changes the request or the answer.
    ChangedByProxy,
    /// Not all browsers do the same.
    BrowsersDiffer,
    /// The page sees nothing of the answer.
    OpaqueResponse,
    /// The server keeps the answer from other origins.
    CrossOriginResourcePolicy,
    /// The script asks for its own origin only.
    SameOriginMode,
    /// `no-cors` does not go with this redirect mode.
    NoCorsRedirectMode,
    /// A cookie does not go along because of `SameSite`.
    CookieSameSite,
    /// A cookie needs https.
    CookieNotSecure,
    /// The browser does not keep a cookie.
    CookieRefused,
    /// A browser keeps no cookies of other sites.
    CookieThirdParty,
    /// Nothing listens there.
    ConnectionRefused,
    /// The host name leads nowhere.
    DnsFailure,
    /// The certificate is not trusted.
    TlsUntrusted,
    /// The certificate is not valid at this time.
    TlsExpired,
    /// The certificate is for another host.
    TlsWrongHost,
    /// The server does not speak TLS here.
    TlsHandshake,
    /// The server does not answer in time.
    Timeout,
    /// The server hangs up.
    ConnectionClosed,
    /// The answer is not HTTP.
    NotHttp,
    /// The head of the answer is too large.
    HeadTooLarge,
    /// The server fails.
    ServerError,
    /// A proxy does not reach the server.
    GatewayError,
    /// The request is too large for the server.
    RequestTooLarge,
    /// A firewall answers in place of the server.
    BotChallenge,
    /// A proxy asks for a password.
    ProxyAuthentication,
    /// The way through the proxy is closed.
    ProxyFailed,
    /// A page over https asks for something over http.
    MixedContent,
    /// A page from the internet asks for something in the local network.
    LocalNetwork,
    /// The page forbids itself to connect there.
    ContentSecurityPolicy,
    /// Browsers do not connect to this port.
    BlockedPort,
    /// The request got no answer.
    NetworkFailure,
    /// Something in the browser stopped the request.
    BlockedByExtension,
    /// The browser does not say why.
    ReasonHidden,
    /// CORS is turned off in this browser.
    CorsDisabled,
    /// The address has no scheme.
    UrlWithoutScheme,
    /// The address has a user name or a password.
    UrlWithCredentials,
    /// The address cannot be parsed.
    UrlInvalid,
    /// Only http and https can be asked across origins.
    UnsupportedScheme,
    /// WebSockets know no CORS.
    WebsocketNotCors,
    /// The script gets a `TypeError`.
    RequestInvalid,
    /// The `data:` URL is malformed.
    DataUrlInvalid,
    /// Nothing is cached, and nothing may be sent.
    OnlyIfCached,
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a finding stops the page, may, or does not"
)]
pub enum Severity {
    /// It stops nothing.
    Info,
    /// It stops some page at some time.
    Warning,
    /// It keeps the page from its answer.
    Error,
}

impl Severity {
    /// The name, as options and reports have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Code {
    /// All codes, in the order of the documentation.
    pub fn all() -> impl Iterator<Item = Self> {
        pages::FAMILIES
            .iter()
            .flat_map(|family| family.pages.iter().map(|page| page.code))
    }

    /// The code of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|code| code.as_str() == name)
    }

    /// The stable name, in kebab-case.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.page().name
    }

    /// Everything about it that does not depend on the case.
    #[must_use]
    pub fn page(self) -> &'static Page {
        pages::of(self)
    }
}

impl From<&TypeError> for Code {
    /// What is wrong with a request that a script cannot even make.
    fn from(error: &TypeError) -> Self {
        match error {
            TypeError::Url => Self::UrlInvalid,
            TypeError::UrlWithCredentials => Self::UrlWithCredentials,
            _ => Self::RequestInvalid,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
