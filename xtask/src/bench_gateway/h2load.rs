//! What h2load reports.

use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::measurement::Measurement;

/// Reads what h2load prints at its end, and its log of the time that each request took.
pub(super) fn read(report: &str, log: &str) -> Result<Measurement> {
    let mut measurement = Measurement::default();
    let mut are_good = true;
    for line in report.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["finished", "in", duration, ..] => measurement.duration = time(duration)?,
            [
                "requests:",
                ..,
                requests,
                "succeeded,",
                failed,
                _,
                errored,
                _,
                late,
                _,
            ] => {
                measurement.requests = requests.parse()?;
                are_good &= [failed, errored, late].iter().all(|it| *it == "0");
            }
            // It counts responses that come when the time is over here, and not above.
            [
                "status",
                "codes:",
                _,
                _,
                redirects,
                _,
                refusals,
                _,
                errors,
                _,
            ] => {
                are_good &= [redirects, refusals, errors].iter().all(|it| *it == "0");
            }
            ["Application", "protocol:", protocol] if protocol != "h2" => {
                bail!("the server speaks {protocol}")
            }
            _ => {}
        }
    }
    if measurement.requests == 0 || !are_good {
        bail!("not every request succeeded");
    }
    let mut times = log.lines().map(microseconds).collect::<Result<Vec<_>>>()?;
    times.sort_unstable();
    let at = |percent: usize| times.get(times.len() * percent / 100).copied();
    let empty = "h2load logs nothing";
    measurement.median_latency = at(50).context(empty)?;
    measurement.slow_latency = at(99).context(empty)?;
    Ok(measurement)
}

/// The time of a request is the third number of its line.
fn microseconds(line: &str) -> Result<Duration> {
    let number = line.split_whitespace().nth(2);
    let number = number.with_context(|| format!("no time in `{line}`"))?;
    Ok(Duration::from_micros(number.parse()?))
}

/// A time as h2load writes it: `5.00s,` or `980.12ms,`.
fn time(text: &str) -> Result<Duration> {
    let text = text.trim_end_matches(',');
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 1e-3),
        None => (text.trim_end_matches('s'), 1.0),
    };
    Ok(Duration::from_secs_f64(number.parse::<f64>()? * unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "\
Application protocol: h2

finished in 1.50s, 60318.00 req/s, 827.11KB/s
requests: 60318 total, 60382 started, 60318 done, 60318 succeeded, 0 failed, 0 errored, 0 timeout
status codes: 60318 2xx, 0 3xx, 0 4xx, 0 5xx
";

    #[test]
    fn a_report_is_read_with_its_log() {
        let times = (1..=200).rev();
        let log: String = times.map(|it| format!("17952439\t204\t{it}\n")).collect();
        let measurement = read(REPORT, &log).unwrap();
        assert_eq!(measurement.requests, 60_318);
        assert_eq!(measurement.duration, Duration::from_millis(1500));
        assert_eq!(measurement.median_latency, Duration::from_micros(101));
        assert_eq!(measurement.slow_latency, Duration::from_micros(199));
    }

    #[test]
    fn a_report_of_failures_is_none() {
        let log = "17952439\t204\t7\n";
        for (good, bad) in [
            ("0 5xx", "1 5xx"),
            ("0 failed", "1 failed"),
            ("protocol: h2", "protocol: http/1.1"),
        ] {
            assert!(read(&REPORT.replace(good, bad), log).is_err(), "{bad}");
        }
        assert!(read(REPORT, "").is_err());
    }
}
