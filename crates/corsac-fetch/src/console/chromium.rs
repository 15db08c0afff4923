//! The sentences of Chromium.

use corsac::user_agent::{CorsCheckFailure, PreflightFailure};
use url::Url;

use super::facts::Facts;
use crate::network_error::NetworkError;

pub(super) fn sentences(facts: &Facts<'_>) -> Vec<String> {
    let sentence = match facts.error {
        NetworkError::CorsCheck(failure) => blocked(facts, "", cors_check(facts, *failure)),
        NetworkError::Preflight(failure) => preflight(facts, failure),
        NetworkError::RedirectCredentials | NetworkError::RedirectCredentialsBack => {
            blocked(facts, "", REDIRECT_CREDENTIALS.to_owned())
        }
        NetworkError::RedirectScheme => match facts.target() {
            // Of these only the network has something to say.
            Some(target) if matches!(target.scheme(), "data" | "file") => return Vec::new(),
            _ => format!("{REDIRECT_SCHEME}{SCHEMES}"),
        },
        NetworkError::SameOriginMode if facts.is_redirected() => UNSAFE_ATTEMPT.to_owned(),
        NetworkError::SameOriginMode => SAME_ORIGIN_MODE.to_owned(),
        NetworkError::NoCorsRedirectMode => NO_CORS_REDIRECT_MODE.to_owned(),
        NetworkError::Scheme if facts.url().scheme() == "file" => LOCAL_RESOURCE.to_owned(),
        NetworkError::Scheme if facts.is_xhr() && facts.url().scheme() == "ftp" => FTP.to_owned(),
        NetworkError::Scheme if facts.is_xhr() => blocked(facts, "", SCHEMES.to_owned()),
        NetworkError::Scheme => SCHEME.to_owned(),
        NetworkError::MixedContent if facts.is_xhr() => mixed_content("XMLHttpRequest endpoint"),
        NetworkError::MixedContent => mixed_content("resource"),
        _ => return Vec::new(),
    };
    vec![sentence]
}

fn blocked(facts: &Facts<'_>, preflight: &str, reason: String) -> String {
    let redirected = match facts.is_redirected() {
        true => " (redirected from '{first url}')",
        false => "",
    };
    format!(
        "Access to {{interface}} at '{{url}}'{redirected} from origin '{{origin}}' has been \
         blocked by CORS policy: {preflight}{reason}"
    )
}

fn preflight(facts: &Facts<'_>, failure: &PreflightFailure) -> String {
    match failure {
        PreflightFailure::Status(_) | PreflightFailure::CorsCheck(_) if facts.is_redirect() => {
            blocked(facts, PREFLIGHT, PREFLIGHT_REDIRECT.to_owned())
        }
        PreflightFailure::CorsCheck(failure) => {
            blocked(facts, PREFLIGHT, cors_check(facts, *failure))
        }
        PreflightFailure::Status(_) => blocked(facts, PREFLIGHT, PREFLIGHT_STATUS.to_owned()),
        PreflightFailure::MalformedAllowMethods(_) => blocked(facts, "", malformed("Methods")),
        PreflightFailure::MalformedAllowHeaders(_) => blocked(facts, "", malformed("Headers")),
        PreflightFailure::MethodNotAllowed => blocked(facts, "", METHOD.to_owned()),
        _ => blocked(facts, "", HEADER.to_owned()),
    }
}

fn cors_check(facts: &Facts<'_>, failure: CorsCheckFailure) -> String {
    let (sentence, of_fetch, of_xhr) = match failure {
        CorsCheckFailure::MissingAllowOrigin => (MISSING_ALLOW_ORIGIN, "", ""),
        CorsCheckFailure::WildcardWithCredentials => (WILDCARD, "", WITH_CREDENTIALS),
        CorsCheckFailure::AllowOriginMismatch => (mismatch(facts), VALID_VALUE, ""),
        _ => (ALLOW_CREDENTIALS, "", WITH_CREDENTIALS),
    };
    match facts.is_xhr() {
        true => format!("{sentence}{of_xhr}"),
        false => format!("{sentence}{of_fetch}"),
    }
}

