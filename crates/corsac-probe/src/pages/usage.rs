//! What is wrong before anything is sent.

use super::Page;
use crate::code::{Code, Severity};

pub(super) const URL_WITHOUT_SCHEME: Page = Page {
    code: Code::UrlWithoutScheme,
    name: "url-without-scheme",
    severity: Severity::Error,
    spec: "https://url.spec.whatwg.org/#concept-basic-url-parser",
    title: "The address has no scheme",
    why: "Without `http://` or `https://` in front, the browser takes `localhost:3000` for an address \
     with the scheme `localhost`, and `api.example` for a path of the page's own server.",
    fix: "Write the scheme in front.",
};

pub(super) const URL_WITH_CREDENTIALS: Page = Page {
    code: Code::UrlWithCredentials,
    name: "url-with-credentials",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#dom-request",
    title: "The address has a user name or a password",
    why: "`fetch()` refuses such an address with a `TypeError`.",
    fix: "Send them in `Authorization`.",
};

pub(super) const URL_INVALID: Page = Page {
    code: Code::UrlInvalid,
    name: "url-invalid",
    severity: Severity::Error,
    spec: "https://url.spec.whatwg.org/#concept-basic-url-parser",
    title: "The address cannot be parsed",
    why: "Something in it cannot be: a port above 65535, a space in the host, a bracket that is not \
     closed.",
    fix: "Correct the address.",
};

pub(super) const UNSUPPORTED_SCHEME: Page = Page {
    code: Code::UnsupportedScheme,
    name: "unsupported-scheme",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-scheme-fetch",
    title: "Only http and https can be asked across origins",
    why: "The address, or the page, has another scheme, such as `file:`.",
    fix: "Serve both over http or https.",
};

pub(super) const WEBSOCKET_NOT_CORS: Page = Page {
    code: Code::WebsocketNotCors,
    name: "websocket-not-cors",
    severity: Severity::Error,
    spec: "https://www.rfc-editor.org/rfc/rfc6455#section-10.2",
    title: "WebSockets know no CORS",
    why: "A browser opens a WebSocket to any origin.\n\
     Whether the page may is for the server, which looks at `Origin` itself.",
    fix: "Allow the origin in the WebSocket server.",
};

pub(super) const REQUEST_INVALID: Page = Page {
    code: Code::RequestInvalid,
    name: "request-invalid",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#dom-request",
    title: "The script gets a `TypeError`",
    why: "`fetch()` refuses the request before anything is sent.",
    fix: "Correct the request.",
};

pub(super) const DATA_URL_INVALID: Page = Page {
    code: Code::DataUrlInvalid,
    name: "data-url-invalid",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#data-url-processor",
    title: "The `data:` URL is malformed",
    why: "It has no comma, or its Base64 cannot be decoded.",
    fix: "Correct the address.",
};

pub(super) const ONLY_IF_CACHED: Page = Page {
    code: Code::OnlyIfCached,
    name: "only-if-cached",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch",
    title: "Nothing is cached, and nothing may be sent",
    why: "The script asks for the cache mode `only-if-cached`.",
    fix: "Delete the cache mode.",
};

/// In the order of the documentation.
pub(super) const ALL: [&Page; 8] = [
    &URL_WITHOUT_SCHEME,
    &URL_WITH_CREDENTIALS,
    &URL_INVALID,
    &UNSUPPORTED_SCHEME,
    &WEBSOCKET_NOT_CORS,
    &REQUEST_INVALID,
    &DATA_URL_INVALID,
    &ONLY_IF_CACHED,
];
