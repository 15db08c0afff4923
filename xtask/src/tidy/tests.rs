//! Every check goes red on made-up input, and is green on the real tree.

mod of_crates;
mod of_source;
mod of_text;

use super::{CHECKS, Check, Violation, run};
use crate::repository::{Crate, File, Repository};

/// Runs a check on made-up files and compares what it says.
#[track_caller]
fn check(check: Check, files: &[(&str, &str)], expected: &[&str]) {
    let files = files
        .iter()
        .map(|(path, text)| File::new(path, text.as_bytes().into()))
        .collect();
    compare(
        &check(&Repository {
            files,
            ..Repository::default()
        }),
        expected,
    );
}

/// Runs a check on a made-up crate with its dependencies and compares what it says.
#[track_caller]
fn check_crate(check: Check, (name, dependencies): (&str, &[&str]), expected: &[&str]) {
    let made_up = |name: &str, dependencies: &[&str]| {
        let dependencies: std::collections::BTreeSet<String> =
            dependencies.iter().map(|it| String::from(*it)).collect();
        Crate {
            name: name.into(),
            closure: dependencies.clone(),
            dependencies,
        }
    };
    let mut crates: Vec<Crate> = ["corsac", "corsac-tower", "corsac-gateway", "corsac-cli"]
        .iter()
        .filter(|it| **it != name)
        .map(|it| made_up(it, &[]))
        .collect();
    crates.push(made_up(name, dependencies));
    compare(
        &check(&Repository {
            crates,
            ..Repository::default()
        }),
        expected,
    );
}

#[track_caller]
fn compare(violations: &[Violation], expected: &[&str]) {
    let violations: Vec<String> = violations.iter().map(ToString::to_string).collect();
    assert_eq!(violations, expected);
}

#[test]
fn the_repository_is_tidy() {
    run(&Repository::read().unwrap()).unwrap();
}

#[test]
fn every_check_has_a_claim_of_its_own() {
    let mut claims: Vec<&str> = CHECKS.iter().map(|(claim, _)| *claim).collect();
    claims.sort_unstable();
    claims.dedup();
    assert_eq!(claims.len(), CHECKS.len());
}
