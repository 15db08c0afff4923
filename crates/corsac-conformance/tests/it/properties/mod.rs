//! Properties that hold for all inputs, held against the oracles.
//!
//! The seeds are fixed: a test run is the same everywhere. To look further is the fuzzers' part.

mod agreement;
mod monotony;
mod origins;
mod request_headers;
mod vary;

use proptest::test_runner::{Config, RngSeed};

/// So many cases, the same in every run.
fn cases(cases: u32) -> Config {
    Config {
        cases,
        rng_seed: RngSeed::Fixed(0),
        failure_persistence: None,
        ..Config::default()
    }
}
