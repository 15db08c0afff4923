//! How a server did.

use std::fmt;
use std::time::Duration;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Measurement {
    pub(super) requests: u64,
    pub(super) duration: Duration,
    pub(super) median_latency: Duration,
    pub(super) slow_latency: Duration,
    /// What the server took of its core.
    pub(super) cpu_time: Duration,
    /// What it had of the memory afterwards, in bytes.
    pub(super) memory: u64,
}

impl Measurement {
    pub(super) fn requests_per_second(&self) -> f64 {
        self.requests_as_float() / self.duration.as_secs_f64()
    }

    /// Microseconds on the core per request.
    pub(super) fn cpu_per_request(&self) -> f64 {
        self.cpu_time.as_secs_f64() * 1e6 / self.requests_as_float()
    }

    /// How much of its core the server took, of 1.
    pub(super) fn utilization(&self) -> f64 {
        self.cpu_time.as_secs_f64() / self.duration.as_secs_f64()
    }

    fn requests_as_float(&self) -> f64 {
        // Exact up to 2^32, which no load can send in a day.
        f64::from(u32::try_from(self.requests).unwrap_or(u32::MAX))
    }
}

impl fmt::Display for Measurement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:.0} requests/s, {:.2} µs of its core each",
            self.requests_per_second(),
            self.cpu_per_request()
        )
    }
}
