//! `cargo xtask browsers`: what real browsers do, beside what corsac says that they do.

use std::process::Command;

use anyhow::Result;

use crate::full_test::cargo;
use crate::programs;
use crate::repository;
use crate::step::{output_of, run_command};

/// Installs the browsers if need be, and hands the options to the command that plays scenarios in
/// them.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    programs::ensure(&programs::BROWSERS)?;
    let mut last_commit = Command::new("git");
    last_commit.current_dir(repository::root());
    last_commit.args(["log", "-1", "--format=%cs"]);
    let date = output_of(&mut last_commit)?;
    let mut command = cargo("run");
    command.args(["--quiet", "--locked", "--package", "corsac-conformance"]);
    command.args(["--bin", "browsers", "--", "--date", date.trim()]);
    run_command(command.args(arguments))
}
