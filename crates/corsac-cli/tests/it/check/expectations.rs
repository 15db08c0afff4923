//! `corsac check --expect`

use super::server::{Server, nobody};
use crate::{TestFile, run, stderr, stdout};

const ALLOWED: &str = "Access-Control-Allow-Origin: https://app.example\r\n\
                       Access-Control-Allow-Methods: PUT\r\n";

/// Runs a file of expectations against a server.
fn expect(name: &str, url: &str, file: &str) -> std::process::Output {
    let file = TestFile::new(name, file);
    run(&["check", "--expect", file.path(), url])
}

#[test]
fn promises_that_are_kept() {
    let server = Server::start("200 OK", ALLOWED);
    let output = expect(
        "kept.toml",
        &server.url("/"),
        r#"
        [[expect]]
        answer = "allowed"
        origins = ["https://app.example"]
        methods = ["GET", "PUT"]
        paths = ["/pets", "/pets/1"]

        [[expect]]
        answer = "blocked"
        origins = ["https://other.example", "null"]
        "#,
    );
    assert_eq!(
        stdout(&output),
        "ok   https://app.example GET /pets: allowed\n\
         ok   https://app.example GET /pets/1: allowed\n\
         ok   https://app.example PUT /pets: allowed\n\
         ok   https://app.example PUT /pets/1: allowed\n\
         ok   https://other.example GET /: blocked (allow-origin-host-mismatch)\n\
         ok   null GET /: blocked (null-origin-page)\n\
         6 as promised, 0 not, 0 not reached\n"
    );
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn promises_that_are_broken() {
    let server = Server::start("200 OK", ALLOWED);
    let output = expect(
        "broken.toml",
        &server.url("/"),
        r#"
        [[expect]]
        answer = "allowed"
        origins = ["https://app.example"]
        methods = ["DELETE"]
        [[expect]]
        answer = "blocked"
        origins = ["https://app.example"]
        "#,
    );
    assert_eq!(
        stdout(&output),
        "FAIL https://app.example DELETE /: blocked (method-not-allowed), promised: allowed\n\
         FAIL https://app.example GET /: allowed, promised: blocked\n\
         0 as promised, 2 not, 0 not reached\n"
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_server_that_is_not_reached_keeps_no_promise() {
    let output = expect(
        "unreached.toml",
        &nobody(),
        "[[expect]]\nanswer = \"blocked\"\norigins = [\"https://app.example\"]\n",
    );
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn a_file_that_is_none_is_told_so() {
    let server = Server::start("200 OK", ALLOWED);
    for (file, said) in [
        ("[[expect]]\n", "missing field"),
        ("[[expect]]\nanswer = \"maybe\"\norigins = []\n", "maybe"),
        ("[[expects]]\n", "expects"),
        (
            "[[expect]]\nanswer = \"allowed\"\norigins = [\"app.example\"]\n",
            "not the origin",
        ),
    ] {
        let output = expect("none.toml", &server.url("/"), file);
        assert!(stderr(&output).contains(said), "{}", stderr(&output));
        assert_eq!(output.status.code(), Some(2));
    }
}
