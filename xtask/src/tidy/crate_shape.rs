//! Every crate says what it is, is under the common lints and the common licence.

use super::Violation;
use crate::repository::{File, Repository};

/// What every manifest of a member must have.
const MANIFEST_LINES: [&str; 5] = [
    "license.workspace = true",
    "edition.workspace = true",
    "rust-version.workspace = true",
    "authors.workspace = true",
    "repository.workspace = true",
];

/// What every library must say of itself.
const LIBRARY_LINE: &str = "#![warn(clippy::unwrap_used)]";

pub(super) fn check(repository: &Repository) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in &repository.files {
        if file
            .crate_directory()
            .is_some_and(|it| file.path == format!("{it}/Cargo.toml"))
        {
            violations.extend(manifest(file));
        } else if file.path.ends_with(".rs") && file.is_product() {
            violations.extend(module(file));
        }
    }
    violations
}

fn manifest(file: &File) -> Vec<Violation> {
    let has_line = |wanted: &str| file.text().lines().any(|line| line == wanted);
    let mut missing: Vec<&str> = MANIFEST_LINES
        .into_iter()
        .filter(|it| !has_line(it))
        .collect();
    if !file.text().contains("\n[lints]\nworkspace = true\n") {
        missing.push("[lints] workspace = true");
    }
    if !file
        .text()
        .lines()
        .any(|line| line.starts_with("description = \""))
    {
        missing.push("description = \"…\"");
    }
    missing
        .iter()
        .map(|it| Violation::new(&file.path, format!("must have `{it}`")))
        .collect()
}

fn module(file: &File) -> Vec<Violation> {
    let mut violations = Vec::new();
    if !file.text().starts_with("//! ") {
        violations.push(Violation::new(
            &file.path,
            "must start with what it is: `//! …`",
        ));
    }
    if file.path.ends_with("/src/lib.rs") && !file.text().lines().any(|it| it == LIBRARY_LINE) {
        violations.push(Violation::new(
            &file.path,
            format!("must have `{LIBRARY_LINE}`"),
        ));
    }
    violations
}
