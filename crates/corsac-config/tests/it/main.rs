//! Policy files, and what a reader is told about them.

mod bounds;
mod durations;
mod file_mistakes;
mod files;
mod front;
mod openapi_mistakes;
mod operations;
mod origin_mistakes;
mod policy_mistakes;
mod properties;
mod rendering;
mod roots_mistakes;
mod route_mistakes;
mod route_place_mistakes;
mod spans;
mod synonyms;
mod syntax;
mod upstream_mistakes;

use corsac_config::{Problems, Style};

/// Checks what a reader sees of the problems of a file.
fn file_shows(source: &str, expected: &str) {
    let problems = match corsac_config::read(source.trim_start()) {
        Ok(config) => config.warnings,
        Err(problems) => problems,
    };
    shows(&problems, source, expected);
}

/// Checks what a reader sees of the problems of a document that is one policy.
fn policy_shows(source: &str, expected: &str) {
    let problems = corsac_config::read_policy(source.trim_start()).unwrap_err();
    shows(&problems, source, expected);
}

fn shows(problems: &Problems, source: &str, expected: &str) {
    let rendered = problems.render("corsac.toml", source.trim_start(), Style::Plain);
    assert_eq!(
        rendered,
        expected.trim_start(),
        "this is shown:\n{rendered}"
    );
}
