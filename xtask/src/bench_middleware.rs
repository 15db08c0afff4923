//! The middleware beside its peers: time, allocations, and instructions.
//!
//! Times differ from run to run; the instructions that callgrind counts hardly do. Both are over
//! what the handler alone takes, and are compared with a floor that inserts the same fields by hand.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::full_test::cargo;
use crate::programs::{self, Program};
use crate::repository::root;
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
    for n_origins in sizes {
        let rows = Rows::measured(&bench, n_origins)?;
        println!("\n{n_origins} origins\n{rows}");
    }
    println!("{NOTES}");
    Ok(())
}

const SIZES: [usize; 4] = [1, 100, 10_000, 1_000_000];

const VALGRIND: Program = Program {
    name: "valgrind",
    package: "valgrind",
};

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

/// What was measured of a subject with one kind of request.
#[derive(Clone, Copy, Debug, Default)]
struct Measured {
    nanoseconds: f64,
    allocations: u64,
    instructions: u64,
}

/// By framework, request and subject, in the order of the bench.
struct Rows(Vec<([String; 3], Measured)>);

impl Rows {
    fn measured(bench: &Path, n_origins: usize) -> Result<Self> {
        let n_origins = n_origins.to_string();
        let output = output_of(Command::new(bench).args(["--time", &n_origins]))?;
        let counted = instructions(bench, &n_origins)?;
        let rows = output.lines().map(|line| {
            let [framework, subject, request, nanoseconds, allocations] = columns(line)?;
            let key = [framework, request, subject].map(str::to_owned);
            let instructions = counted.get(&key).copied();
            let measured = Measured {
                nanoseconds: nanoseconds.parse()?,
                allocations: allocations.parse()?,
                instructions: instructions.context("a row was not counted")?,
            };
            Ok((key, measured))
        });
        rows.collect::<Result<_>>().map(Self)
    }

    fn find(&self, framework: &str, request: &str, subject: &str) -> Option<Measured> {
        let is_it = |key: &[String; 3]| *key == [framework, request, subject];
        let found = self.0.iter().find(|(key, _)| is_it(key));
        found.map(|(_, measured)| *measured)
    }
}

impl fmt::Display for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADINGS}")?;
        for ([framework, request, subject], measured) in &self.0 {
            let of = |subject| self.find(framework, request, subject).unwrap_or_default();
            let (bare, floor) = (of("handler alone"), of("by hand"));
            let added = |it: Measured| it.instructions.saturating_sub(bare.instructions);
            let added_time = |it: Measured| it.nanoseconds - bare.nanoseconds;
            let ratio = match added(floor) {
                0 => String::new(),
                floor => format!("{:.2}", added(*measured) as f64 / floor as f64),
            };
            writeln!(
                f,
                "{framework:<7}{request:<19}{subject:<15}{:>12}{ratio:>10}{:>12.0}{:>8}",
                added(*measured),
                added_time(*measured),
                measured.allocations,
            )?;
        }
        Ok(())
    }
}

/// The instructions of one exchange, by row.
///
/// Callgrind counts inside of the function `measured`, and writes a file whenever `end_of_row` is
/// entered, so that the n-th file belongs to the n-th line of the output.
fn instructions(bench: &Path, n_origins: &str) -> Result<BTreeMap<[String; 3], u64>> {
    let directory = root().join("target/bench-middleware");
    if directory.exists() {
        std::fs::remove_dir_all(&directory)?;
    }
    std::fs::create_dir_all(&directory)?;
    let mut command = Command::new("valgrind");
    command
        .arg("--tool=callgrind")
        .arg("--toggle-collect=*measured*")
        .arg("--dump-before=*end_of_row*")
        .arg(format!("--callgrind-out-file={}/out", directory.display()))
        .arg(bench)
        .args(["--count", n_origins]);
    let output = output_of(&mut command)?;
    let mut counted = BTreeMap::new();
    for (index, line) in output.lines().enumerate() {
        let [framework, subject, request, exchanges] = columns(line)?;
        let key = [framework, request, subject].map(str::to_owned);
        let dump = std::fs::read_to_string(directory.join(format!("out.{}", index + 1)))
            .context("callgrind wrote no file for a row")?;
        let total = dump.lines().find_map(|line| line.strip_prefix("totals: "));
        let total: u64 = total
            .context("a file of callgrind without totals")?
            .trim()
            .parse()?;
        counted.insert(key, total / exchanges.parse::<u64>()?);
    }
    Ok(counted)
}

fn columns<const N: usize>(line: &str) -> Result<[&str; N]> {
    let columns: Vec<&str> = line.split('\t').collect();
    let columns = <[&str; N]>::try_from(columns);
    columns.map_err(|_| anyhow::anyhow!("the bench printed {line:?}"))
}

const HEADINGS: &str = "\
       request            subject        instructions  /by hand          ns  allocs";

const NOTES: &str = "
instructions  of one exchange, over those of the handler alone; counted by callgrind
/by hand      the same over those of inserting the same fields by hand
ns            median time of one exchange, over that of the handler alone
allocs        of one exchange, the handler's with them
The origin asked for is in the middle of the list. A preflight is compared with a plain answer of
the handler.";
