//! What the builder refuses and warns about. Every code is in `conformance/policy/`.

use std::time::Duration;

use corsac::{ConfigErrors, Policy, PolicyBuilder};

/// A line for each remark: setting, item, code, the bytes that are meant, the suggestion.
fn shown_errors(errors: &ConfigErrors) -> Vec<String> {
    errors
        .iter()
        .map(|it| {
            let meant = &it.value[it.span.clone()];
            let suggestion = it.suggestion.as_deref().unwrap_or("-");
            format!(
                "{} {} {} [{meant}] {suggestion}",
                it.setting.key(),
                it.index,
                it.code()
            )
        })
        .collect()
}

#[track_caller]
fn check_errors(builder: PolicyBuilder, expected: &[&str]) {
    assert_eq!(
        shown_errors(&builder.build().expect_err("refused")),
        expected
    );
}

#[track_caller]
fn check_warnings(builder: PolicyBuilder, expected: &[&str]) {
    let policy = builder.build().expect("valid");
    let shown: Vec<_> = policy
        .warnings()
        .iter()
        .map(|it| format!("{} {} {}", it.setting.key(), it.index, it.code()))
        .collect();
    assert_eq!(shown, expected);
}

#[test]
fn every_mistake_is_told_at_once_with_its_place_and_what_was_meant() {
    let builder = Policy::builder([
        "https://ok.example",
        "https://app.example/",
        "app.example",
        "https://App.Example:443/path?query#fragment",
        "https://user:secret@app.example:08443",
        "http://app.example",
        "https://*.com",
        "https://b\u{fc}cher.example",
        "*",
        "null",
    ])
    .credentials()
    .methods(["patch", "put", "CONNECT", "NO SPACE"])
    .request_headers(["cookie", "access-control-allow-origin", "x:y"])
    .expose_headers(["*", "set-cookie"])
    .max_age(Duration::from_secs(86_401));
    check_errors(
        builder,
        &[
            "allow-origins 1 origin-trailing-slash [/] https://app.example",
            "allow-origins 2 origin-missing-scheme [a] https://app.example",
            "allow-origins 3 origin-upper-case [A] https://app.example",
            "allow-origins 4 origin-userinfo [user:secret@] https://app.example:8443",
            "allow-origins 5 insecure-origin-with-credentials [http] https://app.example",
            "allow-origins 6 public-suffix-with-credentials [com] -",
            "allow-origins 7 origin-not-ascii [\u{fc}] -",
            "allow-origins 8 wildcard-origin-with-credentials [*] -",
            "allow-origins 9 null-origin [null] -",
            "allow-methods 0 method-case [patch] PATCH",
            "allow-methods 1 method-case [put] PUT",
            "allow-methods 2 method-forbidden [CONNECT] -",
            "allow-methods 3 method-invalid [ ] -",
            "allow-headers 0 request-header-forbidden [cookie] -",
            "allow-headers 1 response-header-in-request [access-control-allow-origin] -",
            "allow-headers 2 header-name-invalid [:] -",
            "expose-headers 0 wildcard-exposed-with-credentials [*] -",
            "expose-headers 1 response-header-forbidden [set-cookie] -",
            "max-age 0 max-age-too-long [86401s] -",
        ],
    );
}

#[test]
fn a_policy_without_origins_is_refused() {
    check_errors(
        Policy::builder::<&str>([]),
        &["allow-origins 0 no-origins [] -"],
    );
}

#[test]
fn loopback_needs_no_tls_with_credentials() {
    let origins = [
        "http://localhost:*",
        "http://127.0.0.1:3000",
        "http://[::1]:*",
        "http://a.localhost",
    ];
    check_warnings(Policy::builder(origins).credentials(), &[]);
}

#[test]
fn a_dangerous_permission_lets_a_dangerous_setting_pass() {
    check_warnings(
        Policy::builder(["null", "http://app.example", "https://*.com"])
            .credentials()
            .dangerously_allow_null_origin()
            .dangerously_allow_insecure_origins()
            .dangerously_allow_public_suffix(),
        &[],
    );
    check_warnings(
        Policy::builder(["https://app.example"])
            .credentials()
            .dangerously_allow_null_origin()
            .dangerously_allow_insecure_origins()
            .dangerously_allow_public_suffix(),
        &[
            "dangerously-allow-null-origin 0 unneeded-permission",
            "dangerously-allow-insecure-origins 0 unneeded-permission",
            "dangerously-allow-public-suffix 0 unneeded-permission",
        ],
    );
}

#[cfg(feature = "psl")]
#[test]
fn public_suffixes_of_several_labels_are_known() {
    check_errors(
        Policy::builder([
            "https://*.github.io",
            "https://x-*.co.uk",
            "https://*.me.github.io",
        ])
        .credentials(),
        &[
            "allow-origins 0 public-suffix-with-credentials [github.io] -",
            "allow-origins 1 public-suffix-with-credentials [co.uk] -",
        ],
    );
}

#[test]
fn what_is_legal_but_doubtful_is_warned_of() {
    check_warnings(
        Policy::builder([
            "http://app.example",
            "https://*.example.com",
            "https://a.example.com",
            "https://*.com",
            "https://a.example.com",
        ])
        .methods(["PATCH", "patch"])
        .request_headers(["*", "x-a"])
        .expose_headers(["content-type", "x-a", "X-A"])
        .max_age(Duration::from_secs(7_201)),
        &[
            "allow-origins 0 insecure-origin",
            "allow-origins 3 public-suffix",
            "allow-origins 2 origin-redundant",
            "allow-origins 4 duplicate",
            "allow-origins 4 origin-redundant",
            "allow-methods 1 method-in-lower-case",
            "allow-headers 0 wildcard-without-authorization",
            "allow-headers 1 request-header-redundant",
            "expose-headers 0 exposed-header-safelisted",
            "expose-headers 2 duplicate",
            "max-age 0 max-age-above-cap",
        ],
    );
}

#[test]
fn errors_read_as_sentences() {
    let errors = Policy::builder(["https://app.example/"])
        .build()
        .expect_err("refused");
    assert_eq!(
        errors.to_string(),
        "allow-origins: `https://app.example/`: an origin has no slash at the end (did you mean `https://app.example`?)"
    );
}
