//! `cargo xtask test`: the one command that says whether corsac works.
//!
//! Cheap steps come first. All of them use the same profile, and none sets `RUSTFLAGS`, so that a
//! dependency is compiled once for checking and once for running. Two steps need some dependencies
//! again with fewer features, for some seconds each: Cargo leaves dev-dependencies out of the docs,
//! and the core is tested alone.

use std::process::Command;

use anyhow::Result;

use crate::repository::{self, Repository};
use crate::step::{Steps, output_of, run_command};
use crate::{deploy, packages, programs, soak, tidy, without_std};

/// Runs every step, up to the first that fails.
pub(crate) fn run() -> Result<()> {
    let mut steps = Steps::default();
    steps.run("format", || {
        run_command(cargo("fmt").args(["--all", "--check"]))
    })?;
    steps.run("tidy", || tidy::run(&Repository::read()?))?;
    steps.run("browsers", || programs::ensure(&programs::BROWSERS))?;
    steps.run("servers", || programs::ensure(&programs::SERVERS))?;
    steps.run("servers from registries", packages::ensure)?;
    steps.run("deploy", deploy::verify)?;
    steps.run("core without std", without_std::run)?;
    steps.run("lints", lints)?;
    steps.run("lock file of the fuzz targets", fuzz_lock)?;
    steps.run("docs", docs)?;
    steps.run("build the tests", || run_command(tests().arg("--no-run")))?;
    steps.run("tests", || run_command(&mut tests()))?;
    steps.run("two minutes of soak", soak::run_built)?;
    steps.run("examples in the docs", || {
        run_command(workspace("test").arg("--doc"))
    })?;
    steps.run("core without psl", || {
        run_command(core_without_psl("test").arg("--tests"))
    })?;
    println!("\n{steps}");
    Ok(())
}

fn lints() -> Result<()> {
    run_command(workspace("clippy").args(["--all-targets", "--", "-D", "warnings"]))?;
    run_command(core_without_psl("clippy").args(["--all-targets", "--", "-D", "warnings"]))
}

/// The fuzz targets have a workspace of their own, which no other step looks at.
fn fuzz_lock() -> Result<()> {
    let mut command = cargo("metadata");
    command.args(["--locked", "--format-version", "1"]);
    command.args(["--manifest-path", "fuzz/Cargo.toml"]);
    output_of(&mut command).map(|_| ())
}

fn docs() -> Result<()> {
    run_command(
        workspace("doc")
            .arg("--no-deps")
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
}

/// Libraries, commands, examples and benches; a bench runs its small version.
fn tests() -> Command {
    let mut command = workspace("test");
    command.arg("--all-targets");
    command
}

/// The core with its one feature turned off.
fn core_without_psl(subcommand: &str) -> Command {
    let mut command = cargo(subcommand);
    command.args(["--locked", "--package", "corsac", "--no-default-features"]);
    command
}

fn workspace(subcommand: &str) -> Command {
    let mut command = cargo(subcommand);
    command.args(["--locked", "--workspace"]);
    command
}

/// Cargo at the root, without incremental state: a full test does not come back to it.
pub(crate) fn cargo(subcommand: &str) -> Command {
    let mut command = Command::new("cargo");
    command
        .arg(subcommand)
        .current_dir(repository::root())
        .env("CARGO_INCREMENTAL", "0");
    command
}
