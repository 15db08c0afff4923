//! Answers to a request without a preflight.

use super::{answer, check, get};

/// What is found about a `GET` that is answered with these headers.
fn check_headers(headers: &'static [&'static str], found: &[&str]) {
    check(get(), move |_| answer("200 OK", headers), found);
}

fn check_credentialed(headers: &'static [&'static str], found: &[&str]) {
    check(
        get().credentialed(),
        move |_| answer("200 OK", headers),
        found,
    );
}

fn check_status(status: &'static str, headers: &'static [&'static str], found: &[&str]) {
    check(get(), move |_| answer(status, headers), found);
}

#[test]
fn a_wildcard_is_fine() {
    check_headers(&["Access-Control-Allow-Origin: *"], &[]);
}

#[test]
fn the_pages_own_origin_is_fine() {
    check_headers(&["Access-Control-Allow-Origin: https://app.example"], &[]);
}

#[test]
fn nothing_is_said_of_origins() {
    check_headers(&[], &["no-allow-origin"]);
    check_headers(&["Access-Control-Allow-Methods: GET"], &["no-allow-origin"]);
}

#[test]
fn another_part_of_the_origin_is_named() {
    for (value, found) in [
        ("http://app.example", "allow-origin-scheme-mismatch"),
        ("https://app.example:8443", "allow-origin-port-mismatch"),
        ("https://www.app.example", "allow-origin-host-mismatch"),
        ("http://localhost:3000", "allow-origin-mismatch"),
        ("https://app.example:443", "allow-origin-default-port"),
    ] {
        check_value(value, &[found]);
    }
}

/// What is found about a `GET` that is answered with this `Access-Control-Allow-Origin`.
fn check_value(value: &'static str, found: &[&str]) {
    let field = format!("Access-Control-Allow-Origin: {value}");
    check(get(), move |_| answer("200 OK", &[&field]), found);
}

#[test]
fn the_origin_is_misspelled() {
    for (value, found) in [
        ("https://app.example/", "allow-origin-trailing-slash"),
        ("https://app.example/shop", "allow-origin-path"),
        ("https://app.example?x", "allow-origin-path"),
        ("app.example", "allow-origin-missing-scheme"),
        ("localhost:3000", "allow-origin-missing-scheme"),
        ("HTTPS://APP.EXAMPLE", "allow-origin-case"),
        ("https://App.example", "allow-origin-case"),
        ("\"https://app.example\"", "allow-origin-invalid"),
        ("'*'", "allow-origin-invalid"),
        ("https//app.example", "allow-origin-invalid"),
        ("https://app.example.", "allow-origin-invalid"),
        ("$http_origin", "allow-origin-invalid"),
        ("true", "allow-origin-invalid"),
        ("", "allow-origin-invalid"),
        ("null", "allow-origin-null"),
        ("https://*.example", "allow-origin-wildcard-pattern"),
        ("*.example", "allow-origin-wildcard-pattern"),
        ("http://*", "allow-origin-wildcard-pattern"),
        ("\u{e9}", "allow-origin-invalid"),
    ] {
        check_value(value, &[found]);
    }
}

#[test]
fn several_origins_are_named() {
    for (value, found) in [
        (
            "https://app.example, https://b.example",
            "allow-origin-list",
        ),
        ("https://app.example https://b.example", "allow-origin-list"),
        ("https://app.example;https://b.example", "allow-origin-list"),
        ("*, *", "allow-origin-duplicate"),
        (
            "https://app.example,https://app.example",
            "allow-origin-duplicate",
        ),
    ] {
        check_value(value, &[found]);
    }
    let field = "Access-Control-Allow-Origin: https://app.example";
    let cases: [&'static [&'static str]; 2] = [
        &[
            "Access-Control-Allow-Origin: https://app.example",
            "access-control-allow-origin: https://app.example",
        ],
        &[
            "Access-Control-Allow-Origin: *",
            "Access-Control-Allow-Origin: https://app.example",
        ],
    ];
    for headers in cases {
        assert!(headers.contains(&field));
        check_headers(headers, &["allow-origin-duplicate"]);
    }
}

