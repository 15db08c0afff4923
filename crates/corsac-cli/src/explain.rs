//! `corsac explain`: what a browser's message or recording means.

use std::io::IsTerminal;
use std::path::Path;

use corsac_probe::report::{self, TextOptions, finding_as_text};
use corsac_probe::{
    Code, Explanation, Known, MAX_HAR_LEN, MAX_TEXT_LEN, Recorded, explain, explain_har,
};

use crate::arguments::ExplainArguments;
use crate::check::style;
use crate::exit::{Exit, Failure};
use crate::source::read_bytes;
use crate::terminal;

pub(crate) fn run(arguments: &ExplainArguments) -> Result<Exit, Failure> {
    if let Some(path) = &arguments.har {
        return run_har(arguments, path);
    }
    let text = match arguments.text.as_deref() {
        Some("-") | None => from_stdin()?,
        Some(text) => text.to_owned(),
    };
    if let Some(code) = Code::named(text.trim()) {
        terminal::print(&report::page_as_text(code))?;
        return Ok(Exit::AsWanted);
    }
    let known = Known {
        origin: arguments.origin.clone(),
        stack: arguments.stack,
    };
    let explanations = explain(&text, &known);
    if explanations.is_empty() {
        let failure = Failure::misuse("this is neither a message that a browser prints nor a code");
        return Err(failure.with_help(
            "paste the whole line of the console, in quotes; or let `corsac check URL` look",
        ));
    }
    terminal::print(&match arguments.json {
        true => report::explanations_as_json(&explanations) + "\n",
        false => told(&explanations),
    })?;
    Ok(Exit::AsWanted)
}

fn from_stdin() -> Result<String, Failure> {
    if std::io::stdin().is_terminal() {
        terminal::note("paste the message, then press Ctrl-D:");
    }
    let limit = u64::try_from(MAX_TEXT_LEN).unwrap_or(u64::MAX);
    let bytes = read_bytes(Path::new("-"), limit)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn told(explanations: &[Explanation]) -> String {
    let mut out = String::new();
    for explanation in explanations {
        for finding in &explanation.findings {
            out.push_str(&finding_as_text(finding, &text_options()));
            out.push('\n');
        }
        for unknown in &explanation.unknown {
            out.push_str(&format!("to know more: {}\n", unknown.question()));
        }
        if let Some(again) = again(explanation) {
            out.push_str(&format!("check it: {again}\n"));
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// The command that asks the server, if the message names enough for it.
fn again(explanation: &Explanation) -> Option<String> {
    let named = &explanation.named;
    let url = named.url.as_deref()?;
    let origin = named.origin.as_deref().unwrap_or("ORIGIN");
    let method = named.method.as_deref();
    let method = method.map_or_else(String::new, |it| format!(" -X {it}"));
    Some(format!("corsac check -o {origin}{method} '{url}'"))
}

fn text_options() -> TextOptions {
    TextOptions {
        style: style(),
        ..TextOptions::default()
    }
}

fn run_har(arguments: &ExplainArguments, path: &Path) -> Result<Exit, Failure> {
    let bytes = read_bytes(path, MAX_HAR_LEN)?;
    let recorded = explain_har(&bytes).map_err(|error| Failure::misuse(error.to_string()))?;
    terminal::print(&match arguments.json {
        true => report::recorded_as_json(&recorded) + "\n",
        false => recorded_as_text(&recorded),
    })?;
    Ok(match recorded.is_empty() {
        true => Exit::AsWanted,
        false => Exit::Negative,
    })
}

fn recorded_as_text(recorded: &[Recorded]) -> String {
    if recorded.is_empty() {
        return "nothing in the recording was blocked by CORS\n".to_owned();
    }
    let mut out = String::new();
    for it in recorded {
        let (entry, method, url, origin) = (it.entry, &it.method, &it.url, &it.origin);
        out.push_str(&format!(
            "entry {entry}: {method} {url}\nfrom a page of {origin}\n\n"
        ));
        for finding in &it.findings {
            out.push_str(&finding_as_text(finding, &text_options()));
            out.push('\n');
        }
    }
    out
}
