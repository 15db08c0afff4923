//! Chromium's sentences, old and new, and the names of its network errors.

use std::io::ErrorKind;

use corsac_fetch::cross_origin_resource_policy::ResourcePolicyFailure;
use corsac_fetch::{NetworkError, Profile, TlsFailure, TransportFailure};

use super::Wording;
use crate::code::Code;

const fn now(code: Code, text: &'static str) -> Wording {
    Wording::current(Profile::Chromium, code, text)
}

const fn once(code: Code, text: &'static str) -> Wording {
    Wording::former(Profile::Chromium, code, text)
}

static MISSING: Wording = now(
    Code::NoAllowOrigin,
    "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
);
static WILDCARD: Wording = now(
    Code::WildcardWithCredentials,
    "The value of the 'Access-Control-Allow-Origin' header in the response must not be the \
     wildcard '*' when the request's credentials mode is 'include'.",
);
static MULTIPLE: Wording = now(
    Code::AllowOriginList,
    "The 'Access-Control-Allow-Origin' header contains multiple values '{value}', but only one is \
     allowed. Have the server send the header with a valid value.",
);
static INVALID: Wording = now(
    Code::AllowOriginInvalid,
    "The 'Access-Control-Allow-Origin' header contains the invalid value '{value}'. Have the \
     server send the header with a valid value.",
);
static MISMATCH: Wording = now(
    Code::AllowOriginMismatch,
    "The 'Access-Control-Allow-Origin' header has a value '{value}' that is not equal to the \
     supplied origin. Have the server send the header with a valid value.",
);
static CREDENTIALS: Wording = now(
    Code::AllowCredentialsNotTrue,
    "The value of the 'Access-Control-Allow-Credentials' header in the response is '{value}' which \
     must be 'true' when the request's credentials mode is 'include'.",
);
static STATUS: Wording = now(Code::PreflightStatus, "It does not have HTTP ok status.");
static REDIRECT: Wording = now(
    Code::PreflightRedirect,
    "Redirect is not allowed for a preflight request.",
);
static METHODS: Wording = now(
    Code::AllowMethodsInvalid,
    "Cannot parse Access-Control-Allow-Methods response header field in preflight response.",
);
static HEADERS: Wording = now(
    Code::AllowHeadersInvalid,
    "Cannot parse Access-Control-Allow-Headers response header field in preflight response.",
);
static METHOD: Wording = now(
    Code::MethodNotAllowed,
    "Method {method} is not allowed by Access-Control-Allow-Methods in preflight response.",
);
static HEADER: Wording = now(
    Code::HeaderNotAllowed,
    "Request header field {header} is not allowed by Access-Control-Allow-Headers in preflight \
     response.",
);
static USERINFO: Wording = now(
    Code::RedirectWithCredentialsInUrl,
    "Redirect location '{value}' contains a username and password, which is disallowed for \
     cross-origin requests.",
);
static SCHEME: Wording = now(
    Code::UnsupportedScheme,
    "Cross origin requests are only supported for protocol schemes: chrome, \
     chrome-experimental-site-token-provider, chrome-extension, chrome-untrusted, data, http, \
     https, isolated-app.",
);
static ANY_SCHEME: Wording = once(
    Code::UnsupportedScheme,
    "Cross origin requests are only supported for protocol schemes: {schemes}.",
);
static MODE: Wording = now(
    Code::SameOriginMode,
    "Fetch API cannot load {url}. Request mode is \"same-origin\" but the URL's origin is not same \
     as the request origin {origin}.",
);
static FORMER_MODE: Wording = once(
    Code::SameOriginMode,
    "Cross origin requests are not allowed by request mode.",
);
static LOCAL_DENIED: Wording = now(
    Code::LocalNetwork,
    "Permission was denied for this request to access the `{space}` address space.",
);
static LOCAL_INSECURE: Wording = now(
    Code::LocalNetwork,
    "The request client is not a secure context and the resource is in more-private address space \
     `{space}`.",
);
static MIXED: Wording = now(
    Code::MixedContent,
    "Mixed Content: The page at '{page}' was loaded over HTTPS, but requested an insecure \
     resource '{url}'. This request has been blocked; the content must be served over HTTPS.",
);
static POLICY: Wording = now(
    Code::ContentSecurityPolicy,
    "Connecting to '{url}' violates the following Content Security Policy directive: \
     \"{directive}\".",
);
static FORMER_POLICY: Wording = once(
    Code::ContentSecurityPolicy,
    "Refused to connect to '{url}' because it violates the following Content Security Policy \
     directive: \"{directive}\".",
);
static FORMER_MISSING: Wording = once(
    Code::NoAllowOrigin,
    "No 'Access-Control-Allow-Origin' header is present on the requested resource. If an opaque \
     response serves your needs, set the request's mode to 'no-cors' to fetch the resource with \
     CORS disabled.",
);
static FORMER_MULTIPLE: Wording = once(
    Code::AllowOriginList,
    "The 'Access-Control-Allow-Origin' header contains multiple values '{value}', but only one is \
     allowed.",
);
static FORMER_INVALID: Wording = once(
    Code::AllowOriginInvalid,
    "The 'Access-Control-Allow-Origin' header contains the invalid value '{value}'.",
);
static FORMER_MISMATCH: Wording = once(
    Code::AllowOriginMismatch,
    "The 'Access-Control-Allow-Origin' header has a value '{value}' that is not equal to the \
     supplied origin.",
);
static FORMER_ORIGIN: Wording = once(
    Code::NoAllowOrigin,
    "Origin '{origin}' is therefore not allowed access.",
);
static FORMER_OLDEST: Wording = once(
    Code::NoAllowOrigin,
    "XMLHttpRequest cannot load {url}. Origin {origin} is not allowed by \
     Access-Control-Allow-Origin.",
);
static FORMER_STATUS: Wording = once(
    Code::PreflightStatus,
    "Response for preflight has invalid HTTP status code {status}",
);
static FORMER_REDIRECT: Wording = once(
    Code::PreflightRedirect,
    "Response for preflight is invalid (redirect)",
);
static FORMER_WILDCARD: Wording = once(
    Code::WildcardWithCredentials,
    "A wildcard '*' cannot be used in the 'Access-Control-Allow-Origin' header when the \
     credentials flag is true.",
);
static REFUSED: Wording = now(Code::ConnectionRefused, "net::ERR_CONNECTION_REFUSED");
static NAME: Wording = now(Code::DnsFailure, "net::ERR_NAME_NOT_RESOLVED");
static AUTHORITY: Wording = now(Code::TlsUntrusted, "net::ERR_CERT_AUTHORITY_INVALID");
static DATE: Wording = now(Code::TlsExpired, "net::ERR_CERT_DATE_INVALID");
static COMMON_NAME: Wording = now(Code::TlsWrongHost, "net::ERR_CERT_COMMON_NAME_INVALID");
static SSL: Wording = now(Code::TlsHandshake, "net::ERR_SSL_PROTOCOL_ERROR");
static TIMED_OUT: Wording = now(Code::Timeout, "net::ERR_TIMED_OUT");
static CONNECTION_TIMED_OUT: Wording = now(Code::Timeout, "net::ERR_CONNECTION_TIMED_OUT");
static EMPTY: Wording = now(Code::ConnectionClosed, "net::ERR_EMPTY_RESPONSE");
static RESET: Wording = now(Code::ConnectionClosed, "net::ERR_CONNECTION_RESET");
static CLOSED: Wording = now(Code::ConnectionClosed, "net::ERR_CONNECTION_CLOSED");
static NOT_HTTP: Wording = now(Code::NotHttp, "net::ERR_INVALID_HTTP_RESPONSE");
static HEAD: Wording = now(Code::HeadTooLarge, "net::ERR_RESPONSE_HEADERS_TOO_BIG");
static PORT: Wording = now(Code::BlockedPort, "net::ERR_UNSAFE_PORT");
static LOOP: Wording = now(Code::RedirectLoop, "net::ERR_TOO_MANY_REDIRECTS");
static LOCATION: Wording = now(Code::RedirectLocationInvalid, "net::ERR_INVALID_REDIRECT");
static UNSAFE: Wording = now(Code::RedirectScheme, "net::ERR_UNSAFE_REDIRECT");
static BLOCKED: Wording = now(
    Code::CrossOriginResourcePolicy,
    "net::ERR_BLOCKED_BY_RESPONSE.NotSameOrigin",
);
static BLOCKED_SITE: Wording = now(
    Code::CrossOriginResourcePolicy,
    "net::ERR_BLOCKED_BY_RESPONSE.NotSameSite",
);
static CLIENT: Wording = now(Code::BlockedByExtension, "net::ERR_BLOCKED_BY_CLIENT");
static FAILED: Wording = now(Code::NetworkFailure, "net::ERR_FAILED");
static SCHEME_OF_FETCH: Wording = now(
    Code::UnsupportedScheme,
    "Fetch API cannot load {url}. URL scheme \"{scheme}\" is not supported.",
);
static LOCAL_RESOURCE: Wording = now(
    Code::UnsupportedScheme,
    "Not allowed to load local resource: {url}",
);
static UNSAFE_ATTEMPT: Wording = now(
    Code::SameOriginMode,
    "Unsafe attempt to load URL {url} from frame with URL {page}. Domains, protocols and ports \
     must match.",
);
static NO_CORS_REDIRECT_MODE: Wording = now(
    Code::NoCorsRedirectMode,
    "Fetch API cannot load {url}. Request mode is \"no-cors\" but the redirect mode is not \
     \"follow\".",
);
pub(super) static TYPE_ERROR: Wording = now(Code::NetworkFailure, "TypeError: Failed to fetch");

