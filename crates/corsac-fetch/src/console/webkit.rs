//! The sentences of WebKit.

use corsac::user_agent::{CorsCheckFailure, PreflightFailure};

use super::facts::Facts;
use crate::network_error::NetworkError;

/// A reason, if there is one, and in most cases that the fetch came to nothing.
pub(super) fn sentences(facts: &Facts<'_>) -> Vec<String> {
    let reason = match facts.error {
        NetworkError::CorsCheck(failure) if facts.is_redirect() => {
            redirection("{target}", cors_check(facts, *failure))
        }
        NetworkError::CorsCheck(failure) => cors_check(facts, *failure).to_owned(),
        NetworkError::Preflight(failure) => preflight(facts, failure).to_owned(),
        NetworkError::RedirectCredentials | NetworkError::RedirectCredentialsBack => {
            redirection("{target without credentials}", REDIRECT_CREDENTIALS)
        }
        NetworkError::RedirectScheme | NetworkError::RedirectLocation(_) => redirect_scheme(facts),
        NetworkError::TooManyRedirects => TOO_MANY_REDIRECTS.to_owned(),
        NetworkError::RedirectMode => REDIRECT_MODE.to_owned(),
        NetworkError::SameOriginMode if facts.is_redirected() => UNSAFE_ATTEMPT.to_owned(),
        NetworkError::SameOriginMode => return vec![cannot_load(facts, "{url}", ".")],
        NetworkError::NoCorsRedirectMode => {
            let in_vain = cannot_load(facts, "{url}", IN_VAIN);
            return vec![
                NO_CORS_REDIRECT_MODE.to_owned(),
                NOT_ALLOWED.to_owned(),
                in_vain,
            ];
        }
        NetworkError::CrossOriginResourcePolicy(_) => RESOURCE_POLICY.to_owned(),
        NetworkError::Scheme => SCHEME.to_owned(),
        NetworkError::DataUrl => return vec![cannot_load(facts, "{url}", ".")],
        NetworkError::BadPort => return vec![BAD_PORT.to_owned()],
        NetworkError::MixedContent => return mixed_content(facts),
        _ => return Vec::new(),
    };
    vec![reason, cannot_load(facts, "{url}", IN_VAIN)]
}

fn cannot_load(facts: &Facts<'_>, url: &str, why: &str) -> String {
    let interface = match facts.is_xhr() {
        true => "XMLHttpRequest",
        false => "Fetch API",
    };
    format!("{interface} cannot load {url}{why}")
}

fn redirection(target: &str, reason: &str) -> String {
    format!(
        "Cross-origin redirection to {target} denied by Cross-Origin Resource Sharing policy: \
         {reason}"
    )
}

fn cors_check(facts: &Facts<'_>, failure: CorsCheckFailure) -> &'static str {
    match failure {
        CorsCheckFailure::WildcardWithCredentials => WILDCARD,
        CorsCheckFailure::MissingAllowCredentials | CorsCheckFailure::AllowCredentialsNotTrue => {
            ALLOW_CREDENTIALS
        }
        _ if facts.value("access-control-allow-origin").contains(&b',') => MULTIPLE_ORIGINS,
        _ => OTHER_ORIGIN,
    }
}

fn preflight(facts: &Facts<'_>, failure: &PreflightFailure) -> &'static str {
    match failure {
        PreflightFailure::CorsCheck(failure) => cors_check(facts, *failure),
        PreflightFailure::Status(_) => PREFLIGHT_STATUS,
        PreflightFailure::MalformedAllowMethods(_) => MALFORMED_METHODS,
        PreflightFailure::MalformedAllowHeaders(_) => MALFORMED_HEADERS,
        PreflightFailure::MethodNotAllowed => METHOD,
        _ => HEADER,
    }
}

fn redirect_scheme(facts: &Facts<'_>) -> String {
    match facts.target() {
        Some(target) if target.scheme() == "ftp" => "FTP URLs are disabled".to_owned(),
        _ => redirection("{target}", REDIRECT_SCHEME),
    }
}

fn mixed_content(facts: &Facts<'_>) -> Vec<String> {
    let mut sentences = vec![MIXED_CONTENT.to_owned()];
    if !facts.is_redirected() {
        sentences.push(NOT_ALLOWED.to_owned());
    }
    sentences.push(cannot_load(facts, "{url before}", IN_VAIN));
    sentences
}

const IN_VAIN: &str = " due to access control checks.";

const NOT_ALLOWED: &str = "Not allowed to request resource";

const WILDCARD: &str =
    "Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true.";

const MULTIPLE_ORIGINS: &str = "Access-Control-Allow-Origin cannot contain more than one origin.";

const OTHER_ORIGIN: &str =
    "Origin {sent origin} is not allowed by Access-Control-Allow-Origin. Status code: {status}";

const ALLOW_CREDENTIALS: &str =
    "Credentials flag is true, but Access-Control-Allow-Credentials is not \"true\".";

const PREFLIGHT_STATUS: &str = "Preflight response is not successful. Status code: {status}";

const MALFORMED_METHODS: &str =
    "Header Access-Control-Allow-Methods has an invalid value: {access-control-allow-methods}";

const MALFORMED_HEADERS: &str =
    "Header Access-Control-Allow-Headers has an invalid value: {access-control-allow-headers}";

const METHOD: &str = "Method {method} is not allowed by Access-Control-Allow-Methods.";

const HEADER: &str =
    "Request header field {header as set} is not allowed by Access-Control-Allow-Headers.";

const REDIRECT_CREDENTIALS: &str = "redirection URL {target} has credentials";

const REDIRECT_SCHEME: &str =
    "not allowed to follow a cross-origin CORS redirection with non CORS scheme";

const TOO_MANY_REDIRECTS: &str = "Load cannot follow more than 20 redirections";

const REDIRECT_MODE: &str = "Not allowed to follow a redirection while loading {url}";

const UNSAFE_ATTEMPT: &str = "Unsafe attempt to load URL {url} from origin {origin}. Domains, \
                              protocols and ports must match.";

const NO_CORS_REDIRECT_MODE: &str = "No-Cors mode requires follow redirect mode";

const RESOURCE_POLICY: &str = "Cancelled load to {url} because it violates the resource's \
                               Cross-Origin-Resource-Policy response header.";

const SCHEME: &str = "Cross origin requests are only supported for HTTP.";

const BAD_PORT: &str = "Not allowed to use restricted network port {port}: {url}";

const MIXED_CONTENT: &str = "[blocked] The page at {page} requested insecure content from {url}. \
                             This content was blocked and must be served over HTTPS.";
