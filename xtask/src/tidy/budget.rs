//! A file is one idea, and a function fits a screen.
//!
//! Clippy counts the lines of functions; this sees to it that nobody tells it not to.

use super::Violation;
use crate::repository::Repository;
use crate::rust_source::numbered;

/// The most lines that a file in Rust may have: about 400, and some air.
const FILE_LINES: usize = 450;

/// What `clippy.toml` and the workspace's lints must say about functions.
const FUNCTION_BUDGET: [(&str, &str); 2] = [
    ("clippy.toml", "too-many-lines-threshold = 60"),
    ("Cargo.toml", "too_many_lines = \"warn\""),
];

pub(super) fn check(repository: &Repository) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in repository.rust_files() {
        let lines = file.text().lines().count();
        if lines > FILE_LINES {
            let message =
                format!("has {lines} lines, more than {FILE_LINES}: look for the second idea");
            violations.push(Violation::new(&file.path, message));
        }
        for (number, line) in numbered(&file.code().bare) {
            if line.contains("too_many_lines") {
                let message = "a function that does not fit a screen is cut, not excused";
                violations.push(Violation::at_line(&file.path, number, message));
            }
        }
    }
    for (path, setting) in FUNCTION_BUDGET {
        if !repository.text(path).lines().any(|line| line == setting) {
            violations.push(Violation::new(
                path,
                format!("must have the line `{setting}`"),
            ));
        }
    }
    violations
}
