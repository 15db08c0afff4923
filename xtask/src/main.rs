//! Everything that is done to corsac: `cargo xtask`.
//!
//! Start at [`full_test::run`], the one command that says whether corsac works.
#![expect(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a task talks to who runs it"
)]

mod bench_check;
mod bench_gateway;
mod bench_middleware;
mod browsers;
mod deploy;
mod full_test;
mod machine;
mod packages;
mod programs;
mod repository;
mod rust_source;
mod soak;
mod step;
mod tidy;
mod without_std;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::repository::Repository;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<()> {
    match arguments {
        ["test"] => full_test::run(),
        ["tidy"] => tidy::run(&Repository::read()?),
        ["bench"] => {
            println!("{BENCHES}");
            Ok(())
        }
        ["bench", "check", arguments @ ..] => bench_check::run(arguments),
        ["bench", "gateway", arguments @ ..] => bench_gateway::run(arguments),
        ["bench", "middleware", arguments @ ..] => bench_middleware::run(arguments),
        ["deploy"] => deploy::verify(),
        ["servers"] => {
            programs::ensure(&programs::SERVERS)?;
            packages::ensure()
        }
        ["soak", arguments @ ..] => soak::run(arguments),
        ["browsers", arguments @ ..] => browsers::run(arguments),
        [] | ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(())
        }
        _ => bail!(
            "`{}` is not a task; `cargo xtask --help` lists them",
            arguments.join(" ")
        ),
    }
}

const HELP: &str = "\
cargo xtask TASK

  test            everything: format, tidy, lints, docs and all tests, the demo in a browser too,
                  and two minutes of soak
  tidy            the invariants of the tree alone; takes a second
  browsers        what real browsers do, beside what corsac says that they do; takes
                  --browser NAME, --scenarios N, --seed S and --scenario FILE
  deploy          holds the files in deploy/ against systemd, the schemas of Kubernetes, and a
                  linter of Dockerfiles
  soak            the gateway for ten minutes under load, while servers, clients and files go
                  wrong; takes --seconds N and --seed S
  servers         installs what the tests of fixes start and mend, as `test` does
  bench           lists the benchmarks
  bench check     corsac check beside the bare exchanges that it makes, and the start and size of
                  the command; takes --rounds N
  bench gateway   the gateway beside nginx, HAProxy, Envoy, Traefik and Caddy; takes --seconds N for
                  each measurement, --rounds N, and --only SERVER to have just that one beside nginx;
                  with --counts it counts instructions and system calls instead
  bench middleware
                  corsac beside tower-http and actix-cors: instructions, time and allocations, from
                  one origin to a million; takes --origins N for one size

Exit code: 0 if all is well, 1 if not.";

const BENCHES: &str = "\
cargo xtask bench check         corsac check beside its bare exchanges; start-up and size
cargo xtask bench middleware    corsac beside tower-http and actix-cors; instructions by callgrind
cargo xtask bench gateway       the gateway beside nginx, HAProxy, Envoy, Traefik and Caddy
cargo bench -p corsac           the origin set alone, from one pattern to a million
cargo bench -p corsac-tower     the layer beside tower-http's, and hostile input; counts allocations";
