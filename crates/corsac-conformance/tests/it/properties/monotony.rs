//! A policy that says yes still says yes when an origin is added.

use corsac::{Policy, PolicyBuilder};
use corsac_conformance::{HandlerResponse, Question};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::cases;

const PATTERNS: [&str; 12] = [
    "https://app.example",
    "https://a.app.example",
    "https://*.app.example",
    "https://*.a.app.example",
    "https://*.app.example:*",
    "https://app.example:8443",
    "https://app.example:*",
    "https://pr-*.app.example",
    "https://a.pr-*-x.app.example",
    "http://localhost:*",
    "http://localhost:3000",
    "*",
];

const ORIGINS: [&str; 12] = [
    "https://app.example",
    "https://a.app.example",
    "https://b.a.app.example",
    "https://pr-7.app.example",
    "https://a.pr-7-x.app.example",
    "https://app.example:8443",
    "https://a.app.example:8443",
    "http://localhost",
    "http://localhost:3000",
    "https://evil.example",
    "https://evilapp.example",
    "null",
];

/// A setting of a policy beside its origins.
type Setting = fn(PolicyBuilder) -> PolicyBuilder;

const SETTINGS: [Setting; 6] = [
    |it| it,
    |it| it.methods(["PUT"]).request_headers(["x-token"]),
    |it| it.methods(["*"]).request_headers(["*"]),
    |it| it.credentials(),
    |it| it.credentials().methods(["*"]).request_headers(["*"]),
    |it| it.reject_refused_origins(),
];

fn request() -> impl Strategy<Value = Question> {
    let method = select(vec!["GET", "OPTIONS", "PUT"]);
    let asked = select(vec![None, Some("GET"), Some("PUT"), Some("BREW")]);
    let names = select(vec![
        None,
        Some("x-token"),
        Some("x-other,x-token"),
        Some("authorization"),
    ]);
    (method, select(ORIGINS.to_vec()), asked, names).prop_map(|(method, origin, asked, names)| {
        let fields = [
            ("origin", Some(origin)),
            ("access-control-request-method", asked),
            ("access-control-request-headers", names),
        ];
        let fields = fields
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        Question {
            policy: String::new(),
            methods: None,
            method: method.to_owned(),
            fields: fields
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect(),
            response: HandlerResponse::Failure,
        }
    })
}

fn policy(origins: &[&str], setting: Setting) -> Option<Policy> {
    setting(Policy::builder(origins.iter().copied()))
        .build()
        .ok()
}

proptest! {
    #![proptest_config(cases(10_000))]

    #[test]
    fn an_origin_more_takes_nothing_away(
        origins in subsequence(PATTERNS.to_vec(), 1..=6),
        added in select(PATTERNS.to_vec()),
        setting in select(SETTINGS.to_vec()),
        request in request(),
    ) {
        // With credentials a `*` is refused when the policy is built.
        let Some(before) = policy(&origins, setting) else { return Ok(()) };
        let Some(after) = policy(&[&*origins, &[added]].concat(), setting) else { return Ok(()) };
        if before.answer(&request).refusal().is_none() {
            prop_assert_eq!(after.answer(&request).refusal(), None);
        }
    }
}
