//! The page itself: plain files, without a build step.

use axum::{
    http::header::{self, HeaderName, HeaderValue},
    response::{IntoResponse, Response},
};

use super::guard::Guard;
use crate::addresses::Addresses;

/// The page of this run: it knows the token and where the other two parts are.
pub(crate) fn html(guard: &Guard, addresses: &Addresses) -> String {
    include_str!("../assets/index.html")
        .replace("{{token}}", guard.token())
        .replace("{{page}}", &addresses.page().to_string())
        .replace("{{api}}", &addresses.api().to_string())
        .replace("{{gateway}}", &addresses.gateway().to_string())
}

/// A file that is the same in every run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct File {
    pub(crate) path: &'static str,
    content_type: &'static str,
    content: &'static str,
}

impl IntoResponse for File {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, self.content_type)], self.content).into_response()
    }
}

/// The files beside the page.
pub(crate) const FILES: [File; 8] = [
    css("/style.css", include_str!("../assets/style.css")),
    css("/wire.css", include_str!("../assets/wire.css")),
    js("/app.js", include_str!("../assets/app.js")),
    js("/dom.js", include_str!("../assets/dom.js")),
    js("/editor.js", include_str!("../assets/editor.js")),
    js("/presses.js", include_str!("../assets/presses.js")),
    js("/wire.js", include_str!("../assets/wire.js")),
    File {
        path: "/icon.svg",
        content_type: "image/svg+xml",
        content: include_str!("../assets/icon.svg"),
    },
];

const fn css(path: &'static str, content: &'static str) -> File {
    File {
        path,
        content_type: "text/css; charset=utf-8",
        content,
    }
}

const fn js(path: &'static str, content: &'static str) -> File {
    File {
        path,
        content_type: "text/javascript; charset=utf-8",
        content,
    }
}

/// What every response of the page's listener says to the browser.
pub(crate) fn security_fields(addresses: &Addresses) -> Vec<(HeaderName, HeaderValue)> {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
         connect-src {} {} {}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'",
        addresses.page(),
        addresses.api(),
        addresses.gateway()
    );
    let policy = HeaderValue::try_from(policy).expect("origins are made of visible characters");
    let fixed = [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ];
    let mut fields = vec![(header::CONTENT_SECURITY_POLICY, policy)];
    fields.extend(fixed.map(|(name, value)| (name, HeaderValue::from_static(value))));
    fields
}
