//! `Vary` is merged: nothing lost, nothing doubled, `*` kept.

use corsac_conformance::oracle::vary_members;
use corsac_conformance::subject::{Subject, TowerSubject};
use corsac_conformance::{HandlerResponse, Question};
use proptest::prelude::*;
use proptest::sample::select;

use super::cases;

fn vary_line() -> impl Strategy<Value = String> {
    let member = select(vec![
        "Origin",
        "origin",
        "ORIGIN",
        "Accept",
        "Accept-Encoding",
        "X-Origin",
        "Origin-Trial",
        "*",
        "Cookie",
        "",
        "Access-Control-Request-Method",
    ]);
    let separator = select(vec![",", ", ", " ,", ",\t", " , ,"]);
    let members = prop::collection::vec((member, separator), 0..5);
    members.prop_map(|members| {
        let line: String = members
            .iter()
            .flat_map(|(member, comma)| [*member, *comma])
            .collect();
        line.trim().to_owned()
    })
}

fn question(lines: &[String], policy: &str, origin: Option<&str>) -> Question {
    let lines = lines
        .iter()
        .map(|line| ("vary".to_owned(), line.clone().into_bytes()));
    let origin = origin.map(|it| ("origin".to_owned(), it.as_bytes().to_vec()));
    Question {
        policy: policy.to_owned(),
        methods: None,
        method: "GET".to_owned(),
        fields: origin.into_iter().collect(),
        response: HandlerResponse::Response {
            status: 200,
            fields: lines.collect(),
        },
    }
}

const LISTED: &str = r#"allow-origins = ["https://app.example"]"#;
const ANY: &str = r#"allow-origins = ["*"]"#;

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn the_members_are_those_of_the_handler_and_origin(
        lines in prop::collection::vec(vary_line(), 0..4),
        origin in select(vec![None, Some("https://app.example"), Some("https://evil.example")]),
    ) {
        let mut tower = TowerSubject::new()?;
        let answered = tower.ask(&question(&lines, LISTED, origin))?.fields.values("vary").to_vec();
        let given: Vec<_> = lines.iter().map(|line| line.clone().into_bytes()).collect();
        let before = vary_members(&given);
        let is_covered = before.contains(&b"*"[..]) || before.contains(&b"origin"[..]);
        let mut expected = given;
        if !is_covered {
            expected.push(b"Origin".to_vec());
        }
        prop_assert_eq!(answered, expected);
    }

    #[test]
    fn an_answer_for_everyone_leaves_the_members_as_they_are(
        lines in prop::collection::vec(vary_line(), 0..4),
        origin in select(vec![None, Some("https://app.example"), Some("null")]),
    ) {
        let mut tower = TowerSubject::new()?;
        let answered = tower.ask(&question(&lines, ANY, origin))?.fields.values("vary").to_vec();
        let given: Vec<_> = lines.iter().map(|line| line.clone().into_bytes()).collect();
        prop_assert_eq!(answered, given);
    }

    #[test]
    fn a_second_layer_changes_nothing(lines in prop::collection::vec(vary_line(), 0..4)) {
        let mut tower = TowerSubject::new()?;
        let origin = Some("https://app.example");
        let once = tower.ask(&question(&lines, LISTED, origin))?.fields;
        let vary = once.values("vary").iter().map(|it| String::from_utf8(it.clone()));
        let vary = vary.collect::<Result<Vec<_>, _>>()?;
        let twice = tower.ask(&question(&vary, LISTED, origin))?.fields;
        prop_assert_eq!(once, twice);
    }
}
