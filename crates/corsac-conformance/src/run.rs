//! Runs every case against every subject, and tells all that went wrong.

use std::collections::BTreeMap;
use std::fmt;

use crate::question::{AnsweredBy, Fields, Outcome};
use crate::server_case::{Expectation, ServerCase, Transport};
use crate::subject::Subject;

/// What came of a run.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Report {
    /// How many cases each subject was asked.
    pub asked: BTreeMap<Transport, usize>,
    /// How many cases each subject was not asked, because the case or the subject says so and why.
    pub left_out: BTreeMap<Transport, usize>,
    /// Every failure, in the order of the cases.
    pub failures: Vec<Failure>,
}

/// A case that a subject does not meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The file of the case.
    pub file: String,
    /// The name of the case.
    pub case: String,
    /// The subject.
    pub subject: Transport,
    /// What differs; one thing at least.
    pub differences: Vec<Difference>,
}

/// Something that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What it is: a field's name, or another part of the outcome.
    pub what: String,
    /// What it should be.
    pub expected: String,
    /// What it is.
    pub got: String,
}

/// Asks every subject every case that is for it, twice: a policy has no memory.
pub fn run(cases: &[ServerCase], subjects: &mut [Box<dyn Subject>]) -> Report {
    let mut report = Report::default();
    for case in cases {
        let question = case.question();
        for subject in &mut *subjects {
            let transport = subject.transport();
            if !case.is_for(transport) || !subject.carries(&question) {
                *report.left_out.entry(transport).or_default() += 1;
                continue;
            }
            *report.asked.entry(transport).or_default() += 1;
            let fields = match subject.joins_lines() {
                true => case.expect.fields().joined(),
                false => case.expect.fields(),
            };
            let outcomes = [subject.ask(&question), subject.ask(&question)];
            let differences = outcomes.into_iter().map(|outcome| match outcome {
                Ok(outcome) => differences((&case.expect, &fields), &outcome),
                Err(error) => vec![Difference::new("an answer", "one", error)],
            });
            if let Some(differences) = differences.into_iter().find(|it| !it.is_empty()) {
                report.failures.push(Failure {
                    file: case.file.clone(),
                    case: case.name.clone(),
                    subject: transport,
                    differences,
                });
            }
        }
    }
    report
}

/// What of an outcome is not as expected.
fn differences(
    (expected, expected_fields): (&Expectation, &Fields),
    got: &Outcome,
) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut compare = |what: &str, expected: String, got: String| {
        if expected != got {
            differences.push(Difference::new(what, expected, got));
        }
    };
    compare(
        "answered by",
        expected.answered_by().to_string(),
        got.answered_by.to_string(),
    );
    compare(
        "status",
        expected.status().to_string(),
        got.status.to_string(),
    );
    compare("refusal", or_none(expected.refusal()), or_none(got.refusal));
    compare(
        "fault of the origin",
        or_none(expected.fault()),
        or_none(got.fault),
    );
    for name in expected_fields.0.keys().chain(got.fields.0.keys()) {
        compare(name, shown(expected_fields, name), shown(&got.fields, name));
    }
    if got.answered_by == AnsweredBy::Policy {
        compare(
            "body",
            "0 bytes".to_owned(),
            format!("{} bytes", got.body_len),
        );
    }
    differences.dedup();
    differences
}

fn or_none(code: Option<&str>) -> String {
    code.unwrap_or("none").to_owned()
}

/// The values of a field, legible: one line each, and not without end.
fn shown(fields: &Fields, name: &str) -> String {
    let values = fields.values(name).iter().map(|value| {
        let start = &value[..value.len().min(LONGEST_SHOWN)];
        let text = start.escape_ascii();
        match value.len() > LONGEST_SHOWN {
            true => format!("\"{text}\"... ({} bytes)", value.len()),
            false => format!("\"{text}\""),
        }
    });
    let values: Vec<_> = values.collect();
    if values.is_empty() {
        "no such field".to_owned()
    } else {
        values.join(" and ")
    }
}

/// How many bytes of a value a failure shows.
const LONGEST_SHOWN: usize = 200;

impl Difference {
    fn new(what: &str, expected: impl fmt::Display, got: impl fmt::Display) -> Self {
        Self {
            what: what.to_owned(),
            expected: expected.to_string(),
            got: got.to_string(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {} ({})", self.file, self.case, self.subject)?;
        self.differences.iter().try_for_each(|it| write!(f, "{it}"))
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "    {}", self.what)?;
        writeln!(f, "        expected  {}", self.expected)?;
        writeln!(f, "        got       {}", self.got)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.failures
            .iter()
            .try_for_each(|it| writeln!(f, "{it}"))?;
        for (subject, asked) in &self.asked {
            let failed = self
                .failures
                .iter()
                .filter(|it| it.subject == *subject)
                .count();
            let left_out = self.left_out.get(subject).copied().unwrap_or_default();
            writeln!(
                f,
                "{subject}: {asked} cases, {failed} failed, {left_out} not for it"
            )?;
        }
        Ok(())
    }
}
