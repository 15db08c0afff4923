//! A report as one JSON object.
//!
//! Bytes of headers are the code points 0 to 255, as a script sees them.

use corsac::user_agent::{CredentialsMode, HeaderList, RequestMode};
use corsac_fetch::{Exchange, FilteredResponse};
use serde::Serialize;

use super::words::{because, outcome, purpose};
use crate::diagnosis::page_origin;
use crate::explain::Explanation;
use crate::finding::{Evidence, Finding};
use crate::fixes::Fix;
use crate::har::Recorded;
use crate::probe::{Report, Verdict};

#[derive(Serialize)]
struct Reported<'a> {
    schema: &'static str,
    verdict: &'static str,
    request: Request<'a>,
    browsers: Vec<Browser<'a>>,
    steps: Vec<Step>,
    readable: Option<Readable>,
    findings: Vec<ReportedFinding<'a>>,
}

#[derive(Serialize)]
struct Request<'a> {
    url: &'a str,
    origin: String,
    method: String,
    mode: &'static str,
    credentials: &'static str,
    headers: Vec<[String; 2]>,
}

#[derive(Serialize)]
struct Browser<'a> {
    browser: &'static str,
    verdict: &'static str,
    message: Option<&'a str>,
}

#[derive(Serialize)]
struct Step {
    step: &'static str,
    sent: Sent,
    received: Option<Received>,
    because: Vec<String>,
    outcome: &'static str,
}

#[derive(Serialize)]
struct Sent {
    method: String,
    url: String,
    headers: Vec<[String; 2]>,
}

#[derive(Serialize)]
struct Received {
    status: u16,
    headers: Vec<[String; 2]>,
}

#[derive(Serialize)]
struct Readable {
    status: u16,
    headers: Vec<String>,
    body: bool,
}

#[derive(Serialize)]
pub(super) struct ReportedFinding<'a> {
    code: &'static str,
    severity: &'static str,
    step: &'static str,
    title: &'static str,
    why: &'a str,
    spec: &'static str,
    evidence: Option<ReportedEvidence<'a>>,
    fix: Option<ReportedFix<'a>>,
}

#[derive(Serialize)]
struct ReportedEvidence<'a> {
    header: &'a str,
    value: Option<String>,
    span: [usize; 2],
}

#[derive(Serialize)]
struct ReportedFix<'a> {
    summary: String,
    stack: Option<&'static str>,
    snippet: Option<&'a str>,
}

/// The name of the schema of [`json`].
pub const CHECK_SCHEMA: &str = "corsac.check/1";

/// The report as one JSON object, by the schema `corsac.check/1`.
///
/// # Panics
///
/// Never: texts and numbers are JSON.
#[must_use]
pub fn json(report: &Report) -> String {
    let visit = report.primary_visit();
    let steps = visit.map_or_else(Vec::new, |visit| {
        let trace = &visit.outcome.trace;
        let exchanges = trace.exchanges().iter().enumerate();
        let step = |(at, exchange): (usize, &Exchange)| Step {
            step: purpose(exchange.sent.purpose),
            sent: sent(exchange),
            received: exchange.received.as_ref().map(|head| Received {
                status: head.status,
                headers: pairs(&head.headers),
            }),
            because: because(trace, at),
            outcome: outcome(report, trace, at),
        };
        exchanges.map(step).collect()
    });
    let shared = visit.and_then(|it| it.outcome.result.as_ref().ok());
    let reported = Reported {
        schema: CHECK_SCHEMA,
        verdict: report.verdict.as_str(),
        request: request(report),
        browsers: browsers(report),
        steps,
        readable: shared.map(readable),
        findings: report.findings.iter().map(finding).collect(),
    };
    serde_json::to_string(&reported).expect("texts and numbers are JSON")
}

#[derive(Serialize)]
struct ReportedExplanation<'a> {
    browser: &'static str,
    named: ReportedNamed<'a>,
    unknown: Vec<&'static str>,
    findings: Vec<ReportedFinding<'a>>,
}

#[derive(Serialize)]
struct ReportedNamed<'a> {
    url: Option<&'a str>,
    origin: Option<&'a str>,
    value: Option<&'a str>,
    method: Option<&'a str>,
    header: Option<&'a str>,
    status: Option<u16>,
}

#[derive(Serialize)]
struct ReportedRecord<'a> {
    entry: usize,
    url: &'a str,
    method: &'a str,
    origin: &'a str,
    findings: Vec<ReportedFinding<'a>>,
}

