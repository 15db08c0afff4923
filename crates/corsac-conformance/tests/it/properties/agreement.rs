//! The core, the tower layer and the gateway say the same.
//!
//! The space is small and is gone through: every policy with every request, the handler's responses
//! in turn.

use corsac_conformance::subject::all_subjects;
use corsac_conformance::{HandlerResponse, Outcome, Question};

const ORIGIN_SETTINGS: [&str; 4] = [
    r#"allow-origins = ["https://app.example", "https://*.app.example"]"#,
    r#"allow-origins = ["*"]"#,
    "allow-origins = [\"https://app.example\"]\nallow-credentials = true",
    "allow-origins = [\"null\", \"http://localhost:*\"]\ndangerously-allow-null-origin = true",
];

const LIST_SETTINGS: [&str; 3] = [
    "",
    r#"allow-methods = ["*"]
       allow-headers = ["*"]"#,
    r#"allow-methods = ["PUT"]
       allow-headers = ["X-Token", "authorization"]
       expose-headers = ["ETag"]
       max-age = "1m""#,
];

const OTHER_SETTINGS: [&str; 3] = ["", r#"refuse = "reject""#, r#"upstream = "keep""#];

const ORIGINS: [&[&str]; 8] = [
    &[],
    &["https://app.example"],
    &["https://a.app.example"],
    &["https://evil.example"],
    &["https://app.example/"],
    &["null"],
    &[""],
    &["https://app.example", "https://app.example"],
];

/// Methods, with what a preflight asks for.
const REQUESTS: [(&str, &[&str], &[&str]); 8] = [
    ("GET", &[], &[]),
    ("POST", &["PUT"], &["x-token"]),
    ("OPTIONS", &[], &["x-token"]),
    ("OPTIONS", &["PUT"], &[]),
    ("OPTIONS", &["get"], &["x-token", "AUTHORIZATION ,"]),
    ("OPTIONS", &["PUT"], &["x-token, x-other"]),
    ("OPTIONS", &["P UT"], &["x token"]),
    ("OPTIONS", &["PUT", "PUT"], &[""]),
];

/// What the handler says, each as its status and fields.
const RESPONSES: [(u16, &[(&str, &str)]); 4] = [
    (200, &[]),
    (
        404,
        &[("vary", "Accept"), ("vary", "accept-encoding, ORIGIN")],
    ),
    (
        201,
        &[
            ("access-control-allow-origin", "*"),
            ("access-control-allow-origin", "null"),
        ],
    ),
    (
        500,
        &[("access-control-allow-credentials", "true"), ("vary", "*")],
    ),
];

#[test]
fn all_subjects_answer_every_pair_of_a_policy_and_a_request_alike() {
    let mut subjects = all_subjects().expect("the subjects start");
    let questions = questions();
    let mut differences = Vec::new();
    for question in &questions {
        let asked = subjects.iter_mut().filter(|it| it.carries(question));
        let outcomes = asked.map(|subject| {
            let outcome = subject.ask(question).map(|outcome| Outcome {
                // Only what goes through a transport has a body.
                body_len: 0,
                ..outcome
            });
            (subject.transport(), subject.joins_lines(), outcome)
        });
        let outcomes: Vec<_> = outcomes.collect();
        let Some((_, _, Ok(first))) = outcomes.first() else {
            panic!("{question:#?}\n{outcomes:#?}");
        };
        let joined = Outcome {
            fields: first.fields.clone().joined(),
            ..first.clone()
        };
        let is_alike = |(_, joins_lines, outcome): &(_, bool, Result<_, _>)| match joins_lines {
            true => outcome.as_ref() == Ok(&joined),
            false => outcome.as_ref() == Ok(first),
        };
        if !outcomes.iter().all(is_alike) {
            differences.push(format!("{question:#?}\n{outcomes:#?}"));
        }
    }
    assert_eq!(questions.len(), 4 * 3 * 3 * 8 * 8);
    assert!(
        differences.is_empty(),
        "{} differ:\n{}",
        differences.len(),
        differences.join("\n\n")
    );
}

fn questions() -> Vec<Question> {
    let mut questions = Vec::new();
    let mut responses = RESPONSES.iter().cycle();
    for policy in policies() {
        for origins in ORIGINS {
            for (method, asked, names) in REQUESTS {
                let lines = [
                    ("origin", origins),
                    ("access-control-request-method", asked),
                    ("access-control-request-headers", names),
                ];
                let (status, fields) = responses.next().expect("a cycle has no end");
                questions.push(Question {
                    policy: policy.clone(),
                    methods: None,
                    method: method.to_owned(),
                    fields: lines
                        .iter()
                        .flat_map(|(name, values)| repeated(name, values))
                        .collect(),
                    response: HandlerResponse::Response {
                        status: *status,
                        fields: fields
                            .iter()
                            .flat_map(|(name, it)| repeated(name, &[it]))
                            .collect(),
                    },
                });
            }
        }
        // The next policy meets the responses in another order.
        responses.next();
    }
    questions
}

fn policies() -> Vec<String> {
    let mut policies = Vec::new();
    for origins in ORIGIN_SETTINGS {
        for lists in LIST_SETTINGS {
            policies.extend(OTHER_SETTINGS.map(|other| [origins, lists, other].join("\n")));
        }
    }
    policies
}

fn repeated(name: &str, values: &[&str]) -> Vec<(String, Vec<u8>)> {
    values
        .iter()
        .map(|value| (name.to_owned(), value.as_bytes().to_vec()))
        .collect()
}
