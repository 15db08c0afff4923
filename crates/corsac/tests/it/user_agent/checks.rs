//! The CORS check, the preflight, taint and filtering: R20, R21, R26 to R31, R40 to R47.

use std::time::Duration;

use corsac::user_agent::{
    CheckedRequest, CredentialsMode, ExposedHeaderNames, HeaderList, PreflightFailure, Quirks,
    RedirectTaint, SerializedRequestOrigin, UnsafeHeaderNames, UseCorsPreflight,
    basic_filtered_headers, check_preflight_response, cors_check, cors_filtered_headers,
    cors_preflight_headers, needs_cors_preflight, redirect_taint,
};

use super::{headers, origin, sent};

const PAGE: &str = "https://app.example";

/// The code with which the CORS check ends.
fn code_of_check(mode: CredentialsMode, page: &str, response: &[&str]) -> &'static str {
    let origin = sent(page);
    let request = CheckedRequest {
        method: b"GET",
        unsafe_header_names: &UnsafeHeaderNames::default(),
        origin: &origin,
        credentials_mode: mode,
        use_cors_preflight: UseCorsPreflight::Unset,
    };
    match cors_check(&request, &headers(response)) {
        Ok(()) => "ok",
        Err(failure) => failure
            .code()
            .strip_prefix("cors-check/")
            .expect("its own prefix"),
    }
}

#[test]
fn allow_origin_is_compared_byte_for_byte() {
    let check = |value: &str| {
        let line = format!("access-control-allow-origin: {value}");
        code_of_check(CredentialsMode::SameOrigin, PAGE, &[&line])
    };
    assert_eq!(check(PAGE), "ok");
    assert_eq!(check("*"), "ok");
    for value in [
        "https://app.example/",
        "HTTPS://app.example",
        "https://app.example:443",
        "http://app.example",
        "*\x0B",
        "**",
        "null",
        "",
        "https://app.example, https://app.example",
        "https://app.example https://b.example",
        "https://*.example",
    ] {
        assert_eq!(check(value), "allow-origin-mismatch", "{value}");
    }
    assert_eq!(
        code_of_check(CredentialsMode::Omit, PAGE, &[]),
        "missing-allow-origin"
    );
}

#[test]
fn two_allow_origin_lines_never_match() {
    for value in ["*", PAGE] {
        let line = format!("access-control-allow-origin: {value}");
        let code = code_of_check(CredentialsMode::Omit, PAGE, &[&line, &line]);
        assert_eq!(code, "allow-origin-mismatch");
    }
}

#[test]
fn credentials_need_the_word_true() {
    let check = |lines: &[&str]| {
        let mut all = vec!["access-control-allow-origin: https://app.example"];
        all.extend(lines);
        code_of_check(CredentialsMode::Include, PAGE, &all)
    };
    assert_eq!(check(&["access-control-allow-credentials: true"]), "ok");
    assert_eq!(check(&[]), "missing-allow-credentials");
    for value in [
        "True",
        "TRUE",
        "1",
        "yes",
        "true, true",
        "'true'",
        "true\x0B",
        "",
    ] {
        let line = format!("access-control-allow-credentials: {value}");
        assert_eq!(check(&[&line]), "allow-credentials-not-true", "{value}");
    }
    let wildcard = [
        "access-control-allow-origin: *",
        "access-control-allow-credentials: true",
    ];
    let code = code_of_check(CredentialsMode::Include, PAGE, &wildcard);
    assert_eq!(code, "wildcard-with-credentials");
}

#[test]
fn null_matches_an_opaque_origin_even_with_credentials() {
    let lines = [
        "access-control-allow-origin: null",
        "access-control-allow-credentials: true",
    ];
    assert_eq!(
        code_of_check(CredentialsMode::Include, "null", &lines),
        "ok"
    );
    assert_eq!(
        code_of_check(CredentialsMode::Omit, PAGE, &lines),
        "allow-origin-mismatch"
    );
}

