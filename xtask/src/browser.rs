//! The browser that the demo's tests drive: found, or installed through apt.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::step::run_command;

/// A program that the tests start, and the Debian package that has it.
const NEEDED: [(&str, &str); 2] = [
    ("chromium", "chromium"),
    ("chromedriver", "chromium-driver"),
];

/// Sees to it that the browser and its driver are there.
///
/// Installs nothing if they are. Installs them if this is Debian and root's rights are to be had
/// without a question. Otherwise says what is missing.
pub(crate) fn ensure() -> Result<()> {
    let missing = missing(is_on_path);
    if missing.is_empty() {
        println!("    chromium and chromedriver are there");
        return Ok(());
    }
    let Some(apt) = Apt::find() else {
        bail!("{}", instructions(&missing));
    };
    println!("    not installed yet: {}", missing.join(", "));
    run_command(apt.command().arg("update"))?;
    run_command(
        apt.command()
            .args(["install", "--yes", "--no-install-recommends"])
            .args(&missing),
    )?;
    match self::missing(is_on_path).is_empty() {
        true => Ok(()),
        false => bail!("{}", instructions(&missing)),
    }
}

/// The packages whose programs are not there.
fn missing(is_there: impl Fn(&str) -> bool) -> Vec<&'static str> {
    NEEDED
        .iter()
        .filter(|(program, _)| !is_there(program))
        .map(|(_, package)| *package)
        .collect()
}

fn instructions(missing: &[&str]) -> String {
    let packages = missing.join(" ");
    format!(
        "the demo's tests drive a real browser, and these packages are missing: {packages}\n\
         They are installed by themselves only as root, or with sudo that asks for no password.\n\n    \
         sudo apt-get update && sudo apt-get install {packages}\n\n\
         On other systems install Chromium and ChromeDriver, so that `chromium` and \
         `chromedriver` are on the PATH."
    )
}

/// How to run `apt-get` with root's rights.
pub(crate) enum Apt {
    AsRoot,
    ThroughSudo,
}

impl Apt {
    pub(crate) fn find() -> Option<Self> {
        if !is_on_path("apt-get") {
            return None;
        }
        if succeeds(Command::new("sh").args(["-c", "test \"$(id -u)\" = 0"])) {
            return Some(Self::AsRoot);
        }
        succeeds(Command::new("sudo").args(["-n", "true"])).then_some(Self::ThroughSudo)
    }

    pub(crate) fn command(&self) -> Command {
        match self {
            Self::AsRoot => {
                let mut command = Command::new("apt-get");
                command.env("DEBIAN_FRONTEND", "noninteractive");
                command
            }
            Self::ThroughSudo => {
                let mut command = Command::new("sudo");
                command.args(["-n", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
                command
            }
        }
    }
}

fn succeeds(command: &mut Command) -> bool {
    let silent = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    silent.status().is_ok_and(|status| status.success())
}

pub(crate) fn is_on_path(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|directory| is_file(&directory.join(program)))
}

fn is_file(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_by_its_package() {
        assert_eq!(
            missing(|program| program == "chromium"),
            ["chromium-driver"]
        );
        assert!(missing(|_| true).is_empty());
        assert!(instructions(&["chromium-driver"]).contains("apt-get install chromium-driver"));
    }
}
