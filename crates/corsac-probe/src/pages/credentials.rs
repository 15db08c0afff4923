//! What credentials ask for.

use super::Page;
use crate::code::{Code, Severity};

pub(super) const WILDCARD_WITH_CREDENTIALS: Page = Page {
    code: Code::WildcardWithCredentials,
    name: "wildcard-with-credentials",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-cors-check",
    title: "A `*` does not count for a request with credentials",
    why: "The request carries credentials, by `credentials: 'include'` or `withCredentials`.\n\
     For such a request the answer must name the origin itself, since `*` would let every site \
     act as the user.",
    fix: "If the request needs no cookies, leave the credentials out.\n\
     If it does, answer with the page's own origin from a list, \
     `Access-Control-Allow-Credentials: true` and `Vary: Origin`.\n\
     Do not send back whatever origin asks.",
};

pub(super) const NO_ALLOW_CREDENTIALS: Page = Page {
    code: Code::NoAllowCredentials,
    name: "no-allow-credentials",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-cors-check",
    title: "The answer does not allow credentials",
    why: "The request carries credentials, and then the answer needs \
     `Access-Control-Allow-Credentials: true` too.\n\
     The preflight needs it as well as the answer that follows.",
    fix: "Send `Access-Control-Allow-Credentials: true` to the origins that you trust, or leave the \
     credentials out of the request.",
};

pub(super) const ALLOW_CREDENTIALS_NOT_TRUE: Page = Page {
    code: Code::AllowCredentialsNotTrue,
    name: "allow-credentials-not-true",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-cors-check",
    title: "`Access-Control-Allow-Credentials` is not `true`",
    why: "The only value that counts is `true`, in lower case and once.\n\
     `True`, `1`, `yes` and `true, true` are something else.",
    fix: "Send exactly `true`, from one layer.",
};

pub(super) const WILDCARD_LITERAL_WITH_CREDENTIALS: Page = Page {
    code: Code::WildcardLiteralWithCredentials,
    name: "wildcard-literal-with-credentials",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#cors-preflight-fetch-0",
    title: "With credentials, `*` is a name and no wildcard",
    why: "In `Access-Control-Allow-Methods` and `Access-Control-Allow-Headers`, `*` stands for \
     everything only if the request carries no credentials.\n\
     With credentials it stands for a method or a header that is called `*`.",
    fix: "List the methods and the header names.",
};

pub(super) const EXPOSE_WILDCARD_WITH_CREDENTIALS: Page = Page {
    code: Code::ExposeWildcardWithCredentials,
    name: "expose-wildcard-with-credentials",
    severity: Severity::Warning,
    spec: "https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name",
    title: "With credentials, `Access-Control-Expose-Headers: *` exposes nothing",
    why: "If the request carries credentials, `*` stands for a header that is called `*`.\n\
     The script sees only what is always visible.",
    fix: "List the names of the headers that the script reads.",
};

/// In the order of the documentation.
pub(super) const ALL: [&Page; 5] = [
    &WILDCARD_WITH_CREDENTIALS,
    &NO_ALLOW_CREDENTIALS,
    &ALLOW_CREDENTIALS_NOT_TRUE,
    &WILDCARD_LITERAL_WITH_CREDENTIALS,
    &EXPOSE_WILDCARD_WITH_CREDENTIALS,
];
