//! Messages of browsers, as people paste them.

use corsac_probe::{Age, Code, Explanation, Known, Unknown, explain, wordings};

/// What the only message of a text says.
fn explained(text: &str) -> Explanation {
    let mut explanations = explain(text, &Known::default());
    assert_eq!(explanations.len(), 1, "{explanations:#?}");
    explanations.remove(0)
}

fn check(text: &str, codes: &[&str]) {
    let explanation = explained(text);
    let findings = explanation.findings.iter();
    let found: Vec<&str> = findings.map(|it| it.code.as_str()).collect();
    assert_eq!(found, codes, "{text}");
}

fn chromium(reason: &str) -> String {
    format!(
        "Access to fetch at 'https://api.example/pets' from origin 'https://app.example' has been \
         blocked by CORS policy: {reason}"
    )
}

fn firefox(reason: &str) -> String {
    format!(
        "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote \
         resource at https://api.example/pets. (Reason: {reason}"
    )
}

#[test]
fn chromium_says_why() {
    let preflight = "Response to preflight request doesn't pass access control check: ";
    for (reason, codes) in [
        (
            "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
            "no-allow-origin",
        ),
        (
            "The 'Access-Control-Allow-Origin' header has a value 'https://app.example/' that is \
             not equal to the supplied origin. Have the server send the header with a valid value.",
            "allow-origin-trailing-slash",
        ),
        (
            "The 'Access-Control-Allow-Origin' header has a value 'http://app.example' that is \
             not equal to the supplied origin.",
            "allow-origin-scheme-mismatch",
        ),
        (
            "The 'Access-Control-Allow-Origin' header contains multiple values '*, *', but only \
             one is allowed.",
            "allow-origin-duplicate",
        ),
        (
            "The 'Access-Control-Allow-Origin' header contains the invalid value 'app.example'.",
            "allow-origin-missing-scheme",
        ),
        (
            "The value of the 'Access-Control-Allow-Credentials' header in the response is '' \
             which must be 'true' when the request's credentials mode is 'include'. The \
             credentials mode of requests initiated by the XMLHttpRequest is controlled by the \
             withCredentials attribute.",
            "no-allow-credentials",
        ),
        (
            "Method patch is not allowed by Access-Control-Allow-Methods in preflight response.",
            "method-case",
        ),
        (
            "Request header field x-one is not allowed by Access-Control-Allow-Headers in \
             preflight response.",
            "header-not-allowed",
        ),
        ("It does not have HTTP ok status.", "preflight-status"),
        (
            "Redirect is not allowed for a preflight request.",
            "preflight-redirect",
        ),
    ] {
        check(&chromium(reason), &[codes]);
        check(&chromium(&format!("{preflight}{reason}")), &[codes]);
    }
    check(
        &chromium(
            "Request header field access-control-allow-origin is not allowed by \
             Access-Control-Allow-Headers in preflight response.",
        ),
        &["request-has-response-headers", "header-not-allowed"],
    );
}

#[test]
fn chromium_names_the_request() {
    let named = explained(&chromium("It does not have HTTP ok status.")).named;
    assert_eq!(named.url.as_deref(), Some("https://api.example/pets"));
    assert_eq!(named.origin.as_deref(), Some("https://app.example"));
    let text = "Access to XMLHttpRequest at 'https://b.example/' (redirected from \
                'https://a.example/') from origin 'null' has been blocked by CORS policy: No \
                'Access-Control-Allow-Origin' header is present on the requested resource.";
    let explanation = explained(text);
    assert_eq!(explanation.named.url.as_deref(), Some("https://b.example/"));
    assert_eq!(explanation.named.origin.as_deref(), Some("null"));
    assert_eq!(explanation.unknown, []);
    check(text, &["no-allow-origin", "null-origin-page"]);
}

