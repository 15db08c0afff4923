//! What the asides tell.

use corsac::user_agent::{HeaderList, ResponseType, decode_and_split};
use corsac_fetch::{Purpose, ResponseHead};

use super::Visit;
use super::again;
use super::asides::{Answers, Stranger};
use crate::code::{Code, Severity};
use crate::finding::{Evidence, Finding, Stage, printable, value_of};

const ALLOW_ORIGIN: &[u8] = b"access-control-allow-origin";

pub(super) fn of(visit: &Visit, answers: &Answers) -> Vec<Finding> {
    if let Some(difference) = again::difference(visit, &answers.again) {
        // Which of several servers answered what cannot be told any more.
        return vec![difference];
    }
    let mut findings = Vec::new();
    if let Some(stranger) = &answers.stranger {
        findings.extend(reflection(stranger));
    }
    let is_shared = match &visit.outcome.result {
        Ok(response) => response.r#type == ResponseType::Cors,
        Err(_) => false,
    };
    let last = visit.outcome.trace.exchanges().last();
    if let Some(head) = last.and_then(|it| it.received.as_ref())
        && is_shared
    {
        findings.extend(vary(head, answers));
        findings.extend(errors(answers));
    }
    findings
}

/// A server that names whoever asks.
fn reflection(stranger: &Stranger) -> Option<Finding> {
    let headers = &stranger.head.headers;
    let allowed = value_of(headers, ALLOW_ORIGIN)?;
    if allowed != stranger.origin.as_bytes() {
        return None;
    }
    let credentials = value_of(headers, b"access-control-allow-credentials");
    let why = match credentials.as_deref() {
        Some(b"true") => "a page of any other origin is allowed too, with the user's cookies",
        Some(_) | None => "a page of any other origin is allowed too",
    };
    let finding = Finding::new(Code::ReflectsAnyOrigin, Stage::Others, why);
    let span = 0..allowed.len();
    Some(finding.with_evidence(Evidence {
        exchange: None,
        header: "access-control-allow-origin".to_owned(),
        value: Some(allowed),
        span,
    }))
}

fn vary(head: &ResponseHead, answers: &Answers) -> Option<Finding> {
    let allowed = value_of(&head.headers, ALLOW_ORIGIN)?;
    if allowed == b"*" {
        return None;
    }
    // What a preflight is answered says nothing of what a cache keeps.
    let stranger = answers.stranger.as_ref();
    let stranger = stranger
        .filter(|it| it.purpose == Purpose::Request)
        .map(|it| &it.head);
    let mut others = stranger.into_iter().chain(&answers.nobody);
    let differs =
        |it: &ResponseHead| value_of(&it.headers, ALLOW_ORIGIN).as_ref() != Some(&allowed);
    let evidence = |headers: &HeaderList| {
        let value = value_of(headers, b"vary");
        let span = 0..value.as_ref().map_or(0, Vec::len);
        Evidence {
            exchange: None,
            header: "vary".to_owned(),
            value,
            span,
        }
    };
    if !varies_by_origin(&head.headers) {
        let why = "another origin, or none, gets another answer";
        let finding = Finding::new(Code::MissingVary, Stage::Others, why);
        return others
            .any(differs)
            .then(|| finding.with_evidence(evidence(&head.headers)));
    }
    let bare = others.find(|it| it.status == head.status && !varies_by_origin(&it.headers))?;
    let why = "the answer to another origin, or to none, does not have it";
    let finding = Finding::new(Code::VaryOnlyWhenAllowed, Stage::Others, why);
    Some(finding.with_evidence(evidence(&bare.headers)))
}

fn varies_by_origin(headers: &HeaderList) -> bool {
    let value = value_of(headers, b"vary").unwrap_or_default();
    decode_and_split(&value)
        .iter()
        .any(|it| it == b"*" || it.eq_ignore_ascii_case(b"origin"))
}

/// An error that the page would not see.
fn errors(answers: &Answers) -> Option<Finding> {
    let missing = answers.missing.as_ref()?;
    if missing.status < 400 || missing.headers.contains(ALLOW_ORIGIN) {
        return None;
    }
    let why = format!(
        "an address below this one that does not exist is answered with {} {}, without \
         `Access-Control-Allow-Origin`",
        missing.status,
        printable(&missing.status_text)
    );
    let finding = Finding::new(Code::NoAllowOriginOnError, Stage::Others, why);
    Some(finding.with_severity(Severity::Warning))
}