#[test]
fn every_fault_of_the_origin_is_told() {
    check_value(
        "http://app.example/",
        &[
            "allow-origin-trailing-slash",
            "allow-origin-scheme-mismatch",
        ],
    );
    check_value(
        "https://App.example/",
        &["allow-origin-trailing-slash", "allow-origin-case"],
    );
}

#[test]
fn credentials_are_not_allowed() {
    check_credentialed(
        &["Access-Control-Allow-Origin: https://app.example"],
        &["no-allow-credentials"],
    );
    check_credentialed(
        &[
            "Access-Control-Allow-Origin: *",
            "Access-Control-Allow-Credentials: true",
        ],
        &["wildcard-with-credentials"],
    );
    check_credentialed(
        &["Access-Control-Allow-Origin: *"],
        &["wildcard-with-credentials", "no-allow-credentials"],
    );
    check_credentialed(
        &["Access-Control-Allow-Origin: https://app.example/"],
        &["allow-origin-trailing-slash", "no-allow-credentials"],
    );
    check_credentialed(
        &[
            "Access-Control-Allow-Origin: https://app.example",
            "Access-Control-Allow-Credentials: true",
            "Access-Control-Allow-Credentials: true",
        ],
        &["allow-credentials-not-true"],
    );
    for value in ["True", "TRUE", "1", "yes", "\"true\"", "false", "true,"] {
        let field = format!("Access-Control-Allow-Credentials: {value}");
        check(
            get().credentialed(),
            move |_| {
                answer(
                    "200 OK",
                    &["Access-Control-Allow-Origin: https://app.example", &field],
                )
            },
            &["allow-credentials-not-true"],
        );
    }
}

#[test]
fn an_error_hides_behind_cors() {
    check_status("404 Not Found", &[], &["no-allow-origin-on-error"]);
    check_status("401 Unauthorized", &[], &["no-allow-origin-on-error"]);
    check_status("429 Too Many Requests", &[], &["no-allow-origin-on-error"]);
    let hidden = "no-allow-origin-on-error";
    check_status("500 Oops", &[], &["server-error", hidden]);
    check_status(
        "502 Bad Gateway",
        &["Server: nginx"],
        &["gateway-error", hidden],
    );
    check_status("504 Gateway Timeout", &[], &["gateway-error", hidden]);
    check_status("413 Too Large", &[], &["request-too-large", hidden]);
    check_status("431 Too Large", &[], &["request-too-large", hidden]);
    check_status(
        "403 No",
        &["cf-mitigated: challenge"],
        &["bot-challenge", hidden],
    );
}

#[test]
fn an_error_with_the_fields_is_the_servers() {
    let allowed: &[&str] = &["Access-Control-Allow-Origin: *"];
    check_status("404 Not Found", allowed, &[]);
    check_status("500 Oops", allowed, &["server-error"]);
}

#[test]
fn an_error_with_the_wrong_fields_is_not_fine_either() {
    let headers: &[&str] = &["Access-Control-Allow-Origin: https://app.example/"];
    check_status("404 Not Found", headers, &["allow-origin-trailing-slash"]);
}

#[test]
fn a_page_without_an_origin_is_told_so() {
    let null = || get().of("null");
    check(
        null(),
        |_| {
            answer(
                "200 OK",
                &["Access-Control-Allow-Origin: https://app.example"],
            )
        },
        &["null-origin-page"],
    );
    check(
        null(),
        |_| answer("200 OK", &[]),
        &["no-allow-origin", "null-origin-page"],
    );
    check(
        null(),
        |_| answer("200 OK", &["Access-Control-Allow-Origin: *"]),
        &["null-origin-page"],
    );
}
