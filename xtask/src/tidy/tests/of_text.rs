//! Checks of text files.

use super::{check, compare};
use crate::repository::{File, Repository};
use crate::tidy::{decisions, examples, text};

#[test]
fn lines_are_plain() {
    check(text::lines, &[("a.md", "one\n\ntwo\n"), ("empty", "")], &[]);
    check(
        text::lines,
        &[("a.md", "one \ntwo\t\nthree"), ("b.md", "one\r\n")],
        &[
            "a.md: must end in a line end",
            "a.md:1: has white space at its end",
            "a.md:2: has white space at its end",
            "b.md: must have LF line ends",
        ],
    );
}

#[test]
fn a_picture_has_no_lines() {
    let files = vec![File::new("a.png", vec![0xff, b' ', b'\n'])];
    compare(
        &text::lines(&Repository {
            files,
            ..Repository::default()
        }),
        &[],
    );
}

#[test]
fn a_large_file_is_refused() {
    let files = vec![
        File::new("a.bin", vec![0; 204_800]),
        File::new("b.bin", vec![0; 204_801]),
    ];
    let repository = Repository {
        files,
        ..Repository::default()
    };
    compare(
        &text::sizes(&repository),
        &["b.bin: has 204801 bytes, more than 204800"],
    );
}

#[test]
fn decisions_are_listed() {
    let record = ("docs/decisions/0001-a.md", "# A\n");
    check(
        decisions::check,
        &[("docs/decisions/README.md", "- [A](0001-a.md)\n"), record],
        &[],
    );
    check(
        decisions::check,
        &[("docs/decisions/README.md", "- [B](0002-b.md)\n"), record],
        &[
            "docs/decisions/README.md: does not list 0001-a.md",
            "docs/decisions/README.md: lists 0002-b.md, which is not there",
        ],
    );
}

#[test]
fn an_example_is_compiled() {
    let document = ("docs/a.md", "```rust\nfn f() {}\n```\n");
    let library = "#[doc = include_str!(\"../../../docs/a.md\")]\nstruct A;\n";
    check(
        examples::check,
        &[document, ("crates/x/src/lib.rs", library)],
        &[],
    );
    check(examples::check, &[("docs/a.md", "```toml\n```\n")], &[]);
    let message =
        "docs/a.md: shows Rust that nothing compiles: include it in a library's documentation";
    check(
        examples::check,
        &[document, ("crates/x/src/lib.rs", "")],
        &[message],
    );
}
