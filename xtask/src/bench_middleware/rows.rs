//! What the bench measured, row by row.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::repository::root;
use crate::step::output_of;

/// What was measured of a subject with one kind of request.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Measured {
    pub(super) nanoseconds: f64,
    pub(super) allocations: u64,
    pub(super) instructions: u64,
}

/// By framework, request and subject, in the order of the bench.
pub(super) struct Rows(pub(super) Vec<([String; 3], Measured)>);

impl Rows {
    /// Lets the bench measure with so many origins.
    pub(super) fn measured(bench: &Path, n_origins: u64) -> Result<Self> {
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

    /// What a subject takes more than the handler alone, of whose framework there are rows.
    pub(super) fn added(&self, framework: &str, request: &str, subject: &str) -> Measured {
        let of = |subject| self.find(framework, request, subject).unwrap_or_default();
        let (it, bare) = (of(subject), of(HANDLER_ALONE));
        Measured {
            nanoseconds: it.nanoseconds - bare.nanoseconds,
            allocations: it.allocations.saturating_sub(bare.allocations),
            instructions: it.instructions.saturating_sub(bare.instructions),
        }
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
        for ([framework, request, subject], _) in &self.0 {
            let added = self.added(framework, request, subject);
            let (instructions, nanoseconds) = (added.instructions, added.nanoseconds);
            writeln!(
                f,
                "{framework:<7}{request:<19}{subject:<15}{instructions:>12}{nanoseconds:>12.0}{:>8}",
                added.allocations,
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

/// What all others are compared with.
const HANDLER_ALONE: &str = "handler alone";

const HEADINGS: &str = "\
       request            subject        instructions          ns  allocs";