#[test]
fn firefox_never_names_the_page() {
    for (reason, code) in [
        (
            "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 200.",
            "no-allow-origin",
        ),
        (
            "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 404.",
            "no-allow-origin-on-error",
        ),
        (
            "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 502.",
            "gateway-error",
        ),
        (
            "CORS header 'Access-Control-Allow-Origin' missing).",
            "no-allow-origin",
        ),
        (
            "CORS header ‘Access-Control-Allow-Origin’ does not match ‘https://b.example’).",
            "allow-origin-mismatch",
        ),
        (
            "CORS header ‘Access-Control-Allow-Origin’ does not match ‘https://b.example/’).",
            "allow-origin-trailing-slash",
        ),
        (
            "Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed).",
            "allow-origin-duplicate",
        ),
        (
            "CORS request did not succeed). Status code: (null).",
            "network-failure",
        ),
        (
            "CORS preflight response did not succeed). Status code: 401.",
            "preflight-auth",
        ),
        (
            "CORS preflight channel did not succeed).",
            "preflight-status",
        ),
        (
            "missing token ‘x-one’ in CORS header ‘Access-Control-Allow-Headers’ from CORS \
             preflight channel).",
            "header-not-allowed",
        ),
        (
            "CORS request external redirect not allowed).",
            "preflight-redirect",
        ),
    ] {
        let explanation = explained(&firefox(reason));
        assert_eq!(explanation.findings[0].code.as_str(), code, "{reason}");
        assert_eq!(explanation.named.origin, None);
        assert_eq!(
            explanation.named.url.as_deref(),
            Some("https://api.example/pets")
        );
        assert!(explanation.unknown.contains(&Unknown::Origin), "{reason}");
    }
}

#[test]
fn with_the_page_named_more_is_known() {
    let known = Known {
        origin: Some("https://app.example".to_owned()),
        stack: None,
    };
    let text =
        firefox("CORS header ‘Access-Control-Allow-Origin’ does not match ‘http://app.example’).");
    let explanations = explain(&text, &known);
    assert_eq!(
        explanations[0].findings[0].code,
        Code::AllowOriginSchemeMismatch
    );
    assert_eq!(explanations[0].unknown, []);
}

#[test]
fn safari_leaves_it_open() {
    let text = "[Error] Origin https://app.example is not allowed by Access-Control-Allow-Origin. \
                Status code: 200\n[Error] Fetch API cannot load https://api.example/pets due to \
                access control checks.";
    let explanation = explained(text);
    assert_eq!(explanation.findings[0].code, Code::NoAllowOrigin);
    assert_eq!(
        explanation.named.url.as_deref(),
        Some("https://api.example/pets")
    );
    assert_eq!(
        explanation.named.origin.as_deref(),
        Some("https://app.example")
    );
    assert_eq!(explanation.unknown, [Unknown::Answer]);
    check(
        "XMLHttpRequest cannot load https://api.example/ due to access control checks.",
        &["reason-hidden"],
    );
    check(
        "Preflight response is not successful. Status code: 405",
        &["preflight-no-handler"],
    );
}

#[test]
fn what_is_not_cors_is_told_apart() {
    check(
        "GET http://localhost:3001/ net::ERR_CONNECTION_REFUSED",
        &["connection-refused"],
    );
    check(
        "GET https://x.example/ads net::ERR_BLOCKED_BY_CLIENT",
        &["blocked-by-extension"],
    );
    check("TypeError: Failed to fetch", &["network-failure"]);
    check("TypeError: Load failed", &["network-failure"]);
    check(
        "Refused to connect to 'https://api.example/' because it violates the following Content \
         Security Policy directive: \"connect-src 'self'\".",
        &["content-security-policy"],
    );
    check(
        "Mixed Content: The page at 'https://app.example/' was loaded over HTTPS, but requested an \
         insecure resource 'http://api.example/'. This request has been blocked; the content must \
         be served over HTTPS.",
        &["mixed-content"],
    );
}

#[test]
fn a_reason_is_worth_more_than_its_consequences() {
    let text = chromium("It does not have HTTP ok status.")
        + "\nGET https://api.example/pets net::ERR_FAILED\nUncaught TypeError: Failed to fetch";
    check(&text, &["preflight-status"]);
}

#[test]
fn several_messages_are_several_explanations() {
    let two = chromium("It does not have HTTP ok status.")
        + "\n"
        + &chromium("Redirect is not allowed for a preflight request.");
    assert_eq!(explain(&two, &Known::default()).len(), 2);
}

#[test]
fn every_sentence_of_every_browser_is_understood() {
    for wording in wordings() {
        let mut text = String::new();
        for piece in wording.text.split('{') {
            text.push_str(match piece.split_once('}') {
                Some((_, literal)) => literal,
                None => piece,
            });
            text.push('x');
        }
        text.pop();
        let explanations = explain(&text, &Known::default());
        assert!(!explanations.is_empty(), "{text}");
        let is_meant = explanations.iter().any(|it| it.browser == wording.browser);
        assert!(
            is_meant || wording.age == Age::Former,
            "{text}: {explanations:#?}"
        );
    }
}

#[test]
fn other_text_is_not_explained() {
    assert_eq!(explain("cors does not work", &Known::default()), []);
}
