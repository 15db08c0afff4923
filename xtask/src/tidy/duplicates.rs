//! A dependency in two versions is compiled twice and understood by nobody.

use std::collections::BTreeMap;

use super::Violation;
use crate::repository::Repository;

const LOCK_FILE: &str = "Cargo.lock";

/// What is there twice all the same, and why.
const TOLERATED: [(&str, &str); 10] = [
    ("base64", "crates move from 0.22 to 0.23 one by one"),
    ("cpufeatures", SQLX),
    ("foldhash", SQLX),
    ("getrandom", RING),
    ("hashbrown", SQLX),
    ("http", ACTIX),
    ("syn", SYN),
    ("synstructure", SYN),
    (
        "tower-http",
        "is part of reqwest, which the client is measured against; it is not shipped",
    ),
    ("windows-sys", RING),
];

const RING: &str = "the cryptography of TLS, which changes rarely and for good reason";

const ACTIX: &str = "is of an older http crate, for which there is a middleware of its own";

const SYN: &str = "crates move from 2 to 3 one by one; it runs only while others are compiled";

const SQLX: &str = "reads the database of an example, which is not shipped";

pub(super) fn check(repository: &Repository) -> Vec<Violation> {
    check_against(repository, &TOLERATED)
}

pub(super) fn check_against(repository: &Repository, tolerated: &[(&str, &str)]) -> Vec<Violation> {
    let lock_file = repository.text(LOCK_FILE);
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in lock_file.split("[[package]]").skip(1) {
        if let (Some(name), Some(version)) = (value(package, "name"), value(package, "version")) {
            versions.entry(name).or_default().push(version);
        }
    }
    versions.retain(|_, versions| versions.len() > 1);
    let mut violations = Vec::new();
    for (name, versions) in &versions {
        if !tolerated.iter().any(|(it, _)| it == name) {
            let message = format!("{name} is there more than once: {}", versions.join(", "));
            violations.push(Violation::new(LOCK_FILE, message));
        }
    }
    for (name, _) in tolerated
        .iter()
        .filter(|(it, _)| !versions.contains_key(it))
    {
        let message =
            format!("{name} is tolerated twice, but is not there twice: drop the exception");
        violations.push(Violation::new(LOCK_FILE, message));
    }
    violations
}

fn value<'a>(package: &'a str, key: &str) -> Option<&'a str> {
    let line = package
        .lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""))?;
    line.strip_suffix('"')
}
