//! What is asked of a server.

use std::fmt;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::measurement::Measurement;
use super::server::Core;
use super::template::{Transport, templates};
use super::{h2load, wrk};
use crate::step::output_of;

/// A kind of request, sent over and over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Load {
    Preflight,
    Get,
    PreflightOverHttp2,
    GetOverHttp2,
    Download,
    Upload,
}

impl Load {
    pub(super) const ALL: [Self; 6] = [
        Self::Preflight,
        Self::Get,
        Self::PreflightOverHttp2,
        Self::GetOverHttp2,
        Self::Download,
        Self::Upload,
    ];

    pub(super) fn transport(self) -> Transport {
        match self {
            Self::PreflightOverHttp2 | Self::GetOverHttp2 => Transport::Tls,
            Self::Preflight | Self::Get | Self::Download | Self::Upload => Transport::Plain,
        }
    }

    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Download => "/v1/photos/1",
            Self::Upload => "/v1/photos",
            Self::Preflight | Self::Get | Self::PreflightOverHttp2 | Self::GetOverHttp2 => {
                "/v1/pets/1"
            }
        }
    }

    /// Sends such requests for so many seconds.
    pub(super) fn run(
        self,
        server: SocketAddr,
        seconds: u32,
        directory: &Path,
    ) -> Result<Measurement> {
        match self.transport() {
            Transport::Plain => self.with_wrk(server, seconds, directory),
            Transport::Tls => self.with_h2load(server, seconds, directory),
        }
    }

    fn with_wrk(self, server: SocketAddr, seconds: u32, directory: &Path) -> Result<Measurement> {
        let mut wrk = Command::new("wrk");
        wrk.args(["--threads", "1", "--connections", "64", "--latency"]);
        wrk.args(["--duration", &format!("{seconds}s")]);
        wrk.args(["--header", ORIGIN]);
        if let Some(script) = self.script() {
            wrk.arg("--script").arg(templates().join(script));
        }
        wrk.arg(format!("http://{server}{}", self.path()));
        let mut command = Core::Load.pinned(&wrk);
        let report = output_of(command.current_dir(directory))?;
        wrk::read(&report).with_context(|| format!("wrk reports:\n{report}"))
    }

    fn script(self) -> Option<&'static str> {
        match self {
            Self::Preflight => Some("preflight.lua"),
            Self::Upload => Some("upload.lua"),
            Self::Get | Self::Download | Self::PreflightOverHttp2 | Self::GetOverHttp2 => None,
        }
    }

    fn with_h2load(
        self,
        server: SocketAddr,
        seconds: u32,
        directory: &Path,
    ) -> Result<Measurement> {
        let log = directory.join("requests.log");
        // It appends.
        if log.exists() {
            std::fs::remove_file(&log)?;
        }
        let mut h2load = Command::new("h2load");
        h2load.args(["--clients", "16", "--max-concurrent-streams", "4"]);
        h2load.args(["--duration", &seconds.to_string()]);
        // The same for all, whatever each would prefer.
        h2load.args(["--tls13-ciphers", "TLS_AES_128_GCM_SHA256"]);
        h2load.arg(format!("--log-file={}", log.display()));
        h2load.args(["--header", ORIGIN]);
        if self == Self::PreflightOverHttp2 {
            h2load.args(["--header", ":method: OPTIONS"]);
            h2load.args(["--header", "Access-Control-Request-Method: PUT"]);
            h2load.args(["--header", "Access-Control-Request-Headers: content-type"]);
        }
        h2load.arg(format!("https://{server}{}", self.path()));
        let report = output_of(&mut Core::Load.pinned(&h2load))?;
        let times = std::fs::read_to_string(&log)?;
        h2load::read(&report, &times).with_context(|| format!("h2load reports:\n{report}"))
    }
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Preflight => "preflight",
            Self::Get => "proxied GET",
            Self::PreflightOverHttp2 => "preflight, HTTP/2 over TLS",
            Self::GetOverHttp2 => "proxied GET, HTTP/2 over TLS",
            Self::Download => "1 MiB down",
            Self::Upload => "1 MiB up",
        })
    }
}

/// The page that asks.
const ORIGIN: &str = "Origin: https://app.example.com";
