//! A report for pipelines: JUnit's XML.

use std::fmt::Write;

use crate::code::Severity;
use crate::probe::{Report, Verdict};

/// A test case for each browser, and one for each finding besides.
#[must_use]
pub fn junit(report: &Report) -> String {
    let url = escaped(&report.request.url);
    let mut cases = String::new();
    let mut n_cases = 0;
    let mut n_failures = 0;
    for visit in &report.visits {
        n_cases += 1;
        let name = visit.profile.name();
        let verdict = Verdict::of(&visit.outcome);
        let _ = write!(cases, "    <testcase classname=\"{url}\" name=\"{name}\"");
        if verdict == Verdict::Allowed {
            cases.push_str("/>\n");
            continue;
        }
        n_failures += 1;
        let message = escaped(visit.message.as_deref().unwrap_or(verdict.as_str()));
        let _ = writeln!(
            cases,
            ">\n      <failure type=\"{}\">{message}</failure>\n    </testcase>",
            verdict.as_str()
        );
    }
    for finding in &report.findings {
        n_cases += 1;
        let code = finding.code.as_str();
        let text = escaped(&format!("{}: {}", finding.title(), finding.why));
        let _ = write!(cases, "    <testcase classname=\"{url}\" name=\"{code}\">");
        match finding.severity {
            Severity::Error => {
                n_failures += 1;
                let _ = write!(cases, "<failure type=\"{code}\">{text}</failure>");
            }
            Severity::Warning | Severity::Info => {
                let _ = write!(cases, "<system-out>{text}</system-out>");
            }
        }
        cases.push_str("</testcase>\n");
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"corsac \
         check\" tests=\"{n_cases}\" failures=\"{n_failures}\">\n{cases}  </testsuite>\n\
         </testsuites>\n"
    )
}

/// Text that XML can have: what it cannot is left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(char),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => out.push(char),
        }
    }
    out
}
