//! `browsers`: plays scenarios in real browsers, and says where these depart from their profiles.
//! Then it has them ask for what policies guard, and says where that is not as the policies mean.

use std::error::Error;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use corsac_conformance::browsing::{
    Engine, Held, HeldPolicies, Scenario, Trial, hold, hold_policies, load_known_deviations,
    policies_table, scenarios, table, trials,
};
use corsac_conformance::conformance_dir;

/// Plays scenarios in real browsers, and says where these depart from their profiles.
#[derive(Parser)]
struct Arguments {
    /// The browser; all three if none is given.
    #[arg(long, value_name = "NAME", value_parser = engine)]
    browser: Vec<Engine>,
    /// How many scenarios; 10,000 if nothing is said of policies either.
    #[arg(long, value_name = "N")]
    scenarios: Option<usize>,
    /// How many policies; 1,000 if nothing is said of scenarios either.
    #[arg(long, value_name = "N")]
    policies: Option<usize>,
    /// Where the choice begins; another one every time if none is given.
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// A file with one scenario, instead of many that are made.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["scenarios", "policies", "trial"])]
    scenario: Option<PathBuf>,
    /// A file with a policy and what a page asks for, instead of many that are made.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["scenarios", "policies"])]
    trial: Option<PathBuf>,
    /// The day that is written into `docs/browsers.md` after a full run.
    #[arg(long, value_name = "DATE")]
    date: Option<String>,
}

/// How many scenarios a full run has.
const FULL: usize = 10_000;

/// How many policies a full run has.
const FULL_POLICIES: usize = 1_000;

#[expect(clippy::print_stderr, reason = "a command says why it fails")]
fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("browsers: {error}");
            ExitCode::from(2)
        }
    }
}

/// Is all as it should be?
#[expect(clippy::print_stdout, reason = "a command says what it found")]
fn run(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let seed = arguments
        .seed
        .unwrap_or_else(|| RandomState::new().hash_one(0));
    println!("seed {seed}");
    let (scenarios, trials) = (scenarios_of(arguments, seed)?, trials_of(arguments, seed)?);
    let known = load_known_deviations(&conformance_dir().join("browsers/deviations.toml"))?;
    let engines = match arguments.browser.is_empty() {
        true => Engine::ALL.to_vec(),
        false => arguments.browser.clone(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let (mut all, mut all_policies) = (Vec::new(), Vec::new());
    for engine in engines {
        if !scenarios.is_empty() {
            let held = runtime.block_on(hold(engine, &scenarios, &known))?;
            print(&held);
            all.push(held);
        }
        if !trials.is_empty() {
            let held = runtime.block_on(hold_policies(engine, &trials))?;
            print_policies(&held);
            all_policies.push(held);
        }
    }
    let tables = tables(&all, &all_policies);
    println!("\n{tables}");
    if let Some(date) = &arguments.date
        && all.len() == Engine::ALL.len()
        && all_policies.len() == all.len()
        && scenarios.len() >= FULL
    {
        let path = conformance_dir().join("../docs/browsers.md");
        write_document(&path, (&tables, seed, date))?;
    }
    Ok(all.iter().all(Held::is_passed) && all_policies.iter().all(|it| it.surprises.is_empty()))
}

fn scenarios_of(arguments: &Arguments, seed: u64) -> Result<Vec<Scenario>, Box<dyn Error>> {
    if let Some(path) = &arguments.scenario {
        return Ok(vec![Scenario::parse(&fs::read_to_string(path)?)?]);
    }
    let is_full = arguments.policies.is_none() && arguments.trial.is_none();
    let usual = if is_full { FULL } else { 0 };
    Ok(scenarios(arguments.scenarios.unwrap_or(usual), seed)?)
}

fn trials_of(arguments: &Arguments, seed: u64) -> Result<Vec<Trial>, Box<dyn Error>> {
    if let Some(path) = &arguments.trial {
        return Ok(vec![Trial::parse(&fs::read_to_string(path)?)?]);
    }
    let is_full = arguments.scenarios.is_none() && arguments.scenario.is_none();
    let usual = if is_full { FULL_POLICIES } else { 0 };
    Ok(trials(arguments.policies.unwrap_or(usual), seed))
}

/// The tables of what was played, one below the other.
fn tables(held: &[Held], policies: &[HeldPolicies]) -> String {
    let tables = [
        (!held.is_empty()).then(|| table(held)),
        (!policies.is_empty()).then(|| policies_table(policies)),
    ];
    let tables: Vec<_> = tables.into_iter().flatten().collect();
    tables.join("\n")
}

#[expect(clippy::print_stdout, reason = "a command says what it found")]
fn print_policies(held: &HeldPolicies) {
    println!("\n{} {}", held.engine.name(), held.version);
    for surprise in &held.surprises {
        println!("\n{surprise}");
    }
}

#[expect(clippy::print_stdout, reason = "a command says what it found")]
fn print(held: &Held) {
    println!("\n{} {}", held.engine.name(), held.version);
    for disagreement in &held.disagreements {
        println!("\n{disagreement}");
    }
    for name in &held.gone {
        println!("\nno longer deviates, drop it from the list: {name}");
    }
}

/// Replaces the table in the document, and leaves the rest as it is.
fn write_document(
    path: &Path,
    (tables, seed, date): (&str, u64, &str),
) -> Result<(), Box<dyn Error>> {
    let document = fs::read_to_string(path)?;
    let (before, rest) = document.split_once(BEGIN).ok_or("no place for the table")?;
    let (_, after) = rest.split_once(END).ok_or("no end of the table")?;
    let text =
        format!("{before}{BEGIN}\n\nRun on {date} with the seed {seed}.\n\n{tables}\n{END}{after}");
    fs::write(path, text)?;
    Ok(())
}

const BEGIN: &str = "<!-- table: written by `cargo xtask browsers` -->";
const END: &str = "<!-- end of the table -->";

fn engine(name: &str) -> Result<Engine, String> {
    let named = Engine::ALL.into_iter().find(|it| it.name() == name);
    named.ok_or_else(|| "it is chromium, firefox or webkit".to_owned())
}
