//! Answers to a preflight.

use super::server::Wire;
use super::{Asked, answer, check, check_over, get, put};

const FINE: &[&str] = &[
    "Access-Control-Allow-Origin: https://app.example",
    "Access-Control-Allow-Methods: PUT",
    "Access-Control-Allow-Headers: content-type",
    "Access-Control-Max-Age: 600",
];

/// What is found if the preflight is answered so, and the request well.
fn check_preflight(
    asked: Asked,
    (status, headers): (&'static str, &'static [&'static str]),
    found: &[&str],
) {
    let fine = [
        "Access-Control-Allow-Origin: https://app.example",
        "Access-Control-Allow-Credentials: true",
    ];
    check(
        asked,
        move |heard| match heard.is_preflight() {
            true => answer(status, headers),
            false => answer("200 OK", &fine),
        },
        found,
    );
}

fn check_status(status: &'static str, headers: &'static [&'static str], found: &str) {
    check_preflight(put(), (status, headers), &[found]);
}

#[test]
fn a_good_answer_is_fine() {
    check_preflight(put(), ("204 No Content", FINE), &[]);
    check_preflight(put(), ("200 OK", FINE), &[]);
}

#[test]
fn nothing_is_said_of_cors() {
    check_preflight(put(), ("204 No Content", &[]), &["no-allow-origin"]);
}

#[test]
fn everything_that_is_missing_is_told() {
    check_preflight(
        put(),
        (
            "204 No Content",
            &["Access-Control-Allow-Origin: https://app.example"],
        ),
        &["method-not-allowed", "header-not-allowed"],
    );
    check_preflight(
        put(),
        ("204 No Content", &["Access-Control-Allow-Methods: GET"]),
        &[
            "no-allow-origin",
            "method-not-allowed",
            "header-not-allowed",
        ],
    );
    check_preflight(
        put().credentialed(),
        (
            "200 OK",
            &["Access-Control-Allow-Origin: https://app.example/"],
        ),
        &[
            "allow-origin-trailing-slash",
            "no-allow-credentials",
            "method-not-allowed",
            "header-not-allowed",
        ],
    );
}

#[test]
fn a_method_is_not_named() {
    let methods = |list: &'static str| {
        move |heard: &super::Heard| match heard.is_preflight() {
            true => answer(
                "204 No Content",
                &[
                    "Access-Control-Allow-Origin: https://app.example",
                    list,
                    "Access-Control-Allow-Headers: content-type",
                ],
            ),
            false => answer(
                "200 OK",
                &["Access-Control-Allow-Origin: https://app.example"],
            ),
        }
    };
    let lists = [
        (
            "PUT",
            "Access-Control-Allow-Methods: GET, POST",
            "method-not-allowed",
        ),
        ("PUT", "Access-Control-Allow-Methods: put", "method-case"),
        (
            "patch",
            "Access-Control-Allow-Methods: GET, PATCH",
            "method-case",
        ),
        (
            "PUT",
            "Access-Control-Allow-Methods: PUT; GET",
            "allow-methods-invalid",
        ),
        (
            "PUT",
            "Access-Control-Allow-Methods: GET PUT",
            "allow-methods-invalid",
        ),
        (
            "PUT",
            "Access-Control-Allow-Methods: [PUT]",
            "allow-methods-invalid",
        ),
    ];
    for (method, list, found) in lists {
        check(put().method(method), methods(list), &[found]);
    }
}

#[test]
fn a_header_is_not_named() {
    let lists = [
        ("Access-Control-Allow-Headers: x-one", "header-not-allowed"),
        (
            "Access-Control-Allow-Headers: content-type; x",
            "allow-headers-invalid",
        ),
        (
            "Access-Control-Allow-Headers: \"content-type\"",
            "allow-headers-invalid",
        ),
    ];
    for (list, found) in lists {
        check(
            put(),
            move |heard| match heard.is_preflight() {
                true => answer(
                    "204 No Content",
                    &[
                        "Access-Control-Allow-Origin: https://app.example",
                        "Access-Control-Allow-Methods: PUT",
                        list,
                    ],
                ),
                false => answer(
                    "200 OK",
                    &["Access-Control-Allow-Origin: https://app.example"],
                ),
            },
            &[found],
        );
    }
}

#[test]
fn with_credentials_a_wildcard_is_a_name() {
    check_preflight(
        put().credentialed(),
        (
            "204 No Content",
            &[
                "Access-Control-Allow-Origin: https://app.example",
                "Access-Control-Allow-Credentials: true",
                "Access-Control-Allow-Methods: *",
                "Access-Control-Allow-Headers: content-type",
            ],
        ),
        &["wildcard-literal-with-credentials"],
    );
    check_preflight(
        put().credentialed(),
        (
            "204 No Content",
            &[
                "Access-Control-Allow-Origin: https://app.example",
                "Access-Control-Allow-Credentials: true",
                "Access-Control-Allow-Methods: PUT",
                "Access-Control-Allow-Headers: *",
            ],
        ),
        &["wildcard-literal-with-credentials"],
    );
}

#[test]
fn a_wildcard_covers_authorization_in_browsers_alone() {
    check_preflight(
        get().header("Authorization", "Bearer x"),
        (
            "204 No Content",
            &[
                "Access-Control-Allow-Origin: *",
                "Access-Control-Allow-Headers: *",
            ],
        ),
        &["wildcard-does-not-cover-authorization", "browsers-differ"],
    );
}

#[test]
fn the_status_is_the_reason() {
    for (status, found) in [
        ("404 Not Found", "preflight-no-handler"),
        ("405 Method Not Allowed", "preflight-no-handler"),
        ("501 Not Implemented", "preflight-no-handler"),
        ("401 Unauthorized", "preflight-auth"),
        ("403 Forbidden", "preflight-auth"),
        ("400 Bad Request", "preflight-status"),
        ("415 Unsupported", "preflight-status"),
        ("422 Unprocessable", "preflight-status"),
        ("429 Too Many Requests", "preflight-status"),
        ("304 Not Modified", "preflight-status"),
        ("500 Oops", "server-error"),
        ("503 Unavailable", "gateway-error"),
    ] {
        check_status(status, &[], found);
        check_status(status, FINE, found);
    }
    check_status(
        "403 Forbidden",
        &["Server: AmazonS3"],
        "bucket-rule-missing",
    );
    check_status("400 No", &["WWW-Authenticate: Basic"], "preflight-auth");
    check_status("403 No", &["cf-mitigated: challenge"], "bot-challenge");
}

#[test]
fn a_preflight_is_redirected() {
    check_status("302 Found", &["Location: /login"], "preflight-redirect");
    check_status(
        "308 Permanent",
        &["Location: /pets/"],
        "preflight-redirect-slash",
    );
    check_status(
        "301 Moved",
        &["Location: //www.api.test/pets"],
        "preflight-redirect",
    );
    check_over(
        Wire::Plain,
        &put(),
        |heard| {
            let to = heard.own.replace("http:", "https:");
            answer("301 Moved", &[&format!("Location: {to}/pets")])
        },
        &["preflight-redirect-scheme"],
    );
}

#[test]
fn the_answer_that_follows_needs_the_fields_too() {
    check(
        put(),
        |heard| match heard.is_preflight() {
            true => answer("204 No Content", FINE),
            false => answer("200 OK", &[]),
        },
        &["no-allow-origin"],
    );
}

#[test]
fn how_long_it_is_kept_is_no_number() {
    for value in ["2h", "1.5", "", "600, 600"] {
        let field = format!("Access-Control-Max-Age: {value}");
        check(
            put(),
            move |heard| match heard.is_preflight() {
                true => answer("204 No Content", &[&FINE[..3], &[&field]].concat()),
                false => answer("200 OK", &FINE[..1]),
            },
            &["max-age-invalid"],
        );
    }
}

#[test]
fn a_script_sends_what_belongs_into_the_answer() {
    check_preflight(
        get().header("Access-Control-Allow-Origin", "*"),
        ("204 No Content", FINE),
        &["request-has-response-headers", "header-not-allowed"],
    );
    check_preflight(
        get().header("Access-Control-Allow-Origin", "*"),
        (
            "204 No Content",
            &[
                "Access-Control-Allow-Origin: *",
                "Access-Control-Allow-Headers: *",
            ],
        ),
        &["request-has-response-headers"],
    );
}
