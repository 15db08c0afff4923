//! `corsac explain`

use serde_json::Value;

use crate::{TestFile, run, run_with_stdin, stderr, stdout};

const MESSAGE: &str = "Access to fetch at 'https://api.example/pets' from origin \
                       'https://app.example' has been blocked by CORS policy: Response to \
                       preflight request doesn't pass access control check: The \
                       'Access-Control-Allow-Origin' header has a value 'http://app.example' that \
                       is not equal to the supplied origin.";

#[test]
fn a_message_is_explained_with_a_fix() {
    let output = run(&["explain", "--stack", "flask", MESSAGE]);
    let text = stdout(&output);
    assert!(
        text.starts_with("error[allow-origin-scheme-mismatch] "),
        "{text}"
    );
    assert!(text.contains("http://app.example\n"), "{text}");
    assert!(
        text.contains(r#"origins=["https://app.example"],"#),
        "{text}"
    );
    let again = "check it: corsac check -o https://app.example 'https://api.example/pets'\n";
    assert!(text.ends_with(again), "{text}");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_message_can_come_on_stdin() {
    for arguments in [&["explain"][..], &["explain", "-"]] {
        let output = run_with_stdin(arguments, MESSAGE);
        assert!(stdout(&output).starts_with("error[allow-origin-scheme-mismatch] "));
    }
}

#[test]
fn what_is_missing_is_asked_for() {
    let message = "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the \
                   remote resource at https://api.example/. (Reason: CORS header \
                   ‘Access-Control-Allow-Origin’ does not match ‘https://b.example’).";
    let output = run(&["explain", message]);
    assert!(
        stdout(&output).contains("to know more: which page was it?"),
        "{}",
        stdout(&output)
    );
    let output = run(&["explain", "-o", "https://www.b.example", message]);
    assert!(stdout(&output).starts_with("error[allow-origin-host-mismatch] "));
}

#[test]
fn a_code_is_explained() {
    let output = run(&["explain", "missing-vary"]);
    let start = "missing-vary: The answer depends on the origin and does not say so\n";
    assert!(stdout(&output).starts_with(start), "{}", stdout(&output));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn what_is_no_message_is_told_so() {
    let output = run(&["explain", "it does not work"]);
    assert_eq!((stdout(&output), output.status.code()), ("", Some(2)));
    assert!(
        stderr(&output).contains("corsac check URL"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn json_names_what_the_message_names() {
    let output = run(&["explain", "--json", MESSAGE]);
    let json: Value = serde_json::from_str(stdout(&output)).unwrap();
    let message = &json["messages"][0];
    assert_eq!(message["named"]["url"], "https://api.example/pets");
    assert_eq!(
        message["findings"][0]["code"],
        "allow-origin-scheme-mismatch"
    );
}

#[test]
fn a_recording_is_explained() {
    let har = r#"{ "log": { "entries": [ {
        "request": { "method": "GET", "url": "https://api.example/",
            "headers": [ { "name": "Origin", "value": "https://app.example" } ] },
        "response": { "status": 200, "headers": [] }
    } ] } }"#;
    let file = TestFile::new("recording.har", har);
    let output = run(&["explain", "--har", file.path()]);
    let start = "entry 0: GET https://api.example/\nfrom a page of https://app.example\n\n\
                 error[no-allow-origin] ";
    assert!(stdout(&output).starts_with(start), "{}", stdout(&output));
    assert_eq!(output.status.code(), Some(1));
    let file = TestFile::new("empty.har", r#"{ "log": { "entries": [] } }"#);
    let output = run(&["explain", "--har", file.path()]);
    assert_eq!(output.status.code(), Some(0));
    let file = TestFile::new("broken.har", "{");
    let output = run(&["explain", "--har", file.path()]);
    assert_eq!(output.status.code(), Some(2));
}
