//! What `Access-Control-Allow-Origin` can get wrong.

use super::Page;
use crate::code::{Code, Severity};

pub(super) const NO_ALLOW_ORIGIN: Page = Page {
    code: Code::NoAllowOrigin,
    name: "no-allow-origin",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-cors-check",
    title: "The answer names no origin that may read it",
    why: "A browser hands an answer to a page of another origin only if the answer itself says that \
     it may.\n\
     It says so in `Access-Control-Allow-Origin`, and this answer has no such field.\n\
     The server may have no CORS at all, may have it for other paths, or may leave it out because \
     it refuses this origin.",
    fix: "Let the server name the origin of the page in `Access-Control-Allow-Origin`, on this path \
     and for this method.\n\
     If the server is not yours, put a server of your own in front of it.",
};

pub(super) const NO_ALLOW_ORIGIN_ON_ERROR: Page = Page {
    code: Code::NoAllowOriginOnError,
    name: "no-allow-origin-on-error",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-cors-check",
    title: "The error names no origin that may read it",
    why: "The answer is an error, and errors need `Access-Control-Allow-Origin` as every other answer \
     does.\n\
     Without it, the page cannot even see the status, so that every error looks like a CORS \
     error.\n\
     Often the fields are added by something that errors do not pass: nginx adds headers to \
     errors only with `always`, and frameworks answer errors outside of their middleware.",
    fix: "Look at the error first: it is what keeps the page from its answer.\n\
     Then add the CORS fields in the outermost layer, so that errors have them too.",
};

pub(super) const ALLOW_ORIGIN_MISMATCH: Page = Page {
    code: Code::AllowOriginMismatch,
    name: "allow-origin-mismatch",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-cors-check",
    title: "The answer is for another origin",
    why: "Browsers compare `Access-Control-Allow-Origin` with the origin of the page byte by byte.\n\
     The answer names an origin that differs in more than one part.\n\
     Often it is a fixed value that was right for another environment.",
    fix: "Let the server keep a list of the origins that it trusts, and answer with the one that \
     asked, together with `Vary: Origin`.",
};

pub(super) const ALLOW_ORIGIN_SCHEME_MISMATCH: Page = Page {
    code: Code::AllowOriginSchemeMismatch,
    name: "allow-origin-scheme-mismatch",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-cors-check",
    title: "The answer is for the same host over another scheme",
    why: "`http://app.example` and `https://app.example` are two origins.\n\
     The answer names the one, and the page is of the other.",
    fix: "Name the origin with the scheme that stands in the address bar, or open the page over the \
     scheme that the server names.",
};

pub(super) const ALLOW_ORIGIN_PORT_MISMATCH: Page = Page {
    code: Code::AllowOriginPortMismatch,
    name: "allow-origin-port-mismatch",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-cors-check",
    title: "The answer is for another port",
    why: "The port is part of an origin: `http://localhost:3000` and `http://localhost:5173` are two.\n\
     The answer names the same scheme and host, with another port.",
    fix: "Name the origin with the port that stands in the address bar.",
};

pub(super) const ALLOW_ORIGIN_HOST_MISMATCH: Page = Page {
    code: Code::AllowOriginHostMismatch,
    name: "allow-origin-host-mismatch",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-cors-check",
    title: "The answer is for another host",
    why: "The host is part of an origin, and is compared as a whole: `app.example` and \
     `www.app.example` are two, and so are `localhost` and `127.0.0.1`.\n\
     The answer names the same scheme and port, with another host.",
    fix: "Name the origin with the host that stands in the address bar.",
};

pub(super) const ALLOW_ORIGIN_TRAILING_SLASH: Page = Page {
    code: Code::AllowOriginTrailingSlash,
    name: "allow-origin-trailing-slash",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-cors-check",
    title: "The allowed origin ends in a slash",
    why: "An origin is a scheme, a host and perhaps a port, and nothing after it.\n\
     Browsers compare bytes, so that the slash alone makes it another value.\n\
     It mostly comes from an address that was copied out of the address bar.",
    fix: "Take the slash off where the origin is configured.",
};

pub(super) const ALLOW_ORIGIN_PATH: Page = Page {
    code: Code::AllowOriginPath,
    name: "allow-origin-path",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-cors-check",
    title: "The allowed origin has a path",
    why: "An origin ends after the host and the port.\n\
     What the server sends is an address, which no page has as its origin.",
    fix: "Keep scheme, host and port, and delete what comes after.",
};

pub(super) const ALLOW_ORIGIN_MISSING_SCHEME: Page = Page {
    code: Code::AllowOriginMissingScheme,
    name: "allow-origin-missing-scheme",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-cors-check",
    title: "The allowed origin has no scheme",
    why: "An origin starts with its scheme: `https://app.example`.\n\
     A bare host is never equal to one.",
    fix: "Write the scheme in front of the host where the origin is configured.",
};

pub(super) const ALLOW_ORIGIN_DEFAULT_PORT: Page = Page {
    code: Code::AllowOriginDefaultPort,
    name: "allow-origin-default-port",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-cors-check",
    title: "The allowed origin has a port that browsers leave out",
    why: "In an origin, 443 is left out for `https` and 80 for `http`.\n\
     The answer spells the port, so that the bytes differ although the origin is the same.",
    fix: "Leave the port out where the origin is configured.",
};

