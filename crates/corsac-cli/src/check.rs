//! `corsac check`: what browsers would do with a request, why, and what to change.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use corsac_fetch::{FetchRequest, Outgoing, Profile, TypeError};
use corsac_probe::report::{self, Detail, Style, TextOptions};
use corsac_probe::{Code, Probe, ProbeError, Report, Severity, Verdict};

use crate::arguments::CheckArguments;
use crate::exit::{Exit, Failure};
use crate::request_options::RequestOptions;
use crate::{expectations, running, terminal};

pub(crate) fn run(arguments: &CheckArguments) -> Result<Exit, Failure> {
    let checked = checked(arguments);
    if let Err(failure) = &checked
        && arguments.format.json
    {
        // Whoever reads JSON gets an object, whatever happens.
        terminal::print(&(failure.json(report::CHECK_SCHEMA) + "\n"))?;
    }
    checked
}

fn checked(arguments: &CheckArguments) -> Result<Exit, Failure> {
    let profiles = profiles(arguments);
    if let Some(path) = &arguments.expect {
        let options = arguments.request.client_options()?;
        let base = arguments.request.url.as_str();
        let running = expectations::run(path, (base, &profiles), options, now());
        return running::brief_runtime()?.block_on(running);
    }
    let request = arguments.request.request()?;
    let page = arguments.request.page()?;
    let options = arguments.request.client_options()?;
    let mut probe = Probe::new(page, request);
    probe.read.clone_from(&arguments.request.read);
    probe.cookies.clone_from(&arguments.request.cookies);
    probe.stack = arguments.stack;
    probe.behind.clone_from(&arguments.behind);
    probe.local_network_permission = arguments.request.local_network_permission();
    probe.profiles = profiles;
    probe.tell = terminal::is_watched().then_some(tell);
    let request = probe.request.clone();
    let report = running::brief_runtime()?.block_on(probe.run(&options, now()));
    let report = report.map_err(|error| failure(arguments, &request, error))?;
    if !arguments.quiet {
        terminal::print(&rendered(arguments, &report))?;
    }
    Ok(exit(&report, arguments.fail_on.into()))
}

/// Tells who waits at a terminal what for.
fn tell(outgoing: &Outgoing) {
    let method = outgoing.method.escape_ascii();
    terminal::note(&format!("{method} {} ...", outgoing.url));
}

/// The browsers that are meant, each once.
fn profiles(arguments: &CheckArguments) -> Vec<Profile> {
    let named = arguments.browser.iter().flat_map(|it| it.profiles());
    let named: Vec<Profile> = named.copied().collect();
    let is_named = |it: &Profile| named.contains(it);
    Profile::ALL.into_iter().filter(is_named).collect()
}

/// The time since the Unix epoch, by which cookies expire.
#[expect(
    clippy::disallowed_methods,
    reason = "the command is where the time comes from"
)]
fn now() -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap_or_default()
}

fn rendered(arguments: &CheckArguments, report: &Report) -> String {
    let format = &arguments.format;
    let line = |text: String| text + "\n";
    if format.json {
        line(report::json(report))
    } else if format.sarif {
        line(report::sarif(report))
    } else if format.junit {
        report::junit(report)
    } else if format.markdown {
        report::markdown(report)
    } else if format.as_curl {
        report::as_curl(report)
    } else {
        report::text(report, &text_options(arguments))
    }
}

fn text_options(arguments: &CheckArguments) -> TextOptions {
    TextOptions {
        style: style(),
        detail: match arguments.verbose {
            true => Detail::Every,
            false => Detail::Relevant,
        },
        rerun: Some(command_line(&arguments.request)),
    }
}

/// How reports are shown on stdout.
pub(crate) fn style() -> Style {
    match terminal::stdout_style() {
        corsac_config::Style::Coloured => Style::Coloured,
        _ => Style::Plain,
    }
}

/// The command as it was typed, ready to be pasted; but for the password of a proxy.
fn command_line(request: &RequestOptions) -> String {
    let words = std::env::args_os().skip(1);
    let words = words.map(|word| quoted(&request.without_password(&word.to_string_lossy())));
    let words: Vec<String> = words.collect();
    format!("corsac {}", words.join(" "))
}

fn quoted(word: &str) -> String {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "-_./:=@,+%".contains(it);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

fn exit(report: &Report, fail_on: Severity) -> Exit {
    if report.verdict == Verdict::Unreachable {
        return Exit::Unreachable;
    }
    let fails = report.findings.iter().any(|it| it.severity >= fail_on);
    match fails || report.verdict == Verdict::Blocked {
        true => Exit::Negative,
        false => Exit::AsWanted,
    }
}

/// Why nothing was checked.
fn failure(arguments: &CheckArguments, request: &FetchRequest, error: ProbeError) -> Failure {
    match error {
        ProbeError::Request(error) => misuse(arguments, request, &error),
        ProbeError::Options(error) => Failure::misuse(format!("--cacert: {error}")),
        ProbeError::Cookie(at, refusal) => {
            let cookie = arguments.request.cookies.get(at);
            let cookie = cookie.map_or("", String::as_str);
            Failure::misuse(format!("no browser keeps the cookie `{cookie}`: {refusal}"))
        }
        _ => Failure::misuse("the check could not start"),
    }
}

/// A script gets a `TypeError`: the request is none.
fn misuse(arguments: &CheckArguments, request: &FetchRequest, error: &TypeError) -> Failure {
    let code = Code::from(error);
    let failure = Failure::misuse(format!("{error} ({code})"));
    match error {
        TypeError::Header(at) => match arguments.request.header(*at) {
            Some((name, value)) => failure.with_help(format!("look at `{name}:{value}`")),
            None => failure,
        },
        TypeError::Url => failure.with_help(format!("look at `{}`", request.url)),
        _ => failure.with_help(code.page().fix.replace('\n', " ")),
    }
}
