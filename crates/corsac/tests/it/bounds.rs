//! How much of a hostile request is read.

use corsac::server::{MAX_REQUEST_HEADERS, MAX_REQUEST_HEADERS_LEN};
use corsac::{Answer, Policy, Refusal, RequestHead};

use crate::answers::Head;

/// The refusal of a preflight that asks for these lines of request headers.
fn refusal(policy: &Policy, lines: &[&str]) -> Option<Refusal> {
    let mut all = vec![
        ("origin", "https://app.example"),
        ("access-control-request-method", "GET"),
    ];
    all.extend(
        lines
            .iter()
            .map(|line| ("access-control-request-headers", *line)),
    );
    let Answer::Preflight(reply) = policy.answer(&Head {
        method: "OPTIONS",
        lines: &all,
    }) else {
        panic!("it is a preflight");
    };
    assert_eq!(reply.status(), 204);
    reply.refusal()
}

fn policy() -> Policy {
    Policy::builder(["https://app.example"])
        .request_headers(["a", "x-b"])
        .build()
        .expect("valid")
}

#[test]
fn all_that_is_lenient_is_read() {
    for lines in [
        &["a"][..],
        &["x-b,a"],
        &["A, X-B ,\ta,,a"],
        &["a", "", " ", "x-b"],
        &[""],
        &[",,,"],
    ] {
        assert_eq!(refusal(&policy(), lines), None, "{lines:?}");
    }
}

#[test]
fn a_refused_name_is_pointed_at() {
    let lines = [
        ("origin", "https://app.example"),
        ("access-control-request-method", "GET"),
        ("access-control-request-headers", "a"),
        ("access-control-request-headers", "a,  X-Other ,a"),
    ];
    let head = Head {
        method: "OPTIONS",
        lines: &lines,
    };
    let refusal = policy().answer(&head).refusal();
    let Some(Refusal::RequestHeaderNotAllowed(name)) = refusal else {
        panic!("{refusal:?}")
    };
    assert_eq!(name.in_head(&head), Some(&b"X-Other"[..]));
    assert_eq!(name.to_string(), "line 2, bytes 4 to 11");
}

#[test]
fn a_name_that_is_no_name_is_malformed() {
    for line in ["a b", "a:b", "\"a\"", "a\u{b}", "x-\u{fc}", "a;b"] {
        let refusal = refusal(&policy(), &[line]);
        assert!(
            matches!(refusal, Some(Refusal::MalformedRequestHeader(_))),
            "{line}: {refusal:?}"
        );
    }
}

#[test]
fn the_bounds_are_exact() {
    let names = |count: usize| vec!["a"; count].join(",");
    assert_eq!(refusal(&policy(), &[&names(MAX_REQUEST_HEADERS)]), None);
    let too_many = Some(Refusal::TooManyRequestHeaders);
    assert_eq!(
        refusal(&policy(), &[&names(MAX_REQUEST_HEADERS + 1)]),
        too_many
    );
    let spaces = |len: usize| " ".repeat(len);
    assert_eq!(
        refusal(&policy(), &[&spaces(MAX_REQUEST_HEADERS_LEN)]),
        None
    );
    assert_eq!(
        refusal(&policy(), &[&spaces(MAX_REQUEST_HEADERS_LEN + 1)]),
        too_many
    );
    let half = spaces(MAX_REQUEST_HEADERS_LEN / 2);
    assert_eq!(refusal(&policy(), &[&half, &half]), too_many);
    assert_eq!(refusal(&policy(), &[&half, &half[1..]]), None);
    let empty = vec![""; MAX_REQUEST_HEADERS_LEN + 1];
    assert_eq!(refusal(&policy(), &empty), None);
    assert_eq!(refusal(&policy(), &[empty, vec![""]].concat()), too_many);
}

#[test]
fn a_refusal_found_before_the_bound_comes_first() {
    let line = format!("x-other,{}", "a,".repeat(1 << 19));
    assert_eq!(
        refusal(&policy(), &[&line]),
        Some(Refusal::TooManyRequestHeaders)
    );
    let line = format!("x-other,{}", "a,".repeat(1 << 9));
    assert!(matches!(
        refusal(&policy(), &[&line]),
        Some(Refusal::RequestHeaderNotAllowed(_))
    ));
}

#[test]
fn a_long_origin_is_refused_unread() {
    let origin = format!("https://{}", "a".repeat(1 << 20));
    let lines = [("origin", origin.as_str())];
    let head = Head {
        method: "GET",
        lines: &lines,
    };
    assert_eq!(head.method(), b"GET");
    let refusal = policy().answer(&head).refusal().expect("refused");
    assert_eq!(refusal.code(), "malformed-origin");
}
