//! The outcome of a fetch as one JSON object.
//!
//! Bytes of headers are the code points 0 to 255, as a script sees them.

use corsac::user_agent::{HeaderList, ResponseTainting, ResponseType};
use corsac_fetch::client::ResponseBody;
use corsac_fetch::{
    Event, Exchange, FilteredResponse, Outcome, Purpose, ResponseHead, StepOutcome, Trace,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Verdict, cut_off};
use crate::exit::Failure;
use crate::terminal;

/// The longest body that goes into the object, in bytes: it is held in memory.
pub(super) const MAX_BODY_LEN: u64 = 64 * 1024 * 1024;

/// What `--json` prints.
#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    outcome: &'static str,
    error: Option<ReportedError>,
    readable: Option<Readable>,
    exchanges: Vec<ReportedExchange<'a>>,
    events: Vec<ReportedEvent>,
}

#[derive(Serialize)]
struct ReportedError {
    code: &'static str,
    message: String,
    spec: String,
    step: &'static str,
}

/// What the script sees.
#[derive(Serialize)]
struct Readable {
    r#type: &'static str,
    url: Option<String>,
    redirected: bool,
    status: u16,
    status_text: String,
    headers: Vec<[String; 2]>,
    /// What `response.text()` gives.
    body: Option<String>,
}

#[derive(Serialize)]
struct ReportedExchange<'a> {
    purpose: &'static str,
    sent: Sent<'a>,
    received: Option<Received>,
}

#[derive(Serialize)]
struct Sent<'a> {
    method: String,
    url: &'a str,
    headers: Vec<[String; 2]>,
}

#[derive(Serialize)]
struct Received {
    status: u16,
    status_text: String,
    headers: Vec<[String; 2]>,
}

#[derive(Serialize)]
struct ReportedEvent {
    event: &'static str,
    spec: String,
    step: &'static str,
    #[serde(flatten)]
    details: Map<String, Value>,
}

pub(super) async fn print(outcome: &Outcome, body: Option<ResponseBody>) -> Result<(), Failure> {
    let body = match body {
        Some(body) => Some(body.bytes().await.map_err(|failure| cut_off(&failure))?),
        None => None,
    };
    let body = body.map(|bytes| decoded(&bytes));
    let exchanges = outcome.trace.exchanges().iter();
    let events = outcome.trace.events().iter();
    let report = Report {
        schema: "corsac.fetch/1",
        outcome: Verdict::of(outcome).as_str(),
        error: outcome.result.as_ref().err().map(|error| ReportedError {
            code: error.code(),
            message: error.to_string(),
            spec: error.rule().url(),
            step: error.rule().step,
        }),
        readable: outcome
            .result
            .as_ref()
            .ok()
            .map(|response| readable(response, body)),
        exchanges: exchanges.map(exchange).collect(),
        events: events.map(|it| event(it, &outcome.trace)).collect(),
    };
    let mut json = serde_json::to_string(&report).expect("texts and numbers are JSON");
    json.push('\n');
    terminal::print(&json)
}

/// Follows [UTF-8 decode](https://encoding.spec.whatwg.org/#utf-8-decode).
fn decoded(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    String::from_utf8_lossy(bytes).into_owned()
}

fn readable(response: &FilteredResponse, body: Option<String>) -> Readable {
    let headers = super::sorted_and_combined(&response.headers).into_iter();
    Readable {
        r#type: match response.r#type {
            ResponseType::Basic => "basic",
            ResponseType::Default => "default",
            ResponseType::Error => "error",
            ResponseType::Cors => "cors",
            ResponseType::Opaque => "opaque",
            ResponseType::OpaqueRedirect => "opaqueredirect",
        },
        url: response.url.as_ref().map(|url| url.as_str().to_owned()),
        redirected: response.redirected,
        status: response.status,
        status_text: text(&response.status_text),
        headers: headers
            .map(|(name, value)| [text(&name), text(&value)])
            .collect(),
        body,
    }
}

fn exchange(exchange: &Exchange) -> ReportedExchange<'_> {
    ReportedExchange {
        purpose: match exchange.sent.purpose {
            Purpose::Preflight => "preflight",
            Purpose::Request => "request",
        },
        sent: Sent {
            method: text(&exchange.sent.method),
            url: exchange.sent.url.as_str(),
            headers: pairs(&exchange.sent.headers),
        },
        received: exchange.received.as_deref().map(received),
    }
}

fn received(head: &ResponseHead) -> Received {
    Received {
        status: head.status,
        status_text: text(&head.status_text),
        headers: pairs(&head.headers),
    }
}

fn event(event: &Event, trace: &Trace) -> ReportedEvent {
    let details = match details(&event.outcome, trace) {
        Value::Object(details) => details,
        _ => Map::new(),
    };
    ReportedEvent {
        event: event.outcome.name(),
        spec: event.rule.url(),
        step: event.rule.step,
        details,
    }
}

fn details(outcome: &StepOutcome, trace: &Trace) -> Value {
    match outcome {
        StepOutcome::Tainted(tainting, reason) => {
            let tainting = match tainting {
                ResponseTainting::Basic => "basic",
                ResponseTainting::Cors => "cors",
                ResponseTainting::Opaque => "opaque",
            };
            json!({ "tainting": tainting, "because": reason.to_string() })
        }
        StepOutcome::PreflightNeeded(causes) => {
            let causes: Vec<String> = causes.iter().map(|it| it.to_string()).collect();
            json!({ "because": causes })
        }
        StepOutcome::Sent {
            exchange,
            credentials,
        } => {
            json!({ "exchange": exchange, "credentials": credentials })
        }
        StepOutcome::Received { exchange } => json!({ "exchange": exchange }),
        StepOutcome::Compared(it) => json!({
            "exchange": it.exchange,
            "header": it.header,
            "received": trace.compared_value(it).as_deref().map(text),
            "expected": text(it.expected.as_bytes()),
            "span": [it.span.start, it.span.end],
            "holds": it.holds,
        }),
        StepOutcome::PreflightStored { max_age } => json!({ "max_age": max_age }),
        StepOutcome::CookieRefused(refusal) => json!({ "code": refusal.code() }),
        StepOutcome::Redirected { to } => json!({ "to": to.as_str() }),
        StepOutcome::Failed(error) => json!({ "code": error.code() }),
        _ => Value::Null,
    }
}

fn pairs(headers: &HeaderList) -> Vec<[String; 2]> {
    headers
        .iter()
        .map(|header| [text(header.name()), text(header.value())])
        .collect()
}

/// Follows [isomorphic decode](https://infra.spec.whatwg.org/#isomorphic-decode).
fn text(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}
