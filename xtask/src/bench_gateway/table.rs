//! The results, as a table of ratios.

use std::fmt;

use super::load::{Load, Measurement};

/// What was measured, in the order in which it was.
#[derive(Default)]
pub(super) struct Table(Vec<(Load, &'static str, Measurement)>);

impl Table {
    pub(super) fn add(&mut self, load: Load, server: &'static str, measurement: Measurement) {
        self.0.push((load, server, measurement));
    }

    /// The median over the rounds.
    fn median(&self, load: Load, server: &str, value: fn(&Measurement) -> f64) -> f64 {
        let of_server = self
            .0
            .iter()
            .filter(|(it, name, _)| *it == load && *name == server);
        let mut values: Vec<f64> = of_server
            .map(|(.., measurement)| value(measurement))
            .collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    }

    fn row(&self, f: &mut fmt::Formatter<'_>, load: Load, column: &Column) -> fmt::Result {
        let nginx = self.median(load, "nginx", column.value);
        let corsac = self.median(load, "corsac", column.value);
        let ratio = match column.better {
            Better::More => corsac / nginx,
            Better::Less => nginx / corsac,
        };
        let Column { name, digits, .. } = column;
        write!(
            f,
            "{load:<12} {name:<26} {nginx:>12.digits$} {corsac:>12.digits$}"
        )?;
        match column.is_compared {
            true => writeln!(f, " {ratio:>8.2}"),
            false => writeln!(f),
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<39} {:>12} {:>12} {:>8}",
            "medians", "nginx", "corsac", "ratio"
        )?;
        for load in Load::ALL {
            for column in &COLUMNS {
                self.row(f, load, column)?;
            }
        }
        write!(f, "\nA ratio above 1 is in favour of corsac.")?;
        let is_idle = |measurement: &Measurement| measurement.utilization() < SATURATED;
        match self.0.iter().any(|(.., measurement)| is_idle(measurement)) {
            true => write!(f, "{NOT_SATURATED}"),
            false => Ok(()),
        }
    }
}

struct Column {
    name: &'static str,
    value: fn(&Measurement) -> f64,
    digits: usize,
    better: Better,
    is_compared: bool,
}

enum Better {
    More,
    Less,
}

const COLUMNS: [Column; 5] = [
    Column {
        name: "requests per second",
        value: Measurement::requests_per_second,
        digits: 0,
        better: Better::More,
        is_compared: true,
    },
    Column {
        name: "µs of its core per request",
        value: |it| it.cpu_per_request() * 1e6,
        digits: 2,
        better: Better::Less,
        is_compared: true,
    },
    Column {
        name: "% of its core taken",
        value: |it| it.utilization() * 100.0,
        digits: 0,
        better: Better::Less,
        is_compared: false,
    },
    Column {
        name: "latency, median, ms",
        value: |it| it.median_latency.as_secs_f64() * 1e3,
        digits: 2,
        better: Better::Less,
        is_compared: true,
    },
    Column {
        name: "latency, 99 %, ms",
        value: |it| it.slow_latency.as_secs_f64() * 1e3,
        digits: 2,
        better: Better::Less,
        is_compared: true,
    },
];

/// A server that takes less of its core has waited for the load.
const SATURATED: f64 = 0.9;

const NOT_SATURATED: &str = "
Not every server had its core full: the load generator, or something else on this machine, was in
the way. Then the time on the core per request says more than the number of requests.";

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_ratio_is_that_of_the_medians_and_says_who_is_better() {
        let mut table = Table::default();
        for (server, requests) in [("nginx", [100, 900, 200]), ("corsac", [50, 100, 900])] {
            for requests in requests {
                let second = Duration::from_secs(1);
                let measurement = Measurement {
                    requests,
                    duration: second,
                    cpu_time: second,
                    median_latency: second,
                    slow_latency: second,
                };
                table.add(Load::Get, server, measurement);
            }
        }
        let text = table.to_string();
        assert!(
            text.contains(
                "proxied GET  requests per second                 200          100     0.50"
            ),
            "{text}"
        );
        assert!(
            text.contains(
                "proxied GET  µs of its core per request      5000.00     10000.00     0.50"
            ),
            "{text}"
        );
        assert!(!text.contains("Not every server"), "{text}");
    }
}
