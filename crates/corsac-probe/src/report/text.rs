//! A report for a terminal.

use std::fmt::Write;

use corsac::header::is_cors_response_header_name;
use corsac_fetch::{Exchange, Trace};

use super::words::{
    COLUMNS, because, browser, carets, outcome, purpose, verdict_in_words, wrapped,
};
use crate::code::Severity;
use crate::finding::{Finding, printable};
use crate::fixes;
use crate::probe::{Report, Verdict};

/// Whether a terminal shows colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "it does or does not")]
pub enum Style {
    /// It does not.
    #[default]
    Plain,
    /// It does.
    Coloured,
}

/// How much is told of what went well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "what failed, or everything")]
pub enum Detail {
    /// The headers that CORS looks at.
    #[default]
    Relevant,
    /// All headers.
    Every,
}

/// How a report is told.
#[derive(Clone, Debug, Default)]
pub struct TextOptions {
    /// Whether in colours.
    pub style: Style,
    /// How much.
    pub detail: Detail,
    /// The command that repeats the check.
    pub rerun: Option<String>,
}

/// The report in words: the verdict first and last, the steps in the order in which a browser takes
/// them, and every finding.
#[must_use]
pub fn text(report: &Report, options: &TextOptions) -> String {
    let writer = Writer { options };
    let mut out = String::new();
    let verdict = writer.verdict(report);
    let time = report.elapsed.as_millis();
    let requests = counted(report.n_requests, "request");
    let words = verdict_in_words(report);
    out.push_str(&format!("{verdict}  {words}  ({time} ms, {requests})\n\n"));
    if let Some(visit) = report.primary_visit() {
        out.push_str(&writer.steps(report, &visit.outcome.trace));
    }
    for finding in &report.findings {
        out.push_str(&writer.finding(finding));
        out.push('\n');
    }
    if lacks_snippet(report) {
        out.push_str(UNKNOWN_STACK);
        out.push('\n');
    }
    out.push_str(&writer.browsers(report));
    out.push_str(&format!("\n{verdict}  {}\n", last_line(report)));
    if let Some(rerun) = &options.rerun {
        out.push_str(&format!("again: {rerun}\n"));
    }
    out
}

/// One finding in words.
#[must_use]
pub fn finding_as_text(finding: &Finding, options: &TextOptions) -> String {
    Writer { options }.finding(finding)
}

fn counted(n: usize, word: &str) -> String {
    match n {
        1 => format!("1 {word}"),
        _ => format!("{n} {word}s"),
    }
}

fn last_line(report: &Report) -> String {
    let count = |severity| {
        let findings = report.findings.iter();
        findings.filter(|it| it.severity == severity).count()
    };
    let parts: Vec<String> = [
        (Severity::Error, "error"),
        (Severity::Warning, "warning"),
        (Severity::Info, "remark"),
    ]
    .into_iter()
    .map(|(severity, word)| (count(severity), word))
    .filter(|(n, _)| *n > 0)
    .map(|(n, word)| counted(n, word))
    .collect();
    match parts.is_empty() {
        true => "nothing to remark".to_owned(),
        false => parts.join(", "),
    }
}

/// What is below a heading begins with.
const INDENTATION: &str = "   ";

/// What is said if a fix could be written, and nobody knows in which language.
const UNKNOWN_STACK: &str =
    "--stack NAME writes the fix for your server, such as nginx, express or spring.\n";

/// Is there a fix that is written in no language, although it could be?
fn lacks_snippet(report: &Report) -> bool {
    let has_snippet = |it: &Finding| it.fix.as_ref().is_some_and(|it| it.snippet.is_some());
    let mut errors = report
        .findings
        .iter()
        .filter(|it| it.severity > Severity::Info);
    !report.findings.iter().any(has_snippet) && errors.any(|it| fixes::is_written(it.code))
}

struct Writer<'a> {
    options: &'a TextOptions,
}

