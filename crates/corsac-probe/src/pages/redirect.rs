//! What redirects can get wrong.

use super::Page;
use crate::code::{Code, Severity};

pub(super) const REDIRECT_WITH_CREDENTIALS_IN_URL: Page = Page {
    code: Code::RedirectWithCredentialsInUrl,
    name: "redirect-with-credentials-in-url",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-http-redirect-fetch",
    title: "The redirect leads to an address with a password in it",
    why: "A redirect to another origin must not have a user name or a password in its address.",
    fix: "Take them out of `Location`.",
};

pub(super) const REDIRECT_TAINTED_ORIGIN: Page = Page {
    code: Code::RedirectTaintedOrigin,
    name: "redirect-tainted-origin",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-request-tainted-origin",
    title: "After the redirect the browser says `Origin: null`",
    why: "A request that another origin redirects to a third one no longer says which page it came \
     from.\n\
     It sends `Origin: null`, and the answer names something else.",
    fix: "Call the last address in the script, so that there is no redirect.\n\
     Do not allow `null`.",
};

pub(super) const REDIRECT_CROSS_ORIGIN_NO_CORS: Page = Page {
    code: Code::RedirectCrossOriginNoCors,
    name: "redirect-cross-origin-no-cors",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-http-fetch",
    title: "An answer on the way of a redirect names no origin",
    why: "Each answer on the way must allow the page: the redirect itself, and what it leads to.",
    fix: "Call the last address in the script, or add the CORS fields to the redirect too.",
};

pub(super) const REDIRECT_MODE_ERROR: Page = Page {
    code: Code::RedirectModeError,
    name: "redirect-mode-error",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-http-fetch",
    title: "There is a redirect, and the script wants none",
    why: "The script asks for the redirect mode `error`.",
    fix: "Call the address that the redirect leads to, or leave the mode out.",
};

pub(super) const REDIRECT_LOCATION_INVALID: Page = Page {
    code: Code::RedirectLocationInvalid,
    name: "redirect-location-invalid",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-response-location-url",
    title: "The redirect leads nowhere",
    why: "`Location` is not an address, or is there more than once.",
    fix: "Send one `Location` with an address.",
};

pub(super) const REDIRECT_SCHEME: Page = Page {
    code: Code::RedirectScheme,
    name: "redirect-scheme",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-http-redirect-fetch",
    title: "The redirect does not lead to http or https",
    why: "A script's request follows redirects to http and https only.",
    fix: "Redirect to an http or https address, or send no redirect to scripts.",
};

pub(super) const REDIRECT_LOOP: Page = Page {
    code: Code::RedirectLoop,
    name: "redirect-loop",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-http-redirect-fetch",
    title: "There are too many redirects",
    why: "Browsers follow 20 redirects and then give up.\n\
     Mostly two of them lead to each other.",
    fix: "Look at the redirects: the address that comes again is where they turn round.",
};

pub(super) const REDIRECT_STREAM_BODY: Page = Page {
    code: Code::RedirectStreamBody,
    name: "redirect-stream-body",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-http-redirect-fetch",
    title: "The redirect would need the body again",
    why: "A stream can be sent once, and this redirect asks for it twice.",
    fix: "Call the address that the redirect leads to.",
};

pub(super) const AUTHORIZATION_DROPPED: Page = Page {
    code: Code::AuthorizationDropped,
    name: "authorization-dropped",
    severity: Severity::Warning,
    spec: "https://fetch.spec.whatwg.org/#concept-http-redirect-fetch",
    title: "`Authorization` does not go along with the redirect",
    why: "On the way to another origin the browser drops `Authorization`.\n\
     The server that is redirected to then answers 401.",
    fix: "Call the last address in the script.",
};

/// In the order of the documentation.
pub(super) const ALL: [&Page; 9] = [
    &REDIRECT_WITH_CREDENTIALS_IN_URL,
    &REDIRECT_TAINTED_ORIGIN,
    &REDIRECT_CROSS_ORIGIN_NO_CORS,
    &REDIRECT_MODE_ERROR,
    &REDIRECT_LOCATION_INVALID,
    &REDIRECT_SCHEME,
    &REDIRECT_LOOP,
    &REDIRECT_STREAM_BODY,
    &AUTHORIZATION_DROPPED,
];
