//! The page in the documents that has the results.

use std::fs;

use anyhow::Result;

use super::engine::{Engine, Programs};
use super::options::Options;
use super::results::Results;
use crate::machine::processor;
use crate::repository::root;

/// Writes the page.
pub(super) fn write(options: &Options, results: &Results, programs: &Programs) -> Result<()> {
    let path = root().join(PATH);
    fs::write(path, text(options, results, programs)?)?;
    println!("written to {PATH}");
    Ok(())
}

fn text(options: &Options, results: &Results, programs: &Programs) -> Result<String> {
    let versions = Engine::ALL.into_iter().map(|engine| {
        let version = engine.version(programs)?;
        Ok(format!("{} {version}", engine.name()))
    });
    let versions = versions.collect::<Result<Vec<_>>>()?.join(", ");
    let (rounds, seconds) = (options.rounds, options.seconds);
    let processor = processor()?;
    Ok(format!(
        "{HEAD}\n{rounds} rounds of {seconds} seconds each, medians, on {processor}: {versions}.\n\n\
         {results}"
    ))
}

const PATH: &str = "docs/gateway-benchmarks.md";

const HEAD: &str = "\
# How fast the gateway is

This page is written by `cargo xtask bench gateway`, which takes eleven minutes after the build and wants a machine that does nothing else.
What made the gateway as fast as it is, [another page](gateway-speed.md) says.

Each server has one core to itself, and one thread on it; the load generator and the upstream share another.
All enforce the same policy in front of the same upstream, with the configurations in `xtask/bench/gateway/`; before anything is measured, their answers are compared.
The upstream is nginx, and answers a proxied GET with 34 bytes of JSON.
Over HTTP/1.1 the load is wrk with 64 connections; over HTTP/2 it is h2load with 16 connections and 4 requests at a time on each, TLS 1.3, `TLS_AES_128_GCM_SHA256` and a certificate on P-256.
The core taken is that of the server; memory is what is resident, children included.
";