impl Writer<'_> {
    fn coloured(&self, colour: &str, text: &str) -> String {
        match self.options.style {
            Style::Coloured => format!("\u{1b}[{colour}m{text}\u{1b}[0m"),
            Style::Plain => text.to_owned(),
        }
    }

    fn verdict(&self, report: &Report) -> String {
        let colour = match report.verdict {
            Verdict::Allowed => "1;32",
            Verdict::Blocked | Verdict::Unreachable => "1;31",
        };
        self.coloured(colour, &report.verdict.as_str().to_ascii_uppercase())
    }

    fn steps(&self, report: &Report, trace: &Trace) -> String {
        let mut out = String::new();
        for (at, exchange) in trace.exchanges().iter().enumerate() {
            let outcome = outcome(report, trace, at);
            let outcome = match outcome {
                "failed" => self.coloured("31", "FAIL"),
                _ => self.coloured("32", "ok"),
            };
            let _ = writeln!(
                out,
                "{}  {}  {outcome}",
                at + 1,
                purpose(exchange.sent.purpose)
            );
            for cause in because(trace, at) {
                out.push_str(&wrapped(&format!("needed: {cause}"), "   "));
                out.push('\n');
            }
            out.push_str(&self.exchange(exchange));
            out.push('\n');
        }
        out
    }

    fn exchange(&self, exchange: &Exchange) -> String {
        let mut out = String::new();
        let mut line = |mark: &str, colour: &str, text: &str| {
            let text = self.coloured(colour, &format!("{mark} {text}"));
            let _ = writeln!(out, "   {text}");
        };
        let method = printable(&exchange.sent.method);
        line(">", "36", &format!("{method} {}", exchange.sent.url));
        for header in exchange
            .sent
            .headers
            .iter()
            .filter(|it| self.is_shown(it.name()))
        {
            let (name, value) = (printable(header.name()), printable(header.value()));
            line(">", "36", &format!("{name}: {value}"));
        }
        let Some(head) = &exchange.received else {
            line("<", "31", "nothing");
            return out;
        };
        let status = format!("{} {}", head.status, printable(&head.status_text));
        line("<", "35", status.trim_end());
        for header in head.headers.iter().filter(|it| self.is_shown(it.name())) {
            let (name, value) = (printable(header.name()), printable(header.value()));
            line("<", "35", &format!("{name}: {value}"));
        }
        out
    }

    fn is_shown(&self, name: &[u8]) -> bool {
        let is_request_field = name
            .get(..22)
            .is_some_and(|it| it.eq_ignore_ascii_case(b"access-control-request"));
        let others = [
            &b"origin"[..],
            b"vary",
            b"location",
            b"cookie",
            b"authorization",
        ];
        self.options.detail == Detail::Every
            || is_request_field
            || is_cors_response_header_name(name)
            || others.into_iter().any(|it| name.eq_ignore_ascii_case(it))
    }

    fn finding(&self, finding: &Finding) -> String {
        let mut out = String::new();
        let (colour, severity) = match finding.severity {
            Severity::Error => ("1;31", "error"),
            Severity::Warning => ("1;33", "warning"),
            Severity::Info => ("1;34", "info"),
        };
        let label = self.coloured(colour, &format!("{severity}[{}]", finding.code));
        let _ = writeln!(out, "{label} {}", finding.title());
        let stage = finding.stage.as_str();
        match (&finding.evidence, carets(finding)) {
            (Some(evidence), Some((value, carets))) => {
                let start = format!("   {stage} | {}: ", evidence.header);
                let indentation = " ".repeat(start.len());
                let width = start.len() + carets.len() + finding.why.chars().count();
                let said = match width < COLUMNS + INDENTATION.len() {
                    true => self.coloured("31", &format!("{carets} {}", finding.why)),
                    false => {
                        let why = wrapped(&format!("{}.", finding.why), INDENTATION);
                        format!(
                            "{}\n{}",
                            self.coloured("31", &carets),
                            self.coloured("31", &why)
                        )
                    }
                };
                let _ = writeln!(out, "{start}{value}\n{indentation}{said}");
            }
            (Some(evidence), None) => {
                let _ = writeln!(out, "   {stage} | {} is not there", evidence.header);
            }
            (None, _) => {}
        }
        if carets(finding).is_none() {
            let _ = writeln!(out, "{}", wrapped(&format!("{}.", finding.why), "   "));
        }
        let _ = writeln!(out, "{}", wrapped(finding.code.page().why, "   "));
        let _ = writeln!(out, "   {}", finding.spec());
        out.push_str(&self.fix(finding));
        out
    }

    fn fix(&self, finding: &Finding) -> String {
        let mut out = String::new();
        let Some(fix) = &finding.fix else {
            return out;
        };
        let label = self.coloured("1;32", "fix");
        let _ = writeln!(out, "   {label}");
        let _ = writeln!(out, "{}", wrapped(fix.summary, "   "));
        if let Some(snippet) = &fix.snippet {
            let title = snippet.stack.title();
            let _ = writeln!(out, "   {title}, {} (--stack sets another):", snippet.file);
            for line in snippet.text.lines() {
                let _ = writeln!(out, "{}", format!("     {line}").trim_end());
            }
        }
        out
    }

    fn browsers(&self, report: &Report) -> String {
        let mut out = String::new();
        for visit in &report.visits {
            let verdict = Verdict::of(&visit.outcome);
            let colour = match verdict {
                Verdict::Allowed => "32",
                Verdict::Blocked | Verdict::Unreachable => "31",
            };
            let verdict = self.coloured(colour, verdict.as_str());
            let _ = writeln!(out, "{:<9} {verdict}", browser(visit.profile));
            for line in visit.message.iter().flat_map(|it| it.lines()) {
                let _ = writeln!(out, "          {line}");
            }
        }
        out
    }
}
