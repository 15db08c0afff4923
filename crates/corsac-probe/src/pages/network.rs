//! What is not CORS, though the console says so.

use super::Page;
use crate::code::{Code, Severity};

pub(super) const CONNECTION_REFUSED: Page = Page {
    code: Code::ConnectionRefused,
    name: "connection-refused",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-network-error",
    title: "Nothing listens there",
    why: "No connection could be made to the server, so that there is no answer that CORS could be \
     about.\n\
     Firefox calls this a CORS request that did not succeed.",
    fix: "Start the server, or correct the port.",
};

pub(super) const DNS_FAILURE: Page = Page {
    code: Code::DnsFailure,
    name: "dns-failure",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-network-error",
    title: "The host name leads nowhere",
    why: "The name of the host could not be resolved.\n\
     Names inside of a container network are not known to the browser.",
    fix: "Correct the name, or use one that the machine of the user can resolve.",
};

pub(super) const TLS_UNTRUSTED: Page = Page {
    code: Code::TlsUntrusted,
    name: "tls-untrusted",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-network-error",
    title: "The certificate is not trusted",
    why: "The certificate was not issued by anybody that browsers trust: it is self-signed, or an \
     intermediate one is missing.",
    fix: "Send the whole chain, or for development make a certificate with a local authority that \
     your browser trusts.\n\
     Opening the address in a tab and accepting the certificate helps for one browser.",
};

pub(super) const TLS_EXPIRED: Page = Page {
    code: Code::TlsExpired,
    name: "tls-expired",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-network-error",
    title: "The certificate is not valid at this time",
    why: "The certificate has expired, or is not yet valid.",
    fix: "Renew the certificate, and look at the clock.",
};

pub(super) const TLS_WRONG_HOST: Page = Page {
    code: Code::TlsWrongHost,
    name: "tls-wrong-host",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-network-error",
    title: "The certificate is for another host",
    why: "None of the names in the certificate is the host in the address.",
    fix: "Use the host that the certificate names, or have one issued for this host.",
};

pub(super) const TLS_HANDSHAKE: Page = Page {
    code: Code::TlsHandshake,
    name: "tls-handshake",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-network-error",
    title: "The server does not speak TLS here",
    why: "The address says https, and what listens on the port does not agree on TLS.\n\
     Often it speaks plain http.",
    fix: "Call the port that speaks https, or the address over http.",
};

pub(super) const TIMEOUT: Page = Page {
    code: Code::Timeout,
    name: "timeout",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-network-error",
    title: "The server does not answer in time",
    why: "A connection or an answer took longer than was waited for.",
    fix: "Look at the server: it accepts and says nothing, or a firewall drops what is sent.",
};

pub(super) const CONNECTION_CLOSED: Page = Page {
    code: Code::ConnectionClosed,
    name: "connection-closed",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-network-error",
    title: "The server hangs up",
    why: "The connection ended before the answer was complete.",
    fix: "Look at the log of the server: it may have crashed on this request.",
};

pub(super) const NOT_HTTP: Page = Page {
    code: Code::NotHttp,
    name: "not-http",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-network-error",
    title: "The answer is not HTTP",
    why: "What listens there speaks something else, or https on an address that says http.",
    fix: "Correct the port or the scheme.",
};

pub(super) const HEAD_TOO_LARGE: Page = Page {
    code: Code::HeadTooLarge,
    name: "head-too-large",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-network-error",
    title: "The head of the answer is too large",
    why: "Browsers do not read a head of more than 256 KiB.",
    fix: "Send fewer or smaller headers.",
};

pub(super) const SERVER_ERROR: Page = Page {
    code: Code::ServerError,
    name: "server-error",
    severity: Severity::Error,
    spec: "https://www.rfc-editor.org/rfc/rfc9110#name-server-error-5xx",
    title: "The server fails",
    why: "This is an error of the server, and CORS only hides it: the error has no CORS fields, so \
     that the page is told of CORS.",
    fix: "Look at the log of the server.\n\
     Afterwards, let errors have the CORS fields too, so that the page sees their status.",
};

pub(super) const GATEWAY_ERROR: Page = Page {
    code: Code::GatewayError,
    name: "gateway-error",
    severity: Severity::Error,
    spec: "https://www.rfc-editor.org/rfc/rfc9110#name-502-bad-gateway",
    title: "A proxy does not reach the server",
    why: "The answer is one that the proxy made because the server behind it did not answer, and CORS \
     only hides it.",
    fix: "Look whether the server behind the proxy runs, and at the log of the proxy.\n\
     Afterwards, let the proxy add the CORS fields to its errors.",
};

pub(super) const REQUEST_TOO_LARGE: Page = Page {
    code: Code::RequestTooLarge,
    name: "request-too-large",
    severity: Severity::Error,
    spec: "https://www.rfc-editor.org/rfc/rfc6585#section-5",
    title: "The request is too large for the server",
    why: "Something in front of the application refuses the request for its size, before CORS is \
     looked at.",
    fix: "Send less, such as fewer cookies or a shorter token, or raise the limit.",
};

pub(super) const BOT_CHALLENGE: Page = Page {
    code: Code::BotChallenge,
    name: "bot-challenge",
    severity: Severity::Error,
    spec: "https://www.rfc-editor.org/rfc/rfc9110#name-403-forbidden",
    title: "A firewall answers in place of the server",
    why: "A service in front of the server wants to know whether this is a person, which a script's \
     request cannot answer.",
    fix: "Exempt the path of the API, and `OPTIONS`, from the challenge.",
};

