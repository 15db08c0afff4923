//! The middleware beside its peers: time, allocations, and instructions.
//!
//! Times differ from run to run; the instructions that callgrind counts hardly do. All are over
//! what the handler alone takes, and are compared with floors that insert the same fields by hand.
//! A whole run writes its tables into a page of the documents.

mod goals;
mod page;
mod rows;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use self::rows::Rows;
use crate::full_test::cargo;
use crate::programs::{self, Program};
use crate::step::output_of;

/// Runs `cargo xtask bench middleware` with the arguments that follow.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let sizes = match arguments {
        [] => SIZES.to_vec(),
        ["--origins", number] => vec![
            number
                .parse()
                .with_context(|| format!("`{number}` is not a number of origins"))?,
        ],
        _ => bail!("`cargo xtask bench middleware` takes `--origins N`, and nothing else"),
    };
    programs::ensure(&[VALGRIND])?;
    let bench = build()?;
    let mut results = Vec::new();
    for n_origins in sizes {
        let rows = Rows::measured(&bench, n_origins)?;
        println!("\n{n_origins} origins\n{rows}");
        results.push((n_origins, rows));
    }
    println!("{NOTES}");
    match arguments.is_empty() {
        true => page::write(&results),
        false => Ok(()),
    }
}

/// What is measured with each number of origins, the smallest first.
type Results = [(u64, Rows)];

const SIZES: [u64; 4] = [1, 100, 10_000, 1_000_000];

const VALGRIND: Program = Program {
    name: "valgrind",
    package: "valgrind",
};

/// A framework, and whose middleware is measured there.
#[derive(Clone, Copy)]
struct Framework {
    name: &'static str,
    ours: &'static str,
    peer: &'static str,
    /// The framework whose rows have the function that inserts fields by hand.
    of_function: &'static str,
}

const TOWER: Framework = Framework {
    name: "tower",
    ours: "corsac-tower",
    peer: "tower-http",
    of_function: "axum",
};

const ACTIX: Framework = Framework {
    name: "actix",
    ours: "corsac-actix",
    peer: "actix-cors",
    of_function: "actix",
};

/// The kinds of requests, in the order of the bench.
const REQUESTS: [&str; 4] = [
    "allowed request",
    "refused request",
    "without Origin",
    "allowed preflight",
];

/// The floors: the fields that are due, inserted by hand and without a question.
const IN_THE_HANDLER: &str = "in the handler";
const AS_A_LAYER: &str = "as a layer";
const AS_A_FUNCTION: &str = "as a function";

impl Framework {
    /// What a floor takes, over the handler alone.
    fn floor(self, rows: &Rows, request: &str, floor: &str) -> u64 {
        let framework = match floor {
            AS_A_FUNCTION => self.of_function,
            _ => self.name,
        };
        rows.added(framework, request, floor).instructions
    }

    /// How many times as much as a floor ours takes.
    fn over(self, rows: &Rows, request: &str, floor: &str) -> f64 {
        let ours = rows.added(self.name, request, self.ours).instructions;
        ours as f64 / self.floor(rows, request, floor) as f64
    }

    /// How many times as much as ours the peer takes.
    fn peer_over_ours(self, rows: &Rows, request: &str, figure: Figure) -> f64 {
        let of = |subject| {
            let added = rows.added(self.name, request, subject);
            match figure {
                Figure::Instructions => added.instructions as f64,
                Figure::Time => added.nanoseconds,
            }
        };
        of(self.peer) / of(self.ours)
    }
}

/// What is compared.
#[derive(Clone, Copy)]
enum Figure {
    Instructions,
    Time,
}

impl Figure {
    const ALL: [Self; 2] = [Self::Instructions, Self::Time];

    fn name(self) -> &'static str {
        match self {
            Self::Instructions => "instructions",
            Self::Time => "time",
        }
    }
}

/// Builds the bench, and says where it is.
fn build() -> Result<PathBuf> {
    let mut command = cargo("bench");
    command.args(["--locked", "--package", "corsac-conformance"]);
    command.args(["--bench", "middleware", "--no-run"]);
    command.args(["--message-format", "json"]);
    let messages = output_of(&mut command)?;
    let built = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|it| it["target"]["name"] == "middleware")
        .filter_map(|it| it["executable"].as_str().map(PathBuf::from))
        .next_back();
    built.context("cargo built no bench")
}

const NOTES: &str = "
instructions  of one exchange, over those of the handler alone; counted by callgrind
ns            median time of one exchange, over that of the handler alone
allocs        of one exchange, over those of the handler alone
The origin asked for is in the middle of the list. A preflight is compared with a plain answer of
the handler.";
