//! What the answer to a preflight can get wrong.

use super::Page;
use crate::code::{Code, Severity};

pub(super) const METHOD_NOT_ALLOWED: Page = Page {
    code: Code::MethodNotAllowed,
    name: "method-not-allowed",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#cors-preflight-fetch-0",
    title: "The preflight does not allow the method",
    why: "The browser asked for the method in `Access-Control-Request-Method`, and \
     `Access-Control-Allow-Methods` does not name it.\n\
     Only `GET`, `HEAD` and `POST` need no permission.",
    fix: "Name the method in `Access-Control-Allow-Methods`.",
};

pub(super) const METHOD_CASE: Page = Page {
    code: Code::MethodCase,
    name: "method-case",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-method",
    title: "The method differs in upper and lower case",
    why: "Methods are compared byte by byte.\n\
     `fetch()` turns `get`, `put` and four others into upper case, but leaves `patch` as it is.",
    fix: "Write the method in upper case in the script: `method: 'PATCH'`.",
};

pub(super) const HEADER_NOT_ALLOWED: Page = Page {
    code: Code::HeaderNotAllowed,
    name: "header-not-allowed",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#cors-preflight-fetch-0",
    title: "The preflight does not allow a header",
    why: "The browser asked for the headers in `Access-Control-Request-Headers`, and \
     `Access-Control-Allow-Headers` does not name all of them.\n\
     `Content-Type: application/json` is among those that need permission.",
    fix: "Name every header that the script sets in `Access-Control-Allow-Headers`.",
};

pub(super) const WILDCARD_DOES_NOT_COVER_AUTHORIZATION: Page = Page {
    code: Code::WildcardDoesNotCoverAuthorization,
    name: "wildcard-does-not-cover-authorization",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name",
    title: "A `*` does not cover `Authorization`",
    why: "In `Access-Control-Allow-Headers`, `*` stands for every header but this one, which must be \
     named.\n\
     Browsers still let it pass, and Firefox warns that it will not for ever.",
    fix: "Name it: `Access-Control-Allow-Headers: *, authorization`.",
};

pub(super) const ALLOW_METHODS_INVALID: Page = Page {
    code: Code::AllowMethodsInvalid,
    name: "allow-methods-invalid",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#http-access-control-allow-methods",
    title: "`Access-Control-Allow-Methods` is not a list of methods",
    why: "The field is a list with commas.\n\
     One element that is no method spoils all of it.",
    fix: "Separate the methods with commas, and put nothing else there.",
};

pub(super) const ALLOW_HEADERS_INVALID: Page = Page {
    code: Code::AllowHeadersInvalid,
    name: "allow-headers-invalid",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#http-access-control-allow-headers",
    title: "`Access-Control-Allow-Headers` is not a list of header names",
    why: "The field is a list with commas.\n\
     One element that is no header name spoils all of it.",
    fix: "Separate the names with commas, and put nothing else there.",
};

pub(super) const PREFLIGHT_STATUS: Page = Page {
    code: Code::PreflightStatus,
    name: "preflight-status",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#cors-preflight-fetch-0",
    title: "The preflight is not answered with an ok status",
    why: "A preflight succeeds only with a status from 200 to 299, whatever the fields say.\n\
     Something in the server takes the preflight for a request that it should check: a validator, \
     a limiter, a firewall.",
    fix: "Answer `OPTIONS` with an `Access-Control-Request-Method` before anything else looks at it, \
     with the status 204.",
};

pub(super) const PREFLIGHT_REDIRECT: Page = Page {
    code: Code::PreflightRedirect,
    name: "preflight-redirect",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#cors-preflight-fetch-0",
    title: "The preflight is redirected",
    why: "Browsers do not follow redirects of a preflight.",
    fix: "Call the address that the redirect leads to, or answer the preflight where it arrives.\n\
     If it leads to a login page, answer 401 to scripts instead.",
};

pub(super) const PREFLIGHT_REDIRECT_SCHEME: Page = Page {
    code: Code::PreflightRedirectScheme,
    name: "preflight-redirect-scheme",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#cors-preflight-fetch-0",
    title: "The preflight is redirected to https",
    why: "Browsers do not follow redirects of a preflight, not even to the same address over https.",
    fix: "Call the https address in the script.",
};

pub(super) const PREFLIGHT_REDIRECT_SLASH: Page = Page {
    code: Code::PreflightRedirectSlash,
    name: "preflight-redirect-slash",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#cors-preflight-fetch-0",
    title: "The preflight is redirected by a slash",
    why: "Browsers do not follow redirects of a preflight.\n\
     This one leads to the same address with a slash more or less at the end, as routers do.",
    fix: "Call the address as the router has it, or turn the redirect off.",
};