/// What is wrong with the value of `Access-Control-Allow-Origin`.
fn mismatch(facts: &Facts<'_>) -> &'static str {
    let value = facts.value("access-control-allow-origin");
    let is_url = |it: &str| Url::parse(it).is_ok();
    match str::from_utf8(&value) {
        Ok(value) if value.contains([' ', ',']) => MULTIPLE_VALUES,
        Ok(value) if value == "null" || is_url(value) => OTHER_ORIGIN,
        Ok(_) | Err(_) => INVALID_VALUE,
    }
}

fn malformed(list: &str) -> String {
    format!("Cannot parse Access-Control-Allow-{list} response header field in preflight response.")
}

fn mixed_content(what: &str) -> String {
    format!(
        "Mixed Content: The page at '{{page}}' was loaded over HTTPS, but requested an insecure \
         {what} '{{url}}'. This request has been blocked; the content must be served over HTTPS."
    )
}

const PREFLIGHT: &str = "Response to preflight request doesn't pass access control check: ";

const PREFLIGHT_REDIRECT: &str = "Redirect is not allowed for a preflight request.";

const PREFLIGHT_STATUS: &str = "It does not have HTTP ok status.";

const MISSING_ALLOW_ORIGIN: &str =
    "No 'Access-Control-Allow-Origin' header is present on the requested resource.";

const WILDCARD: &str = "The value of the 'Access-Control-Allow-Origin' header in the response must \
                        not be the wildcard '*' when the request's credentials mode is 'include'.";

const ALLOW_CREDENTIALS: &str = "The value of the 'Access-Control-Allow-Credentials' header in the response is \
     '{access-control-allow-credentials}' which must be 'true' when the request's credentials \
     mode is 'include'.";

const WITH_CREDENTIALS: &str = " The credentials mode of requests initiated by the XMLHttpRequest \
                                is controlled by the withCredentials attribute.";

const MULTIPLE_VALUES: &str = "The 'Access-Control-Allow-Origin' header contains multiple values \
                               '{access-control-allow-origin}', but only one is allowed.";

const OTHER_ORIGIN: &str = "The 'Access-Control-Allow-Origin' header has a value \
                            '{access-control-allow-origin}' that is not equal to the supplied \
                            origin.";

const INVALID_VALUE: &str = "The 'Access-Control-Allow-Origin' header contains the invalid value \
                             '{access-control-allow-origin}'.";

const VALID_VALUE: &str = " Have the server send the header with a valid value.";

const METHOD: &str =
    "Method {method} is not allowed by Access-Control-Allow-Methods in preflight response.";

const HEADER: &str = "Request header field {first header} is not allowed by \
                      Access-Control-Allow-Headers in preflight response.";

/// Chromium does not say which location.
const REDIRECT_CREDENTIALS: &str = "Redirect location '' contains a username and password, which \
                                    is disallowed for cross-origin requests.";

const REDIRECT_SCHEME: &str = "Access to {interface} at '{target}' (redirected from '{first url}') from origin '{origin}' \
     has been blocked by CORS policy: ";

const SCHEMES: &str = "Cross origin requests are only supported for protocol schemes: chrome, \
                       chrome-experimental-site-token-provider, chrome-extension, \
                       chrome-untrusted, data, http, https, isolated-app.";

const FTP: &str = "FTP is not supported.";

const SAME_ORIGIN_MODE: &str = "Fetch API cannot load {url}. Request mode is \"same-origin\" but \
                                the URL's origin is not same as the request origin {origin}.";

const UNSAFE_ATTEMPT: &str = "Unsafe attempt to load URL {url} from frame with URL {page}. \
                              Domains, protocols and ports must match.";

const NO_CORS_REDIRECT_MODE: &str = "Fetch API cannot load {url}. Request mode is \"no-cors\" but \
                                     the redirect mode is not \"follow\".";

const LOCAL_RESOURCE: &str = "Not allowed to load local resource: {url}";

const SCHEME: &str = "Fetch API cannot load {url}. URL scheme \"{scheme}\" is not supported.";