pub(super) static ALL: [&Wording; 57] = [
    &MISSING,
    &WILDCARD,
    &MULTIPLE,
    &INVALID,
    &MISMATCH,
    &CREDENTIALS,
    &STATUS,
    &REDIRECT,
    &METHODS,
    &HEADERS,
    &METHOD,
    &HEADER,
    &USERINFO,
    &SCHEME,
    &ANY_SCHEME,
    &MODE,
    &FORMER_MODE,
    &LOCAL_DENIED,
    &LOCAL_INSECURE,
    &MIXED,
    &POLICY,
    &FORMER_POLICY,
    &FORMER_MISSING,
    &FORMER_MULTIPLE,
    &FORMER_INVALID,
    &FORMER_MISMATCH,
    &FORMER_ORIGIN,
    &FORMER_OLDEST,
    &FORMER_STATUS,
    &FORMER_REDIRECT,
    &FORMER_WILDCARD,
    &REFUSED,
    &NAME,
    &AUTHORITY,
    &DATE,
    &COMMON_NAME,
    &SSL,
    &TIMED_OUT,
    &CONNECTION_TIMED_OUT,
    &EMPTY,
    &RESET,
    &CLOSED,
    &NOT_HTTP,
    &HEAD,
    &PORT,
    &LOOP,
    &LOCATION,
    &UNSAFE,
    &BLOCKED,
    &BLOCKED_SITE,
    &CLIENT,
    &FAILED,
    &TYPE_ERROR,
    &SCHEME_OF_FETCH,
    &LOCAL_RESOURCE,
    &UNSAFE_ATTEMPT,
    &NO_CORS_REDIRECT_MODE,
];

