//! The core says of itself that it needs no standard library.
//!
//! This reads the source. That the claim is true, of the core and of all that it depends on, is
//! what [`crate::without_std`] has the compiler show.

use super::Violation;
use crate::repository::Repository;
use crate::rust_source::{has_word, numbered};

const SOURCE: &str = "crates/corsac/src/";

pub(super) fn check(repository: &Repository) -> Vec<Violation> {
    let mut violations = Vec::new();
    let root = format!("{SOURCE}lib.rs");
    if !repository
        .text(&root)
        .lines()
        .any(|line| line == "#![no_std]")
    {
        violations.push(Violation::new(root, "must be marked `#![no_std]`"));
    }
    for file in repository
        .rust_files()
        .filter(|it| it.path.starts_with(SOURCE))
    {
        let code = file.code().bare;
        let lines = numbered(&code);
        for (number, _) in
            lines.filter(|(_, line)| has_word(line, "std::") || has_word(line, "crate std"))
        {
            violations.push(Violation::at_line(
                &file.path,
                number,
                "the core must not use std",
            ));
        }
    }
    violations
}
