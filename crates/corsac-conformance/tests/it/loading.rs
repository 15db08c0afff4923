//! What is said of data that is wrong.

use std::fs;
use std::path::PathBuf;

use corsac_conformance::fetching::{load_fetch_cases, run_fetch_cases};
use corsac_conformance::load_server_cases;

/// A directory of this test's own.
fn directory(name: &str, content: &str) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&directory).expect("the target directory is ours");
    fs::write(directory.join("cases.toml"), content).expect("the target directory is ours");
    directory
}

fn check(name: &str, content: &str, expected: &str) {
    let errors = load_server_cases(&directory(name, content)).expect_err("it is wrong");
    let errors = errors.to_string();
    assert!(
        errors.contains(expected),
        "{errors:?} does not contain {expected:?}"
    );
}

const GOOD: &str = r#"
[[case]]
name = "a good case"
rule = [1]
policy = 'allow-origins = ["*"]'
request.method = "GET"
request.headers = []
expect.answered-by = "handler"
expect.status = 200
expect.headers = [["access-control-allow-origin", "*"]]
"#;

#[test]
fn a_good_case_is_loaded() {
    let cases = load_server_cases(&directory("good", GOOD)).unwrap_or_else(|it| panic!("{it}"));
    assert_eq!(cases.len(), 1);
    assert_eq!(cases[0].file, "good/cases.toml");
}

#[test]
fn what_is_no_toml_is_told_with_the_file() {
    check(
        "no-toml",
        "[[case]\n",
        "no-toml/cases.toml: TOML parse error",
    );
}

#[test]
fn an_unknown_key_is_told_with_the_case() {
    let content = GOOD.replace("rule =", "rules =");
    check(
        "unknown-key",
        &content,
        "unknown-key/cases.toml: a good case: unknown field `rules`",
    );
}

#[test]
fn a_case_without_a_name_is_told_by_its_place() {
    let content = GOOD.replace("name = \"a good case\"", "");
    check("no-name", &content, "[[case]] no. 1: missing field `name`");
}

#[test]
fn two_cases_of_one_name_are_told() {
    check(
        "twice",
        &GOOD.repeat(2),
        "a good case: another one has this name",
    );
}

#[test]
fn a_case_that_is_not_for_all_subjects_says_why() {
    let content = GOOD.replace("rule =", "transports = [\"core\"]\nrule =");
    check(
        "no-reason",
        &content,
        "a good case: `transports` and `because` go together",
    );
}

#[test]
fn a_code_point_that_is_no_byte_is_told() {
    let content = GOOD.replace("\"*\"]]", "\"\\u0100\"]]");
    check("no-byte", &content, "has a code point above 255");
}

#[test]
fn a_field_that_is_not_compared_cannot_be_expected() {
    let content = GOOD.replace("\"access-control-allow-origin\"", "\"etag\"");
    check(
        "not-compared",
        &content,
        "`etag`, which is no field of CORS",
    );
}

#[test]
fn every_error_is_told_not_only_the_first() {
    let content = GOOD.replace("rule = [1]", "rule = [15]")
        + &GOOD
            .replace("a good case", "another")
            .replace("rule = [1]", "rule = []");
    let errors = load_server_cases(&directory("several", &content)).expect_err("it is wrong");
    assert_eq!(errors.0.len(), 2);
}

const FETCH: &str = r#"
[[case]]
name = "a good fetch"
rules = ["R47"]
steps = ["concept-cors-check 4"]
[[case.fetch]]
request.url = "https://api.example/"
outcome.type = "cors"
[[case.fetch.exchange]]
expect.method = "GET"
expect.url = "https://api.example/"
respond.headers = [["Access-Control-Allow-Origin", "https://app.example"]]
"#;

fn check_fetch(name: &str, content: &str, expected: &str) {
    let errors = load_fetch_cases(&directory(name, content)).expect_err("it is wrong");
    let errors = errors.to_string();
    assert!(
        errors.contains(expected),
        "{errors:?} does not contain {expected:?}"
    );
}

#[test]
fn a_good_fetch_is_loaded_and_met() {
    let cases = load_fetch_cases(&directory("good-fetch", FETCH));
    let cases = cases.unwrap_or_else(|errors| panic!("{errors}"));
    let report = run_fetch_cases(&cases);
    assert!(report.failures.is_empty(), "{report}");
}

#[test]
fn a_fetch_that_is_not_met_tells_all_that_differs() {
    let content = FETCH
        .replace("expect.method = \"GET\"", "expect.method = \"PUT\"")
        .replace("outcome.type", "outcome.status = 404\noutcome.type")
        .replace("concept-cors-check 4", "concept-cors-check 7");
    let cases = load_fetch_cases(&directory("unmet-fetch", &content));
    let cases = cases.unwrap_or_else(|errors| panic!("{errors}"));
    let report = run_fetch_cases(&cases).to_string();
    for expected in ["exchange 1: request line", "expected  404", "got       200"] {
        assert!(report.contains(expected), "{report}");
    }
}

#[test]
fn a_fetch_has_one_outcome() {
    let content = FETCH.replace(
        "outcome.type",
        "outcome.network-error = \"a\"\noutcome.type",
    );
    check_fetch(
        "two-outcomes",
        &content,
        "`outcome` has exactly one of `type`, `network-error` and `type-error`",
    );
}

#[test]
fn a_word_that_the_standard_does_not_have_is_told() {
    let content = FETCH.replace("outcome.type = \"cors\"", "outcome.type = \"corse\"");
    check_fetch(
        "no-type",
        &content,
        "`corse` is none of basic, cors, opaque, opaqueredirect",
    );
}

#[test]
fn a_header_that_no_server_can_send_is_told() {
    let content = FETCH.replace("\"https://app.example\"]", "\"a\\nb\"]");
    check_fetch(
        "no-header",
        &content,
        "`Access-Control-Allow-Origin: a\\nb` is no header",
    );
}
