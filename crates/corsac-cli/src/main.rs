//! The `corsac` command.
//!
//! Results go to stdout, everything else to stderr. What each command takes is in
//! [`arguments`], what it ends with in [`exit`].

mod arguments;
mod check;
mod definitions;
mod demo;
mod exit;
mod expectations;
mod explain;
mod fetch;
mod lint;
mod request_options;
mod running;
mod serve;
mod source;
mod terminal;
mod trace;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Lint(arguments) => lint::run(&arguments),
        Command::Fetch(arguments) => fetch::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Completions(arguments) => definitions::completions(&arguments),
        Command::Man(arguments) => definitions::man(&arguments),
    };
    let exit = outcome.unwrap_or_else(|failure| {
        terminal::note(&failure.to_string());
        failure.exit
    });
    exit.into()
}
