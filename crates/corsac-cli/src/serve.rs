//! `corsac serve`: the gateway.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use corsac_config::Config;
use corsac_gateway::{AnsweredBy, Certificates, Exchange, Gateway};
use tokio::net::TcpListener;

use crate::arguments::ServeArguments;
use crate::exit::{Exit, Failure};
use crate::lint;
use crate::running::{self, Signals};
use crate::source::Source;
use crate::terminal;

pub(crate) fn run(arguments: &ServeArguments) -> Result<Exit, Failure> {
    if arguments.check {
        return lint::report(&arguments.config, lint::Format::Text);
    }
    let config = read(arguments)?;
    let certificates = certificates(arguments, &config)?;
    let gateway = Gateway::new(&config).with_certificates(certificates);
    let gateway = match arguments.access_log {
        true => gateway.with_observer(Arc::new(log)),
        false => gateway,
    };
    running::runtime()?.block_on(serve(&gateway, &config))
}

/// Reads the policy file, and says what is doubtful about it.
fn read(arguments: &ServeArguments) -> Result<Config, Failure> {
    let source = Source::read(&arguments.config)?;
    let shown = |problems: &corsac_config::Problems| {
        problems.render(&source.name, &source.text, terminal::stderr_style())
    };
    match source.parsed() {
        Ok(config) => {
            if !config.warnings.is_empty() {
                terminal::note(&shown(&config.warnings));
            }
            Ok(config)
        }
        Err(problems) => {
            terminal::note(&shown(&problems));
            let n_errors = problems.n_errors();
            let them = if n_errors == 1 {
                "a mistake".to_owned()
            } else {
                format!("{n_errors} mistakes")
            };
            Err(Failure::misuse(format!(
                "{} has {them}: nothing is served",
                source.name
            )))
        }
    }
}

/// Reads the certificates that the policy file names, from where it is.
fn certificates(arguments: &ServeArguments, config: &Config) -> Result<Certificates, Failure> {
    let directory = arguments.config.parent().unwrap_or_else(|| Path::new(""));
    Certificates::read(config, directory).map_err(|errors| {
        terminal::note(&errors.to_string());
        Failure::misuse("the certificates are not in order: nothing is served")
    })
}

async fn serve(gateway: &Gateway, config: &Config) -> Result<Exit, Failure> {
    let address = config.listen;
    let signals = Signals::catch()?;
    let bound = TcpListener::bind(address).await;
    let listener = bound.map_err(|error| cannot_listen(address, &error))?;
    let address = listener.local_addr().unwrap_or(address);
    let scheme = match config.front.certificates.is_empty() {
        true => "http",
        false => "https",
    };
    terminal::note(&format!("listening on {scheme}://{address}"));
    let output = running::until_told(signals, ENDING, |told| {
        gateway.serve(listener, async {
            // Without a teller there is nothing to wait for either.
            let _ = told.await;
        })
    });
    Ok(running::exit_of(output.await))
}

fn cannot_listen(address: SocketAddr, error: &io::Error) -> Failure {
    let failure = Failure::misuse(format!("cannot listen on {address}: {error}"));
    match error.kind() {
        ErrorKind::AddrInUse => failure
            .with_help("end the program that listens there, or write another address at `listen`"),
        ErrorKind::PermissionDenied => {
            failure.with_help("ports below 1024 need a privilege: write another port at `listen`")
        }
        ErrorKind::AddrNotAvailable => failure.with_help(
            "this machine has no such address: 127.0.0.1 is itself, 0.0.0.0 is all it has",
        ),
        _ => failure,
    }
}

/// Writes the line of one exchange: method, target, status, who answered, and what was refused.
fn log(exchange: &Exchange<'_>) {
    let answered_by = match exchange.answered_by {
        AnsweredBy::Policy => "policy",
        AnsweredBy::Upstream => "upstream",
        _ => "gateway",
    };
    let Exchange {
        method,
        uri,
        status,
        ..
    } = exchange;
    let mut line = format!("{method} {uri} {} {answered_by}", status.as_u16());
    if let Some(refusal) = &exchange.refusal {
        line.push_str(" refused=");
        line.push_str(refusal.code());
    }
    if let Some(origin) = exchange.request_headers.get("origin") {
        line.push_str(&format!(" origin={}", origin.as_bytes().escape_ascii()));
    }
    terminal::note(&line);
}

/// What the user sees at the first signal.
const ENDING: &str = "finishing the requests under way; a second signal cuts them off";