#[test]
fn only_leaving_a_foreign_origin_taints() {
    let check = |page: &str, urls: &[&str], expected: RedirectTaint| {
        let urls: Vec<_> = urls.iter().map(|url| origin(url)).collect();
        assert_eq!(redirect_taint(&origin(page), &urls), expected, "{urls:?}");
    };
    let (a, b, c) = ("https://a.example", "https://b.test", "https://c.test");
    check(a, &[a], RedirectTaint::SameOrigin);
    check(a, &[a, b], RedirectTaint::SameOrigin);
    check(a, &[b, b], RedirectTaint::SameOrigin);
    check(a, &[b, a], RedirectTaint::CrossSite);
    check(a, &[b, c], RedirectTaint::CrossSite);
    check(a, &[a, b, c], RedirectTaint::CrossSite);
    let (one, two) = ("https://one.b.test", "https://two.b.test");
    check(a, &[one, two], RedirectTaint::SameSite);
    check(a, &[one, "http://one.b.test"], RedirectTaint::CrossSite);
    check("https://x.b.test", &[one, two], RedirectTaint::SameSite);
    check("null", &[a, a], RedirectTaint::SameOrigin);
    check("null", &[a, b], RedirectTaint::CrossSite);
    let tainted = SerializedRequestOrigin::new(&origin(a), RedirectTaint::SameSite);
    assert_eq!(tainted.as_bytes(), b"null");
}

fn request<'a>(
    method: &'a str,
    unsafe_header_names: &'a UnsafeHeaderNames,
    origin: &'a SerializedRequestOrigin,
    credentials_mode: CredentialsMode,
) -> CheckedRequest<'a> {
    let use_cors_preflight = UseCorsPreflight::Unset;
    CheckedRequest {
        method: method.as_bytes(),
        unsafe_header_names,
        origin,
        credentials_mode,
        use_cors_preflight,
    }
}

#[test]
fn a_preflight_names_the_method_and_the_unsafe_headers() {
    let names = UnsafeHeaderNames::of(&headers(&[
        "X-B: 1",
        "accept: */*",
        "Authorization: x",
        "content-type: text/plain",
    ]));
    let origin = sent(PAGE);
    let request = request("patch", &names, &origin, CredentialsMode::Omit);
    assert!(needs_cors_preflight(&request));
    assert_eq!(
        cors_preflight_headers(&request),
        headers(&[
            "Accept: */*",
            "Access-Control-Request-Method: patch",
            "Access-Control-Request-Headers: authorization,x-b",
        ])
    );
}

#[test]
fn a_safelisted_request_needs_a_preflight_only_if_it_is_asked_for() {
    let names = UnsafeHeaderNames::of(&headers(&["accept: */*"]));
    let origin = sent(PAGE);
    let mut request = request("POST", &names, &origin, CredentialsMode::Omit);
    assert!(!needs_cors_preflight(&request));
    request.use_cors_preflight = UseCorsPreflight::Set;
    assert!(needs_cors_preflight(&request));
    let lines = ["Accept: */*", "Access-Control-Request-Method: POST"];
    assert_eq!(cors_preflight_headers(&request), headers(&lines));
}

/// The code with which the check of a preflight's response ends.
fn code_of_preflight(
    method: &str,
    request_lines: &[&str],
    mode: CredentialsMode,
    (status, response): (u16, &[&str]),
) -> &'static str {
    let names = UnsafeHeaderNames::of(&headers(request_lines));
    let origin = sent(PAGE);
    let mut lines = vec![
        "access-control-allow-origin: https://app.example",
        "access-control-allow-credentials: true",
    ];
    lines.extend(response);
    let request = request(method, &names, &origin, mode);
    match check_preflight_response(&request, status, &headers(&lines), &Quirks::SPEC) {
        Ok(_) => "ok",
        Err(failure) => failure
            .code()
            .strip_prefix("preflight/")
            .expect("its own prefix"),
    }
}

#[test]
fn a_method_must_be_named_in_its_case() {
    let check = |method: &str, mode, value: &str| {
        let line = format!("access-control-allow-methods: {value}");
        code_of_preflight(method, &[], mode, (204, &[&line]))
    };
    let (omit, include) = (CredentialsMode::Omit, CredentialsMode::Include);
    assert_eq!(check("PUT", omit, "DELETE, PUT"), "ok");
    assert_eq!(check("PUT", omit, "put"), "method-not-allowed");
    assert_eq!(check("patch", omit, "PATCH"), "method-not-allowed");
    assert_eq!(check("GET", include, "PUT"), "ok");
    assert_eq!(check("PUT", omit, "*"), "ok");
    assert_eq!(check("PUT", include, "*"), "method-not-allowed");
    assert_eq!(check("*", include, "*"), "ok");
    assert_eq!(check("PUT", omit, "PUT, a b"), "malformed-allow-methods");
    assert_eq!(
        code_of_preflight("PUT", &[], omit, (204, &[])),
        "method-not-allowed"
    );
}

