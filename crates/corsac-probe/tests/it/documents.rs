//! The documentation has the terminal's words.
//!
//! `UPDATE=1 cargo test -p corsac-probe documents` writes what has changed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use corsac_probe::report::page_as_markdown;
use corsac_probe::{Code, FAMILIES, Stack, Tried};

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/codes")
}

/// Compares a page with what it should be, or writes it.
fn check(name: &str, text: &str) {
    let path = directory().join(name);
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(directory()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == text,
        "docs/codes/{name} is not as the code has it: UPDATE=1 cargo test -p corsac-probe documents"
    );
}

#[test]
fn every_code_has_its_page() {
    for code in Code::all() {
        check(&format!("{code}.md"), &page_as_markdown(code));
    }
}

#[test]
fn the_index_lists_every_code() {
    let mut text = String::from(
        "# The codes of findings\n\n\
         `corsac check` and `corsac explain` give them, and `corsac explain CODE` prints the page.\n",
    );
    for family in &FAMILIES {
        text.push_str(&format!("\n## {}\n\n", family.about.trim_end_matches('.')));
        for page in family.pages {
            text.push_str(&format!("- [`{0}`]({0}.md): {1}\n", page.name, page.title));
        }
    }
    check("README.md", &text);
}

#[test]
fn the_list_of_fixes_says_how_each_is_tried() {
    let mut text = String::from(
        "# The fixes\n\n\
         `corsac check --stack NAME` writes them.\n\
         Run: the real server is blocked without them, and allowed with them.\n\
         Parsed: a parser of their language reads them.\n\n\
         | Stack | `--stack` | Tried |\n| --- | --- | --- |\n",
    );
    for stack in Stack::ALL {
        let tried = match stack.tried() {
            Tried::Run => "run",
            Tried::Parsed => "parsed",
            Tried::Not => "not",
        };
        text.push_str(&format!(
            "| {} | `{}` | {tried} |\n",
            stack.title(),
            stack.name()
        ));
    }
    check("../fixes.md", &text);
}

#[test]
fn there_is_no_page_of_anything_else() {
    let known: BTreeSet<String> = Code::all().map(|it| format!("{it}.md")).collect();
    for entry in fs::read_dir(directory()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            known.contains(&name) || name == "README.md",
            "docs/codes/{name}"
        );
    }
}

#[test]
fn every_code_is_found_by_its_name() {
    let mut names = BTreeSet::new();
    for code in Code::all() {
        assert_eq!(Code::named(code.as_str()), Some(code));
        assert!(names.insert(code.as_str()), "{code} is there twice");
        assert_eq!(code.page().code, code);
    }
}

#[test]
fn no_code_is_without_a_page() {
    let source = include_str!("../../src/code.rs");
    let (_, variants) = source.split_once("pub enum Code {").unwrap();
    let (variants, _) = variants.split_once("\n}").unwrap();
    let variants = variants.lines().filter(|line| line.ends_with(','));
    assert_eq!(variants.count(), Code::all().count());
}