pub(super) const PREFLIGHT_AUTH: Page = Page {
    code: Code::PreflightAuth,
    name: "preflight-auth",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#cors-preflight-fetch-0",
    title: "The preflight is asked to authenticate",
    why: "Browsers send a preflight without cookies, without `Authorization` and without client \
     certificates, and they cannot do otherwise.\n\
     A check of credentials that runs before CORS refuses every preflight.",
    fix: "Let the CORS layer answer before authentication, or exempt `OPTIONS` from it.",
};

pub(super) const PREFLIGHT_NO_HANDLER: Page = Page {
    code: Code::PreflightNoHandler,
    name: "preflight-no-handler",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#cors-preflight-fetch-0",
    title: "Nothing answers the preflight",
    why: "The server has no handler for `OPTIONS` on this path.",
    fix: "Put a CORS layer around the routes that answers `OPTIONS`, for all paths.",
};

pub(super) const BUCKET_RULE_MISSING: Page = Page {
    code: Code::BucketRuleMissing,
    name: "bucket-rule-missing",
    severity: Severity::Error,
    spec: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html",
    title: "No CORS rule of the bucket fits",
    why: "Object stores answer a preflight with 403 if no rule names this origin together with this \
     method and these headers.",
    fix: "Add a rule with the origin, the method and the headers to the bucket.",
};

pub(super) const MAX_AGE_ABOVE_CAP: Page = Page {
    code: Code::MaxAgeAboveCap,
    name: "max-age-above-cap",
    severity: Severity::Info,
    spec: "https://fetch.spec.whatwg.org/#http-access-control-max-age",
    title: "Browsers keep the preflight for less time than it says",
    why: "Chromium keeps the answer to a preflight for 2 hours at most, Firefox for 24 hours, WebKit \
     for 10 minutes.",
    fix: "Nothing breaks.\n\
     A value of 7200 says what most browsers do.",
};

pub(super) const MAX_AGE_INVALID: Page = Page {
    code: Code::MaxAgeInvalid,
    name: "max-age-invalid",
    severity: Severity::Warning,
    spec: "https://fetch.spec.whatwg.org/#http-access-control-max-age",
    title: "`Access-Control-Max-Age` is not a number of seconds",
    why: "Browsers then keep the answer for 5 seconds, and Firefox not at all.",
    fix: "Send a whole number of seconds, once, such as 7200.",
};

pub(super) const PREFLIGHT_NEVER_CACHED: Page = Page {
    code: Code::PreflightNeverCached,
    name: "preflight-never-cached",
    severity: Severity::Info,
    spec: "https://fetch.spec.whatwg.org/#http-access-control-max-age",
    title: "The preflight is asked again and again",
    why: "Without `Access-Control-Max-Age` an answer is kept for 5 seconds, and with 0 not at all.\n\
     Every request then costs two.",
    fix: "Send `Access-Control-Max-Age: 7200`.",
};

pub(super) const REQUEST_HAS_RESPONSE_HEADERS: Page = Page {
    code: Code::RequestHasResponseHeaders,
    name: "request-has-response-headers",
    severity: Severity::Warning,
    spec: "https://fetch.spec.whatwg.org/#http-responses",
    title: "The script sends a field that belongs into the answer",
    why: "`Access-Control-Allow-*` are fields of answers.\n\
     On a request they allow nothing, and they force a preflight that has to allow them.",
    fix: "Delete the field in the script, and send it from the server.",
};

/// In the order of the documentation.
pub(super) const ALL: [&Page; 17] = [
    &METHOD_NOT_ALLOWED,
    &METHOD_CASE,
    &HEADER_NOT_ALLOWED,
    &WILDCARD_DOES_NOT_COVER_AUTHORIZATION,
    &ALLOW_METHODS_INVALID,
    &ALLOW_HEADERS_INVALID,
    &PREFLIGHT_STATUS,
    &PREFLIGHT_REDIRECT,
    &PREFLIGHT_REDIRECT_SCHEME,
    &PREFLIGHT_REDIRECT_SLASH,
    &PREFLIGHT_AUTH,
    &PREFLIGHT_NO_HANDLER,
    &BUCKET_RULE_MISSING,
    &MAX_AGE_ABOVE_CAP,
    &MAX_AGE_INVALID,
    &PREFLIGHT_NEVER_CACHED,
    &REQUEST_HAS_RESPONSE_HEADERS,
];
