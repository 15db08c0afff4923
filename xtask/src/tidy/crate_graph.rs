//! What a crate does not depend on is its most important property.

use std::collections::BTreeSet;

use super::Violation;
use crate::repository::{Crate, Repository};

/// The crates of this workspace that each crate may depend on, tests aside.
const DIRECTIONS: [(&str, &[&str]); 14] = [
    ("corsac", &[]),
    ("corsac-actix", &["corsac"]),
    ("corsac-observe", &["corsac"]),
    ("corsac-tower", &["corsac"]),
    ("corsac-config", &["corsac"]),
    ("corsac-fetch", &["corsac"]),
    ("corsac-probe", &["corsac", "corsac-fetch"]),
    ("corsac-testing", &["corsac", "corsac-fetch"]),
    ("corsac-tenants", &["corsac", "corsac-tower"]),
    (
        "corsac-gateway",
        &["corsac", "corsac-config", "corsac-tower"],
    ),
    (
        "corsac-playground",
        &["corsac", "corsac-config", "corsac-gateway", "corsac-tower"],
    ),
    (
        "corsac-conformance",
        &[
            "corsac",
            "corsac-actix",
            "corsac-config",
            "corsac-fetch",
            "corsac-gateway",
            "corsac-tower",
        ],
    ),
    (
        "corsac-cli",
        &[
            "corsac",
            "corsac-config",
            "corsac-fetch",
            "corsac-gateway",
            "corsac-playground",
            "corsac-probe",
            "corsac-tower",
        ],
    ),
    ("xtask", &[]),
];

/// Crates point in one direction: from the commands down to the core.
pub(super) fn directions(repository: &Repository) -> Vec<Violation> {
    let ours: BTreeSet<&str> = repository
        .crates
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    repository
        .crates
        .iter()
        .flat_map(|it| wrong_edges(it, &ours))
        .collect()
}

fn wrong_edges(member: &Crate, ours: &BTreeSet<&str>) -> Vec<Violation> {
    let Some((_, allowed)) = DIRECTIONS.iter().find(|(name, _)| *name == member.name) else {
        let message = "is not in the list of directions: say there what it may depend on";
        return vec![Violation::new(&member.name, message)];
    };
    let edges = member
        .dependencies
        .iter()
        .map(String::as_str)
        .filter(|it| ours.contains(it));
    let wrong = edges.filter(|it| !allowed.contains(it));
    wrong
        .map(|it| Violation::new(&member.name, format!("must not depend on {it}")))
        .collect()
}

/// All that the core needs, and what that needs in turn.
const CORE_CLOSURE: [&str; 4] = ["foldhash", "hashbrown", "psl", "psl-types"];

/// All that the tower layer names; axum with the feature of that name alone.
const LAYER_DEPENDENCIES: [&str; 7] = [
    "arc-swap",
    "axum",
    "corsac",
    "http",
    "pin-project-lite",
    "tower-layer",
    "tower-service",
];

/// All that the user agent names: the machine needs the first three, the client the others.
const FETCH_DEPENDENCIES: [&str; 10] = [
    "corsac",
    "data-url",
    "url",
    "bytes",
    "h2",
    "http",
    "ring",
    "tokio",
    "tokio-rustls",
    "webpki-roots",
];

/// Someone must be able to take the core, or the layer, without a runtime or a parser.
pub(super) fn weight(repository: &Repository) -> Vec<Violation> {
    let mut violations = Vec::new();
    for member in &repository.crates {
        match member.name.as_str() {
            "corsac" => violations.extend(surplus(member, &member.closure, &CORE_CLOSURE)),
            "corsac-tower" => {
                violations.extend(surplus(member, &member.dependencies, &LAYER_DEPENDENCIES));
            }
            "corsac-fetch" => {
                violations.extend(surplus(member, &member.dependencies, &FETCH_DEPENDENCIES));
            }
            _ => {}
        }
    }
    violations
}

fn surplus(member: &Crate, needed: &BTreeSet<String>, allowed: &[&str]) -> Vec<Violation> {
    let surplus = needed.iter().filter(|it| !allowed.contains(&it.as_str()));
    surplus
        .map(|it| Violation::new(&member.name, format!("must not need {it}")))
        .collect()
}
