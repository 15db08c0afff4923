//! The server half and the user-agent half of the core never import each other.
//!
//! Each is a test of the other only as long as neither borrows the other's mistakes. The scan also
//! sees the way around: a name of the server half that the crate's root exports again.

use super::Violation;
use crate::repository::Repository;
use crate::rust_source::{Code, has_word, numbered};

const SOURCE: &str = "crates/corsac/src";

pub(super) fn check(repository: &Repository) -> Vec<Violation> {
    let root = Code::of(repository.text(&format!("{SOURCE}/lib.rs"))).bare;
    let halves = [("server", "user_agent"), ("user_agent", "server")];
    halves
        .into_iter()
        .flat_map(|(half, other)| imports(repository, &root, half, other))
        .collect()
}

fn imports(repository: &Repository, root: &str, half: &str, other: &str) -> Vec<Violation> {
    let exported = exported_names(root, other);
    let mut violations = Vec::new();
    let directory = format!("{SOURCE}/{half}/");
    let module = format!("{SOURCE}/{half}.rs");
    for file in repository
        .files
        .iter()
        .filter(|file| file.path.starts_with(&directory) || file.path == module)
    {
        let code = file.code().bare;
        for (number, line) in numbered(&code) {
            if has_word(line, &format!("{other}::")) || has_word(line, &format!("::{other}")) {
                let message = format!("{half} must not import {other}");
                violations.push(Violation::at_line(&file.path, number, message));
            }
        }
        for name in names_from_root(&code) {
            if name == other || exported.contains(&name) {
                let message =
                    format!("{half} must not import {other}, here through `crate::{name}`");
                violations.push(Violation::new(&file.path, message));
            }
        }
    }
    violations
}

/// The names that the crate's root exports from one of its modules.
fn exported_names(root: &str, module: &str) -> Vec<String> {
    let start = format!("pub use {module}::");
    let exports = root
        .split(';')
        .filter_map(|item| item.trim().split(&start).nth(1));
    exports.flat_map(first_names).collect()
}

/// The names that follow `crate::`, one by one or in braces.
fn names_from_root(code: &str) -> Vec<String> {
    code.split("crate::")
        .skip(1)
        .flat_map(first_names)
        .collect()
}

/// The first name of each path in `a::b` or `{a::b, c::{d, e}}`.
fn first_names(paths: &str) -> Vec<String> {
    let Some(group) = paths.strip_prefix('{') else {
        return first_name(paths).into_iter().collect();
    };
    let mut depth = 0;
    let mut names = Vec::new();
    let mut rest = group;
    names.extend(first_name(rest));
    while let Some(at) = rest.find(['{', '}', ',']) {
        let mark = rest.as_bytes()[at];
        rest = &rest[at + 1..];
        match mark {
            b'{' => depth += 1,
            b'}' if depth == 0 => break,
            b'}' => depth -= 1,
            _ if depth == 0 => names.extend(first_name(rest)),
            _ => {}
        }
    }
    names
}

fn first_name(path: &str) -> Option<String> {
    let path = path.trim_start();
    let end = path
        .find(|it: char| !(it.is_alphanumeric() || it == '_'))
        .unwrap_or(path.len());
    (end > 0).then(|| path[..end].into())
}
