//! The cases of `conformance/policy/*.toml`: what a policy is refused for, or warned about.

use std::fmt;
use std::ops::Range;
use std::path::Path;

use corsac_config::{Problem, Problems, Severity};
use serde::Deserialize;

use crate::load::{Entry, LoadErrors, load_dir};

/// One case: a policy, and every mistake and doubt that must be found in it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyCase {
    /// The file in which it stands.
    #[serde(skip)]
    pub file: String,
    /// What is the case, as a sentence.
    pub name: String,
    /// The faults of other libraries that it guards against.
    #[serde(default)]
    pub guards: Vec<String>,
    /// The keys of one policy.
    pub policy: String,
    /// The mistakes for which it must be refused. If there are none, it must be accepted.
    #[serde(default)]
    pub errors: Vec<ExpectedRemark>,
    /// The doubts about it that must be told.
    #[serde(default)]
    pub warnings: Vec<ExpectedRemark>,
}

/// A mistake or a doubt that must be found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedRemark {
    /// Its code.
    pub code: String,
    /// The item, as it stands in the policy.
    pub value: String,
    /// The bytes of the item that are meant: start and end.
    pub span: (usize, usize),
    /// What was probably meant, if that can be told.
    pub suggestion: Option<String>,
}

/// A policy case that is not met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFailure {
    /// The file of the case.
    pub file: String,
    /// The name of the case.
    pub case: String,
    /// What should have been found and was not.
    pub missing: Vec<String>,
    /// What was found and should not have been.
    pub unexpected: Vec<String>,
}

/// Reads all cases of a directory.
pub fn load_policy_cases(dir: &Path) -> Result<Vec<PolicyCase>, LoadErrors> {
    load_dir(dir)
}

/// Reads the policy of a case, and compares all that is said about it.
pub fn run_policy_case(case: &PolicyCase) -> Result<(), PolicyFailure> {
    let document = format!("{HEAD}{}{TAIL}", case.policy);
    let problems = match corsac_config::read(&document) {
        Ok(config) => config.warnings,
        Err(problems) => problems,
    };
    let mut found = shown_problems(&document, &problems);
    let mut missing = Vec::new();
    let errors = case.errors.iter().map(|it| (Severity::Error, it));
    let warnings = case.warnings.iter().map(|it| (Severity::Warning, it));
    for (severity, expected) in errors.chain(warnings) {
        let expected = shown(severity, expected);
        match found.iter().position(|it| *it == expected) {
            Some(at) => drop(found.remove(at)),
            None => missing.push(expected),
        }
    }
    let is_accepted = corsac_config::read_policy(&case.policy).is_ok();
    if is_accepted != case.errors.is_empty() {
        missing.push("the same word on the policy alone".to_owned());
    }
    match missing.is_empty() && found.is_empty() {
        true => Ok(()),
        false => Err(PolicyFailure {
            file: case.file.clone(),
            case: case.name.clone(),
            missing,
            unexpected: found,
        }),
    }
}

/// The least file that holds a policy.
const HEAD: &str = "[policy.case]\n";
const TAIL: &str = "\n[[route]]\npath = '/'\nupstream = 'http://127.0.0.1:9'\npolicy = 'case'\n";

/// All that was found, each as a line that can be compared.
fn shown_problems(document: &str, problems: &Problems) -> Vec<String> {
    problems
        .iter()
        .map(|problem| shown(problem.severity, &as_expected(document, problem)))
        .collect()
}

/// A problem in the terms of a case: the item around the bytes that are meant.
fn as_expected(document: &str, problem: &Problem) -> ExpectedRemark {
    let meant = document[problem.span.clone()].to_owned();
    let whole = meant
        .strip_prefix('"')
        .and_then(|it| it.strip_suffix('"'))
        .unwrap_or(&meant);
    let is_table = meant.starts_with(['[', '{']) && !is_quoted(document, problem.span.start);
    let is_whole = whole != meant || is_table;
    let (value, start) = match is_whole {
        true => (whole, 0),
        false => {
            let item = item_around(document, problem.span.start);
            (&document[item.clone()], problem.span.start - item.start)
        }
    };
    let len = if is_whole {
        whole.len()
    } else {
        problem.span.len()
    };
    ExpectedRemark {
        code: problem.code.to_owned(),
        value: value.to_owned(),
        span: (start, start + len),
        suggestion: problem.suggestion.clone(),
    }
}

/// The quoted text around a byte of a document, or the bare word.
///
/// Cases quote with `"` and escape nothing, so that the quotes of a line come in pairs.
fn item_around(document: &str, at: usize) -> Range<usize> {
    let line_start = line_start(document, at);
    let line_end = document[at..]
        .find('\n')
        .map_or(document.len(), |it| at + it);
    let is_quoted = is_quoted(document, at);
    let is_end = |it: char| it == '"' || !is_quoted && "[]{}=, ".contains(it);
    let start = document[line_start..at]
        .rfind(is_end)
        .map_or(line_start, |it| line_start + it + 1);
    let end = document[at..line_end]
        .find(is_end)
        .map_or(line_end, |it| at + it);
    start..end
}

fn is_quoted(document: &str, at: usize) -> bool {
    document[line_start(document, at)..at].matches('"').count() % 2 == 1
}

fn line_start(document: &str, at: usize) -> usize {
    document[..at].rfind('\n').map_or(0, |it| it + 1)
}

fn shown(severity: Severity, remark: &ExpectedRemark) -> String {
    let ExpectedRemark {
        code,
        value,
        span: (start, end),
        suggestion,
    } = remark;
    let value = if value.len() > LONGEST_SHOWN {
        &value[..LONGEST_SHOWN]
    } else {
        value
    };
    let suggestion = suggestion.as_deref().unwrap_or("no suggestion");
    format!(
        "{} {code} at {start}..{end} of `{value}`: {suggestion}",
        severity.as_str()
    )
}

/// How many bytes of a value are shown and compared.
const LONGEST_SHOWN: usize = 400;

impl fmt::Display for PolicyFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.file, self.case)?;
        self.missing
            .iter()
            .try_for_each(|it| writeln!(f, "    missing     {it}"))?;
        self.unexpected
            .iter()
            .try_for_each(|it| writeln!(f, "    unexpected  {it}"))
    }
}

impl Entry for PolicyCase {
    const KEY: &'static str = "case";
    const NAME_KEY: &'static str = "name";

    fn found_in(&mut self, file: &str) {
        file.clone_into(&mut self.file);
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn faults(&self) -> Vec<String> {
        match self.errors.is_empty() && self.warnings.is_empty() && self.guards.is_empty() {
            true => vec!["it expects nothing, and guards nothing".to_owned()],
            false => Vec::new(),
        }
    }
}
