//! A report for a pull request or an issue.

use std::fmt::Write;

use super::words::{browser, carets, verdict_in_words};
use crate::diagnosis::page_origin;
use crate::finding::{Finding, printable};
use crate::probe::{Report, Verdict};

/// The report in Markdown.
#[must_use]
pub fn markdown(report: &Report) -> String {
    let mut out = String::new();
    let method = printable(&report.request.method);
    let verdict = report.verdict.as_str();
    let _ = writeln!(out, "## `{method} {}` is {verdict}\n", report.request.url);
    let _ = writeln!(
        out,
        "From a page of `{}`: {}.\n",
        page_origin(&report.page),
        verdict_in_words(report)
    );
    out.push_str("| browser | verdict | what it prints |\n|---|---|---|\n");
    for visit in &report.visits {
        let message = visit.message.as_deref().unwrap_or_default();
        let message = message.replace('|', "\\|").replace('\n', "<br>");
        let name = browser(visit.profile);
        let verdict = Verdict::of(&visit.outcome).as_str();
        let _ = writeln!(out, "| {name} | {verdict} | {message} |");
    }
    for finding in &report.findings {
        out.push_str(&of_finding(finding));
    }
    out
}

fn of_finding(finding: &Finding) -> String {
    let mut out = String::new();
    let page = finding.code.page();
    let severity = finding.severity.as_str();
    let _ = writeln!(out, "\n### {severity}: {} (`{}`)\n", page.title, page.name);
    if let (Some(evidence), Some((value, carets))) = (&finding.evidence, carets(finding)) {
        let indentation = " ".repeat(evidence.header.len() + 2);
        let header = &evidence.header;
        let _ = writeln!(
            out,
            "```text\n{header}: {value}\n{indentation}{carets}\n```\n"
        );
    }
    let _ = writeln!(out, "{}.\n\n{}\n{}", finding.why, page.why, page.spec);
    let Some(fix) = &finding.fix else {
        return out;
    };
    let _ = writeln!(out, "\n{}", fix.summary);
    if let Some(snippet) = &fix.snippet {
        let title = snippet.stack.title();
        let _ = writeln!(
            out,
            "\n{title}, `{}`:\n\n```text\n{}\n```",
            snippet.file, snippet.text
        );
    }
    out
}
