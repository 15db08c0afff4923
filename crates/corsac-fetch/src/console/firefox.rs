//! The sentences of Firefox.

use corsac::user_agent::{CorsCheckFailure, PreflightFailure};

use super::facts::Facts;
use crate::network_error::NetworkError;

pub(super) fn sentences(facts: &Facts<'_>) -> Vec<String> {
    let no_success = || blocked("{url}", NO_SUCCESS);
    match facts.error {
        NetworkError::CorsCheck(failure) if facts.is_redirect() => {
            vec![cors_check(facts, *failure), no_success()]
        }
        NetworkError::CorsCheck(failure) => vec![cors_check(facts, *failure)],
        NetworkError::Preflight(failure) => {
            let mut sentences = preflight(facts, failure);
            sentences.push(no_success());
            sentences
        }
        NetworkError::PreflightTransport(_) => vec![no_success(), no_success()],
        NetworkError::Transport(_)
        | NetworkError::RedirectCredentials
        | NetworkError::RedirectCredentialsBack
        | NetworkError::RedirectLocation(_)
        | NetworkError::TooManyRedirects => vec![no_success()],
        NetworkError::RedirectScheme => vec![redirect_scheme(facts), no_success()],
        NetworkError::Scheme if facts.url().scheme() == "file" => vec![LOCAL_FILE.to_owned()],
        NetworkError::Scheme => vec![blocked("{url}", NOT_HTTP)],
        NetworkError::SameOriginMode => vec![SAME_ORIGIN_MODE.to_owned()],
        NetworkError::MixedContent if facts.is_redirected() => {
            vec![
                MIXED_CONTENT.to_owned(),
                blocked("{url before}", NO_SUCCESS),
            ]
        }
        NetworkError::MixedContent => vec![MIXED_CONTENT.to_owned()],
        NetworkError::CrossOriginResourcePolicy(_) => vec![RESOURCE_POLICY.to_owned()],
        _ => Vec::new(),
    }
}

fn blocked(url: &str, reason: &str) -> String {
    format!(
        "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote \
         resource at {url}. (Reason: {reason}."
    )
}

fn cors_check(facts: &Facts<'_>, failure: CorsCheckFailure) -> String {
    match failure {
        CorsCheckFailure::MissingAllowOrigin => blocked("{url}", MISSING_ALLOW_ORIGIN),
        _ if facts.lines("access-control-allow-origin").len() > 1 => {
            blocked("{url}", MULTIPLE_LINES)
        }
        CorsCheckFailure::WildcardWithCredentials => blocked("‘{url}’", WILDCARD),
        CorsCheckFailure::AllowOriginMismatch => blocked("{url}", OTHER_ORIGIN),
        _ => blocked("{url}", ALLOW_CREDENTIALS),
    }
}

fn preflight(facts: &Facts<'_>, failure: &PreflightFailure) -> Vec<String> {
    let reason = match failure {
        PreflightFailure::CorsCheck(failure) if facts.is_redirect() => {
            return vec![cors_check(facts, *failure), blocked("{url}", NO_SUCCESS)];
        }
        PreflightFailure::CorsCheck(failure) => return vec![cors_check(facts, *failure)],
        PreflightFailure::Status(_) if facts.is_redirect() => {
            return vec![
                blocked("{url}", PREFLIGHT_REDIRECT),
                blocked("{url}", redirect(facts)),
            ];
        }
        PreflightFailure::Status(_) => PREFLIGHT_STATUS,
        PreflightFailure::MalformedAllowMethods(_) => MALFORMED_METHODS,
        PreflightFailure::MalformedAllowHeaders(_) => MALFORMED_HEADERS,
        PreflightFailure::MethodNotAllowed => METHOD,
        _ => HEADER,
    };
    vec![blocked("{url}", reason)]
}

/// The response is checked once more, and now for the origin `null`.
fn redirect(facts: &Facts<'_>) -> &'static str {
    match facts.value("access-control-allow-origin") == b"*" {
        true => PREFLIGHT_STATUS,
        false => OTHER_ORIGIN,
    }
}

fn redirect_scheme(facts: &Facts<'_>) -> String {
    match facts.target() {
        Some(target) if target.scheme() == "data" => REDIRECT_TO_DATA.to_owned(),
        Some(target) if target.scheme() == "file" => REDIRECT_TO_FILE.to_owned(),
        _ => blocked("{target}", NOT_HTTP),
    }
}

const NO_SUCCESS: &str = "CORS request did not succeed). Status code: (null)";

const NOT_HTTP: &str = "CORS request not http)";

const MISSING_ALLOW_ORIGIN: &str =
    "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: {status}";

const MULTIPLE_LINES: &str = "Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed)";

const WILDCARD: &str =
    "Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’)";

const OTHER_ORIGIN: &str = "CORS header ‘Access-Control-Allow-Origin’ does not match \
                            ‘{access-control-allow-origin}’)";

const ALLOW_CREDENTIALS: &str =
    "expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’)";

const PREFLIGHT_REDIRECT: &str = "CORS request external redirect not allowed)";

const PREFLIGHT_STATUS: &str = "CORS preflight response did not succeed). Status code: {status}";

const MALFORMED_METHODS: &str = "invalid token ‘{token of access-control-allow-methods}’ in CORS \
                                 header ‘Access-Control-Allow-Methods’)";

const MALFORMED_HEADERS: &str = "invalid token ‘{token of access-control-allow-headers}’ in CORS \
                                 header ‘Access-Control-Allow-Headers’)";

const METHOD: &str = "Did not find method in CORS header ‘Access-Control-Allow-Methods’)";

const HEADER: &str = "header ‘{first header}’ is not allowed according to header \
                      ‘Access-Control-Allow-Headers’ from CORS preflight response)";

const REDIRECT_TO_DATA: &str =
    "Redirecting to data: URI not allowed (Blocked loading of: “{target}”)";

const REDIRECT_TO_FILE: &str = "Security Error: Content at {url} may not load or link to {target}.";

const LOCAL_FILE: &str = "Security Error: Content at {page} may not load or link to {url}.";

const SAME_ORIGIN_MODE: &str = "Security Error: Content at {page} may not load data from {url}.";

const MIXED_CONTENT: &str = "Blocked loading mixed active content “{url}”";

const RESOURCE_POLICY: &str = "The resource at “{url}” was blocked due to its Cross-Origin-Resource-Policy header (or lack \
     thereof). See \
     https://developer.mozilla.org/docs/Web/HTTP/Cross-Origin_Resource_Policy_(CORP)#";
