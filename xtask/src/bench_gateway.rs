//! The gateway beside other servers with the same policy, on one core each.
//!
//! All stand in front of the same upstream and answer the same requests. The server that is
//! measured has a core to itself; the load generator and the upstream share the other one. Rounds
//! alternate between the servers, so that what else the machine does hits all of them.

mod answer;
mod certificate;
mod client;
mod counts;
mod crowd;
mod descriptors;
mod engine;
mod h2load;
mod idle;
mod load;
mod measurement;
mod options;
mod page;
mod results;
mod server;
mod template;
mod wrk;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use self::answer::Answer;
use self::crowd::Crowd;
use self::engine::{Engine, Programs};
use self::load::Load;
use self::measurement::Measurement;
use self::options::Options;
use self::results::Results;
use self::server::{Core, Server};
use self::template::{Transport, Values};
use crate::packages;
use crate::programs::{self, Program};
use crate::step::run_command;

/// Runs `cargo xtask bench gateway` with the arguments that follow.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let options = Options::read(arguments)?;
    programs::ensure(&PROGRAMS)?;
    if std::thread::available_parallelism()?.get() < 2 {
        bail!("this takes two cores: one for the server, one for the load");
    }
    let programs = Programs {
        corsac: build()?,
        of_python: packages::of_python()?,
    };
    descriptors::raise_limit()?;
    if options.counts {
        return counts::run(&Bench::of_nobody(programs)?);
    }
    let bench = Bench::start(&options, programs)?;
    bench.compare_answers()?;
    let mut results = Results::of(&options.engines);
    bench.measure(&options, &mut results)?;
    bench.measure_idle(&mut results)?;
    if options.engines.contains(&Engine::Corsac) {
        bench.measure_crowds(&options, &mut results)?;
    }
    println!("\n{results}");
    match options.are_thorough() {
        true => page::write(&options, &results, &bench.programs),
        false => Ok(()),
    }
}

/// The servers, until this is dropped.
struct Bench {
    directory: PathBuf,
    programs: Programs,
    servers: Vec<(Engine, Transport, Server)>,
    upstream: Server,
}

impl Bench {
    fn start(options: &Options, programs: Programs) -> Result<Self> {
        let mut bench = Self::of_nobody(programs)?;
        for engine in &options.engines {
            for transport in [Transport::Plain, Transport::Tls] {
                let server = bench.start_server(*engine, transport)?;
                bench.servers.push((*engine, transport, server));
            }
        }
        Ok(bench)
    }

    /// The upstream, and nobody in front of it yet.
    fn of_nobody(programs: Programs) -> Result<Self> {
        let directory = packages::target_directory()?.join("bench-gateway");
        std::fs::create_dir_all(&directory)?;
        certificate::write(&directory)?;
        Ok(Self {
            upstream: start_upstream(&directory)?,
            servers: Vec::new(),
            directory,
            programs,
        })
    }

    fn start_server(&self, engine: Engine, transport: Transport) -> Result<Server> {
        let values = self.values(transport)?;
        let config = values.write(engine)?;
        let server = self.start_with(engine, &config, values.listen)?;
        if transport == Transport::Plain {
            idle::wait_until_it_serves(server.address())?;
        }
        Ok(server)
    }

    fn start_with(&self, engine: Engine, config: &Path, listen: SocketAddr) -> Result<Server> {
        let command = engine.command(&self.programs, config);
        let directory = config.parent().unwrap_or(&self.directory);
        Server::start(engine.name(), &command, listen, Core::Server, directory)
    }