pub(super) const ALLOW_ORIGIN_INVALID: Page = Page {
    code: Code::AllowOriginInvalid,
    name: "allow-origin-invalid",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#http-access-control-allow-origin",
    title: "The allowed origin is not an origin",
    why: "`Access-Control-Allow-Origin` is `*`, `null` or one serialized origin, without quotes or \
     anything around it.\n\
     The answer has something else there, which is equal to nothing.",
    fix: "Send exactly the origin: scheme, host, and the port if it is not the usual one.",
};

pub(super) const ALLOW_ORIGIN_NULL: Page = Page {
    code: Code::AllowOriginNull,
    name: "allow-origin-null",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-cors-check",
    title: "The answer is for the origin `null`",
    why: "`null` stands for pages without an origin, such as files and sandboxed frames.\n\
     The page has an origin, so that `null` does not fit.\n\
     Sending it widens access rather than narrowing it: every sandboxed frame on any site is \
     `null` too.",
    fix: "Name the origin of the page instead, and never allow `null`.",
};

pub(super) const ALLOW_ORIGIN_WILDCARD_PATTERN: Page = Page {
    code: Code::AllowOriginWildcardPattern,
    name: "allow-origin-wildcard-pattern",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#http-access-control-allow-origin",
    title: "The allowed origin is a pattern",
    why: "The `*` of `Access-Control-Allow-Origin` stands alone.\n\
     Browsers know no patterns such as `https://*.example`: they compare bytes.",
    fix: "Let the server compare the request's `Origin` with the pattern, and answer with that \
     origin, together with `Vary: Origin`.",
};

pub(super) const ALLOW_ORIGIN_LIST: Page = Page {
    code: Code::AllowOriginList,
    name: "allow-origin-list",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#http-access-control-allow-origin",
    title: "The answer lists several origins",
    why: "`Access-Control-Allow-Origin` holds one origin.\n\
     A list is compared as a whole, and is equal to nothing.",
    fix: "Let the server keep the list, and answer with the origin that asked, together with `Vary: \
     Origin`.",
};

pub(super) const ALLOW_ORIGIN_DUPLICATE: Page = Page {
    code: Code::AllowOriginDuplicate,
    name: "allow-origin-duplicate",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-header-list-get",
    title: "`Access-Control-Allow-Origin` is there twice",
    why: "Lines of the same name are joined with a comma, and the joined value is equal to no origin.\n\
     Two layers add the field: often the application and the proxy in front of it.",
    fix: "Let one layer answer for CORS, and take the field out of the other.",
};

pub(super) const ALLOW_ORIGIN_CASE: Page = Page {
    code: Code::AllowOriginCase,
    name: "allow-origin-case",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-cors-check",
    title: "The allowed origin differs in upper and lower case",
    why: "Browsers write origins in lower case and compare bytes.",
    fix: "Write the origin in lower case where it is configured.",
};

pub(super) const NULL_ORIGIN_PAGE: Page = Page {
    code: Code::NullOriginPage,
    name: "null-origin-page",
    severity: Severity::Warning,
    spec: "https://fetch.spec.whatwg.org/#concept-cors-check",
    title: "The page has no origin of its own",
    why: "Pages that were opened as a file, from a `data:` URL or in a sandboxed frame send `Origin: \
     null`.\n\
     No server should name `null`, since every sandboxed frame on any site is `null` too.",
    fix: "Serve the page over http, be it from `http://localhost`, and allow that origin.",
};

pub(super) const REFLECTS_ANY_ORIGIN: Page = Page {
    code: Code::ReflectsAnyOrigin,
    name: "reflects-any-origin",
    severity: Severity::Warning,
    spec: "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/11-Client-side_Testing/07-Testing_Cross_Origin_Resource_Sharing",
    title: "Every origin is allowed by its own name",
    why: "The server answers with whatever origin asks.\n\
     That is `*` in disguise, and with credentials it is worse: every site that the user visits \
     can act as the user and read the answers.",
    fix: "Compare the request's `Origin` with a list of those that you trust, and answer with none of \
     these fields otherwise.",
};

/// In the order of the documentation.
pub(super) const ALL: [&Page; 18] = [
    &NO_ALLOW_ORIGIN,
    &NO_ALLOW_ORIGIN_ON_ERROR,
    &ALLOW_ORIGIN_MISMATCH,
    &ALLOW_ORIGIN_SCHEME_MISMATCH,
    &ALLOW_ORIGIN_PORT_MISMATCH,
    &ALLOW_ORIGIN_HOST_MISMATCH,
    &ALLOW_ORIGIN_TRAILING_SLASH,
    &ALLOW_ORIGIN_PATH,
    &ALLOW_ORIGIN_MISSING_SCHEME,
    &ALLOW_ORIGIN_DEFAULT_PORT,
    &ALLOW_ORIGIN_INVALID,
    &ALLOW_ORIGIN_NULL,
    &ALLOW_ORIGIN_WILDCARD_PATTERN,
    &ALLOW_ORIGIN_LIST,
    &ALLOW_ORIGIN_DUPLICATE,
    &ALLOW_ORIGIN_CASE,
    &NULL_ORIGIN_PAGE,
    &REFLECTS_ANY_ORIGIN,
];
