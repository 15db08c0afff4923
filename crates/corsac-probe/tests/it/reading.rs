//! What the page reads of an answer, cookies, and modes without CORS.

use corsac::user_agent::RequestMode;

use super::{answer, check, get};

const ALLOWED: &str = "Access-Control-Allow-Origin: https://app.example";
const CREDENTIALS: &str = "Access-Control-Allow-Credentials: true";

#[test]
fn a_header_is_read_that_is_not_exposed() {
    let etag = || get().read("etag");
    check(
        etag(),
        |_| {
            answer(
                "200 OK",
                &[ALLOWED, "ETag: 1", "Access-Control-Expose-Headers: x-one"],
            )
        },
        &["header-not-exposed"],
    );
    check(
        etag(),
        |_| {
            answer(
                "200 OK",
                &[ALLOWED, "ETag: 1", "Access-Control-Expose-Headers: *"],
            )
        },
        &[],
    );
    check(etag(), |_| answer("200 OK", &[ALLOWED]), &["header-absent"]);
    check(
        get().read("set-cookie"),
        |_| {
            answer(
                "200 OK",
                &[ALLOWED, "Access-Control-Expose-Headers: set-cookie"],
            )
        },
        &["header-not-exposed"],
    );
    check(
        get().read("content-type"),
        |_| answer("200 OK", &[ALLOWED, "Content-Type: text/plain"]),
        &[],
    );
}

#[test]
fn with_credentials_a_wildcard_exposes_nothing() {
    check(
        get().credentialed(),
        |_| {
            answer(
                "200 OK",
                &[ALLOWED, CREDENTIALS, "Access-Control-Expose-Headers: *"],
            )
        },
        &["expose-wildcard-with-credentials"],
    );
    check(
        get().credentialed().read("etag"),
        |_| {
            answer(
                "200 OK",
                &[
                    ALLOWED,
                    CREDENTIALS,
                    "ETag: 1",
                    "Access-Control-Expose-Headers: *",
                ],
            )
        },
        &["header-not-exposed", "expose-wildcard-with-credentials"],
    );
}

#[test]
fn what_is_exposed_cannot_be_read() {
    check(
        get(),
        |_| answer("200 OK", &[ALLOWED, "Access-Control-Expose-Headers: x one"]),
        &["expose-headers-invalid"],
    );
}

#[test]
fn without_cors_nothing_is_seen() {
    check(
        get().mode(RequestMode::NoCors),
        |_| answer("200 OK", &[]),
        &["opaque-response"],
    );
    check(
        get().mode(RequestMode::NoCors),
        |_| answer("200 OK", &["Cross-Origin-Resource-Policy: same-origin"]),
        &["cross-origin-resource-policy"],
    );
    check(
        get().mode(RequestMode::SameOrigin),
        |_| answer("200 OK", &[ALLOWED]),
        &["same-origin-mode"],
    );
}

#[test]
fn a_cookie_is_not_kept() {
    for (cookie, found) in [
        ("Set-Cookie: a=b; SameSite=Lax", "cookie-same-site"),
        (
            "Set-Cookie: a=b; SameSite=Strict; Secure",
            "cookie-same-site",
        ),
        ("Set-Cookie: a=b; SameSite=None", "cookie-not-secure"),
        (
            "Set-Cookie: a=b; Domain=other.test; SameSite=None; Secure",
            "cookie-refused",
        ),
    ] {
        super::check_over(
            super::Wire::Tls,
            &get().credentialed(),
            move |_| answer("200 OK", &[ALLOWED, CREDENTIALS, cookie]),
            &[found],
        );
    }
}

#[test]
fn a_cookie_does_not_go_along() {
    check(
        get().credentialed().cookie("session=1; SameSite=Lax"),
        |_| answer("200 OK", &[ALLOWED, CREDENTIALS]),
        &["cookie-same-site"],
    );
}
