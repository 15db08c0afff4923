//! The gateway against nginx with the same policy, on one core each.
//!
//! Both stand in front of the same upstream and answer the same requests. The server that is
//! measured has a core to itself; the load generator and the upstream share the other one. Rounds
//! alternate between the two servers, so that what else the machine does hits both.

mod answer;
mod load;
mod server;
mod table;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use self::answer::Answer;
use self::load::{Load, Measurement};
use self::server::{Core, Server};
use self::table::Table;
use crate::programs::{self, Program};
use crate::repository::root;
use crate::step::run_command;

/// Runs `cargo xtask bench gateway` with the arguments that follow.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let seconds = match arguments {
        [] => DEFAULT_SECONDS,
        ["--seconds", number] => number
            .parse()
            .with_context(|| format!("`{number}` is not a number of seconds"))?,
        _ => bail!("`cargo xtask bench gateway` takes `--seconds N`, and nothing else"),
    };
    programs::ensure(&PROGRAMS)?;
    if std::thread::available_parallelism()?.get() < 2 {
        bail!("this takes two cores: one for the server, one for the load");
    }
    run_command(Command::new("cargo").args(["build", "--release", "--package", "corsac-cli"]))?;
    let bench = Bench::start()?;
    bench.compare_answers()?;
    let table = bench.measure(seconds)?;
    println!("\n{table}");
    Ok(())
}

/// The servers, until this is dropped.
struct Bench {
    directory: PathBuf,
    nginx: Server,
    corsac: Server,
    /// Serves as long as it lives.
    _upstream: Server,
}

impl Bench {
    fn start() -> Result<Self> {
        let directory = root().join("target/bench-gateway");
        std::fs::create_dir_all(&directory)?;
        let [upstream, nginx, corsac] = free_addresses()?;
        let place = |template: &str, listen: SocketAddr| -> Result<PathBuf> {
            let text = std::fs::read_to_string(templates().join(template))?;
            let text = text
                .replace("@directory@", &directory.to_string_lossy())
                .replace("@listen@", &listen.to_string())
                .replace("@upstream@", &upstream.to_string());
            let path = directory.join(template);
            std::fs::write(&path, text)?;
            Ok(path)
        };
        let nginx_command = |config: PathBuf| {
            let mut command = Command::new("nginx");
            command.arg("-c").arg(config).arg("-p").arg(&directory);
            command
        };
        let upstream_command = nginx_command(place("upstream.conf", upstream)?);
        let nginx_command = nginx_command(place("nginx.conf", nginx)?);
        let mut corsac_command = Command::new(root().join("target/release/corsac"));
        corsac_command
            .args(["serve", "-c"])
            .arg(place("gateway.toml", corsac)?);
        Ok(Self {
            _upstream: Server::start("upstream", upstream_command, upstream, Core::Load)?,
            nginx: Server::start("nginx", nginx_command, nginx, Core::Server)?,
            corsac: Server::start("corsac", corsac_command, corsac, Core::Server)?,
            directory,
        })
    }

    /// Sees to it that the two servers do the same work before they are compared.
    fn compare_answers(&self) -> Result<()> {
        for load in Load::ALL {
            let nginx = Answer::of(self.nginx.address(), load)?;
            let corsac = Answer::of(self.corsac.address(), load)?;
            if nginx != corsac {
                bail!("{load}: the servers disagree\n  nginx: {nginx:?}\n  corsac: {corsac:?}");
            }
            println!("    {load}: both answer {corsac}");
        }
        Ok(())
    }

    fn measure(&self, seconds: u32) -> Result<Table> {
        let mut table = Table::default();
        for round in 1..=ROUNDS {
            for load in Load::ALL {
                for server in [&self.nginx, &self.corsac] {
                    let measurement = self.measure_once(server, load, seconds)?;
                    println!(
                        "    round {round}, {load}, {}: {measurement}",
                        server.name()
                    );
                    table.add(load, server.name(), measurement);
                }
            }
        }
        Ok(table)
    }

    fn measure_once(&self, server: &Server, load: Load, seconds: u32) -> Result<Measurement> {
        let before = server.cpu_time()?;
        let mut measurement = load.run(server.address(), seconds, &templates(), &self.directory)?;
        measurement.cpu_time = server.cpu_time()? - before;
        Ok(measurement)
    }
}

/// The configurations and scripts, with places to fill in.
fn templates() -> PathBuf {
    root().join("xtask/bench")
}

fn free_addresses() -> Result<[SocketAddr; 3]> {
    // All at once, lest the same one comes twice.
    let listener = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let listeners = [listener()?, listener()?, listener()?];
    let [first, second, third] = &listeners;
    Ok([
        first.local_addr()?,
        second.local_addr()?,
        third.local_addr()?,
    ])
}

/// What this needs beside corsac.
const PROGRAMS: [Program; 2] = [
    Program {
        name: "nginx",
        package: "nginx",
    },
    Program {
        name: "wrk",
        package: "wrk",
    },
];

const DEFAULT_SECONDS: u32 = 5;
const ROUNDS: u32 = 3;
