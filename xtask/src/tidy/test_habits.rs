//! A test is neither ignored nor does it sleep, and nothing is left to do in a comment.

use super::Violation;
use crate::repository::{File, Repository};
use crate::rust_source::{has_word, numbered};

/// Ways to wait for a clock. A test waits for what it wants to see.
const SLEEPS: [&str; 4] = ["thread::sleep", "time::sleep", "sleep_until", "sleep_ms"];

/// Notes to oneself; put together here, so that this file has none.
const NOTES: [&str; 4] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("to", "do!"),
    concat!("unimplemented", "!"),
];

pub(super) fn check(repository: &Repository) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in repository.rust_files() {
        violations.extend(ignored(file));
        if file.is_test() {
            violations.extend(sleeps(file));
        }
    }
    violations.extend(repository.files.iter().flat_map(notes));
    violations
}

fn ignored(file: &File) -> Vec<Violation> {
    let code = file.code().bare;
    let lines = numbered(&code).filter(|(_, line)| {
        line.contains("#[ignore") || (line.contains("cfg_attr(") && has_word(line, "ignore"))
    });
    let message = "assert what happens now, and say so, rather than ignore a test";
    lines
        .map(|(number, _)| Violation::at_line(&file.path, number, message))
        .collect()
}

fn sleeps(file: &File) -> Vec<Violation> {
    let code = file.code().bare;
    let lines = numbered(&code).filter(|(_, line)| SLEEPS.iter().any(|it| has_word(line, it)));
    let message = "a test waits for what it wants to see, not for a clock";
    lines
        .map(|(number, _)| Violation::at_line(&file.path, number, message))
        .collect()
}

fn notes(file: &File) -> Vec<Violation> {
    let lines = numbered(file.text());
    let with_notes = lines
        .filter_map(|(number, line)| Some((number, NOTES.iter().find(|it| has_word(line, it))?)));
    with_notes
        .map(|(number, note)| {
            Violation::at_line(
                &file.path,
                number,
                format!("has a `{note}`: do it, or record the decision"),
            )
        })
        .collect()
}
