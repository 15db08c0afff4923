//! `cargo xtask soak`: the gateway under load, while everything around it goes wrong.

use std::env;
use std::process::Command;

use anyhow::Result;

use crate::full_test::cargo;
use crate::step::run_command;

/// Builds the command, and hands the options to the program that torments it.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let mut build = cargo("build");
    run_command(build.args(["--locked", "--package", "corsac-cli"]))?;
    let mut command = cargo("run");
    command.args(["--quiet", "--locked", "--package", "corsac-conformance"]);
    // It finds the command beside itself.
    command.args(["--bin", "soak", "--"]);
    run_command(command.args(arguments))
}

/// Two minutes of it, for the full test: it has built all that it takes with the tests, and both
/// programs are beside this one.
pub(crate) fn run_built() -> Result<()> {
    let soak = env::current_exe()?.with_file_name("soak");
    run_command(Command::new(soak).args(["--seconds", "120"]))
}
