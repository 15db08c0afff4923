//! Why cookies stay behind although CORS is right.

use super::Page;
use crate::code::{Code, Severity};

pub(super) const COOKIE_SAME_SITE: Page = Page {
    code: Code::CookieSameSite,
    name: "cookie-same-site",
    severity: Severity::Warning,
    spec: "https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-the-samesite-attribute-2",
    title: "A cookie does not go along because of `SameSite`",
    why: "A cookie goes along with a script's request to another site only if it is `SameSite=None; \
     Secure`.\n\
     CORS cannot change that, and browsers that block third-party cookies keep even those back.",
    fix: "Set the cookie with `SameSite=None; Secure`, or serve page and API from one site.",
};

pub(super) const COOKIE_NOT_SECURE: Page = Page {
    code: Code::CookieNotSecure,
    name: "cookie-not-secure",
    severity: Severity::Warning,
    spec: "https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-the-secure-attribute",
    title: "A cookie needs https",
    why: "A cookie that is `Secure` cannot be set over http, and one that is `SameSite=None` must be \
     `Secure`.",
    fix: "Serve over https, and set the cookie with `Secure`.",
};

pub(super) const COOKIE_REFUSED: Page = Page {
    code: Code::CookieRefused,
    name: "cookie-refused",
    severity: Severity::Warning,
    spec: "https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-storage-model",
    title: "The browser does not keep a cookie",
    why: "The answer sets a cookie that no browser would keep.",
    fix: "Correct the attributes of the cookie.",
};

pub(super) const COOKIE_THIRD_PARTY: Page = Page {
    code: Code::CookieThirdParty,
    name: "cookie-third-party",
    severity: Severity::Warning,
    spec: "https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-third-party-cookies",
    title: "A browser keeps no cookies of other sites",
    why: "Safari and other browsers on WebKit neither keep nor send a cookie of another site than the \
     page's, whatever its attributes say.\n\
     Other browsers do the same where their user has asked for it. CORS cannot change that.",
    fix: "Serve page and API from one site, such as `app.example.com` and `api.example.com`, or send \
     the session in a header that the script sets.",
};

/// In the order of the documentation.
pub(super) const ALL: [&Page; 4] = [
    &COOKIE_SAME_SITE,
    &COOKIE_NOT_SECURE,
    &COOKIE_REFUSED,
    &COOKIE_THIRD_PARTY,
];