/// What stands before the words about CORS, with the request that they are about.
pub(crate) const PREFIX: &str = "Access to {kind} at '{url}' from origin '{origin}' has been \
                                 blocked by CORS policy: ";

/// The same after a redirect.
pub(crate) const REDIRECTED_PREFIX: &str = "Access to {kind} at '{url}' (redirected from '{first}') from origin \
     '{origin}' has been blocked by CORS policy: ";

/// What the network says of its own failures, behind the method and the address.
pub(super) fn of_network(error: &NetworkError) -> Option<&'static Wording> {
    Some(match error {
        NetworkError::PreflightTransport(failure) | NetworkError::Transport(failure) => {
            of_transport(failure)
        }
        NetworkError::BadPort => &PORT,
        NetworkError::RedirectLocation(_) => &LOCATION,
        NetworkError::RedirectScheme => &UNSAFE,
        NetworkError::TooManyRedirects => &LOOP,
        NetworkError::CrossOriginResourcePolicy(ResourcePolicyFailure::NotSameSite) => {
            &BLOCKED_SITE
        }
        NetworkError::CrossOriginResourcePolicy(_) => &BLOCKED,
        _ => return None,
    })
}

fn of_transport(failure: &TransportFailure) -> &'static Wording {
    match failure {
        TransportFailure::Dns => &NAME,
        TransportFailure::Connect(ErrorKind::TimedOut) => &TIMED_OUT,
        TransportFailure::Connect(_) => &REFUSED,
        TransportFailure::Tls(TlsFailure::WrongHost(_)) => &COMMON_NAME,
        TransportFailure::Tls(TlsFailure::NotValidNow(_)) => &DATE,
        TransportFailure::Tls(TlsFailure::Untrusted(_)) => &AUTHORITY,
        TransportFailure::Tls(_) => &SSL,
        TransportFailure::Timeout => &TIMED_OUT,
        TransportFailure::Closed => &EMPTY,
        TransportFailure::Malformed(_) => &NOT_HTTP,
        TransportFailure::HeadTooLarge => &HEAD,
        _ => &FAILED,
    }
}
