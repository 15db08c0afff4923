//! Only the commands print, read the environment or exit: everything else is driven by tests in
//! process.

use super::Violation;
use crate::repository::{File, Repository};
use crate::rust_source::{has_word, numbered};

/// The crates that are commands. In others, a file in `src/bin` is one.
const COMMANDS: [&str; 2] = ["crates/corsac-cli", "xtask"];

/// What starts the browsers that tests hold corsac against. It is in no program that anyone runs.
const DRIVERS: &str = "crates/corsac-conformance/src/browsing/browser/";

const SIDE_EFFECTS: [(&str, &str); 9] = [
    ("print!", "print"),
    ("println!", "print"),
    ("eprint!", "print"),
    ("eprintln!", "print"),
    ("dbg!", "print"),
    ("io::stdout", "print"),
    ("io::stderr", "print"),
    ("std::env", "read the environment"),
    ("std::process", "exit or start programs"),
];

pub(super) fn check(repository: &Repository) -> Vec<Violation> {
    let product = repository.rust_files().filter(|file| file.is_product());
    let libraries = product.filter(|it| {
        let is_in_command = |it: &str| COMMANDS.contains(&it);
        let is_command_or_driver = it.path.contains("/src/bin/") || it.path.starts_with(DRIVERS);
        !is_command_or_driver && !it.crate_directory().is_some_and(is_in_command)
    });
    libraries.flat_map(side_effects).collect()
}

fn side_effects(file: &File) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (number, line) in numbered(&file.code().bare) {
        for (name, effect) in SIDE_EFFECTS {
            if has_word(line, name) {
                let message = format!("`{name}`: only a command may {effect}");
                violations.push(Violation::at_line(&file.path, number, message));
            }
        }
    }
    violations
}
