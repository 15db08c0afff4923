//! WebKit's sentences, old and new.

use corsac_fetch::Profile;

use super::Wording;
use crate::code::Code;

const fn now(code: Code, text: &'static str) -> Wording {
    Wording::current(Profile::WebKit, code, text)
}

const fn once(code: Code, text: &'static str) -> Wording {
    Wording::former(Profile::WebKit, code, text)
}

static STATUS: Wording = now(
    Code::PreflightStatus,
    "Preflight response is not successful. Status code: {status}",
);
static WILDCARD: Wording = now(
    Code::WildcardWithCredentials,
    "Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true.",
);
static MULTIPLE: Wording = now(
    Code::AllowOriginList,
    "Access-Control-Allow-Origin cannot contain more than one origin.",
);
static ORIGIN: Wording = now(
    Code::NoAllowOrigin,
    "Origin {origin} is not allowed by Access-Control-Allow-Origin. Status code: {status}",
);
static CREDENTIALS: Wording = now(
    Code::NoAllowCredentials,
    "Credentials flag is true, but Access-Control-Allow-Credentials is not \"true\".",
);
static METHODS: Wording = now(
    Code::AllowMethodsInvalid,
    "Header Access-Control-Allow-Methods has an invalid value: {value}",
);
static HEADERS: Wording = now(
    Code::AllowHeadersInvalid,
    "Header Access-Control-Allow-Headers has an invalid value: {value}",
);
static METHOD: Wording = now(
    Code::MethodNotAllowed,
    "Method {method} is not allowed by Access-Control-Allow-Methods.",
);
static HEADER: Wording = now(
    Code::HeaderNotAllowed,
    "Request header field {header} is not allowed by Access-Control-Allow-Headers.",
);
static REDIRECTION: Wording = now(
    Code::RedirectCrossOriginNoCors,
    "Cross-origin redirection to {url} denied by Cross-Origin Resource Sharing policy: ",
);
static USERINFO: Wording = now(
    Code::RedirectWithCredentialsInUrl,
    "redirection URL {value} has credentials",
);
static NON_CORS_SCHEME: Wording = now(
    Code::RedirectScheme,
    "not allowed to follow a cross-origin CORS redirection with non CORS scheme",
);
static REDIRECT_MODE: Wording = now(
    Code::RedirectModeError,
    "Not allowed to follow a redirection while loading {url}",
);
static TOO_MANY: Wording = now(
    Code::RedirectLoop,
    "Load cannot follow more than 20 redirections",
);
static SAME_ORIGIN: Wording = now(
    Code::SameOriginMode,
    "Unsafe attempt to load URL {url} from origin {origin}. Domains, protocols and ports must \
     match.",
);
static CANNOT_LOAD: Wording = now(
    Code::ReasonHidden,
    "Fetch API cannot load {url} due to access control checks.",
);
static CANNOT_LOAD_BY_XHR: Wording = now(
    Code::ReasonHidden,
    "XMLHttpRequest cannot load {url} due to access control checks.",
);
static FORMER_ORIGIN: Wording = once(
    Code::NoAllowOrigin,
    "Origin {origin} is not allowed by Access-Control-Allow-Origin.",
);
static FORMER_STATUS: Wording = once(
    Code::PreflightStatus,
    "Preflight response is not successful",
);
static RESOURCE_POLICY: Wording = now(
    Code::CrossOriginResourcePolicy,
    "Cancelled load to {url} because it violates the resource's Cross-Origin-Resource-Policy \
     response header.",
);
static FTP: Wording = now(Code::RedirectScheme, "FTP URLs are disabled");
static MIXED: Wording = once(
    Code::MixedContent,
    "[blocked] The page at {page} was not allowed to run insecure content from {url}.",
);
static FORMER_MIXED: Wording = once(
    Code::MixedContent,
    "[blocked] The page at {page} was not allowed to display insecure content from {url}.",
);
static POLICY: Wording = now(
    Code::ContentSecurityPolicy,
    "Refused to connect to {url} because it does not appear in the connect-src directive of the \
     Content Security Policy.",
);
static CONNECT: Wording = now(Code::ConnectionRefused, "Could not connect to the server.");
static LOST: Wording = now(Code::ConnectionClosed, "The network connection was lost.");
static HOST: Wording = now(
    Code::DnsFailure,
    "A server with the specified hostname could not be found.",
);
static CERTIFICATE: Wording = now(
    Code::TlsUntrusted,
    "The certificate for this server is invalid.",
);
static TIMED_OUT: Wording = now(Code::Timeout, "The request timed out.");
static MIXED_NOW: Wording = now(
    Code::MixedContent,
    "[blocked] The page at {page} requested insecure content from {url}. This content was blocked \
     and must be served over HTTPS.",
);
static BAD_PORT: Wording = now(
    Code::BlockedPort,
    "Not allowed to use restricted network port {port}: {url}",
);
static SCHEME: Wording = now(
    Code::UnsupportedScheme,
    "Cross origin requests are only supported for HTTP.",
);
static NO_CORS_REDIRECT_MODE: Wording = now(
    Code::NoCorsRedirectMode,
    "No-Cors mode requires follow redirect mode",
);
static CANNOT: Wording = now(Code::ReasonHidden, "Fetch API cannot load {url}.");
pub(super) static TYPE_ERROR: Wording = now(Code::NetworkFailure, "TypeError: Load failed");

pub(super) static ALL: [&Wording; 35] = [
    &STATUS,
    &WILDCARD,
    &MULTIPLE,
    &ORIGIN,
    &CREDENTIALS,
    &METHODS,
    &HEADERS,
    &METHOD,
    &HEADER,
    &REDIRECTION,
    &USERINFO,
    &NON_CORS_SCHEME,
    &REDIRECT_MODE,
    &TOO_MANY,
    &SAME_ORIGIN,
    &CANNOT_LOAD,
    &CANNOT_LOAD_BY_XHR,
    &FORMER_ORIGIN,
    &FORMER_STATUS,
    &MIXED,
    &FORMER_MIXED,
    &POLICY,
    &CONNECT,
    &LOST,
    &HOST,
    &CERTIFICATE,
    &TIMED_OUT,
    &TYPE_ERROR,
    &RESOURCE_POLICY,
    &FTP,
    &MIXED_NOW,
    &BAD_PORT,
    &SCHEME,
    &NO_CORS_REDIRECT_MODE,
    &CANNOT,
];
