//! What the middleware adds to an exchange: corsac-tower beside tower-http, corsac-actix beside
//! actix-cors, and beside each framework floors that insert the same fields by hand: in the
//! handler, in a layer, and in a function.
//!
//! `cargo xtask bench middleware` runs it. With `--time N` it measures time and allocations with N
//! origins, and prints a line for each row; with `--count N` it makes a few exchanges per row
//! inside of [`measured`], whose instructions callgrind counts. Without either, as under
//! `cargo test`, every row runs once and nothing is printed.
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

mod actix;
mod tower;

use std::time::Instant;

/// What all others are compared with.
pub(crate) const HANDLER_ALONE: &str = "handler alone";

/// The floor, which inserts the fields that are due without a question: in the handler's own code.
pub(crate) const IN_THE_HANDLER: &str = "in the handler";

/// The floor in middleware of its own, with a future of its own.
pub(crate) const AS_A_LAYER: &str = "as a layer";

/// The floor in a function that the framework makes middleware of, with a future in a box.
pub(crate) const AS_A_FUNCTION: &str = "as a function";

/// One row: a subject and what it is asked.
pub(crate) struct Row {
    /// The framework: what is compared with what.
    pub(crate) framework: &'static str,
    pub(crate) subject: &'static str,
    pub(crate) request: &'static str,
    /// Prepares so many exchanges, and returns what makes them.
    pub(crate) exchanges: Box<dyn FnMut(usize) -> Box<dyn FnOnce()>>,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let option = |name: &str| {
        let at = arguments.iter().position(|it| it == name)?;
        arguments.get(at + 1)?.parse::<usize>().ok()
    };
    match (option("--time"), option("--count")) {
        (Some(n_origins), _) => time(rows(n_origins), Effort::for_origins(n_origins)),
        (None, Some(n_origins)) => count(rows(n_origins)),
        (None, None) => {
            for mut row in rows(1) {
                (row.exchanges)(1)();
            }
        }
    }
}

fn rows(n_origins: usize) -> Vec<Row> {
    let mut rows = tower::rows(n_origins);
    rows.extend(actix::rows(n_origins));
    rows
}

/// How much is measured. Where a peer needs milliseconds, less is enough.
struct Effort {
    rounds: usize,
    exchanges: usize,
}

impl Effort {
    fn for_origins(n_origins: usize) -> Self {
        match n_origins {
            0..=999 => Self {
                rounds: 300,
                exchanges: 100,
            },
            1_000..=99_999 => Self {
                rounds: 60,
                exchanges: 50,
            },
            _ => Self {
                rounds: 10,
                exchanges: 5,
            },
        }
    }
}

/// Measures the rows in turn, round by round, so that what else the machine does falls on all.
fn time(mut rows: Vec<Row>, effort: Effort) {
    let mut rounds = vec![Vec::with_capacity(effort.rounds); rows.len()];
    for _ in 0..effort.rounds {
        for (row, rounds) in rows.iter_mut().zip(&mut rounds) {
            let work = (row.exchanges)(effort.exchanges);
            rounds.push(nanoseconds(work) / effort.exchanges as f64);
        }
    }
    for (row, rounds) in rows.iter_mut().zip(&mut rounds) {
        rounds.sort_by(f64::total_cmp);
        let median = rounds[rounds.len() / 2];
        let work = (row.exchanges)(1);
        let allocations = allocation_counter::measure(work).count_total;
        let Row {
            framework,
            subject,
            request,
            ..
        } = row;
        println!("{framework}\t{subject}\t{request}\t{median:.1}\t{allocations}");
    }
}

#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn nanoseconds(work: Box<dyn FnOnce()>) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_nanos() as f64
}

/// Makes [`COUNTED`] exchanges of each row where callgrind counts, in the order of the lines.
fn count(rows: Vec<Row>) {
    for mut row in rows {
        (row.exchanges)(1)();
        measured((row.exchanges)(COUNTED));
        end_of_row(&row);
    }
}

/// Prints the row. Callgrind writes what it counted when this is entered.
#[inline(never)]
fn end_of_row(row: &Row) {
    let Row {
        framework,
        subject,
        request,
        ..
    } = row;
    println!("{framework}\t{subject}\t{request}\t{COUNTED}");
}

/// Instructions do not vary from one exchange to the next: a few are enough.
const COUNTED: usize = 4;

/// What callgrind counts is what happens in here.
#[inline(never)]
fn measured(work: Box<dyn FnOnce()>) {
    work();
}
