//! `cargo xtask soak`: the gateway under load, while everything around it goes wrong.

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