#[test]
fn a_header_must_be_named_in_any_case() {
    let check = |name: &str, mode, value: &str| {
        let line = format!("access-control-allow-headers: {value}");
        code_of_preflight("GET", &[&format!("{name}: x")], mode, (200, &[&line]))
    };
    let (omit, include) = (CredentialsMode::Omit, CredentialsMode::Include);
    assert_eq!(check("X-A", omit, "x-b,x-a"), "ok");
    assert_eq!(check("x-a", include, "X-A"), "ok");
    assert_eq!(check("x-a", omit, "x-b"), "request-header-not-allowed");
    assert_eq!(check("x-a", omit, "*"), "ok");
    assert_eq!(check("x-a", include, "*"), "request-header-not-allowed");
    assert_eq!(check("*", include, "*"), "ok");
    assert_eq!(
        check("authorization", omit, "*"),
        "request-header-not-allowed"
    );
    assert_eq!(check("authorization", omit, "*, Authorization"), "ok");
    assert_eq!(check("x-a", omit, "x-a;q=1"), "malformed-allow-headers");
}

#[test]
fn only_an_ok_status_lets_a_preflight_pass() {
    let check = |status| code_of_preflight("GET", &[], CredentialsMode::Omit, (status, &[]));
    for status in [200, 204, 226, 299] {
        assert_eq!(check(status), "ok");
    }
    for status in [0, 100, 199, 300, 301, 304, 307, 401, 404, 407, 500, 999] {
        assert_eq!(check(status), "status");
    }
}

#[test]
fn the_origin_is_checked_before_the_status() {
    let names = UnsafeHeaderNames::default();
    let origin = sent(PAGE);
    let request = request("PUT", &names, &origin, CredentialsMode::Omit);
    let response = HeaderList::new();
    let failure = check_preflight_response(&request, 500, &response, &Quirks::SPEC);
    assert!(matches!(failure, Err(PreflightFailure::CorsCheck(_))));
}

#[test]
fn max_age_is_read_and_capped() {
    let check = |lines: &[&str], expected: u64| {
        let names = UnsafeHeaderNames::default();
        let origin = sent(PAGE);
        let request = request("GET", &names, &origin, CredentialsMode::Omit);
        let mut all = vec!["access-control-allow-origin: *"];
        all.extend(lines);
        let response = headers(&all);
        let permissions =
            check_preflight_response(&request, 204, &response, &Quirks::SPEC).expect("ok");
        assert_eq!(
            permissions.max_age,
            Duration::from_secs(expected),
            "{lines:?}"
        );
    };
    check(&[], 5);
    check(&["access-control-max-age: "], 5);
    check(&["access-control-max-age: 0"], 0);
    check(&["access-control-max-age: -1"], 0);
    check(&["access-control-max-age: 600"], 600);
    check(&["access-control-max-age: 1.5"], 5);
    check(&["access-control-max-age: +5"], 5);
    check(&["access-control-max-age: abc"], 5);
    check(&["access-control-max-age: 99999999999999999999999"], 86_400);
    check(
        &["access-control-max-age: 60", "access-control-max-age: 60"],
        5,
    );
}

#[test]
fn a_page_reads_safelisted_and_exposed_headers() {
    let response = |expose: &str| {
        headers(&[
            "content-type: text/plain",
            "x-a: 1",
            "X-B: 2",
            "set-cookie: a=b",
            &format!("access-control-expose-headers: {expose}"),
        ])
    };
    let check = |expose: &str, mode, expected: &[&str]| {
        let response = response(expose);
        let exposed = ExposedHeaderNames::of(&response, mode);
        let visible = cors_filtered_headers(&response, &exposed);
        let names: Vec<_> = visible
            .iter()
            .map(|it| String::from_utf8_lossy(it.name()).into_owned())
            .collect();
        assert_eq!(names, expected, "{expose}");
    };
    let (omit, include) = (CredentialsMode::Omit, CredentialsMode::Include);
    check("x-b, set-cookie", omit, &["content-type", "X-B"]);
    check(
        "*",
        omit,
        &[
            "content-type",
            "x-a",
            "X-B",
            "access-control-expose-headers",
        ],
    );
    check("*", include, &["content-type"]);
    check("x-a, b c", omit, &["content-type"]);
    check("", omit, &["content-type"]);
    let visible = basic_filtered_headers(&response("x-a"));
    assert!(visible.contains(b"x-b") && !visible.contains(b"set-cookie"));
}
