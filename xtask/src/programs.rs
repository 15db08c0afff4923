//! Programs that a task needs: found, or installed through apt.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::step::run_command;

/// A program that a task starts, and the Debian package that has it.
#[derive(Clone, Copy)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    pub(crate) package: &'static str,
}

/// What the tests drive.
pub(crate) const BROWSERS: [Program; 4] = [
    Program {
        name: "chromium",
        package: "chromium",
    },
    Program {
        name: "firefox-esr",
        package: "firefox-esr",
    },
    // What the tests start is its MiniBrowser, which is not on the PATH.
    Program {
        name: "WebKitWebDriver",
        package: "webkit2gtk-driver",
    },
    Program {
        name: "Xvfb",
        package: "xvfb",
    },
];

/// What the tests of fixes start and mend, and what those of the gateway hold it against.
pub(crate) const SERVERS: [Program; 4] = [
    Program {
        name: "apache2",
        package: "apache2",
    },
    Program {
        name: "h2load",
        package: "nghttp2-client",
    },
    Program {
        name: "haproxy",
        package: "haproxy",
    },
    Program {
        name: "nginx",
        package: "nginx",
    },
];

/// Sees to it that the programs are there.
///
/// Installs nothing if they are. Installs them if this is Debian and root's rights are to be had
/// without a question. Otherwise says what is missing.
pub(crate) fn ensure(programs: &[Program]) -> Result<()> {
    let missing = missing(programs, is_on_path);
    if missing.is_empty() {
        return Ok(());
    }
    let Some(apt) = Apt::find() else {
        bail!("{}", instructions(&missing));
    };
    println!("    not installed yet: {}", missing.join(", "));
    run_command(apt.command().arg("update"))?;
    let install = ["install", "--yes", "--no-install-recommends"];
    run_command(apt.command().args(install).args(&missing))?;
    match self::missing(programs, is_on_path).is_empty() {
        true => Ok(()),
        false => bail!("{}", instructions(&missing)),
    }
}

/// The packages whose programs are not there.
fn missing(programs: &[Program], is_there: impl Fn(&str) -> bool) -> Vec<&'static str> {
    let missing = programs.iter().filter(|program| !is_there(program.name));
    missing.map(|program| program.package).collect()
}

fn instructions(missing: &[&str]) -> String {
    let packages = missing.join(" ");
    format!(
        "what this step starts is not there: {packages}\n\
         It is installed by itself only as root, or with sudo that asks for no password.\n\n    \
         sudo apt-get update && sudo apt-get install {packages}\n\n\
         On other systems, install the same and let it be on the PATH."
    )
}

/// How to run `apt-get` with root's rights.
enum Apt {
    AsRoot,
    ThroughSudo,
}

impl Apt {
    fn find() -> Option<Self> {
        if !is_on_path("apt-get") {
            return None;
        }
        if succeeds(Command::new("sh").args(["-c", "test \"$(id -u)\" = 0"])) {
            return Some(Self::AsRoot);
        }
        succeeds(Command::new("sudo").args(["-n", "true"])).then_some(Self::ThroughSudo)
    }

    fn command(&self) -> Command {
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

fn is_on_path(program: &str) -> bool {
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
        assert_eq!(missing(&BROWSERS, |program| program != "Xvfb"), ["xvfb"]);
        assert!(missing(&BROWSERS, |_| true).is_empty());
        assert!(instructions(&["xvfb"]).contains("apt-get install xvfb"));
    }
}