/// What messages say, as one JSON object.
///
/// # Panics
///
/// Never: texts and numbers are JSON.
#[must_use]
pub fn explanations_as_json(explanations: &[Explanation]) -> String {
    let messages: Vec<ReportedExplanation<'_>> = explanations.iter().map(explanation).collect();
    let object = serde_json::json!({ "schema": "corsac.explain/1", "messages": messages });
    object.to_string()
}

fn explanation(explanation: &Explanation) -> ReportedExplanation<'_> {
    let named = &explanation.named;
    ReportedExplanation {
        browser: explanation.browser.name(),
        named: ReportedNamed {
            url: named.url.as_deref(),
            origin: named.origin.as_deref(),
            value: named.value.as_deref(),
            method: named.method.as_deref(),
            header: named.header.as_deref(),
            status: named.status,
        },
        unknown: explanation.unknown.iter().map(|it| it.question()).collect(),
        findings: explanation.findings.iter().map(finding).collect(),
    }
}

/// What a recording says, as one JSON object.
///
/// # Panics
///
/// Never: texts and numbers are JSON.
#[must_use]
pub fn recorded_as_json(recorded: &[Recorded]) -> String {
    let entries: Vec<ReportedRecord<'_>> = recorded
        .iter()
        .map(|it| ReportedRecord {
            entry: it.entry,
            url: &it.url,
            method: &it.method,
            origin: &it.origin,
            findings: it.findings.iter().map(finding).collect(),
        })
        .collect();
    serde_json::json!({ "schema": "corsac.explain/1", "entries": entries }).to_string()
}

fn request(report: &Report) -> Request<'_> {
    let request = &report.request;
    let headers = request.headers.iter();
    Request {
        url: &request.url,
        origin: page_origin(&report.page),
        method: text(&request.method),
        mode: match request.mode {
            RequestMode::SameOrigin => "same-origin",
            RequestMode::NoCors => "no-cors",
            _ => "cors",
        },
        credentials: match request.credentials {
            CredentialsMode::Omit => "omit",
            CredentialsMode::SameOrigin => "same-origin",
            CredentialsMode::Include => "include",
        },
        headers: headers
            .map(|(name, value)| [text(name), text(value)])
            .collect(),
    }
}

fn browsers(report: &Report) -> Vec<Browser<'_>> {
    let visits = report.visits.iter();
    visits
        .map(|visit| Browser {
            browser: visit.profile.name(),
            verdict: Verdict::of(&visit.outcome).as_str(),
            message: visit.message.as_deref(),
        })
        .collect()
}

fn sent(exchange: &Exchange) -> Sent {
    Sent {
        method: text(&exchange.sent.method),
        url: exchange.sent.url.as_str().to_owned(),
        headers: pairs(&exchange.sent.headers),
    }
}

fn readable(response: &FilteredResponse) -> Readable {
    let names = response.headers.iter().map(|it| text(it.name()));
    Readable {
        status: response.status,
        headers: names.collect(),
        body: response.has_body,
    }
}

pub(super) fn finding(finding: &Finding) -> ReportedFinding<'_> {
    ReportedFinding {
        code: finding.code.as_str(),
        severity: finding.severity.as_str(),
        step: finding.stage.as_str(),
        title: finding.title(),
        why: &finding.why,
        spec: finding.spec(),
        evidence: finding.evidence.as_ref().map(evidence),
        fix: finding.fix.as_ref().map(fix),
    }
}

fn evidence(evidence: &Evidence) -> ReportedEvidence<'_> {
    ReportedEvidence {
        header: &evidence.header,
        value: evidence.value.as_deref().map(text),
        span: [evidence.span.start, evidence.span.end],
    }
}

fn fix(fix: &Fix) -> ReportedFix<'_> {
    let snippet = fix.snippet.as_ref();
    ReportedFix {
        summary: fix.summary.replace('\n', " "),
        stack: snippet.map(|it| it.stack.name()),
        snippet: snippet.map(|it| it.text.as_str()),
    }
}

fn pairs(headers: &HeaderList) -> Vec<[String; 2]> {
    let headers = headers.iter();
    headers
        .map(|header| [text(header.name()), text(header.value())])
        .collect()
}

/// Follows [isomorphic decode](https://infra.spec.whatwg.org/#isomorphic-decode).
fn text(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}
