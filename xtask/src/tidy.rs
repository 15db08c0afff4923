//! The invariants of the tree that neither the compiler nor Clippy holds.
//!
//! A check looks at the repository and returns what violates it, all of it. Each has a test that
//! shows it going red on made-up input; the same checks run on the real tree as a test too.

mod budget;
mod codes;
mod cors_fields;
mod crate_graph;
mod crate_shape;
mod decisions;
mod duplicates;
mod examples;
mod halves;
mod licences;
mod no_std;
mod side_effects;
mod test_habits;
#[cfg(test)]
mod tests;
mod text;

use std::fmt;

use anyhow::{Result, bail};

use crate::repository::Repository;

/// What violates a check, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    /// A path, with a line if there is one, or the name of a crate.
    place: String,
    message: String,
}

impl Violation {
    fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            message: message.into(),
        }
    }

    fn at_line(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self::new(format!("{path}:{line}"), message)
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

type Check = fn(&Repository) -> Vec<Violation>;

/// Every check, by the claim that it holds.
const CHECKS: &[(&str, Check)] = &[
    (
        "crates depend on each other in one direction only",
        crate_graph::directions,
    ),
    (
        "the core and the layer depend on little",
        crate_graph::weight,
    ),
    (
        "server and user agent do not know each other",
        halves::check,
    ),
    (
        "the core is marked `no_std`, and so is all that it ships",
        no_std::check,
    ),
    (
        "a file is one idea, a function fits a screen",
        budget::check,
    ),
    (
        "only the core decides about a CORS field",
        cors_fields::check,
    ),
    (
        "only the commands print, read the environment or exit",
        side_effects::check,
    ),
    (
        "a test neither sleeps nor is ignored; nothing is left to do",
        test_habits::check,
    ),
    (
        "every crate says what it is and has the common lints",
        crate_shape::check,
    ),
    ("every decision record is listed", decisions::check),
    (
        "every code of the core is explained in the guide",
        codes::of_core,
    ),
    (
        "every code of the reader is explained in the guide",
        codes::of_reader,
    ),
    (
        "every failure of the gateway is explained in the guide",
        codes::of_gateway,
    ),
    (
        "every key of the policy file is explained in the guide",
        codes::keys,
    ),
    ("every example in Rust is compiled", examples::check),
    ("text files are plain", text::lines),
    ("no file is large", text::sizes),
    ("no dependency is there twice", duplicates::check),
    (
        "every dependency has a licence that is allowed",
        licences::check,
    ),
];

/// Runs every check and fails with all that is wrong.
pub(crate) fn run(repository: &Repository) -> Result<()> {
    let mut count = 0;
    for (claim, check) in CHECKS {
        let violations = check(repository);
        let mark = if violations.is_empty() { "ok" } else { "NO" };
        println!("    {mark}  {claim}");
        for violation in &violations {
            println!("        {violation}");
        }
        count += violations.len();
    }
    match count {
        0 => Ok(()),
        _ => bail!("{count} violations; to repeat this step alone:\n\n    cargo xtask tidy\n"),
    }
}
