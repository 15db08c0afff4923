//! What goes where, and in which colours.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::{TestFile, corsac, run, stdout};

#[test]
fn a_pipe_gets_no_colours() {
    let file = TestFile::new("colours.toml", "x = 1");
    assert!(!stdout(&run(&["lint", file.path()])).contains('\u{1b}'));
    let output = corsac(&["lint", file.path()])
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    assert!(!stdout(&output).contains('\u{1b}'));
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_gets_colours_unless_it_is_dumb_or_the_user_wants_none() {
    let file = TestFile::new("terminal.toml", "x = 1");
    for (variable, value, is_coloured) in [
        ("TERM", "xterm-256color", true),
        ("TERM", "dumb", false),
        ("NO_COLOR", "1", false),
        ("NO_COLOR", "", true),
    ] {
        let shown = on_a_terminal(file.path(), (variable, value));
        assert!(shown.contains("unknown-key"), "{shown}");
        assert_eq!(
            shown.contains('\u{1b}'),
            is_coloured,
            "{variable}={value}: {shown}"
        );
    }
}

/// What `corsac lint` shows on a terminal, which the `script` command stands in for.
#[cfg(target_os = "linux")]
fn on_a_terminal(path: &str, (variable, value): (&str, &str)) -> String {
    let command = format!("'{}' lint '{path}'", env!("CARGO_BIN_EXE_corsac"));
    let output = std::process::Command::new("script")
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .env_remove("NO_COLOR")
        .env("TERM", "xterm")
        .env(variable, value)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    stdout(&output).to_owned()
}

#[test]
fn a_reader_who_goes_away_is_no_failure() {
    let mistakes = "'x',\n".repeat(10_000);
    let policy = format!("[policy.a]\nallow-origins = [{mistakes}]\n");
    let file = TestFile::new("many.toml", policy);
    let mut command = corsac(&["lint", file.path()]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut String::new()).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}
