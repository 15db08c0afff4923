//! Holds the files in `deploy/` against those that read them, or against their schemas.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::programs::{self, Program};
use crate::step::run_command;
use crate::{packages, repository};

/// Reads every file in `deploy/` as it will be read there.
pub(crate) fn verify() -> Result<()> {
    verify_units()?;
    let tools = packages::of_deploy()?;
    let deploy = repository::root().join("deploy");
    for version in KUBERNETES_VERSIONS {
        let mut command = Command::new(tools.join("kubernetes-validate"));
        // Strictly: a misspelled key would be dropped without a word.
        command.args(["--strict", "--quiet", "--kubernetes-version", version]);
        run_command(command.arg(deploy.join("kubernetes/corsac.yaml")))?;
    }
    let mut command = Command::new(tools.join("hadolint"));
    run_command(command.arg(deploy.join("docker/Dockerfile")))
}

/// Versions of Kubernetes whose schemas the manifest must follow: an old one that is still met, and
/// the newest that is known.
const KUBERNETES_VERSIONS: [&str; 2] = ["1.28", "1.37"];

/// Lets systemd read the units. Its warnings count too: it says the same of a misspelled key.
fn verify_units() -> Result<()> {
    programs::ensure(&[SYSTEMD])?;
    let units = repository::root().join("deploy/systemd");
    let copies = repository::root().join("target/deploy");
    fs::create_dir_all(&copies)?;
    let mut command = Command::new(SYSTEMD.name);
    command.args(["verify", "--man=no"]);
    for name in UNITS {
        let unit = fs::read_to_string(units.join(name)).with_context(|| name.to_owned())?;
        if name.ends_with(".service") && !unit.contains(INSTALLED) {
            bail!("{name} starts something else than {INSTALLED}");
        }
        // It asks whether the program is there, and this machine has none installed.
        let copy = copies.join(name);
        fs::write(&copy, unit.replace(INSTALLED, STAND_IN))?;
        command.arg(copy);
    }
    let output = command.output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    match output.status.success() && said.trim().is_empty() {
        true => Ok(()),
        false => bail!("systemd does not take the units:\n{said}"),
    }
}

const SYSTEMD: Program = Program {
    name: "systemd-analyze",
    package: "systemd",
};

const UNITS: [&str; 2] = ["corsac.service", "corsac.socket"];

/// What the service starts.
const INSTALLED: &str = "/usr/bin/corsac";

/// A program that is everywhere.
const STAND_IN: &str = "/bin/true";
