//! Whatever a server says, a check ends with a verdict.

use std::time::Duration;

use corsac::user_agent::{CredentialsMode, Header, HeaderList};
use corsac_fetch::{FetchRequest, Outcome, Page, Profile, ResponseHead, Step, UserAgent, fetch};
use corsac_probe::{Case, Known, Severity, allow_origin_faults, diagnose, explain, message};
use proptest::prelude::*;

const NAMES: [&[u8]; 9] = [
    b"access-control-allow-origin",
    b"access-control-allow-credentials",
    b"access-control-allow-methods",
    b"access-control-allow-headers",
    b"access-control-expose-headers",
    b"access-control-max-age",
    b"location",
    b"vary",
    b"set-cookie",
];

/// Values that are nearly right, and values that are anything.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let near = prop::sample::select(vec![
        "*",
        "https://app.example",
        "https://app.example/",
        "null",
        "true",
        "PUT, x",
        "content-type",
        "http://api.example/",
        "//user:x@api.example",
        "",
    ]);
    prop_oneof![
        near.prop_map(|it| it.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..24),
    ]
}

fn head() -> impl Strategy<Value = ResponseHead> {
    let field = (prop::sample::select(NAMES.to_vec()), value());
    let status = prop_oneof![Just(200), Just(204), Just(302), 100..999_u16];
    (status, prop::collection::vec(field, 0..6)).prop_map(|(status, fields)| {
        let fields = fields.into_iter();
        let headers = fields.filter_map(|(name, value)| Header::new(name, &value));
        let mut list = HeaderList::new();
        headers.for_each(|header| list.append(header));
        ResponseHead {
            status,
            status_text: Vec::new(),
            headers: list,
            address: None,
        }
    })
}

fn outcome(profile: Profile, request: &FetchRequest, heads: &[ResponseHead]) -> Outcome {
    let page = Page::new("https://app.example/".parse().unwrap());
    let mut ua = UserAgent::new(profile);
    let mut step = fetch(&mut ua, &page, request.clone(), Duration::ZERO).unwrap();
    let mut heads = heads.iter().cycle();
    loop {
        match step {
            Step::Send(_, pending) => {
                let head = heads.next().unwrap().clone();
                step = pending.receive(&mut ua, head, Duration::ZERO);
            }
            Step::Done(outcome) => return *outcome,
        }
    }
}

proptest! {
    #[test]
    fn a_failure_is_always_explained(
        heads in prop::collection::vec(head(), 1..4),
        put: bool,
        credentialed: bool,
        profile in prop::sample::select(Profile::ALL.to_vec()),
    ) {
        let mut request = FetchRequest::new("https://api.example/pets");
        if put {
            request.method = b"PUT".to_vec();
            request.headers = vec![(b"content-type".to_vec(), b"application/json".to_vec())];
        }
        if credentialed {
            request.credentials = CredentialsMode::Include;
        }
        let outcome = outcome(profile, &request, &heads);
        let page = Page::new("https://app.example/".parse().unwrap());
        let read = ["etag".to_owned()];
        let case = Case { profile, read: &read, ..Case::new(&page, &request) };
        let findings = diagnose(&case, &outcome);
        let has_error = findings.iter().any(|it| it.severity == Severity::Error);
        prop_assert!(outcome.result.is_ok() || has_error, "{:?}", outcome.result);
        for finding in &findings {
            let evidence = finding.evidence.iter();
            for evidence in evidence {
                let len = evidence.value.as_ref().map_or(0, Vec::len);
                let span = &evidence.span;
                prop_assert!(span.start <= span.end && span.end <= len, "{finding:?}");
            }
        }
        let message = message(&case, &outcome);
        let is_told = outcome.result.is_err() && profile != Profile::Spec;
        prop_assert_eq!(message.is_some(), is_told);
        if let Some(message) = message {
            let explanations = explain(&message, &Known::default());
            prop_assert!(!explanations.is_empty(), "{}", message);
        }
    }

    #[test]
    fn what_differs_has_a_fault(lines in prop::collection::vec(value(), 1..3)) {
        let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
        let joined = lines.join(&b", "[..]);
        let faults = allow_origin_faults(&lines, b"https://app.example");
        prop_assert_eq!(faults.is_empty(), joined == b"https://app.example");
        for fault in faults {
            prop_assert!(fault.span.end <= joined.len());
        }
    }

    #[test]
    fn any_text_can_be_pasted(text in ".{0,200}") {
        prop_assert!(explain(&text, &Known::default()).len() <= text.len());
    }

    #[test]
    fn any_piece_of_a_message_can_be_pasted(from in 0..400_usize, to in 0..400_usize) {
        let text = "Access to fetch at 'https://api.example/' from origin 'https://app.example' \
                    has been blocked by CORS policy: The 'Access-Control-Allow-Origin' header has \
                    a value 'https://b.example' that is not equal to the supplied origin. \
                    (Reason: CORS header ‘Access-Control-Allow-Origin’ does not match ‘x’).";
        let chars = text.chars().skip(from).take(to).collect::<String>();
        prop_assert!(explain(&chars, &Known::default()).len() <= 3);
    }
}
