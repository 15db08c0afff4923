//! Why a fetch ended in a network error.

use std::fmt;

use corsac::user_agent::{CorsCheckFailure, PreflightFailure};

use crate::address_space::LocalNetworkFailure;
use crate::blob_url::BlobUrlFailure;
use crate::cross_origin_resource_policy::ResourcePolicyFailure;
use crate::integrity::IntegrityFailure;
use crate::location::LocationFailure;
use crate::machine::{ProxyFailure, TransportFailure};
use crate::trace::{LOCAL_NETWORK_ACCESS_CHECK, Rule};

/// A [network error](https://fetch.spec.whatwg.org/#concept-network-error), by its reason.
///
/// A page learns only that there was one. The reason has a stable code.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NetworkError {
    /// The response may not be shared with the page.
    CorsCheck(CorsCheckFailure),
    /// The preflight's response does not allow the request.
    Preflight(PreflightFailure),
    /// No response to the preflight came.
    PreflightTransport(TransportFailure),
    /// No response came.
    Transport(TransportFailure),
    /// The mode is `same-origin`, but the URL is of another origin.
    SameOriginMode,
    /// The mode is `no-cors`, which goes with no redirect mode but `follow`.
    NoCorsRedirectMode,
    /// The URL's scheme is not one that can be fetched across origins.
    Scheme,
    /// The URL's scheme is not one that can be fetched here at all.
    SchemeFetch,
    /// The page may not talk to the network that the server is on.
    LocalNetworkAccess(LocalNetworkFailure),
    /// The port is one that browsers do not connect to.
    BadPort,
    /// The page is secure and the URL is not.
    MixedContent,
    /// The `data:` URL is malformed.
    DataUrl,
    /// The `blob:` URL cannot be fetched.
    BlobUrl(BlobUrlFailure),
    /// The body is not one that the script asked for.
    Integrity(IntegrityFailure),
    /// The redirect mode is `error`, and there was a redirect.
    RedirectMode,
    /// `Location` is not a URL.
    RedirectLocation(LocationFailure),
    /// The redirect leads to a scheme that is not HTTP.
    RedirectScheme,
    /// There were more than 20 redirects.
    TooManyRedirects,
    /// The redirect leads to a URL of another origin than the page's, with a user name or password.
    RedirectCredentials,
    /// The redirect leads back from another origin to a URL with a user name or password.
    RedirectCredentialsBack,
    /// The redirect would send a stream again.
    RedirectStream,
    /// `Cross-Origin-Resource-Policy` keeps the response from this page.
    CrossOriginResourcePolicy(ResourcePolicyFailure),
    /// The cache mode is `only-if-cached`, and nothing is cached.
    OnlyIfCached,
    /// The server asks for a password, which a stream cannot be sent again with.
    AuthenticationStream,
    /// A proxy asks for credentials, and nobody can be asked.
    ProxyAuthentication,
}

impl NetworkError {
    /// The stable name of the reason.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::CorsCheck(failure) => failure.code(),
            Self::Preflight(failure) => match failure {
                PreflightFailure::CorsCheck(failure) => preflight_cors_check_code(*failure),
                _ => failure.code(),
            },
            Self::PreflightTransport(_) => "preflight/no-response",
            Self::Transport(TransportFailure::NotWritable(_)) => "transport/not-writable",
            Self::Transport(TransportFailure::Proxy {
                failure: ProxyFailure::Status(_) | ProxyFailure::Answer(_),
                ..
            }) => "transport/proxy-refused",
            Self::Transport(_) => "transport/no-response",
            Self::SameOriginMode => "mode/same-origin",
            Self::NoCorsRedirectMode => "mode/no-cors-redirect",
            Self::Scheme => "scheme/not-http",
            Self::SchemeFetch => "scheme/not-fetched",
            Self::LocalNetworkAccess(failure) => failure.code(),
            Self::BadPort => "url/bad-port",
            Self::MixedContent => "mixed-content",
            Self::DataUrl => "data-url/malformed",
            Self::BlobUrl(failure) => failure.code(),
            Self::Integrity(failure) => failure.code(),
            Self::RedirectMode => "redirect/mode-error",
            Self::RedirectLocation(failure) => failure.code(),
            Self::RedirectScheme => "redirect/scheme",
            Self::TooManyRedirects => "redirect/too-many",
            Self::RedirectCredentials | Self::RedirectCredentialsBack => {
                "redirect/credentials-in-url"
            }
            Self::RedirectStream => "redirect/stream-body",
            Self::CrossOriginResourcePolicy(_) => "cross-origin-resource-policy",
            Self::OnlyIfCached => "cache/only-if-cached",
            Self::AuthenticationStream => "authentication/stream-body",
            Self::ProxyAuthentication => "proxy/authentication",
        }
    }

    /// The rule of the standard that decided.
    #[must_use]
    pub fn rule(&self) -> Rule {
        let (anchor, step) = match self {
            Self::CorsCheck(failure) => ("concept-cors-check", cors_check_step(*failure)),
            Self::Preflight(failure) => ("cors-preflight-fetch-0", preflight_step(failure)),
            Self::PreflightTransport(_) => ("cors-preflight-fetch-0", "7"),
            Self::Transport(TransportFailure::StreamOverHttp1) => {
                ("concept-http-network-fetch", "8.3")
            }
            Self::Transport(_) => ("concept-http-network-fetch", "8.1"),
            // Statements of a switch, which have no number of their own.
            Self::SameOriginMode | Self::Scheme => ("concept-main-fetch", "12"),
            Self::NoCorsRedirectMode => ("concept-main-fetch", "12.1"),
            Self::SchemeFetch => ("concept-scheme-fetch", "4"),
            Self::LocalNetworkAccess(failure) => (LOCAL_NETWORK_ACCESS_CHECK, failure.step()),
            Self::BadPort => ("block-bad-port", "2"),
            Self::MixedContent => ("concept-main-fetch", "7"),
            Self::DataUrl | Self::BlobUrl(_) => ("concept-scheme-fetch", "3"),
            Self::Integrity(_) => ("concept-main-fetch", "23"),
            Self::RedirectMode => ("concept-http-fetch", "6.3"),
            Self::RedirectLocation(_) => ("concept-http-redirect-fetch", "5"),
            Self::RedirectScheme => ("concept-http-redirect-fetch", "6"),
            Self::TooManyRedirects => ("concept-http-redirect-fetch", "7"),
            Self::RedirectCredentials => ("concept-http-redirect-fetch", "9"),
            Self::RedirectCredentialsBack => ("concept-http-redirect-fetch", "10"),
            Self::RedirectStream => ("concept-http-redirect-fetch", "11"),
            Self::CrossOriginResourcePolicy(_) => {
                ("cross-origin-resource-policy-internal-check", "5")
            }
            Self::OnlyIfCached => ("concept-http-network-or-cache-fetch", "11.1"),
            Self::AuthenticationStream => ("concept-http-network-or-cache-fetch", "15.2.1"),
            Self::ProxyAuthentication => ("concept-http-network-or-cache-fetch", "16.1"),
        };
        Rule { anchor, step }
    }
}

