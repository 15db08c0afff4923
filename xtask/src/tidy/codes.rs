//! Every code that corsac can give is explained in the guide, and the guide explains no other.
//!
//! The codes are read from the source, where each is an arm of a `match` in a function called
//! `code`, so that a new one cannot be forgotten in a second list.

use super::Violation;
use crate::repository::Repository;
use crate::rust_source::Code;

/// Where codes are given.
const SOURCES: [&str; 3] = [
    "crates/corsac/src/server/refusal.rs",
    "crates/corsac/src/server/remark.rs",
    "crates/corsac/src/origin.rs",
];

/// Where each has a heading of its own.
const PAGE: &str = "docs/guide/reading-a-refusal.md";

pub(super) fn check(repository: &Repository) -> Vec<Violation> {
    let mut given: Vec<&str> = Vec::new();
    let mut violations = Vec::new();
    let sources: Vec<String> = SOURCES
        .iter()
        .map(|path| Code::of(repository.text(path)).with_strings)
        .collect();
    for (path, source) in SOURCES.iter().zip(&sources) {
        let codes = codes_in(source);
        if codes.is_empty() && repository.file(path).is_some() {
            violations.push(Violation::new(
                *path,
                "has no `fn code` any more: look where it went",
            ));
        }
        given.extend(codes);
    }
    let explained = explained_codes(repository.text(PAGE));
    for code in given.iter().filter(|it| !explained.contains(it)) {
        violations.push(Violation::new(PAGE, format!("does not explain `{code}`")));
    }
    for code in explained.iter().filter(|it| !given.contains(it)) {
        violations.push(Violation::new(
            PAGE,
            format!("explains `{code}`, which is never given"),
        ));
    }
    violations
}

/// The text on the right of each arm in every function called `code`.
fn codes_in(source: &str) -> Vec<&str> {
    let functions = source.split("fn code(").skip(1);
    let bodies = functions.map(|rest| rest.find("\n    }\n").map_or(rest, |end| &rest[..end]));
    bodies
        .flat_map(|body| body.split("=> \"").skip(1))
        .filter_map(|it| it.split('"').next())
        .collect()
}

/// The headings of the page that are a code: ``### `the-code` ``.
fn explained_codes(page: &str) -> Vec<&str> {
    page.lines()
        .filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`'))
        .collect()
}
