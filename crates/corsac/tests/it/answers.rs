//! What a policy answers: the few exchanges to read first. The rest is in `conformance/`.

use corsac::server::{Change, FieldValue, ResponseField, requested_header_names};
use corsac::{Answer, Policy, RequestField, RequestHead};

/// A request head, as a list of lines.
pub(crate) struct Head<'a> {
    pub(crate) method: &'a str,
    pub(crate) lines: &'a [(&'a str, &'a str)],
}

impl RequestHead for Head<'_> {
    fn method(&self) -> &[u8] {
        self.method.as_bytes()
    }

    fn lines(&self, field: RequestField) -> impl Iterator<Item = &[u8]> {
        let lines = self
            .lines
            .iter()
            .filter(move |(name, _)| *name == field.name());
        lines.map(|(_, value)| value.as_bytes())
    }
}

/// The answer as text: who answers, the refusal, and every field that is set or appended.
fn shown(policy: &Policy, head: &Head<'_>) -> String {
    let answer = policy.answer(head);
    let (by, changes) = match answer {
        Answer::Preflight(reply) => (format!("preflight {}", reply.status()), reply.changes()),
        Answer::Reject(reply) => (format!("reject {}", reply.status()), reply.changes()),
        Answer::Forward(decoration) => ("forward".into(), decoration.changes()),
    };
    let mut shown = by;
    if let Some(refusal) = answer.refusal() {
        shown += &format!(" ({})", refusal.code());
    }
    for change in changes {
        match change {
            Change::Set(field, value) => {
                shown += &format!("\n{}: {}", field.name(), value_of(policy, head, value));
            }
            Change::Vary(value) => {
                let value = policy.value(value).expect("prepared");
                shown += &format!("\nvary: {}", String::from_utf8_lossy(value));
            }
            Change::Remove(_) => {}
        }
    }
    shown
}

fn value_of(policy: &Policy, head: &Head<'_>, value: FieldValue) -> String {
    let first = |field| {
        head.lines(field)
            .next()
            .expect("the field is there")
            .to_vec()
    };
    let bytes = match value {
        FieldValue::Prepared(value) => policy.value(value).expect("prepared").to_vec(),
        FieldValue::RequestOrigin => first(RequestField::Origin),
        FieldValue::RequestMethod => first(RequestField::AccessControlRequestMethod),
        FieldValue::RequestHeaderNames => requested_header_names(head),
    };
    String::from_utf8(bytes).expect("ASCII")
}

#[track_caller]
fn check(policy: &Policy, head: &Head<'_>, expected: &str) {
    assert_eq!(shown(policy, head), expected.trim());
}

fn shop() -> Policy {
    Policy::builder(["https://app.example", "http://localhost:*"])
        .credentials()
        .methods(["PUT", "DELETE"])
        .request_headers(["Authorization", "content-type"])
        .expose_headers(["X-Total-Count"])
        .max_age(std::time::Duration::from_secs(600))
        .build()
        .expect("a valid policy")
}

#[test]
fn a_preflight_from_an_allowed_origin_is_told_everything() {
    let lines = [
        ("origin", "https://app.example"),
        ("access-control-request-method", "PUT"),
        (
            "access-control-request-headers",
            "authorization,content-type",
        ),
    ];
    check(
        &shop(),
        &Head {
            method: "OPTIONS",
            lines: &lines,
        },
        "
preflight 204
access-control-allow-origin: https://app.example
access-control-allow-credentials: true
access-control-allow-methods: PUT, DELETE
access-control-allow-headers: authorization, content-type
access-control-max-age: 600
vary: Origin",
    );
}

#[test]
fn a_preflight_from_a_refused_origin_is_told_nothing() {
    let lines = [
        ("origin", "https://evil.example"),
        ("access-control-request-method", "PUT"),
    ];
    check(
        &shop(),
        &Head {
            method: "OPTIONS",
            lines: &lines,
        },
        "
preflight 403 (origin-not-allowed)
vary: Origin",
    );
}

#[test]
fn options_alone_does_not_make_a_preflight() {
    let lines = [("origin", "https://app.example")];
    check(
        &shop(),
        &Head {
            method: "OPTIONS",
            lines: &lines,
        },
        "
forward
access-control-allow-origin: https://app.example
access-control-allow-credentials: true
access-control-expose-headers: x-total-count
vary: Origin",
    );
}

#[test]
fn what_the_handler_set_for_a_refused_origin_is_removed() {
    let lines = [("origin", "https://evil.example")];
    let Answer::Forward(decoration) = shop().answer(&Head {
        method: "GET",
        lines: &lines,
    }) else {
        panic!("the request goes to the handler");
    };
    let removed: Vec<_> = decoration
        .changes()
        .into_iter()
        .filter_map(|change| match change {
            Change::Remove(field) => Some(field),
            Change::Set(..) | Change::Vary(_) => None,
        })
        .collect();
    let all = [
        ResponseField::AllowOrigin,
        ResponseField::AllowCredentials,
        ResponseField::ExposeHeaders,
    ];
    assert_eq!(removed, all);
}

#[test]
fn any_method_and_header_with_credentials_are_named_as_they_were_asked_for() {
    let policy = Policy::builder(["https://app.example"])
        .credentials()
        .methods(["*"])
        .request_headers(["*"])
        .build()
        .expect("a valid policy");
    let lines = [
        ("origin", "https://app.example"),
        ("access-control-request-method", "PURGE"),
        ("access-control-request-headers", "X-B,, x-a"),
        ("access-control-request-headers", "\tauthorization "),
    ];
    check(
        &policy,
        &Head {
            method: "OPTIONS",
            lines: &lines,
        },
        "
preflight 204
access-control-allow-origin: https://app.example
access-control-allow-credentials: true
access-control-allow-methods: PURGE
access-control-allow-headers: x-b,x-a,authorization
vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
    );
}

#[test]
fn a_resource_names_only_the_methods_that_exist_there() {
    let policy = shop()
        .with_existing_methods(["GET", "PUT"])
        .expect("methods");
    let lines = [
        ("origin", "https://app.example"),
        ("access-control-request-method", "DELETE"),
    ];
    check(
        &policy,
        &Head {
            method: "OPTIONS",
            lines: &lines,
        },
        "
preflight 204 (method-not-allowed)
access-control-allow-origin: https://app.example
access-control-allow-credentials: true
access-control-allow-methods: PUT
access-control-allow-headers: authorization, content-type
access-control-max-age: 600
vary: Origin",
    );
}
