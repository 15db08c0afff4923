//! Every example in Rust that a document shows is compiled.
//!
//! A library includes the document where only the tests of its documentation see it.

use super::Violation;
use crate::repository::{File, Repository};

pub(super) fn check(repository: &Repository) -> Vec<Violation> {
    let documents = repository
        .files
        .iter()
        .filter(|file| file.path.ends_with(".md"));
    let with_examples = documents.filter(|file| file.text().contains("```rust"));
    let forgotten = with_examples.filter(|file| !is_included(file, repository));
    let message = "shows Rust that nothing compiles: include it in a library's documentation";
    forgotten
        .map(|file| Violation::new(&file.path, message))
        .collect()
}

/// Does a library include the document, by its path from the root?
fn is_included(document: &File, repository: &Repository) -> bool {
    let inclusion = format!("#[doc = include_str!(\"../../../{}\")]", document.path);
    let mut libraries = repository
        .rust_files()
        .filter(|it| it.path.ends_with("/src/lib.rs"));
    libraries.any(|it| it.text().contains(&inclusion))
}
