//! What is asked of a server, and how well it answers.

use std::fmt;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::server::Core;
use crate::step::output_of;

/// A kind of request, sent over and over.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Load {
    Preflight,
    Get,
}

impl Load {
    pub(super) const ALL: [Self; 2] = [Self::Preflight, Self::Get];

    /// The head of such a request; the scripts for wrk send the same.
    pub(super) fn head(self) -> &'static str {
        match self {
            Self::Preflight => {
                "OPTIONS /v1/pets/1 HTTP/1.1\r\nHost: bench\r\n\
                 Origin: https://app.example.com\r\nAccess-Control-Request-Method: PUT\r\n\
                 Access-Control-Request-Headers: content-type\r\nConnection: close\r\n\r\n"
            }
            Self::Get => {
                "GET /v1/pets/1 HTTP/1.1\r\nHost: bench\r\n\
                 Origin: https://app.example.com\r\nConnection: close\r\n\r\n"
            }
        }
    }

    fn script(self) -> &'static str {
        match self {
            Self::Preflight => "preflight.lua",
            Self::Get => "get.lua",
        }
    }

    /// Sends such requests over 64 connections for so many seconds.
    pub(super) fn run(
        self,
        server: SocketAddr,
        seconds: u32,
        scripts: &Path,
        directory: &Path,
    ) -> Result<Measurement> {
        let mut wrk = Command::new("wrk");
        wrk.args(["--threads", "1", "--connections", "64", "--latency"]);
        wrk.args(["--duration", &format!("{seconds}s")]);
        wrk.arg("--script").arg(scripts.join(self.script()));
        wrk.arg(format!("http://{server}/v1/pets/1"));
        let mut command = Core::Load.pinned(&wrk);
        let report = output_of(command.current_dir(directory))?;
        Measurement::read(&report).with_context(|| format!("wrk reports:\n{report}"))
    }
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Preflight => "preflight",
            Self::Get => "proxied GET",
        })
    }
}

/// How a server did.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Measurement {
    pub(super) requests: u64,
    pub(super) duration: Duration,
    pub(super) median_latency: Duration,
    pub(super) slow_latency: Duration,
    /// What the server took of its core.
    pub(super) cpu_time: Duration,
}

impl Measurement {
    /// Reads what wrk prints at its end.
    fn read(report: &str) -> Result<Self> {
        let mut measurement = Self::default();
        for line in report.lines().map(str::trim) {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words[..] {
                ["50%", latency] => measurement.median_latency = time(latency)?,
                ["99%", latency] => measurement.slow_latency = time(latency)?,
                [requests, "requests", "in", duration, ..] => {
                    measurement.requests = requests.parse()?;
                    measurement.duration = time(duration.trim_end_matches(','))?;
                }
                ["Non-2xx", ..] | ["Socket", "errors:", ..] => bail!("not every request succeeded"),
                _ => {}
            }
        }
        match measurement.requests {
            0 => bail!("no request was answered"),
            _ => Ok(measurement),
        }
    }

    pub(super) fn requests_per_second(&self) -> f64 {
        self.requests_as_float() / self.duration.as_secs_f64()
    }

    /// Time on the core per request.
    pub(super) fn cpu_per_request(&self) -> f64 {
        self.cpu_time.as_secs_f64() / self.requests_as_float()
    }

    /// How much of its core the server took, of 1.
    pub(super) fn utilization(&self) -> f64 {
        self.cpu_time.as_secs_f64() / self.duration.as_secs_f64()
    }

    fn requests_as_float(&self) -> f64 {
        // Exact up to 2^32, which wrk cannot send in a day.
        f64::from(u32::try_from(self.requests).unwrap_or(u32::MAX))
    }
}

impl fmt::Display for Measurement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:.0} requests/s, {:.2} µs of its core each",
            self.requests_per_second(),
            self.cpu_per_request() * 1e6
        )
    }
}

/// A time as wrk writes it: `476.00us`, `8.57ms`, `3.02s`, `1.00m`.
fn time(text: &str) -> Result<Duration> {
    let unit_at = text
        .find(|it: char| it.is_ascii_alphabetic())
        .context("a time has a unit")?;
    let (number, unit) = text.split_at(unit_at);
    let seconds = match unit {
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        _ => bail!("`{text}` is not a time"),
    };
    Ok(Duration::from_secs_f64(number.parse::<f64>()? * seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "\
Running 3s test @ http://127.0.0.1:9002/v1/pets/1
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.02ms    2.03ms  40.11ms   95.11%
    Req/Sec    61.39k     9.34k   72.51k    80.00%
  Latency Distribution
     50%  476.00us
     75%    1.11ms
     90%    2.22ms
     99%    8.57ms
  184000 requests in 3.00s, 51.61MB read
Requests/sec:  61297.93
Transfer/sec:     17.19MB
";

    #[test]
    fn a_report_is_read() {
        let measurement = Measurement::read(REPORT).unwrap();
        assert_eq!(measurement.requests, 184_000);
        assert_eq!(measurement.duration, Duration::from_secs(3));
        assert_eq!(measurement.median_latency, Duration::from_micros(476));
        assert_eq!(measurement.slow_latency, Duration::from_micros(8570));
    }

    #[test]
    fn a_report_of_failures_is_none() {
        for line in [
            "  Non-2xx or 3xx responses: 7",
            "  Socket errors: connect 0, read 1, write 0, timeout 0",
        ] {
            assert!(
                Measurement::read(&format!("{REPORT}{line}\n")).is_err(),
                "{line}"
            );
        }
        assert!(Measurement::read("").is_err());
    }
}
