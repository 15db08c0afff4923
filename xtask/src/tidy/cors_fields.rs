//! Only the core decides about a CORS field: an adapter looks fields up and applies what it is
//! told.
//!
//! Who names a field can decide about it, so that the places that name one are listed here, each
//! with its reason. Documentation may name what it likes, and so may tests, benches and examples.

use super::Violation;
use crate::repository::{File, Repository};
use crate::rust_source::{has_word, numbered};

/// Who may name a CORS field, `Origin` or `Vary`: a file, or a directory with its slash.
const NAMED_IN: [(&str, &str); 19] = [
    ("crates/corsac/src/", "the core: it decides"),
    (
        "crates/corsac-actix/src/apply.rs",
        "the core's fields as names of actix-web",
    ),
    (
        "crates/corsac-actix/src/apply/",
        "the core's fields as names of actix-web",
    ),
    (
        "crates/corsac-cli/src/arguments.rs",
        "calls the value of an option so; not a field",
    ),
    (
        "crates/corsac-cli/src/explain.rs",
        "calls the value of an option so; not a field",
    ),
    (
        "crates/corsac-cli/src/request_options.rs",
        "calls the value of an option so; not a field",
    ),
    (
        "crates/corsac-conformance/src/",
        "runs the cases: it compares the fields",
    ),
    (
        "crates/corsac-fetch/src/console/",
        "what browsers say of the fields, when all is decided",
    ),
    (
        "crates/corsac-fetch/src/cors_preflight_fetch.rs",
        "the trace says which field of the preflight's answer the core refused",
    ),
    (
        "crates/corsac-fetch/src/http_fetch.rs",
        "the trace says which field the core's CORS check compared",
    ),
    (
        "crates/corsac-fetch/src/referrer.rs",
        "a referrer policy of that name; not a field",
    ),
    (
        "crates/corsac-gateway/src/account.rs",
        "keeps the origin for the access log",
    ),
    (
        "crates/corsac-gateway/src/admin/explanations.rs",
        "says in words what a refusal means",
    ),
    (
        "crates/corsac-gateway/src/admin/guard.rs",
        "keeps other pages from the admin listener; not CORS",
    ),
    (
        "crates/corsac-playground/src/explain.rs",
        "says in words what the fields said",
    ),
    (
        "crates/corsac-playground/src/page/guard.rs",
        "keeps other pages from the demo's own controls; not CORS",
    ),
    (
        "crates/corsac-probe/src/",
        "says in words what the fields said; what they decide comes from the trace",
    ),
    (
        "crates/corsac-tower/src/apply.rs",
        "the core's fields as names of the `http` crate",
    ),
    (
        "crates/corsac-tower/src/apply/",
        "the core's fields as names of the `http` crate",
    ),
];

pub(super) fn check(repository: &Repository) -> Vec<Violation> {
    check_against(repository, &NAMED_IN)
}

pub(super) fn check_against(repository: &Repository, allowed: &[(&str, &str)]) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut needed = vec![false; allowed.len()];
    let product = repository.rust_files().filter(|file| file.is_product());
    for file in product.filter(|file| file.path.starts_with("crates/")) {
        let named = fields_named(file);
        let exception = allowed
            .iter()
            .position(|(place, _)| is_in(&file.path, place));
        match exception {
            Some(at) => needed[at] |= !named.is_empty(),
            None => violations.extend(named),
        }
    }
    for ((place, _), _) in allowed.iter().zip(needed).filter(|(_, needed)| !needed) {
        violations.push(Violation::new(
            *place,
            "names no CORS field: drop the exception",
        ));
    }
    violations
}

fn is_in(path: &str, place: &str) -> bool {
    path == place || (place.ends_with('/') && path.starts_with(place))
}

fn fields_named(file: &File) -> Vec<Violation> {
    let code = file.code().with_strings;
    let lines = numbered(&code).filter(|(_, line)| names_a_field(line));
    let message = "names a CORS field: only the core decides about those";
    lines
        .map(|(number, _)| Violation::at_line(&file.path, number, message))
        .collect()
}

fn names_a_field(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    lower.contains("access-control-")
        || lower.contains("access_control_")
        || lower.contains("\"origin\"")
        || lower.contains("\"vary\"")
        || has_word(line, "ORIGIN")
        || has_word(line, "VARY")
}
