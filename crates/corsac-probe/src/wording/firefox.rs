//! Firefox's sentences, old and new.

use corsac_fetch::Profile;

use super::Wording;
use crate::code::Code;

const fn now(code: Code, text: &'static str) -> Wording {
    Wording::current(Profile::Firefox, code, text)
}

const fn once(code: Code, text: &'static str) -> Wording {
    Wording::former(Profile::Firefox, code, text)
}

static DISABLED: Wording = now(Code::CorsDisabled, "(Reason: CORS disabled).");
static DID_NOT_SUCCEED: Wording = now(
    Code::NetworkFailure,
    "(Reason: CORS request did not succeed). Status code: {status}.",
);
static NOT_HTTP: Wording = now(Code::UnsupportedScheme, "(Reason: CORS request not http).");
static MULTIPLE: Wording = now(
    Code::AllowOriginDuplicate,
    "(Reason: Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed).",
);
static MISSING: Wording = now(
    Code::NoAllowOrigin,
    "(Reason: CORS header ‘Access-Control-Allow-Origin’ missing). Status code: {status}.",
);
static WILDCARD: Wording = now(
    Code::WildcardWithCredentials,
    "(Reason: Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is \
     ‘*’).",
);
static MISMATCH: Wording = now(
    Code::AllowOriginMismatch,
    "(Reason: CORS header ‘Access-Control-Allow-Origin’ does not match ‘{value}’).",
);
static CREDENTIALS: Wording = now(
    Code::NoAllowCredentials,
    "(Reason: expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’).",
);
static ORIGIN_NOT_ADDED: Wording = now(
    Code::NetworkFailure,
    "(Reason: CORS header ‘Origin’ cannot be added).",
);
static REDIRECT: Wording = now(
    Code::PreflightRedirect,
    "(Reason: CORS request external redirect not allowed).",
);
static STATUS: Wording = now(
    Code::PreflightStatus,
    "(Reason: CORS preflight response did not succeed). Status code: {status}.",
);
static INVALID_METHOD: Wording = now(
    Code::AllowMethodsInvalid,
    "(Reason: invalid token ‘{value}’ in CORS header ‘Access-Control-Allow-Methods’).",
);
static METHOD: Wording = now(
    Code::MethodNotAllowed,
    "(Reason: Did not find method in CORS header ‘Access-Control-Allow-Methods’).",
);
static INVALID_HEADER: Wording = now(
    Code::AllowHeadersInvalid,
    "(Reason: invalid token ‘{value}’ in CORS header ‘Access-Control-Allow-Headers’).",
);
static HEADER: Wording = now(
    Code::HeaderNotAllowed,
    "(Reason: header ‘{header}’ is not allowed according to header \
     ‘Access-Control-Allow-Headers’ from CORS preflight response).",
);
static FORMER_HEADER: Wording = once(
    Code::HeaderNotAllowed,
    "(Reason: missing token ‘{header}’ in CORS header ‘Access-Control-Allow-Headers’ from CORS \
     preflight channel).",
);
static FORMER_STATUS: Wording = once(
    Code::PreflightStatus,
    "(Reason: CORS preflight channel did not succeed).",
);
static FORMER_MISSING: Wording = once(
    Code::NoAllowOrigin,
    "(Reason: CORS header ‘Access-Control-Allow-Origin’ missing).",
);
static FORMER_DID_NOT_SUCCEED: Wording = once(
    Code::NetworkFailure,
    "(Reason: CORS request did not succeed).",
);
static FORMER_REQUEST_FAILED: Wording =
    once(Code::NetworkFailure, "(Reason: CORS request failed).");
static AUTHORIZATION: Wording = now(
    Code::WildcardDoesNotCoverAuthorization,
    "(Reason: When the `Access-Control-Allow-Headers` is `*`, the `Authorization` header is not \
     covered.",
);
static MIXED: Wording = now(
    Code::MixedContent,
    "Blocked loading mixed active content “{url}”",
);
static POLICY: Wording = now(
    Code::ContentSecurityPolicy,
    "Content-Security-Policy: The page’s settings blocked the loading of a resource (connect-src) \
     at {url} because it violates the following directive: “{directive}”",
);
static FORMER_POLICY: Wording = once(
    Code::ContentSecurityPolicy,
    "Content Security Policy: The page’s settings blocked the loading of a resource at {url} \
     (“connect-src”).",
);
static SAME_ORIGIN: Wording = now(
    Code::SameOriginMode,
    "Security Error: Content at {page} may not load data from {url}.",
);
static RESOURCE_POLICY: Wording = now(
    Code::CrossOriginResourcePolicy,
    "The resource at “{url}” was blocked due to its Cross-Origin-Resource-Policy header (or lack \
     thereof).",
);
static REDIRECT_TO_DATA: Wording = now(
    Code::RedirectScheme,
    "Redirecting to data: URI not allowed (Blocked loading of: “{value}”)",
);
static LOCAL_FILE: Wording = now(
    Code::UnsupportedScheme,
    "Security Error: Content at {page} may not load or link to {url}.",
);
pub(super) static TYPE_ERROR: Wording = now(
    Code::NetworkFailure,
    "TypeError: NetworkError when attempting to fetch resource.",
);

pub(super) static ALL: [&Wording; 29] = [
    &DISABLED,
    &DID_NOT_SUCCEED,
    &NOT_HTTP,
    &MULTIPLE,
    &MISSING,
    &WILDCARD,
    &MISMATCH,
    &CREDENTIALS,
    &ORIGIN_NOT_ADDED,
    &REDIRECT,
    &STATUS,
    &INVALID_METHOD,
    &METHOD,
    &INVALID_HEADER,
    &HEADER,
    &FORMER_HEADER,
    &FORMER_STATUS,
    &FORMER_MISSING,
    &FORMER_DID_NOT_SUCCEED,
    &FORMER_REQUEST_FAILED,
    &AUTHORIZATION,
    &MIXED,
    &POLICY,
    &FORMER_POLICY,
    &TYPE_ERROR,
    &SAME_ORIGIN,
    &RESOURCE_POLICY,
    &REDIRECT_TO_DATA,
    &LOCAL_FILE,
];

/// What stands before the reason, with the address that it is about.
pub(crate) const PREFIX: &str = "Cross-Origin Request Blocked: The Same Origin Policy disallows \
                                 reading the remote resource at {url}. ";

/// The same where the address is quoted.
pub(crate) const QUOTED_PREFIX: &str = "Cross-Origin Request Blocked: The Same Origin Policy \
                                        disallows reading the remote resource at ‘{url}’. ";