pub(super) const PROXY_AUTHENTICATION: Page = Page {
    code: Code::ProxyAuthentication,
    name: "proxy-authentication",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch",
    title: "A proxy asks for a password",
    why: "The answer has the status 407, which only a proxy may give.",
    fix: "With `--proxy`, write `USER:PASSWORD@` before the host of the proxy.\n\
     Without, the server itself answers as a proxy does: correct its configuration.",
};

pub(super) const PROXY_FAILED: Page = Page {
    code: Code::ProxyFailed,
    name: "proxy-failed",
    severity: Severity::Error,
    spec: "https://www.rfc-editor.org/rfc/rfc9110#name-connect",
    title: "The way through the proxy is closed",
    why: "The proxy that `--proxy` names cannot be reached, or does not let the request through.",
    fix: "Look at the address of the proxy, and at what it lets through.\n\
     Leave `--proxy` out for a server that is reached directly.",
};

pub(super) const MIXED_CONTENT: Page = Page {
    code: Code::MixedContent,
    name: "mixed-content",
    severity: Severity::Error,
    spec: "https://w3c.github.io/webappsec-mixed-content/#should-block-fetch",
    title: "A page over https asks for something over http",
    why: "The browser blocks such a request before it is sent.\n\
     Addresses of the machine itself are exempt.",
    fix: "Serve the API over https.",
};

pub(super) const LOCAL_NETWORK: Page = Page {
    code: Code::LocalNetwork,
    name: "local-network",
    severity: Severity::Info,
    spec: "https://wicg.github.io/local-network-access/",
    title: "A page from the internet asks for something in the local network",
    why: "Chromium asks the user before such a request, and refuses it to pages that are not secure.",
    fix: "Serve the page over https, and expect a question to the user; or give the API a public \
     address.",
};

pub(super) const CONTENT_SECURITY_POLICY: Page = Page {
    code: Code::ContentSecurityPolicy,
    name: "content-security-policy",
    severity: Severity::Error,
    spec: "https://w3c.github.io/webappsec-csp/#directive-connect-src",
    title: "The page forbids itself to connect there",
    why: "The `Content-Security-Policy` of the page does not list the API in `connect-src`.\n\
     The server that is asked has no say in it.",
    fix: "Add the origin of the API to `connect-src` of the page.",
};

pub(super) const BLOCKED_PORT: Page = Page {
    code: Code::BlockedPort,
    name: "blocked-port",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#block-bad-port",
    title: "Browsers do not connect to this port",
    why: "Some ports belong to other protocols, and browsers refuse them.",
    fix: "Serve on another port, such as 8080.",
};

pub(super) const NETWORK_FAILURE: Page = Page {
    code: Code::NetworkFailure,
    name: "network-failure",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-network-error",
    title: "The request got no answer",
    why: "The message says that there was no answer, and not why.\n\
     The server may not run, its certificate may not be trusted, or an extension may have stopped \
     the request.",
    fix: "Run `corsac check` with the address: it tells these apart.",
};

pub(super) const BLOCKED_BY_EXTENSION: Page = Page {
    code: Code::BlockedByExtension,
    name: "blocked-by-extension",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#concept-network-error",
    title: "Something in the browser stopped the request",
    why: "An extension, such as one that blocks advertisements, stopped the request before it was \
     sent.\n\
     Words such as `ads`, `track` or `analytics` in the address are enough.",
    fix: "Turn the extension off for the page, or give the path another name.",
};

pub(super) const REASON_HIDDEN: Page = Page {
    code: Code::ReasonHidden,
    name: "reason-hidden",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#cors-check",
    title: "The browser does not say why",
    why: "The message says that CORS blocked the answer, and leaves the reason out.\n\
     Another line of the console often has it.",
    fix: "Run `corsac check` with the address and the origin of the page.",
};

pub(super) const CORS_DISABLED: Page = Page {
    code: Code::CorsDisabled,
    name: "cors-disabled",
    severity: Severity::Error,
    spec: "https://fetch.spec.whatwg.org/#http-cors-protocol",
    title: "CORS is turned off in this browser",
    why: "Firefox blocks everything across origins while `content.cors.disable` is set.",
    fix: "Reset `content.cors.disable` in `about:config`.",
};

/// In the order of the documentation.
pub(super) const ALL: [&Page; 24] = [
    &CONNECTION_REFUSED,
    &DNS_FAILURE,
    &TLS_UNTRUSTED,
    &TLS_EXPIRED,
    &TLS_WRONG_HOST,
    &TLS_HANDSHAKE,
    &TIMEOUT,
    &CONNECTION_CLOSED,
    &NOT_HTTP,
    &HEAD_TOO_LARGE,
    &SERVER_ERROR,
    &GATEWAY_ERROR,
    &REQUEST_TOO_LARGE,
    &BOT_CHALLENGE,
    &PROXY_AUTHENTICATION,
    &PROXY_FAILED,
    &MIXED_CONTENT,
    &LOCAL_NETWORK,
    &CONTENT_SECURITY_POLICY,
    &BLOCKED_PORT,
    &NETWORK_FAILURE,
    &BLOCKED_BY_EXTENSION,
    &REASON_HIDDEN,
    &CORS_DISABLED,
];
