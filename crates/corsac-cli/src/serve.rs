//! `corsac serve`: the gateway.

mod access_log;
mod listeners;
mod reload;
mod service_manager;

use std::path::Path;
use std::sync::Arc;

use corsac_config::{AccessLog, Config, Problems, without_comments};
use corsac_gateway::{Admin, Certificates, Gateway};

use crate::arguments::ServeArguments;
use crate::exit::{Exit, Failure};
use crate::lint;
use crate::running::{self, Signals};
use crate::source::Source;
use crate::terminal;

use access_log::AccessLogWriter;
use listeners::{Listeners, Origin};
use reload::Reload;

pub(crate) fn run(arguments: &ServeArguments) -> Result<Exit, Failure> {
    if arguments.check {
        return check(arguments);
    }
    let source = Source::read(&arguments.config)?;
    let config = read(&source, "nothing is served")?;
    note_what_nobody_sees(&config, arguments);
    let certificates = certificates(&arguments.config, &config, "nothing is served")?;
    let gateway = Gateway::new(&config)
        .with_certificates(certificates)
        .with_server_observer(Arc::new(|event| terminal::note(&event.to_string())));
    let log = log_settings(&config, arguments).map(|it| AccessLogWriter::start(it, &gateway));
    let (gateway, writer) = match log.transpose()? {
        Some((recorder, writer)) => (gateway.with_recorder(recorder), Some(writer)),
        None => (gateway, None),
    };
    let (gateway, admin) = match &config.operations.admin {
        Some(settings) => {
            let (gateway, admin) = gateway.with_admin(&settings.hosts);
            admin.show_config(without_comments(&source.text));
            (gateway, Some(admin))
        }
        None => (gateway, None),
    };
    let runtime = running::runtime()?;
    let exit = runtime.block_on(serve(gateway, admin, config, (&arguments.config, source)));
    // What is still there of the connections has something to say in the log.
    drop(runtime);
    if let Some(writer) = writer {
        writer.finish();
    }
    exit
}

/// Says what is wrong with the file, and with the files that it names.
fn check(arguments: &ServeArguments) -> Result<Exit, Failure> {
    let path = &arguments.config;
    let source = Source::read(path)?;
    let parsed = source.parsed();
    if let Ok(config) = &parsed {
        note_what_nobody_sees(config, arguments);
    }
    let read = parsed
        .as_ref()
        .map(|it| Certificates::read(it, directory(path)));
    let errors = match &read {
        Ok(Err(errors)) => errors.iter().map(ToString::to_string).collect(),
        Ok(Ok(_)) | Err(_) => Vec::new(),
    };
    lint::report_with(&source, parsed, &errors)
}

/// The access log of the file, or the one that the command line asks for.
fn log_settings(config: &Config, arguments: &ServeArguments) -> Option<AccessLog> {
    let asked = arguments.access_log.then(AccessLog::default);
    config.operations.access_log.or(asked)
}

/// Reads the policy file, and says what is doubtful or wrong about it.
fn read(source: &Source, consequence: &str) -> Result<Config, Failure> {
    let shown =
        |problems: &Problems| problems.render(&source.name, &source.text, terminal::stderr_style());
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
                "{} has {them}: {consequence}",
                source.name
            )))
        }
    }
}

/// Reads the certificates that the policy file names, from where it is.
fn certificates(path: &Path, config: &Config, consequence: &str) -> Result<Certificates, Failure> {
    Certificates::read(config, directory(path)).map_err(|errors| {
        terminal::note(&errors.to_string());
        Failure::misuse(format!("the certificates are not in order: {consequence}"))
    })
}

/// Where a policy file is, and what it names by relative paths.
fn directory(path: &Path) -> &Path {
    path.parent().unwrap_or_else(|| Path::new(""))
}

/// A policy in report-only mode is of no use if nobody is told what it says.
fn note_what_nobody_sees(config: &Config, arguments: &ServeArguments) {
    let is_riding = config.routes.iter().any(|it| it.report_only.is_some());
    let is_told = config.operations.admin.is_some() || log_settings(config, arguments).is_some();
    if is_riding && !is_told {
        terminal::note(
            "warning: `report-only` has no effect without `[admin]` or `[access-log]`: \
             nobody is told",
        );
    }
}

async fn serve(
    gateway: Gateway,
    admin: Option<Admin>,
    config: Config,
    (path, source): (&Path, Source),
) -> Result<Exit, Failure> {
    let signals = Signals::catch()?;
    let reload = Reload::new(path, source, &config, admin.clone())?;
    let listeners = Listeners::open(&config).await?;
    let scheme = match config.front.certificates.is_empty() {
        true => "http",
        false => "https",
    };
    let listening = format!("listening on {scheme}://{}", listeners.address);
    terminal::note(&listening);
    if let (Some(admin), Some(listener)) = (admin, listeners.admin) {
        if let Ok(address) = listener.local_addr() {
            terminal::note(&format!("admin on http://{address}"));
        }
        tokio::spawn(async move { admin.serve(listener).await });
    }
    tokio::spawn(reload.follow(gateway.clone()));
    tokio::spawn(service_manager::stay_alive());
    service_manager::is_ready(&listening);
    let gateway = match listeners.origin {
        Origin::BesideOthers => gateway.on_shared_port(),
        Origin::HandedOver | Origin::Own => gateway,
    };
    let output = running::until_told(signals, ENDING, |told| {
        gateway.serve(listeners.gateway, async {
            // Without a teller there is nothing to wait for either.
            let _ = told.await;
            service_manager::is_stopping(ENDING);
        })
    });
    Ok(running::exit_of(output.await))
}

/// What the user sees at the first signal.
const ENDING: &str = "finishing the requests under way; a second signal cuts them off";
