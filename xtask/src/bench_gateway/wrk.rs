//! What wrk reports.

use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::measurement::Measurement;

/// Reads what wrk prints at its end.
pub(super) fn read(report: &str) -> Result<Measurement> {
    let mut measurement = Measurement::default();
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
        let measurement = read(REPORT).unwrap();
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
            assert!(read(&format!("{REPORT}{line}\n")).is_err(), "{line}");
        }
        assert!(read("").is_err());
    }
}
