//! Recordings of browsers.

use corsac_probe::{HarError, explain_har};

fn fields(fields: &[(&str, &str)]) -> String {
    let fields = fields.iter();
    let fields: Vec<String> = fields
        .map(|(name, value)| format!(r#"{{"name":"{name}","value":"{value}"}}"#))
        .collect();
    format!("[{}]", fields.join(","))
}

/// An entry of a recording.
fn entry(
    (method, url, sent): (&str, &str, &[(&str, &str)]),
    (status, received): (u16, &[(&str, &str)]),
) -> String {
    format!(
        r#"{{"request":{{"method":"{method}","url":"{url}","headers":{}}},
            "response":{{"status":{status},"statusText":"","headers":{}}}}}"#,
        fields(sent),
        fields(received)
    )
}

/// The codes of what was found in a recording, for each request that was blocked.
fn check(entries: &[String], codes: &[&[&str]]) {
    let har = format!(
        r#"{{"log":{{"version":"1.2","entries":[{}]}}}}"#,
        entries.join(",")
    );
    let recorded = explain_har(har.as_bytes()).unwrap();
    let found: Vec<Vec<&str>> = recorded
        .iter()
        .map(|it| it.findings.iter().map(|it| it.code.as_str()).collect())
        .collect();
    assert_eq!(found, codes);
}

const URL: &str = "https://api.example/pets";
const ORIGIN: (&str, &str) = ("Origin", "https://app.example");
const ALLOWED: (&str, &str) = ("Access-Control-Allow-Origin", "https://app.example");

#[test]
fn what_was_not_blocked_is_left_out() {
    check(
        &[
            entry(("GET", URL, &[ORIGIN]), (200, &[ALLOWED])),
            entry(("GET", "https://app.example/", &[]), (200, &[])),
            entry(("POST", "https://app.example/", &[ORIGIN]), (200, &[])),
        ],
        &[],
    );
}

#[test]
fn an_answer_is_explained_by_its_bytes() {
    let slash = ("access-control-allow-origin", "https://app.example/");
    check(
        &[
            entry(("GET", URL, &[ORIGIN]), (200, &[])),
            entry(("GET", URL, &[ORIGIN]), (200, &[slash])),
            entry(("GET", URL, &[ORIGIN]), (200, &[ALLOWED, ALLOWED])),
            entry(
                ("GET", URL, &[ORIGIN, ("Cookie", "a=b")]),
                (200, &[ALLOWED]),
            ),
        ],
        &[
            &["no-allow-origin"],
            &["allow-origin-trailing-slash"],
            &["allow-origin-duplicate"],
            &["no-allow-credentials"],
        ],
    );
}

#[test]
fn a_preflight_speaks_for_the_request_that_was_not_sent() {
    let asked = [
        ORIGIN,
        ("Access-Control-Request-Method", "PUT"),
        ("Access-Control-Request-Headers", "content-type"),
    ];
    let methods = ("Access-Control-Allow-Methods", "GET");
    check(
        &[
            entry(("PUT", URL, &[ORIGIN]), (0, &[])),
            entry(("OPTIONS", URL, &asked), (204, &[ALLOWED, methods])),
        ],
        &[&["method-not-allowed", "header-not-allowed"]],
    );
}

#[test]
fn an_answer_that_differs_from_time_to_time_is_told_of() {
    let both: &[&str] = &["no-allow-origin", "answers-differ"];
    let blocked = || entry(("GET", URL, &[ORIGIN]), (200, &[]));
    let allowed = || entry(("GET", URL, &[ORIGIN]), (200, &[ALLOWED]));
    check(&[blocked(), allowed()], &[both]);
    check(&[allowed(), blocked()], &[both]);
    let elsewhere = entry(
        ("GET", "https://api.example/toys", &[ORIGIN]),
        (200, &[ALLOWED]),
    );
    let of_another = ("Origin", "https://other.example");
    let every = ("Access-Control-Allow-Origin", "*");
    let other_page = entry(("GET", URL, &[of_another]), (200, &[every]));
    check(&[blocked(), elsewhere, other_page], &[&["no-allow-origin"]]);
}

#[test]
fn without_a_preflight_the_request_speaks() {
    check(
        &[
            entry(("PUT", URL, &[ORIGIN]), (200, &[])),
            entry(("PUT", URL, &[ORIGIN]), (200, &[ALLOWED])),
        ],
        &[&["no-allow-origin", "answers-differ"]],
    );
}

#[test]
fn without_an_answer_there_is_no_reason() {
    check(
        &[entry(("GET", URL, &[ORIGIN]), (0, &[]))],
        &[&["connection-closed"]],
    );
}

#[test]
fn what_is_no_recording_is_told_so() {
    for text in ["", "{}", "[]", "{\"log\":{}}"] {
        assert!(matches!(
            explain_har(text.as_bytes()),
            Err(HarError::Malformed(_))
        ));
    }
}
