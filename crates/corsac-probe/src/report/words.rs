//! Pieces of text that several reports have.

use corsac_fetch::{Profile, Purpose, StepOutcome, Trace};

use crate::code::Severity;
use crate::finding::Finding;
use crate::probe::{Report, Verdict};

/// Columns of a line of prose.
pub(super) const COLUMNS: usize = 76;

/// The name of a browser, as a reader knows it.
pub(super) fn browser(profile: Profile) -> &'static str {
    match profile {
        Profile::Spec => "standard",
        Profile::Chromium => "Chromium",
        Profile::Firefox => "Firefox",
        Profile::WebKit => "WebKit",
    }
}

/// What happened, in a few words.
pub(super) fn verdict_in_words(report: &Report) -> String {
    let error = report
        .findings
        .iter()
        .find(|it| it.severity == Severity::Error);
    match (report.verdict, error) {
        (Verdict::Allowed, None) => "the page gets the answer".to_owned(),
        (Verdict::Allowed, Some(finding)) => {
            format!(
                "the page gets the answer, but: {}",
                lower_first(finding.title())
            )
        }
        (Verdict::Blocked | Verdict::Unreachable, Some(finding)) => lower_first(finding.title()),
        (Verdict::Blocked | Verdict::Unreachable, None) => "the page gets nothing".to_owned(),
    }
}

/// The text as it goes on a sentence; names keep their spelling.
fn lower_first(text: &str) -> String {
    let word = text.split(' ').next().unwrap_or_default();
    let is_name = word.chars().skip(1).any(char::is_uppercase);
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if !is_name => first.to_lowercase().chain(chars).collect(),
        Some(_) | None => text.to_owned(),
    }
}

/// Why the exchange of this place is a preflight.
pub(super) fn because(trace: &Trace, exchange: usize) -> Vec<String> {
    let mut causes = Vec::new();
    for event in trace.events() {
        match &event.outcome {
            StepOutcome::PreflightNeeded(needed) => {
                causes = needed.iter().map(|it| it.to_string()).collect();
            }
            StepOutcome::Sent { exchange: at, .. } if *at == exchange => return causes,
            StepOutcome::Sent { .. } => causes.clear(),
            _ => {}
        }
    }
    Vec::new()
}

/// Whether the exchange of this place went well, redirected, or ended the fetch.
pub(super) fn outcome(report: &Report, trace: &Trace, exchange: usize) -> &'static str {
    let is_last = exchange + 1 == trace.exchanges().len();
    let visit = report.primary_visit();
    let has_failed = visit.is_some_and(|it| it.outcome.result.is_err());
    if is_last && has_failed {
        "failed"
    } else {
        "ok"
    }
}

pub(super) fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Preflight => "preflight",
        Purpose::Request => "request",
    }
}

/// The value of a finding's evidence and a line of carets under it.
pub(super) fn carets(finding: &Finding) -> Option<(String, String)> {
    use crate::finding::printable;
    let evidence = finding.evidence.as_ref()?;
    let value = evidence.value.as_deref()?;
    let width = |bytes: Option<&[u8]>| bytes.map_or(0, |bytes| printable(bytes).len());
    let before = width(value.get(..evidence.span.start));
    let under = width(value.get(evidence.span.clone())).max(1);
    let carets = format!("{}{}", " ".repeat(before), "^".repeat(under));
    Some((printable(value), carets))
}

/// Prose in lines of bounded length, each after the indentation.
pub(super) fn wrapped(text: &str, indentation: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split_whitespace() {
        let len = word.chars().count();
        if column > 0 && column + 1 + len > COLUMNS {
            out.push('\n');
            column = 0;
        }
        if column == 0 {
            out.push_str(indentation);
        } else {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += len;
    }
    out
}