fn preflight_cors_check_code(failure: CorsCheckFailure) -> &'static str {
    match failure {
        CorsCheckFailure::MissingAllowOrigin => "preflight/missing-allow-origin",
        CorsCheckFailure::WildcardWithCredentials => "preflight/wildcard-with-credentials",
        CorsCheckFailure::AllowOriginMismatch => "preflight/allow-origin-mismatch",
        CorsCheckFailure::MissingAllowCredentials => "preflight/missing-allow-credentials",
        CorsCheckFailure::AllowCredentialsNotTrue => "preflight/allow-credentials-not-true",
        _ => failure.code(),
    }
}

fn cors_check_step(failure: CorsCheckFailure) -> &'static str {
    match failure {
        CorsCheckFailure::MissingAllowOrigin => "2",
        CorsCheckFailure::WildcardWithCredentials | CorsCheckFailure::AllowOriginMismatch => "4",
        _ => "8",
    }
}

pub(crate) fn preflight_step(failure: &PreflightFailure) -> &'static str {
    match failure {
        PreflightFailure::MalformedAllowMethods(_) | PreflightFailure::MalformedAllowHeaders(_) => {
            "7.3"
        }
        PreflightFailure::MethodNotAllowed => "7.5",
        PreflightFailure::RequestHeaderNotAllowed(name) if name == b"authorization" => "7.6",
        PreflightFailure::RequestHeaderNotAllowed(_) => "7.7",
        _ => "7",
    }
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CorsCheck(failure) => failure.fmt(f),
            Self::Preflight(failure) => write!(f, "the preflight failed: {failure}"),
            Self::PreflightTransport(failure) => write!(f, "the preflight failed: {failure}"),
            Self::Transport(failure) => failure.fmt(f),
            Self::SameOriginMode => {
                f.write_str("the URL is of another origin, which the mode `same-origin` excludes")
            }
            Self::NoCorsRedirectMode => {
                f.write_str("the mode `no-cors` goes with no redirect mode but `follow`")
            }
            Self::Scheme => f.write_str("only http and https can be fetched across origins"),
            Self::SchemeFetch => f.write_str("nothing can be fetched from a URL of this scheme"),
            Self::LocalNetworkAccess(failure) => failure.fmt(f),
            Self::BadPort => f.write_str("browsers do not connect to this port"),
            Self::MixedContent => f.write_str("a secure page cannot fetch over http"),
            Self::DataUrl => f.write_str("the data: URL is malformed"),
            Self::BlobUrl(failure) => failure.fmt(f),
            Self::Integrity(failure) => failure.fmt(f),
            Self::RedirectMode => f.write_str("there was a redirect, which the mode excludes"),
            Self::RedirectLocation(failure) => failure.fmt(f),
            Self::RedirectScheme => f.write_str("the redirect does not lead to http or https"),
            Self::TooManyRedirects => f.write_str("there were more than 20 redirects"),
            Self::RedirectCredentials | Self::RedirectCredentialsBack => {
                f.write_str("the redirect leads to a URL with a user name or password")
            }
            Self::RedirectStream => f.write_str("the redirect would send a stream again"),
            Self::CrossOriginResourcePolicy(_) => {
                f.write_str("`Cross-Origin-Resource-Policy` keeps the response from this page")
            }
            Self::OnlyIfCached => f.write_str("nothing is cached, and nothing may be sent"),
            Self::AuthenticationStream => {
                f.write_str("the server asks for a password, and the stream is sent already")
            }
            Self::ProxyAuthentication => f.write_str("a proxy asks for credentials"),
        }
    }
}

impl std::error::Error for NetworkError {}
