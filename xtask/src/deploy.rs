//! Holds the units in `deploy/systemd` against systemd itself.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::programs::{self, Program};
use crate::repository;

/// Lets systemd read the units. Its warnings count too: it says the same of a misspelled key.
pub(crate) fn verify() -> Result<()> {
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
