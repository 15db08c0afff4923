//! `browsers`: plays scenarios in real browsers, and says where these depart from their profiles.

use std::error::Error;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use corsac_conformance::browsing::{
    Engine, Held, Scenario, hold, load_known_deviations, scenarios, table,
};
use corsac_conformance::conformance_dir;

/// Plays scenarios in real browsers, and says where these depart from their profiles.
#[derive(Parser)]
struct Arguments {
    /// The browser; all three if none is given.
    #[arg(long, value_name = "NAME", value_parser = engine)]
    browser: Vec<Engine>,
    /// How many scenarios.
    #[arg(long, value_name = "N", default_value_t = FULL)]
    scenarios: usize,
    /// Where the choice of scenarios begins; another one every time if none is given.
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// A file with one scenario, instead of many that are made.
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// The day that is written into `docs/browsers.md` after a full run.
    #[arg(long, value_name = "DATE")]
    date: Option<String>,
}

/// How many scenarios a full run has.
const FULL: usize = 10_000;

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
    let played = match &arguments.scenario {
        Some(path) => vec![Scenario::parse(&fs::read_to_string(path)?)?],
        None => {
            println!("seed {seed}");
            scenarios(arguments.scenarios, seed)?
        }
    };
    let known = load_known_deviations(&conformance_dir().join("browsers/deviations.toml"))?;
    let engines = match arguments.browser.is_empty() {
        true => Engine::ALL.to_vec(),
        false => arguments.browser.clone(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let mut all = Vec::new();
    for engine in engines {
        let held = runtime.block_on(hold(engine, &played, &known))?;
        print(&held);
        all.push(held);
    }
    println!("\n{}", table(&all));
    if let Some(date) = &arguments.date
        && all.len() == Engine::ALL.len()
        && played.len() >= FULL
    {
        let path = conformance_dir().join("../docs/browsers.md");
        write_document(&path, (&all, seed, date))?;
    }
    Ok(all.iter().all(Held::is_passed))
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
    (held, seed, date): (&[Held], u64, &str),
) -> Result<(), Box<dyn Error>> {
    let document = fs::read_to_string(path)?;
    let (before, rest) = document.split_once(BEGIN).ok_or("no place for the table")?;
    let (_, after) = rest.split_once(END).ok_or("no end of the table")?;
    let table = table(held);
    let text =
        format!("{before}{BEGIN}\n\nRun on {date} with the seed {seed}.\n\n{table}\n{END}{after}");
    fs::write(path, text)?;
    Ok(())
}

const BEGIN: &str = "<!-- table: written by `cargo xtask browsers` -->";
const END: &str = "<!-- end of the table -->";

fn engine(name: &str) -> Result<Engine, String> {
    let named = Engine::ALL.into_iter().find(|it| it.name() == name);
    named.ok_or_else(|| "it is chromium, firefox or webkit".to_owned())
}
