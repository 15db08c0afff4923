//! `corsac lint`.

use serde_json::{Value, json};

use crate::{TestFile, run, run_with_stdin, stderr, stdout};

const VALID: &str = r#"
[[route]]
path = "/"
upstream = "http://127.0.0.1:3001"
"#;

const DOUBTFUL: &str = r#"
[policy.shop]
allow-origins = ["https://app.example"]

[[route]]
path = "/"
upstream = "http://127.0.0.1:3001"
"#;

const BROKEN: &str = r#"
[[route]]
path = "v1"
upstream = "htttp://127.0.0.1:3001"
"#;

#[test]
fn a_valid_file_is_as_wanted() {
    let file = TestFile::new("valid.toml", VALID);
    let output = run(&["lint", file.path()]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(stdout(&output), format!("{}: valid\n", file.path()));
    assert_eq!(stderr(&output), "");
}

#[test]
fn a_file_with_warnings_is_valid() {
    let file = TestFile::new("doubtful.toml", DOUBTFUL);
    let output = run(&["lint", file.path()]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).starts_with("warning[policy-unused]: "));
    assert!(stdout(&output).ends_with("doubtful.toml: valid, 1 warning\n"));
}

#[test]
fn a_broken_file_is_shown_with_all_its_mistakes() {
    let output = run_with_stdin(&["lint", "-"], BROKEN);
    assert_eq!(output.status.code(), Some(2));
    let expected = r#"error[path-missing-slash]: a path starts with a slash
 --> <stdin>:3:9
  |
3 | path = "v1"
  |         ^
  |
  = help: did you mean `/v1`?

error[upstream-scheme]: an upstream speaks HTTP: it starts with `http://` or `https://`
 --> <stdin>:4:13
  |
4 | upstream = "htttp://127.0.0.1:3001"
  |             ^^^^^

<stdin>: 2 errors
"#;
    assert_eq!(stdout(&output), expected);
    assert_eq!(stderr(&output), "");
}

#[test]
fn a_file_that_is_not_there_is_no_valid_file() {
    let output = run(&["lint", "nowhere.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stdout(&output), "");
    assert!(stderr(&output).starts_with("error: cannot read nowhere.toml: "));
    assert!(stderr(&output).contains("\nhelp: "));
}

#[test]
fn a_file_that_is_not_text_is_no_valid_file() {
    let file = TestFile::new("latin-1.toml", b"# caf\xe9\n");
    let output = run(&["lint", file.path()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).ends_with("it is not UTF-8 at byte 5\n"));
}

#[test]
fn the_worst_of_several_files_counts_and_all_are_read() {
    let valid = TestFile::new("first.toml", VALID);
    let output = run(&["lint", valid.path(), "nowhere.toml", valid.path()]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stdout(&output).matches(": valid\n").count(), 2);
}

#[test]
fn without_a_file_there_is_nothing_to_do() {
    assert_eq!(run(&["lint"]).status.code(), Some(2));
    assert_eq!(
        run(&["lint", "--no-such-option", "-"]).status.code(),
        Some(2)
    );
}

#[test]
fn json_has_a_place_for_every_problem() {
    let output = run_with_stdin(&["lint", "--json", "-"], BROKEN);
    assert_eq!(output.status.code(), Some(2));
    let report: Value = serde_json::from_str(stdout(&output)).unwrap();
    let expected = json!({
        "schema": "corsac.lint/1",
        "file": "<stdin>",
        "valid": false,
        "problems": [
            {
                "code": "path-missing-slash",
                "severity": "error",
                "message": "a path starts with a slash",
                "suggestion": "/v1",
                "line": 3,
                "column": 9,
                "span": [19, 20],
            },
            {
                "code": "upstream-scheme",
                "severity": "error",
                "message": "an upstream speaks HTTP: it starts with `http://` or `https://`",
                "suggestion": null,
                "line": 4,
                "column": 13,
                "span": [35, 40],
            },
        ],
        "left_out": 0,
    });
    assert_eq!(report, expected);
}

#[test]
fn json_is_a_line_for_each_file() {
    let doubtful = TestFile::new("json-1.toml", DOUBTFUL);
    let valid = TestFile::new("json-2.toml", VALID);
    let output = run(&["lint", "--json", doubtful.path(), valid.path()]);
    assert_eq!(output.status.code(), Some(0));
    let reports: Vec<Value> = stdout(&output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(reports[0]["file"], doubtful.path());
    assert_eq!(reports[0]["valid"], true);
    assert_eq!(reports[0]["problems"][0]["severity"], "warning");
    assert_eq!(reports[1]["file"], valid.path());
    assert_eq!(reports[1]["problems"], json!([]));
    assert_eq!(reports.len(), 2);
}
