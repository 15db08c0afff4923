//! What was to be reached, and what was.

use std::fmt::Write as _;

use super::page::grouped;
use super::rows::Rows;
use super::{
    ACTIX, AS_A_FUNCTION, AS_A_LAYER, Figure, Framework, IN_THE_HANDLER, REQUESTS, Results, TOWER,
};

/// The table of the goals.
pub(super) fn table(results: &Results) -> String {
    let mut table = String::from("| goal | reached | |\n|---|---|---|\n");
    let mut line = |goal: &str, values: Values| {
        let (reached, verdict) = (values.reached(), values.verdict());
        let _ = writeln!(table, "| {goal} | {reached} | {verdict} |");
    };
    for (n_origins, factor) in [(1, 1.9), (100, 3.0), (10_000, 80.0)] {
        let Some((_, rows)) = results.iter().find(|(it, _)| *it == n_origins) else {
            continue;
        };
        let n_origins = match n_origins {
            1 => "one origin".to_owned(),
            _ => format!("{} origins", grouped(n_origins)),
        };
        for figure in Figure::ALL {
            let times = |request: &str| TOWER.peer_over_ours(rows, request, figure);
            let name = figure.name();
            let goal = format!("{factor} times less {name} than tower-http with {n_origins}");
            line(&goal, Values::by_request(times, |it| it >= factor));
        }
    }
    for figure in Figure::ALL {
        let least = |request: &str| {
            let of = |rows| ACTIX.peer_over_ours(rows, request, figure);
            let times = results.iter().map(|(_, rows)| of(rows));
            times.fold(f64::INFINITY, f64::min)
        };
        let goal = format!(
            "less {} than actix-cors everywhere, by times",
            figure.name()
        );
        line(&goal, Values::by_request(least, |it| it > 1.0));
    }
    for (framework, flatness) in [(TOWER, 1.05), (ACTIX, 1.05)] {
        let goal = format!("{} flat: most over least of all sizes", framework.ours);
        let spread = |request: &str| spread(results, framework, request);
        line(&goal, Values::by_request(spread, |it| it <= flatness));
    }
    for floor in [AS_A_FUNCTION, AS_A_LAYER, IN_THE_HANDLER] {
        for framework in [TOWER, ACTIX] {
            let goal = format!("{} within 1.15 of by hand, {floor}", framework.ours);
            let worst = |request: &str| worst(results, |rows| framework.over(rows, request, floor));
            line(&goal, Values::by_request(worst, |it| it <= 1.15));
        }
    }
    table
}

/// The most over the least of all sizes.
fn spread(results: &Results, framework: Framework, request: &str) -> f64 {
    let ours = |rows: &Rows| {
        rows.added(framework.name, request, framework.ours)
            .instructions
    };
    let ours = results.iter().map(|(_, rows)| ours(rows) as f64);
    let least = ours.clone().fold(f64::INFINITY, f64::min);
    ours.fold(0.0, f64::max) / least
}

fn worst(results: &Results, ratio: impl Fn(&Rows) -> f64) -> f64 {
    results
        .iter()
        .map(|(_, rows)| ratio(rows))
        .fold(0.0, f64::max)
}

/// What was reached for each kind of request, and whether that is enough.
struct Values(Vec<(&'static str, f64, Reached)>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reached {
    Yes,
    No,
}

impl Values {
    fn by_request(value: impl Fn(&str) -> f64, is_enough: impl Fn(f64) -> bool) -> Self {
        let values = REQUESTS.iter().map(|request| {
            let value = value(request);
            let reached = match is_enough(value) {
                true => Reached::Yes,
                false => Reached::No,
            };
            (*request, value, reached)
        });
        Self(values.collect())
    }

    fn reached(&self) -> String {
        let values = self
            .0
            .iter()
            .map(|(request, value, _)| match *value >= 10.0 {
                true => format!("{request} {value:.0}"),
                false => format!("{request} {value:.2}"),
            });
        values.collect::<Vec<_>>().join(", ")
    }

    fn verdict(&self) -> String {
        let missed = self
            .0
            .iter()
            .filter(|(.., reached)| *reached == Reached::No);
        let missed: Vec<&str> = missed.map(|(request, ..)| *request).collect();
        match missed.len() {
            0 => "yes".to_owned(),
            all if all == self.0.len() => "no".to_owned(),
            _ => format!("not for: {}", missed.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_that_some_requests_miss_says_which() {
        let of = |request: &str| request.len() as f64;
        let check = |limit: f64, verdict: &str| {
            assert_eq!(Values::by_request(of, |it| it <= limit).verdict(), verdict);
        };
        check(17.0, "yes");
        check(15.0, "not for: allowed preflight");
        check(1.0, "no");
    }
}