    fn values(&self, transport: Transport) -> Result<Values<'_>> {
        Ok(Values {
            listen: free_address()?,
            upstream: self.upstream.address(),
            transport,
            common: &self.directory,
        })
    }

    /// Sees to it that the servers do the same work before they are compared.
    fn compare_answers(&self) -> Result<()> {
        for load in [Load::Preflight, Load::Get] {
            let mut first = None;
            for (engine, transport, server) in &self.servers {
                if *transport == Transport::Plain {
                    let answer = Answer::of(server.address(), load)?;
                    let first = first.get_or_insert_with(|| answer.clone());
                    if answer != *first {
                        let name = engine.name();
                        bail!("{load}: {name} answers {answer:?}\nand the first {first:?}");
                    }
                }
            }
            if let Some(answer) = first {
                println!("    {load}: all answer {answer}");
            }
        }
        Ok(())
    }

    fn measure(&self, options: &Options, results: &mut Results) -> Result<()> {
        for round in 1..=options.rounds {
            for load in Load::ALL {
                let of_load = |it: &&(_, Transport, _)| it.1 == load.transport();
                for (engine, _, server) in self.servers.iter().filter(of_load) {
                    let name = engine.name();
                    let measurement = self.measure_once(server, load, options.seconds);
                    let measurement = measurement.with_context(|| format!("{name}, {load}"))?;
                    println!("    round {round}, {load}, {name}: {measurement}");
                    results.add(load, *engine, measurement);
                }
            }
        }
        Ok(())
    }

    fn measure_once(&self, server: &Server, load: Load, seconds: u32) -> Result<Measurement> {
        let before = server.cpu_time()?;
        let mut measurement = load.run(server.address(), seconds, &self.directory)?;
        measurement.cpu_time = server.cpu_time()? - before;
        measurement.memory = server.memory()?;
        Ok(measurement)
    }

    /// Starts each server once more, lest it has memory to spare from before.
    fn measure_idle(&self, results: &mut Results) -> Result<()> {
        for engine in &results.engines.clone() {
            let server = self.start_server(*engine, Transport::Plain)?;
            let bytes = idle::memory_per_connection(&server);
            let name = engine.name();
            let bytes = bytes.with_context(|| format!("{name}, idle connections"))?;
            println!("    {name}: {bytes:.0} bytes per idle connection");
            results.add_idle(*engine, bytes);
        }
        Ok(())
    }

    fn measure_crowds(&self, options: &Options, results: &mut Results) -> Result<()> {
        let start = |crowd: Crowd| {
            let values = self.values(Transport::Plain)?;
            let config = crowd.write(&values)?;
            let server = self.start_with(Engine::Corsac, &config, values.listen)?;
            Ok((crowd, server))
        };
        let servers: Vec<_> = Crowd::ALL.into_iter().map(start).collect::<Result<_>>()?;
        for round in 1..=options.rounds {
            for load in Crowd::LOADS {
                for (crowd, server) in &servers {
                    let measurement = self.measure_once(server, load, options.seconds)?;
                    println!("    round {round}, {load}, {}: {measurement}", crowd.name());
                    results.add_crowd(load, *crowd, measurement);
                }
            }
        }
        Ok(())
    }
}

fn start_upstream(directory: &Path) -> Result<Server> {
    let listen = free_address()?;
    let values = Values {
        listen,
        upstream: listen,
        transport: Transport::Plain,
        common: directory,
    };
    let mut command = Command::new("nginx");
    command.arg("-c").arg(values.write_upstream()?);
    Server::start("upstream", &command, listen, Core::Load, directory)
}

fn build() -> Result<PathBuf> {
    run_command(Command::new("cargo").args(["build", "--release", "--package", "corsac-cli"]))?;
    Ok(packages::target_directory()?.join("release/corsac"))
}

fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?)
}

/// What this needs beside corsac, and beside what is installed with `pip`.
const PROGRAMS: [Program; 6] = [
    program("nginx", "nginx"),
    program("haproxy", "haproxy"),
    program("wrk", "wrk"),
    program("h2load", "nghttp2-client"),
    program("openssl", "openssl"),
    program("prlimit", "util-linux"),
];

const fn program(name: &'static str, package: &'static str) -> Program {
    Program { name, package }
}
