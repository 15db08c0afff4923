//! What was measured, as tables in Markdown.

use std::fmt;

use super::crowd::Crowd;
use super::engine::Engine;
use super::idle::CONNECTIONS;
use super::load::Load;
use super::measurement::Measurement;

/// All that was measured.
#[derive(Default)]
pub(super) struct Results {
    pub(super) engines: Vec<Engine>,
    measurements: Vec<(Load, Engine, Measurement)>,
    crowds: Vec<(Load, Crowd, Measurement)>,
    /// Bytes for each idle connection.
    idle: Vec<(Engine, f64)>,
}

impl Results {
    pub(super) fn of(engines: &[Engine]) -> Self {
        let engines = engines.to_vec();
        Self {
            engines,
            ..Self::default()
        }
    }

    pub(super) fn add(&mut self, load: Load, engine: Engine, measurement: Measurement) {
        self.measurements.push((load, engine, measurement));
    }

    pub(super) fn add_crowd(&mut self, load: Load, crowd: Crowd, measurement: Measurement) {
        self.crowds.push((load, crowd, measurement));
    }

    pub(super) fn add_idle(&mut self, engine: Engine, bytes: f64) {
        self.idle.push((engine, bytes));
    }

    /// The median over the rounds.
    fn median(&self, load: Load, engine: Engine, value: Value) -> f64 {
        let of_it = |(one, other, _): &&(Load, Engine, _)| *one == load && *other == engine;
        median(
            self.measurements
                .iter()
                .filter(of_it)
                .map(|it| value(&it.2)),
        )
    }

    fn median_of_crowd(&self, load: Load, crowd: Crowd, value: Value) -> f64 {
        let of_it = |(one, other, _): &&(Load, Crowd, _)| *one == load && *other == crowd;
        median(self.crowds.iter().filter(of_it).map(|it| value(&it.2)))
    }

    fn write_load(&self, f: &mut fmt::Formatter<'_>, load: Load) -> fmt::Result {
        writeln!(
            f,
            "| {load:<28} | requests/s | of nginx | µs of the core | core taken | p50 ms | p99 ms |\n\
             |{:-<30}|-----------:|---------:|---------------:|-----------:|-------:|-------:|",
            ""
        )?;
        for engine in &self.engines {
            let of = |value| self.median(load, *engine, value);
            let requests = of(Measurement::requests_per_second);
            let ratio =
                requests / self.median(load, Engine::Nginx, Measurement::requests_per_second);
            writeln!(
                f,
                "| {:<28} | {requests:>10.0} | {ratio:>8.2} | {:>14.2} | {:>8.0} % | {:>6.2} | {:>6.2} |",
                engine.name(),
                of(Measurement::cpu_per_request),
                of(|it| it.utilization() * 100.0),
                of(|it| it.median_latency.as_secs_f64() * 1e3),
                of(|it| it.slow_latency.as_secs_f64() * 1e3),
            )?;
        }
        writeln!(f)
    }

    fn write_memory(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = [Load::Get, Load::GetOverHttp2, Load::Upload];
        write!(f, "| {:<28} |", "memory after, MiB")?;
        for load in columns {
            write!(f, " {load} |")?;
        }
        writeln!(f, " KiB per idle connection of {CONNECTIONS} |")?;
        writeln!(f, "|{:-<30}|---:|---:|---:|---:|", "")?;
        for engine in &self.engines {
            write!(f, "| {:<28} |", engine.name())?;
            for load in columns {
                let bytes = self.median(load, *engine, memory);
                write!(f, " {:>7.1} |", bytes / f64::from(1 << 20))?;
            }
            let idle = self.idle.iter().find(|(it, _)| it == engine);
            let bytes = idle.map_or(f64::NAN, |(_, bytes)| *bytes);
            writeln!(f, " {:>7.1} |", bytes / 1024.0)?;
        }
        writeln!(f)
    }

    fn write_crowds(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.crowds.is_empty() {
            return Ok(());
        }
        let [one, many] = Crowd::ALL;
        writeln!(
            f,
            "| corsac | {} | {} | of it | µs of the core | memory, MiB |\n\
             |---|---:|---:|---:|---:|---:|",
            one.name(),
            many.name(),
        )?;
        for load in Crowd::LOADS {
            let of = |crowd, value| self.median_of_crowd(load, crowd, value);
            let requests = |crowd| of(crowd, Measurement::requests_per_second);
            let cpu = |crowd| of(crowd, Measurement::cpu_per_request);
            writeln!(
                f,
                "| {load}, requests/s | {:.0} | {:.0} | {:.2} | {:.2} and {:.2} | {:.1} |",
                requests(one),
                requests(many),
                requests(many) / requests(one),
                cpu(one),
                cpu(many),
                of(many, memory) / f64::from(1 << 20),
            )?;
        }
        writeln!(f)
    }
}

impl fmt::Display for Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for load in Load::ALL {
            self.write_load(f, load)?;
        }
        self.write_memory(f)?;
        self.write_crowds(f)?;
        let is_idle = |it: &(Load, Engine, Measurement)| it.2.utilization() < SATURATED;
        match self.measurements.iter().any(is_idle) {
            true => writeln!(f, "{NOT_SATURATED}"),
            false => Ok(()),
        }
    }
}

type Value = fn(&Measurement) -> f64;

#[expect(
    clippy::cast_precision_loss,
    reason = "the memory of a machine is exact in an f64"
)]
fn memory(measurement: &Measurement) -> f64 {
    measurement.memory as f64
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A server that takes less of its core has waited for the load.
const SATURATED: f64 = 0.9;

const NOT_SATURATED: &str = "\
Where the core is not taken whole, the load and the upstream were in the way:
there the time on the core per request says more than the number of requests.";

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_ratio_is_that_of_the_medians() {
        let mut results = Results::of(&[Engine::Corsac, Engine::Nginx]);
        for (engine, requests) in [
            (Engine::Nginx, [100, 900, 200]),
            (Engine::Corsac, [50, 100, 900]),
        ] {
            for requests in requests {
                let second = Duration::from_secs(1);
                let measurement = Measurement {
                    requests,
                    duration: second,
                    cpu_time: second,
                    median_latency: second,
                    slow_latency: second,
                    memory: 1 << 20,
                };
                results.add(Load::Get, engine, measurement);
            }
        }
        let text = results.to_string();
        let row = "| corsac                       |        100 |     0.50 |       10000.00 |";
        assert!(text.contains(row), "{text}");
        assert!(!text.contains("in the way"), "{text}");
    }
}
