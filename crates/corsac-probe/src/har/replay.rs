//! Plays a recorded request again, with the answers of the recording.

use std::time::Duration;

use corsac::user_agent::{CredentialsMode, Header};
use corsac_fetch::{
    FetchRequest, Outcome, Outgoing, Page, Profile, Purpose, ResponseHead, Step, TransportFailure,
    UserAgent, fetch,
};
use url::Url;

use super::Entry;
use crate::code::Code;
use crate::diagnosis::{Case, diagnose};
use crate::finding::{Finding, Stage, value_of};
use crate::fixes::{self, Ground, Stack};

/// What is to be said of the entry of this place; `None` if the page got its answer.
pub(super) fn findings(entries: &[Entry], at: usize) -> Option<Vec<Finding>> {
    let entry = &entries[at];
    let page = page(entry.origin()?)?;
    let request = request(entries, at);
    let played = played(&page, &request, entries, at)?;
    let case = Case {
        profile: Profile::Chromium,
        ..Case::new(&page, &request)
    };
    if played.result.is_ok() {
        return entry.head().is_none().then(unexplained);
    }
    let mut findings = diagnose(&case, &played);
    findings.extend(difference(&page, &request, entries, at));
    let heads = played.trace.exchanges().iter().rev();
    let mut heads = heads.filter_map(|it| it.received.as_ref());
    let stack = heads.find_map(|head| Stack::guessed(&head.headers));
    fixes::attach(&mut findings, &Ground::of(&page, &request, &[]).on(stack));
    Some(findings)
}

/// That the same request was let through elsewhere in the recording.
fn difference(
    page: &Page,
    request: &FetchRequest,
    entries: &[Entry],
    at: usize,
) -> Option<Finding> {
    let entry = &entries[at];
    let start = at.saturating_sub(NEARBY);
    let end = entries.len().min(at + NEARBY);
    let is_same = |it: &usize| *it != at && entries[*it].asks_like(entry);
    let other = (start..end).filter(is_same).find(|it| {
        let is_answered = entries[*it].head().is_some();
        let played = played(page, request, entries, *it);
        is_answered && played.is_some_and(|it| it.result.is_ok())
    })?;
    let place = match other < at {
        true => "before",
        false => "later",
    };
    let why = format!("the same request was allowed {place}: see entry {other} of the recording");
    Some(Finding::new(Code::AnswersDiffer, Stage::Others, why))
}

/// How far from a request another one is looked for that asks the same: a recording can be long.
const NEARBY: usize = 256;

fn unexplained() -> Vec<Finding> {
    let why = "the recording has no answer, and nothing that says why";
    vec![Finding::new(Code::NetworkFailure, Stage::Connection, why)]
}

fn page(origin: &str) -> Option<Page> {
    let url = match origin {
        "null" => "data:text/html,",
        origin => origin,
    };
    Url::parse(url).ok().map(Page::new)
}

/// What the script asked for, as far as the recording tells: the headers that needed permission,
/// and credentials if cookies went along.
fn request(entries: &[Entry], at: usize) -> FetchRequest {
    let entry = &entries[at];
    let mut request = FetchRequest::new(entry.request.url.as_str());
    request.method = entry.request.method.clone().into_bytes();
    let asked = preflight(entries, at).and_then(|it| it.sent("access-control-request-headers"));
    let asked: Vec<&str> = asked
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .collect();
    for name in asked.into_iter().filter(|it| !it.is_empty()) {
        // A value that needs permission whatever the name.
        let value = entry.sent(name).unwrap_or("\"unknown\"");
        request.headers.push((name.into(), value.into()));
    }
    if entry.sent("cookie").is_some() {
        request.credentials = CredentialsMode::Include;
    }
    request
}

/// The preflight of an entry: the nearest one of its address.
fn preflight(entries: &[Entry], at: usize) -> Option<&Entry> {
    let entry = &entries[at];
    let is_its = |it: &&Entry| {
        let method = it.sent("access-control-request-method");
        it.is_preflight()
            && it.request.url == entry.request.url
            && method == Some(entry.request.method.as_str())
    };
    let before = entries[..at].iter().rev().find(is_its);
    before.or_else(|| entries[at..].iter().find(is_its))
}

fn played(page: &Page, request: &FetchRequest, entries: &[Entry], at: usize) -> Option<Outcome> {
    let mut ua = UserAgent::new(Profile::Chromium);
    let mut step = fetch(&mut ua, page, request.clone(), Duration::ZERO).ok()?;
    loop {
        let (outgoing, pending) = match step {
            Step::Send(outgoing, pending) => (outgoing, pending),
            Step::Done(outcome) => return Some(*outcome),
        };
        step = match answer(&outgoing, entries, at) {
            Some(head) => pending.receive(&mut ua, head, Duration::ZERO),
            None => pending.fail(&mut ua, TransportFailure::Closed),
        };
    }
}

/// The recorded answer to a request.
fn answer(outgoing: &Outgoing, entries: &[Entry], at: usize) -> Option<ResponseHead> {
    let is_answer = |it: &&Entry| {
        it.request.url == outgoing.url.as_str()
            && it.request.method.as_bytes() == &*outgoing.method
            && it.is_preflight() == (outgoing.purpose == Purpose::Preflight)
    };
    match outgoing.purpose {
        Purpose::Preflight => match preflight(entries, at) {
            Some(entry) => entry.head(),
            // Chromium records preflights only if it is told to: then the request speaks for it.
            None => Some(imagined_answer(outgoing)),
        },
        Purpose::Request => entries[at..].iter().find(is_answer)?.head(),
    }
}

/// An answer that allows what a preflight asks for.
fn imagined_answer(outgoing: &Outgoing) -> ResponseHead {
    let asked = |name: &[u8]| value_of(&outgoing.headers, name).unwrap_or_default();
    let origin = asked(b"origin");
    let method = asked(b"access-control-request-method");
    let names = asked(b"access-control-request-headers");
    let allowed = [
        (&b"Access-Control-Allow-Origin"[..], &origin[..]),
        (b"Access-Control-Allow-Credentials", b"true"),
        (b"Access-Control-Allow-Methods", &method),
        (b"Access-Control-Allow-Headers", &names),
    ];
    let headers = allowed
        .iter()
        .filter_map(|(name, value)| Header::new(name, value));
    ResponseHead {
        status: 204,
        status_text: Vec::new(),
        headers: headers.collect(),
        address: None,
    }
}
