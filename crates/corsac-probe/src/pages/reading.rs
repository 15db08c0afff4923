//! What the page sees of the answer, and what caches do to it.

use super::Page;
use crate::code::{Code, Severity};

pub(super) const HEADER_NOT_EXPOSED: Page = Page {
    code: Code::HeaderNotExposed,
    name: "header-not-exposed",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name",
    title: "The script cannot read a header",
    why: "A script of another origin sees seven headers and those that \
     `Access-Control-Expose-Headers` names.\n\
     The answer has the header, and the script reads `null`.",
    fix: "Name the header in `Access-Control-Expose-Headers`.",
};

pub(super) const HEADER_ABSENT: Page = Page {
    code: Code::HeaderAbsent,
    name: "header-absent",
    severity: Severity::Warning,
    spec: "https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name",
    title: "The answer does not have a header that the script reads",
    why: "Nothing hides it: the server has not sent it.",
    fix: "Send the header, and name it in `Access-Control-Expose-Headers`.",
};

pub(super) const EXPOSE_HEADERS_INVALID: Page = Page {
    code: Code::ExposeHeadersInvalid,
    name: "expose-headers-invalid",
    severity: Severity::Warning,
    spec: "https://fetch.spec.whatwg.org/#http-access-control-expose-headers",
    title: "`Access-Control-Expose-Headers` is not a list of header names",
    why: "The field is a list with commas.\n\
     One element that is no header name spoils all of it, and nothing is exposed.",
    fix: "Separate the names with commas, and put nothing else there.",
};

pub(super) const MISSING_VARY: Page = Page {
    code: Code::MissingVary,
    name: "missing-vary",
    severity: Severity::Warning,
    spec: "https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches",
    title: "The answer depends on the origin and does not say so",
    why: "The answer names the origin that asked, and has no `Vary: Origin`.\n\
     A cache then hands one page's permission to another page, which is blocked.",
    fix: "Send `Vary: Origin` with every answer of this path, whether or not there is an origin.",
};

pub(super) const VARY_ONLY_WHEN_ALLOWED: Page = Page {
    code: Code::VaryOnlyWhenAllowed,
    name: "vary-only-when-allowed",
    severity: Severity::Warning,
    spec: "https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches",
    title: "`Vary: Origin` is missing where no origin is allowed",
    why: "The answer to an allowed origin has `Vary: Origin`, and the answer to others or to none has \
     not.\n\
     A cache can keep the latter and hand it to the page, which is then blocked.",
    fix: "Send `Vary: Origin` with every answer of this path, whether or not there is an origin.",
};

pub(super) const ANSWERS_DIFFER: Page = Page {
    code: Code::AnswersDiffer,
    name: "answers-differ",
    severity: Severity::Warning,
    spec: "https://fetch.spec.whatwg.org/#http-responses",
    title: "The same request is not always answered the same",
    why: "Asked again, the server says something else about the same page.\n\
     Behind one name there are often several servers, and not all of them run the same version or \
     the same configuration.\n\
     A page is then blocked now and then.",
    fix: "Deploy the same configuration to every server and every region, and restart those that \
     still have the old one.\n\
     If the answers come from different addresses, the addresses say which servers are meant.",
};

pub(super) const ANSWER_FROM_CACHE: Page = Page {
    code: Code::AnswerFromCache,
    name: "answer-from-cache",
    severity: Severity::Warning,
    spec: "https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches",
    title: "A cache gives an old answer",
    why: "The server itself would allow the page, and a cache in front of it keeps an answer from \
     before, or one that was meant for somebody else.\n\
     That is why a change of the configuration seems to do nothing.\n\
     It is not the browser's cache of preflights: that one keeps permissions, and never refusals.",
    fix: "Purge the cache, and send `Vary: Origin` so that it keeps one answer for each origin.\n\
     A browser that has kept the answer itself needs a reload without its cache.",
};

pub(super) const CHANGED_BY_PROXY: Page = Page {
    code: Code::ChangedByProxy,
    name: "changed-by-proxy",
    severity: Severity::Warning,
    spec: "https://fetch.spec.whatwg.org/#origin-header",
    title: "What is in front of the server changes the request or the answer",
    why: "The server decides by the field `Origin`, and adds fields to its answer.\n\
     A proxy or a CDN that drops either makes it look as if the server did not know CORS.\n\
     `--behind URL` asks the server itself, and compares.",
    fix: "Let the proxy hand `Origin`, `Access-Control-Request-Method` and \
     `Access-Control-Request-Headers` on, and every `Access-Control-` field of the answer back.\n\
     In a CDN, that is a matter of the policies for caching and for requests to the origin server.",
};

pub(super) const BROWSERS_DIFFER: Page = Page {
    code: Code::BrowsersDiffer,
    name: "browsers-differ",
    severity: Severity::Warning,
    spec: "https://fetch.spec.whatwg.org/#cors-preflight-fetch-0",
    title: "Not all browsers do the same",
    why: "The standard leaves something open, or an engine departs from it.",
    fix: "Answer so that every browser agrees; the other findings say how.",
};

pub(super) const OPAQUE_RESPONSE: Page = Page {
    code: Code::OpaqueResponse,
    name: "opaque-response",
    severity: Severity::Warning,
    spec: "https://fetch.spec.whatwg.org/#concept-filtered-response-opaque",
    title: "The page sees nothing of the answer",
    why: "The mode `no-cors` does not turn CORS off.\n\
     It promises that the script will not look: the status is 0 and the body is empty.",
    fix: "Delete `mode: 'no-cors'` in the script, and let the server allow the page.",
};

pub(super) const CROSS_ORIGIN_RESOURCE_POLICY: Page = Page {
    code: Code::CrossOriginResourcePolicy,
    name: "cross-origin-resource-policy",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#cross-origin-resource-policy-header",
    title: "The server keeps the answer from other origins",
    why: "`Cross-Origin-Resource-Policy` forbids other origins to embed the answer.\n\
     It is looked at for requests without CORS.",
    fix: "Send `Cross-Origin-Resource-Policy: cross-origin`, or fetch the answer with CORS.",
};

pub(super) const SAME_ORIGIN_MODE: Page = Page {
    code: Code::SameOriginMode,
    name: "same-origin-mode",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-main-fetch",
    title: "The script asks for its own origin only",
    why: "With `mode: 'same-origin'`, the browser refuses every other origin before it sends \
     anything.",
    fix: "Delete the mode in the script.",
};

pub(super) const NO_CORS_REDIRECT_MODE: Page = Page {
    code: Code::NoCorsRedirectMode,
    name: "no-cors-redirect-mode",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-main-fetch",
    title: "`no-cors` does not go with this redirect mode",
    why: "With `mode: 'no-cors'`, redirects must be followed.",
    fix: "Delete the redirect mode, or the mode.",
};

/// In the order of the documentation.
pub(super) const ALL: [&Page; 13] = [
    &HEADER_NOT_EXPOSED,
    &HEADER_ABSENT,
    &EXPOSE_HEADERS_INVALID,
    &MISSING_VARY,
    &VARY_ONLY_WHEN_ALLOWED,
    &ANSWERS_DIFFER,
    &ANSWER_FROM_CACHE,
    &CHANGED_BY_PROXY,
    &BROWSERS_DIFFER,
    &OPAQUE_RESPONSE,
    &CROSS_ORIGIN_RESOURCE_POLICY,
    &SAME_ORIGIN_MODE,
    &NO_CORS_REDIRECT_MODE,
];
