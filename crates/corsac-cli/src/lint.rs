//! `corsac lint`: everything that is wrong with policy files, or doubtful about them.

use std::ops::Range;
use std::path::Path;

use corsac_config::{Config, Problems};
use serde::Serialize;

use crate::arguments::LintArguments;
use crate::exit::{Exit, Failure};
use crate::source::Source;
use crate::terminal;

/// Reports on every file, also after one that cannot be read.
pub(crate) fn run(arguments: &LintArguments) -> Result<Exit, Failure> {
    let format = match arguments.json {
        true => Format::Json,
        false => Format::Text,
    };
    let mut exit = Exit::AsWanted;
    for path in &arguments.files {
        let reported = report(path, format).unwrap_or_else(|failure| {
            terminal::note(&failure.to_string());
            failure.exit
        });
        if reported != Exit::AsWanted {
            exit = reported;
        }
    }
    Ok(exit)
}

/// How a report is written.
#[derive(Clone, Copy)]
pub(crate) enum Format {
    Text,
    Json,
}

/// Prints the report on one file.
pub(crate) fn report(path: &Path, format: Format) -> Result<Exit, Failure> {
    let source = Source::read(path)?;
    let (validity, problems) = judged(source.parsed());
    terminal::print(&match format {
        Format::Text => text(&source, validity, &problems, &[]),
        Format::Json => json(&source, validity, &problems),
    })?;
    Ok(validity.exit())
}

/// Prints the report on one file with the errors in those that it names.
pub(crate) fn report_with(
    source: &Source,
    parsed: Result<Config, Problems>,
    errors: &[String],
) -> Result<Exit, Failure> {
    let (validity, problems) = judged(parsed);
    let validity = match errors {
        [] => validity,
        _ => Validity::Invalid,
    };
    terminal::print(&text(source, validity, &problems, errors))?;
    Ok(validity.exit())
}

fn judged(parsed: Result<Config, Problems>) -> (Validity, Problems) {
    match parsed {
        Ok(config) => (Validity::Valid, config.warnings),
        Err(problems) => (Validity::Invalid, problems),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Validity {
    Valid,
    Invalid,
}

impl Validity {
    const fn exit(self) -> Exit {
        match self {
            Self::Valid => Exit::AsWanted,
            Self::Invalid => Exit::Misused,
        }
    }
}

fn text(source: &Source, validity: Validity, problems: &Problems, errors: &[String]) -> String {
    let rendered = problems.render(&source.name, &source.text, terminal::stdout_style());
    let mut parts = vec![rendered];
    parts.extend(errors.iter().map(|error| format!("{error}\n")));
    let summary = summary(validity, problems.n_errors() + errors.len(), problems);
    parts.push(format!("{}: {summary}\n", source.name));
    parts.retain(|it| !it.is_empty());
    parts.join("\n")
}

/// The verdict in a few words.
fn summary(validity: Validity, n_errors: usize, problems: &Problems) -> String {
    let mut parts = Vec::new();
    if validity == Validity::Valid {
        parts.push("valid".to_owned());
    }
    for (count, word) in [(n_errors, "error"), (problems.n_warnings(), "warning")] {
        match count {
            0 => {}
            1 => parts.push(format!("1 {word}")),
            count => parts.push(format!("{count} {word}s")),
        }
    }
    parts.join(", ")
}

/// What `--json` prints of a file.
#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    file: &'a str,
    valid: bool,
    problems: Vec<ReportedProblem<'a>>,
    /// How many problems there are beside those that are listed.
    left_out: usize,
}

#[derive(Serialize)]
struct ReportedProblem<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    suggestion: Option<&'a str>,
    line: usize,
    column: usize,
    span: [usize; 2],
}

fn json(source: &Source, validity: Validity, problems: &Problems) -> String {
    let positions = problems.positions(&source.text);
    let reported = problems.iter().zip(positions).map(|(problem, position)| {
        let Range { start, end } = problem.span;
        ReportedProblem {
            code: problem.code,
            severity: problem.severity.as_str(),
            message: &problem.message,
            suggestion: problem.suggestion.as_deref(),
            line: position.line,
            column: position.column,
            span: [start, end],
        }
    });
    let report = Report {
        schema: "corsac.lint/1",
        file: &source.name,
        valid: validity == Validity::Valid,
        problems: reported.collect(),
        left_out: problems.n_left_out(),
    };
    let mut json = serde_json::to_string(&report).expect("texts and numbers are JSON");
    json.push('\n');
    json
}
