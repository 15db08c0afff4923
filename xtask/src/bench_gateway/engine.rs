//! The servers that are compared, and how each is started.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::step::output_of;

/// A server that can enforce a policy in front of an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Engine {
    Corsac,
    Nginx,
    HaProxy,
    Envoy,
    Traefik,
    Caddy,
}

/// Where the programs are that are not on the PATH.
pub(super) struct Programs {
    pub(super) corsac: PathBuf,
    /// What was installed with `pip`.
    pub(super) of_python: PathBuf,
}

impl Engine {
    pub(super) const ALL: [Self; 6] = [
        Self::Corsac,
        Self::Nginx,
        Self::HaProxy,
        Self::Envoy,
        Self::Traefik,
        Self::Caddy,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Corsac => "corsac",
            Self::Nginx => "nginx",
            Self::HaProxy => "haproxy",
            Self::Envoy => "envoy",
            Self::Traefik => "traefik",
            Self::Caddy => "caddy",
        }
    }

    pub(super) fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    /// Its configuration, in files of these names; the first is the one that it is started with.
    pub(super) fn files(self) -> &'static [&'static str] {
        match self {
            Self::Corsac => &["corsac.toml"],
            Self::Nginx => &["nginx.conf"],
            Self::HaProxy => &["haproxy.cfg"],
            Self::Envoy => &["envoy.yaml"],
            Self::Traefik => &["traefik.yaml", "traefik-policy.yaml"],
            Self::Caddy => &["Caddyfile"],
        }
    }

    /// Starts it with a configuration, in the foreground and with one thread for the work.
    ///
    /// Those in Go and corsac see themselves that they have one core.
    pub(super) fn command(self, programs: &Programs, config: &Path) -> Command {
        let mut command = self.program(programs);
        let before: &[&str] = match self {
            Self::Corsac => &["serve", "-c"],
            Self::Nginx => &["-c"],
            Self::HaProxy => &["-db", "-f"],
            Self::Envoy => &ENVOY,
            Self::Traefik => &["--configFile"],
            Self::Caddy => &["run", "--adapter", "caddyfile", "--config"],
        };
        command.args(before).arg(config);
        command
    }

    /// The version, as it says itself.
    pub(super) fn version(self, programs: &Programs) -> Result<String> {
        let mut command = self.program(programs);
        command.arg(match self {
            Self::Nginx | Self::HaProxy => "-v",
            Self::Traefik | Self::Caddy => "version",
            Self::Corsac | Self::Envoy => "--version",
        });
        let text = match self {
            // nginx says it on its standard error.
            Self::Nginx => {
                let output = command.output().context("nginx does not start")?;
                String::from_utf8_lossy(&output.stderr).into_owned()
            }
            Self::Corsac | Self::HaProxy | Self::Envoy | Self::Traefik | Self::Caddy => {
                output_of(&mut command)?
            }
        };
        let version = first_version(&text);
        version.with_context(|| format!("{} does not say its version: {text}", self.name()))
    }

    fn program(self, programs: &Programs) -> Command {
        match self {
            Self::Corsac => Command::new(&programs.corsac),
            Self::Nginx | Self::HaProxy => Command::new(self.name()),
            Self::Envoy | Self::Traefik | Self::Caddy => {
                Command::new(programs.of_python.join(self.name()))
            }
        }
    }
}

/// The first word, or part of one between slashes, that is numbers with points between.
fn first_version(text: &str) -> Option<String> {
    let words = text.split(|it: char| it.is_whitespace() || "/-".contains(it));
    let words = words.map(|word| word.trim_start_matches('v'));
    let is_version = |word: &&str| {
        let parts: Vec<&str> = word.split('.').collect();
        let is_number = |it: &&str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
        parts.len() >= 3 && parts.iter().all(is_number)
    };
    words.into_iter().find(is_version).map(str::to_owned)
}

const ENVOY: [&str; 6] = [
    "--concurrency",
    "1",
    "--disable-hot-restart",
    "--log-level",
    "error",
    "-c",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_in_what_a_program_says() {
        for (text, version) in [
            ("nginx version: nginx/1.22.1", "1.22.1"),
            ("HAProxy version 2.6.12-1+deb12u4 2026/10/17", "2.6.12"),
            ("envoy  version: 9e558093/1.40.0/Clean/RELEASE", "1.40.0"),
            ("Version:      3.7.15\nCodename:     langres", "3.7.15"),
            ("v2.11.7 h1:yj0Y4f", "2.11.7"),
            ("corsac 0.1.0", "0.1.0"),
        ] {
            assert_eq!(first_version(text).as_deref(), Some(version), "{text}");
        }
        assert_eq!(first_version("no version"), None);
    }
}
