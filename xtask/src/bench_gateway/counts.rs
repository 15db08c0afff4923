//! What a request takes, in numbers that do not depend on what else the machine does: instructions
//! outside of the kernel, counted by callgrind, and calls of the kernel, counted by strace.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::Bench;
use super::client::{self, CONNECTIONS};
use super::crowd::Crowd;
use super::engine::Engine;
use super::load::Load;
use super::server::{Core, Server};
use super::template::{Transport, Values};
use crate::programs::{self, Program};

/// Counts for corsac, for nginx, and for corsac with much to do, and prints it.
pub(super) fn run(bench: &Bench) -> Result<()> {
    programs::ensure(&PROGRAMS)?;
    println!(
        "| {:<12} | {:<50} | instructions | system calls |",
        "", "server"
    );
    println!("|{:-<14}|{:-<52}|-------------:|-------------:|", "", "");
    for (load, rounds) in LOADS {
        for subject in Subject::of(load) {
            let of = |counter| per_request(bench, subject, counter, (load, rounds));
            let (instructions, calls) = (of(Counter::Instructions)?, of(Counter::Calls)?);
            let name = subject.name();
            println!("| {load:<12} | {name:<50} | {instructions:>12.0} | {calls:>12.1} |");
        }
    }
    Ok(())
}

/// A server with a configuration.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Subject {
    Beside(Engine),
    Busy(Crowd),
}

impl Subject {
    fn of(load: Load) -> Vec<Self> {
        let both = [Engine::Corsac, Engine::Nginx].map(Self::Beside);
        let crowds = Crowd::ALL.map(Self::Busy);
        let has_crowds = Crowd::LOADS.contains(&load);
        let crowds = crowds.into_iter().filter(|_| has_crowds);
        both.into_iter().chain(crowds).collect()
    }

    fn name(self) -> &'static str {
        match self {
            Self::Beside(engine) => engine.name(),
            Self::Busy(crowd) => crowd.name(),
        }
    }

    fn engine(self) -> Engine {
        match self {
            Self::Beside(engine) => engine,
            Self::Busy(_) => Engine::Corsac,
        }
    }

    fn write(self, values: &Values<'_>) -> Result<PathBuf> {
        match self {
            Self::Beside(engine) => values.write(engine),
            Self::Busy(crowd) => crowd.write(values),
        }
    }

    /// How many times as many rounds it takes, until a start that is never quite the same is lost
    /// among them.
    fn patience(self) -> u32 {
        match self {
            Self::Beside(_) | Self::Busy(Crowd::One) => 1,
            Self::Busy(Crowd::Many) => 10,
        }
    }
}

#[derive(Clone, Copy)]
enum Counter {
    Instructions,
    Calls,
}

/// Counts twice, with few requests and with many: the difference is theirs alone.
fn per_request(
    bench: &Bench,
    subject: Subject,
    counter: Counter,
    (load, rounds): (Load, u32),
) -> Result<f64> {
    let rounds = rounds * subject.patience();
    let few = counter.count(bench, subject, load, rounds)?;
    let many = counter.count(bench, subject, load, rounds * 5)?;
    Ok((many - few) / f64::from(rounds * 4 * CONNECTIONS))
}

impl Counter {
    fn count(self, bench: &Bench, subject: Subject, load: Load, rounds: u32) -> Result<f64> {
        let values = bench.values(Transport::Plain)?;
        let config = subject.write(&values)?;
        let directory = config.parent().unwrap_or(&bench.directory);
        let out = directory.join("counted");
        let mut command = self.command(&out);
        let server = subject.engine().command(&bench.programs, &config);
        command.arg(server.get_program()).args(server.get_args());
        if subject.engine() == Engine::Nginx {
            command.args(["-g", "master_process off;"]);
        }
        let name = subject.engine().name();
        let server = Server::start(name, &command, values.listen, Core::Server, directory)?;
        client::ask(server.address(), load, rounds)
            .with_context(|| format!("{name} is asked for {load}"))?;
        drop(server);
        let report = fs::read_to_string(&out)?;
        self.read(&report)
            .with_context(|| format!("counts of {name}"))
    }

    fn command(self, out: &Path) -> Command {
        let out = out.display();
        match self {
            Self::Instructions => {
                let mut command = Command::new("valgrind");
                command.arg("--tool=callgrind");
                command.arg(format!("--callgrind-out-file={out}"));
                command
            }
            Self::Calls => {
                let mut command = Command::new("strace");
                // Told to end, it would go on for as long as its child does.
                command.args([
                    "--interruptible=waiting",
                    "-f",
                    "-c",
                    "-o",
                    &out.to_string(),
                ]);
                command
            }
        }
    }

    fn read(self, report: &str) -> Result<f64> {
        match self {
            Self::Instructions => {
                let total = report.lines().find_map(|it| it.strip_prefix("totals: "));
                Ok(total.context("callgrind has no totals")?.trim().parse()?)
            }
            Self::Calls => {
                // `100.00    0.012345           3      4242        17 total`, without some of it.
                let line = report.lines().find(|it| it.ends_with(" total"));
                let line = line.context("strace has no total")?;
                let words: Vec<&str> = line.split_whitespace().collect();
                match words[..] {
                    [_, _, _, calls, ..] => Ok(calls.parse()?),
                    _ => bail!("strace says: {line}"),
                }
            }
        }
    }
}

/// What is counted, and how many rounds at the least.
const LOADS: [(Load, u32); 4] = [
    (Load::Preflight, 50),
    (Load::Get, 50),
    (Load::Download, 2),
    (Load::Upload, 2),
];

const PROGRAMS: [Program; 2] = [
    Program {
        name: "valgrind",
        package: "valgrind",
    },
    Program {
        name: "strace",
        package: "strace",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_read() {
        let of = |counter: Counter, report| counter.read(report).unwrap();
        assert_eq!(of(Counter::Instructions, "x\ntotals: 4242\n"), 4242.0);
        let report = "100.00    0.012345           3      4242        17 total\n";
        assert_eq!(of(Counter::Calls, report), 4242.0);
        assert!(Counter::Calls.read("").is_err());
    }
}
