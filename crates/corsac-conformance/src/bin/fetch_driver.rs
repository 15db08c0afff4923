//! `fetch-driver`: the user agent for test suites in any language.
//!
//! It reads one JSON object a line and writes one a line. Fetches go on at once and are answered
//! in any order; everything else is done before the next line is read.

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use corsac_conformance::fetch_driver::{Answer, FetchDriver};
use corsac_fetch::Profile;
use corsac_fetch::client::{ClientOptions, HostOverride};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::sync::mpsc;

/// Lets test suites drive the user agent: JSON lines in, JSON lines out.
#[derive(Parser)]
struct Arguments {
    /// A file with certificates in PEM that are trusted too.
    #[arg(long, value_name = "FILE")]
    cacert: Vec<PathBuf>,
    /// Where host names lead, such as `*.test=127.0.0.1`.
    #[arg(long, value_name = "PATTERN=ADDR")]
    resolve: Vec<HostOverride>,
    /// The engine to be faithful to.
    #[arg(long, value_name = "NAME", default_value = "spec", value_parser = profile)]
    profile: Profile,
}

#[expect(clippy::print_stderr, reason = "a command says why it cannot start")]
fn main() -> ExitCode {
    match start(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fetch-driver: {error}");
            ExitCode::from(2)
        }
    }
}

fn start(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let roots: Result<_, _> = arguments.cacert.iter().map(fs::read).collect();
    let options = ClientOptions {
        additional_roots: roots?,
        host_overrides: arguments.resolve.clone(),
        ..ClientOptions::default()
    };
    let driver = FetchDriver::new(arguments.profile, options)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(drive(driver))?;
    Ok(())
}

/// Goes on until there are no more lines and all is answered.
async fn drive(driver: FetchDriver) -> std::io::Result<()> {
    let driver = Arc::new(driver);
    let (answers, mut answered) = mpsc::unbounded_channel::<Value>();
    let writing = tokio::spawn(async move {
        let mut output = tokio::io::stdout();
        while let Some(answer) = answered.recv().await {
            output.write_all(format!("{answer}\n").as_bytes()).await?;
            output.flush().await?;
        }
        Ok(())
    });
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let answers = answers.clone();
        match driver.take(&line) {
            // If nobody reads the answers, there is nobody to tell.
            Answer::Ready(answer) => drop(answers.send(answer)),
            Answer::Fetch(fetch) => {
                tokio::spawn(async move { drop(answers.send(fetch.run().await)) });
            }
            Answer::Read(read) => {
                tokio::spawn(async move { drop(answers.send(read.run().await)) });
            }
        }
    }
    drop(answers);
    writing.await?
}

fn profile(name: &str) -> Result<Profile, String> {
    let named = Profile::ALL.into_iter().find(|it| it.name() == name);
    named.ok_or_else(|| "it is spec, chromium, firefox or webkit".to_owned())
}
