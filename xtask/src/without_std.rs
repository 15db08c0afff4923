//! Does the core build without the standard library, together with all that it depends on?
//!
//! A bare-metal target would show it, but is not part of a plain Rust installation. This shows the
//! same on any target: a program without std must bring its own panic handler, and std has one,
//! so that the compiler refuses such a program as soon as anything beneath it links std, however
//! far down. A crate that is merely marked `#![no_std]` and depends on one that is not goes red.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::full_test::cargo;
use crate::repository;
use crate::step::output_of;

/// Checks the core with its default features, and with none.
pub(crate) fn run() -> Result<()> {
    let directory = repository::root().join("target/without-std");
    std::fs::create_dir_all(&directory)?;
    for features in [&[][..], &["--no-default-features"]] {
        let library = check_core(features)?;
        if links_std(&library, &directory)? {
            bail!("the core links the standard library (features: {features:?})");
        }
    }
    Ok(())
}

/// Checks the core and returns where its compiled interface is.
fn check_core(features: &[&str]) -> Result<PathBuf> {
    let mut command = cargo("check");
    command.args([
        "--locked",
        "--package",
        "corsac",
        "--lib",
        "--message-format",
        "json",
    ]);
    let messages = output_of(command.args(features))?;
    let interface = messages.lines().find_map(interface_of_core);
    interface.context("cargo did not say where it put the core")
}

fn interface_of_core(message: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    if message["target"]["name"] != "corsac" {
        return None;
    }
    let mut files = message["filenames"]
        .as_array()?
        .iter()
        .filter_map(Value::as_str);
    files
        .find(|name| name.ends_with(".rmeta"))
        .map(PathBuf::from)
}

/// Does a compiled library link std, by itself or through what it depends on?
fn links_std(library: &Path, directory: &Path) -> Result<bool> {
    let probe = directory.join("probe.rs");
    std::fs::write(&probe, PROBE)?;
    let dependencies = library.parent().context("a file is in a directory")?;
    let output = Command::new("rustc")
        .args([
            "--edition",
            "2024",
            "--crate-type",
            "lib",
            "--emit",
            "metadata",
        ])
        .arg("--extern")
        .arg(format!("subject={}", library.display()))
        .arg("-L")
        .arg(format!("dependency={}", dependencies.display()))
        .arg("--out-dir")
        .arg(directory)
        .arg(&probe)
        .output()
        .context("`rustc` could not be started")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    match (
        output.status.success(),
        errors.contains("duplicate lang item `panic_impl`"),
    ) {
        (true, _) => Ok(false),
        (false, true) => Ok(true),
        (false, false) => bail!("the probe does not compile:\n{errors}"),
    }
}

const PROBE: &str = "\
#![no_std]
use subject as _;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_that_links_std_through_another_is_told_from_one_that_does_not() {
        let directory = repository::root().join("target/without-std/test");
        std::fs::create_dir_all(&directory).unwrap();
        let compile = |name: &str, source: &str| {
            let file = directory.join(format!("{name}.rs"));
            std::fs::write(&file, source).unwrap();
            let mut command = Command::new("rustc");
            command.args([
                "--edition",
                "2024",
                "--crate-type",
                "lib",
                "--emit",
                "metadata",
                "-L",
            ]);
            output_of(
                command
                    .arg(&directory)
                    .arg("--out-dir")
                    .arg(&directory)
                    .arg(file),
            )
            .unwrap();
            directory.join(format!("lib{name}.rmeta"))
        };
        compile("linking", "pub fn f() -> u8 { 1 }");
        let through = compile(
            "through",
            "#![no_std] extern crate linking; pub fn f() -> u8 { linking::f() }",
        );
        let alloc = "#![no_std] extern crate alloc; pub fn f() -> alloc::string::String { alloc::string::String::new() }";
        let with_alloc = compile("with_alloc", alloc);

        assert!(links_std(&through, &directory).unwrap());
        assert!(!links_std(&with_alloc, &directory).unwrap());
    }
}
