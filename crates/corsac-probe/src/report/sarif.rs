//! A report for code scanning: SARIF 2.1.0.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::code::{Code, Severity};
use crate::finding::Finding;
use crate::probe::Report;

/// The findings as a SARIF log.
///
/// Follows [SARIF 2.1.0](https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html).
#[must_use]
pub fn sarif(report: &Report) -> String {
    let codes: BTreeSet<Code> = report.findings.iter().map(|it| it.code).collect();
    let rules: Vec<Value> = codes.into_iter().map(rule).collect();
    let results = report.findings.iter();
    let results: Vec<Value> = results.map(|it| result(it, &report.request.url)).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "corsac",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules,
            }},
            "results": results,
        }],
    })
    .to_string()
}

fn rule(code: Code) -> Value {
    let page = code.page();
    json!({
        "id": page.name,
        "shortDescription": { "text": page.title },
        "fullDescription": { "text": page.why.replace('\n', " ") },
        "help": { "text": page.fix.replace('\n', " ") },
        "helpUri": page.spec,
        "defaultConfiguration": { "level": level(page.severity) },
    })
}

fn result(finding: &Finding, url: &str) -> Value {
    json!({
        "ruleId": finding.code.as_str(),
        "level": level(finding.severity),
        "message": { "text": format!("{}: {}", finding.title(), finding.why) },
        "locations": [{ "physicalLocation": { "artifactLocation": { "uri": url } } }],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}
