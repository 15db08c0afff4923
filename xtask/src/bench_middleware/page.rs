//! The page in the documents that has the results.
//!
//! What was measured is written anew; what was made of it by hand, below the mark, stays.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use super::{
    ACTIX, AS_A_FUNCTION, AS_A_LAYER, Figure, Framework, IN_THE_HANDLER, REQUESTS, Results, TOWER,
    goals,
};
use crate::machine::processor;
use crate::repository::root;
use crate::step::output_of;

/// Writes the page.
pub(super) fn write(results: &Results) -> Result<()> {
    let path = root().join(PATH);
    let page = fs::read_to_string(&path)?;
    let (_, by_hand) = page
        .split_once(MARK)
        .with_context(|| format!("{PATH} has no line `{MARK}`"))?;
    fs::write(path, format!("{}{MARK}{by_hand}", measured(results)?))?;
    println!("written to {PATH}");
    Ok(())
}

fn measured(results: &Results) -> Result<String> {
    let processor = processor()?;
    let rustc = output_of(Command::new("rustc").arg("--version"))?;
    let peers = [TOWER.peer, ACTIX.peer].map(|peer| Ok(format!("{peer} {}", version(peer)?)));
    let peers = peers.into_iter().collect::<Result<Vec<_>>>()?.join(", ");
    let rustc = rustc.split('(').next().unwrap_or_default().trim();
    let goals = goals::table(results);
    let [tower, actix] = [TOWER, ACTIX].map(|it| instructions(results, it));
    let [tower_times, actix_times] = [TOWER, ACTIX].map(|it| times(results, it));
    Ok(format!(
        "{HEAD}\nWith {rustc}, {peers}, on {processor}.\n\n\
         ## What was to be reached\n\n{GOALS}\n{goals}\n\
         ## Instructions\n\n{tower}\n{actix}\n\
         ## Times and allocations\n\n{TIMES}\n{tower_times}\n{actix_times}\n"
    ))
}

/// The table of a framework's instructions.
fn instructions(results: &Results, framework: Framework) -> String {
    let Framework { ours, peer, .. } = framework;
    let mut table = format!(
        "| origins | request | in the handler | as a layer | as a function | {ours} \
         | /in the handler | /as a layer | /as a function | {peer} | /{ours} |\n\
         |---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n"
    );
    for (n_origins, rows) in results {
        for request in REQUESTS {
            let n_origins = grouped(*n_origins);
            let added =
                |subject| grouped(rows.added(framework.name, request, subject).instructions);
            let [in_the_handler, as_a_layer, as_a_function] =
                FLOORS.map(|floor| grouped(framework.floor(rows, request, floor)));
            let [over_handler, over_layer, over_function] =
                FLOORS.map(|floor| framework.over(rows, request, floor));
            let (ours, peer) = (added(ours), added(peer));
            let times = framework.peer_over_ours(rows, request, Figure::Instructions);
            let _ = writeln!(
                table,
                "| {n_origins} | {request} | {in_the_handler} | {as_a_layer} | {as_a_function} \
                 | {ours} | {over_handler:.2} | {over_layer:.2} | {over_function:.2} \
                 | {peer} | {times:.1} |"
            );
        }
    }
    table
}

/// The table of a framework's times and allocations.
fn times(results: &Results, framework: Framework) -> String {
    let Framework { ours, peer, .. } = framework;
    let mut table = format!(
        "| origins | request | as a layer, ns | {ours}, ns | {peer}, ns \
         | as a layer, allocations | {ours} | {peer} |\n\
         |---:|---|---:|---:|---:|---:|---:|---:|\n"
    );
    for (n_origins, rows) in results {
        for request in REQUESTS {
            let n_origins = grouped(*n_origins);
            let [by_hand, ours, peer] =
                [AS_A_LAYER, ours, peer].map(|it| rows.added(framework.name, request, it));
            let _ = writeln!(
                table,
                "| {n_origins} | {request} | {:.0} | {:.0} | {:.0} | {} | {} | {} |",
                by_hand.nanoseconds,
                ours.nanoseconds,
                peer.nanoseconds,
                by_hand.allocations,
                ours.allocations,
                peer.allocations,
            );
        }
    }
    table
}

/// The version of a crate that the workspace uses: the newest, where there are several.
fn version(name: &str) -> Result<String> {
    let lock = fs::read_to_string(root().join("Cargo.lock"))?;
    let start = format!("name = \"{name}\"\nversion = \"");
    let after = lock.rsplit_once(&start).map(|(_, after)| after);
    let version = after.and_then(|it| it.split('"').next());
    Ok(version
        .with_context(|| format!("Cargo.lock has no {name}"))?
        .to_owned())
}

/// A number with a comma before every third digit.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

const FLOORS: [&str; 3] = [IN_THE_HANDLER, AS_A_LAYER, AS_A_FUNCTION];

const PATH: &str = "docs/benchmarks.md";

const MARK: &str = "<!-- What follows is written by hand. -->";

const HEAD: &str = "\
# What the middleware costs

All up to *Where the rest goes* is written by `cargo xtask bench middleware`.

The figures are what one exchange takes more than with the handler alone.
Instructions are counted by callgrind: they do not depend on what else the machine does, and hardly differ from run to run.
The origin asked for is in the middle of the list, and a preflight is compared with a plain answer of the handler.

*By hand* inserts the same fields without a question: it reads no origin, and knows which answer is due.
It stands there three times, because how much a floor costs depends on where it is.

- *In the handler*: in the code that makes the response, so that nothing is kept while the handler works and no response is moved.
- *As a layer*: a `Layer`, or a `Transform` of actix-web, with a future of its own and without a box: the least that middleware can be.
- *As a function*: a function that the framework makes middleware of, by `from_fn` of axum or of actix-web: what most people write. Its future is in a box.
";

const GOALS: &str = "\
Where nothing else is said, these are instructions, and the worst of all numbers of origins.
Times are of the same run, and depend on what else the machine did.
";

const TIMES: &str = "\
Nanoseconds are medians of rounds in which all subjects take turns.
They do depend on what else the machine does, and on its caches, in which a million origins have no room: compare them within a row.
A number below zero is a difference that was lost in noise.
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_in_threes() {
        let check = |number, text: &str| assert_eq!(grouped(number), text);
        check(0, "0");
        check(999, "999");
        check(1000, "1,000");
        check(18_506_465, "18,506,465");
    }
}
