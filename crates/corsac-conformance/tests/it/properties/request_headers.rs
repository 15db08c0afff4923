//! The reader of `Access-Control-Request-Headers` finds what a naive one finds.

use corsac::server::requested_header_names;
use corsac::{Policy, Refusal};
use corsac_conformance::oracle::{Requested, requested_headers};
use corsac_conformance::{HandlerResponse, Question};
use proptest::prelude::*;
use proptest::sample::select;

use super::cases;

fn piece() -> impl Strategy<Value = Vec<u8>> {
    let small: Vec<&[u8]> = vec![
        b"a", b"x-token", b"X-Token", b",", b",", b" ", b"\t", b" , ", b"b", b"a,", b"\"", b"a b",
        b"\xf6", b"\x0b", b"x-evil", b"", b"*", b"sec", b":",
    ];
    prop_oneof![
        30 => select(small).prop_map(<[u8]>::to_vec),
        1 => (100..140_usize).prop_map(|times| b"a,".repeat(times)),
        1 => (1000..4200_usize).prop_map(|times| b",".repeat(times)),
        1 => (4000..4100_usize).prop_map(|times| b" ".repeat(times)),
        1 => (4090..4100_usize).prop_map(|times| b"a".repeat(times)),
    ]
}

fn lines() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let line = prop::collection::vec(piece(), 0..8).prop_map(|pieces| pieces.concat());
    // A transport takes the white space around a value away.
    let line = line.prop_map(|line| trimmed(&line).to_vec());
    let many = (120..140_usize).prop_map(|n_lines| vec![b"x-token".to_vec(); n_lines]);
    let empty = (4090..4100_usize).prop_map(|n_lines| vec![Vec::new(); n_lines]);
    prop_oneof![30 => prop::collection::vec(line, 0..5), 1 => many, 1 => empty]
}

fn trimmed(line: &[u8]) -> &[u8] {
    let start = line.iter().take_while(|byte| b" \t".contains(byte)).count();
    let line = &line[start..];
    &line[..line.len()
        - line
            .iter()
            .rev()
            .take_while(|byte| b" \t".contains(byte))
            .count()]
}

fn preflight(lines: &[Vec<u8>]) -> Question {
    let names = lines
        .iter()
        .map(|line| ("access-control-request-headers".into(), line.clone()));
    let fixed = [
        ("origin".to_owned(), b"https://app.example".to_vec()),
        ("access-control-request-method".to_owned(), b"GET".to_vec()),
    ];
    Question {
        policy: String::new(),
        methods: None,
        method: "OPTIONS".to_owned(),
        fields: fixed.into_iter().chain(names).collect(),
        response: HandlerResponse::Failure,
    }
}

/// The refusal that the first element causes which the policy does not allow.
fn naive_refusal(elements: &[Requested], is_allowed: impl Fn(&str) -> bool) -> Option<&str> {
    elements.iter().find_map(|element| match element {
        Requested::Name(name) => (!is_allowed(name)).then_some("request-header-not-allowed"),
        Requested::Malformed(_) => Some("malformed-request-header"),
        Requested::TooMany => Some("too-many-request-headers"),
    })
}

fn policy(names: &[&str]) -> Policy {
    let policy = Policy::builder(["https://app.example"]).credentials();
    let policy = policy.request_headers(names.iter().copied()).build();
    policy.unwrap_or_else(|errors| panic!("{errors}"))
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn the_reader_finds_the_names_that_the_naive_one_finds(lines in lines()) {
        let names: Vec<_> = requested_headers(&lines).into_iter().filter_map(|it| match it {
            Requested::Name(name) => Some(name),
            Requested::Malformed(_) | Requested::TooMany => None,
        }).collect();
        let read = requested_header_names(&preflight(&lines));
        prop_assert_eq!(String::from_utf8(read)?, names.join(","));
    }

    #[test]
    fn a_list_refuses_what_the_naive_reader_finds_first(lines in lines()) {
        let elements = requested_headers(&lines);
        let expected = naive_refusal(&elements, |name| ["a", "b", "x-token"].contains(&name));
        let head = preflight(&lines);
        let refusal = policy(&["x-token", "b", "A"]).answer(&head).refusal();
        prop_assert_eq!(refusal.map(|it| it.code()), expected);
        if let Some(Refusal::MalformedRequestHeader(at) | Refusal::RequestHeaderNotAllowed(at))
            = refusal
        {
            let meant = at.in_head(&head).map(<[u8]>::to_ascii_lowercase);
            let first = elements.iter().find_map(|element| match element {
                Requested::Name(name) if ["a", "b", "x-token"].contains(&&**name) => None,
                Requested::Name(name) => Some(name.clone().into_bytes()),
                Requested::Malformed(bytes) => Some(bytes.to_ascii_lowercase()),
                Requested::TooMany => None,
            });
            prop_assert_eq!(meant, first);
        }
    }

    #[test]
    fn any_header_refuses_only_what_is_no_name_or_too_many(lines in lines()) {
        let expected = requested_headers(&lines);
        let expected = naive_refusal(&expected, |_| true);
        let refusal = policy(&["*"]).answer(&preflight(&lines)).refusal();
        prop_assert_eq!(refusal.map(|it| it.code()), expected);
    }
}
