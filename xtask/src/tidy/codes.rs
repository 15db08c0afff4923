//! Every code that corsac can give, and every key that it takes, is explained in the guide, and
//! the guide explains no other.
//!
//! Both are read from the source, so that a new one cannot be forgotten in a second list. A code is
//! an arm of the `match` in a function called `code`, or is given to `Problem::error` or
//! `Problem::warning`.

use std::collections::BTreeSet;

use super::Violation;
use crate::repository::Repository;
use crate::rust_source::Code;

/// Where the core gives codes.
const CORE: [&str; 3] = [
    "crates/corsac/src/server/refusal.rs",
    "crates/corsac/src/server/remark.rs",
    "crates/corsac/src/origin.rs",
];

/// Where each of them has a heading of its own: ``### `the-code` ``.
const REFUSALS: &str = "docs/guide/reading-a-refusal.md";

/// Where the reader of policy files is, and what it takes and gives is explained: keys under
/// headings, codes in a table.
const READER: &str = "crates/corsac-config/src/";
const TABLES: &str = "crates/corsac-config/src/table.rs";
const POLICY_FILE: &str = "docs/guide/policy-file.md";

pub(super) fn of_core(repository: &Repository) -> Vec<Violation> {
    let mut given = BTreeSet::new();
    let mut violations = Vec::new();
    for path in CORE {
        let source = Code::of(repository.text(path)).with_strings;
        let codes = codes_in_functions(&source);
        if codes.is_empty() && repository.file(path).is_some() {
            violations.push(Violation::new(
                path,
                "has no `fn code` any more: look where it went",
            ));
        }
        given.extend(codes);
    }
    let headings = repository
        .text(REFUSALS)
        .lines()
        .filter_map(|line| line.strip_prefix("### `"));
    let explained: BTreeSet<String> = headings
        .filter_map(|it| it.strip_suffix('`'))
        .map(String::from)
        .collect();
    violations.extend(difference(REFUSALS, &given, &explained));
    violations
}

pub(super) fn of_reader(repository: &Repository) -> Vec<Violation> {
    let mut given = BTreeSet::new();
    let mut source = String::new();
    for file in repository
        .rust_files()
        .filter(|file| file.path.starts_with(READER))
    {
        let code = file.code().with_strings;
        given.extend(codes_in_functions(&code));
        given.extend(codes_of_problems(&code));
        source.push_str(&code);
    }
    let page = repository.text(POLICY_FILE);
    let section = page
        .rsplit("## What the reader says\n")
        .next()
        .unwrap_or_default();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    let codes = rows.filter_map(|row| row.split('`').next());
    let explained: BTreeSet<String> = codes.map(String::from).collect();
    // A code that reaches a problem through a variable is not seen above, but its text is there.
    given.extend(
        explained
            .iter()
            .filter(|it| source.contains(&format!("\"{it}\"")))
            .cloned(),
    );
    difference(POLICY_FILE, &given, &explained)
}

/// Where the gateway says why it answers itself, and the table that explains it.
const FAILURES: &str = "crates/corsac-gateway/src/failure.rs";
const GATEWAY: &str = "docs/guide/gateway.md";

pub(super) fn of_gateway(repository: &Repository) -> Vec<Violation> {
    let given = codes_in_functions(&Code::of(repository.text(FAILURES)).with_strings);
    let rows = repository
        .text(GATEWAY)
        .lines()
        .filter_map(|line| line.split(" | `").nth(1));
    let explained: BTreeSet<String> = rows
        .filter_map(|row| row.split('`').next())
        .map(String::from)
        .collect();
    difference(GATEWAY, &given, &explained)
}

pub(super) fn keys(repository: &Repository) -> Vec<Violation> {
    let source = Code::of(repository.text(TABLES)).with_strings;
    let lists = source.split("_KEYS: &[&str] = &[").skip(1);
    let lists = lists.map(|rest| rest.find("];").map_or(rest, |end| &rest[..end]));
    let taken: BTreeSet<&str> = lists
        .flat_map(|list| list.split('"').skip(1).step_by(2))
        .collect();
    if taken.is_empty() && repository.file(TABLES).is_some() {
        return vec![Violation::new(
            TABLES,
            "has no lists of keys any more: look where they went",
        )];
    }
    let page = repository.text(POLICY_FILE);
    let headings: Vec<&str> = page.lines().filter(|line| line.starts_with('#')).collect();
    let is_explained = |key: &str| {
        headings.iter().any(|it| {
            it.contains(&format!("`{key}`"))
                || it.contains(&format!("`[{key}."))
                || it.contains(&format!("`[[{key}]]`"))
        })
    };
    let missing = taken.into_iter().filter(|key| !is_explained(key));
    missing
        .map(|key| Violation::new(POLICY_FILE, format!("has no heading for `{key}`")))
        .collect()
}

fn difference(
    page: &str,
    given: &BTreeSet<String>,
    explained: &BTreeSet<String>,
) -> Vec<Violation> {
    let missing = given
        .difference(explained)
        .map(|it| format!("does not explain `{it}`"));
    let surplus = explained
        .difference(given)
        .map(|it| format!("explains `{it}`, which is never given"));
    missing
        .chain(surplus)
        .map(|it| Violation::new(page, it))
        .collect()
}

/// The text on the right of each arm in every function called `code`.
fn codes_in_functions(source: &str) -> BTreeSet<String> {
    let functions = source.split("fn code(").skip(1);
    let bodies = functions.map(|rest| rest.find("\n    }\n").map_or(rest, |end| &rest[..end]));
    bodies
        .flat_map(|body| body.split("=> \"").skip(1))
        .filter_map(first_text)
        .collect()
}

/// The text that is given to each new problem.
fn codes_of_problems(source: &str) -> BTreeSet<String> {
    let starts = ["Problem::error(", "Problem::warning("];
    let arguments = starts.iter().flat_map(|start| source.split(start).skip(1));
    arguments
        .filter_map(|it| it.trim_start().strip_prefix('"'))
        .filter_map(first_text)
        .collect()
}

fn first_text(rest: &str) -> Option<String> {
    rest.split('"').next().map(String::from)
}
