//! Makes scenarios: all pairs of classes of values, and random ones from a seed.

mod answers;
mod cases;
mod classes;
mod shape;
mod values;

use std::collections::HashSet;

use super::scenario::Scenario;
use crate::fetching::load_fetch_cases;
use crate::load::{LoadErrors, conformance_dir};
use crate::seeded::Seeded;
pub use cases::scenario_of_case;
use classes::Dimension;
use shape::Shape;

/// `n` scenarios: the cases of `conformance/fetch/` that a browser can play, and then those that
/// [`generate`] makes from the seed.
pub fn scenarios(n: usize, seed: u64) -> Result<Vec<Scenario>, LoadErrors> {
    let cases = load_fetch_cases(&conformance_dir().join("fetch"))?;
    let mut scenarios: Vec<_> = cases.iter().filter_map(scenario_of_case).collect();
    scenarios.truncate(n);
    let n_more = n - scenarios.len();
    scenarios.extend(generate(n_more, seed));
    Ok(scenarios)
}

/// `n` different scenarios: half of them from the pairs of all classes of values, or as many as
/// there are, and the others random. The same for the same seed.
#[must_use]
pub fn generate(n: usize, seed: u64) -> Vec<Scenario> {
    let mut seeded = Seeded::new(seed);
    let mut pairs = pairs();
    seeded.shuffle(&mut pairs);
    pairs.truncate(n / 2);
    let mut scenarios = Vec::with_capacity(n);
    let mut known = HashSet::new();
    let mut add = |scenarios: &mut Vec<Scenario>, shape: Shape| {
        let scenario = shape.scenario();
        if known.insert(scenario.to_string()) {
            scenarios.push(scenario);
        }
    };
    for shape in pairs {
        add(&mut scenarios, shape);
    }
    while scenarios.len() < n {
        add(&mut scenarios, random(&mut seeded));
    }
    scenarios
}

/// Every pair of classes of two dimensions, with and without a preflight. All other dimensions
/// let the request through, so that nothing hides what the pair does.
fn pairs() -> Vec<Shape> {
    let mut shapes = Vec::new();
    for base in [Shape::preflighted(), Shape::simple()] {
        for (index, one) in Dimension::ALL.into_iter().enumerate() {
            for other in &Dimension::ALL[index + 1..] {
                for class in 0..one.n_classes() {
                    let shape = base.with(one, class);
                    let with_other = |class| shape.with(*other, class);
                    shapes.extend((0..other.n_classes()).map(with_other));
                }
            }
        }
    }
    let mut known = HashSet::new();
    shapes.retain(|it| known.insert(*it));
    shapes
}

/// A shape that departs from what lets a request through in some places.
fn random(seeded: &mut Seeded) -> Shape {
    let base = match seeded.once_in(3) {
        true => Shape::simple(),
        false => Shape::preflighted(),
    };
    Dimension::ALL
        .into_iter()
        .fold(base, |shape, dimension| match seeded.once_in(DEPARTURES) {
            true => shape.with(dimension, seeded.below(dimension.n_classes())),
            false => shape,
        })
}

/// One dimension in this many departs, which makes a few departures in each scenario.
const DEPARTURES: usize = 4;
