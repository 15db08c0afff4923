//! Whether what is in front of the server, and not the server, keeps the answer from the page.

use std::sync::Arc;

use corsac::user_agent::{Header, HeaderList};
use corsac_fetch::client::{ClientOptions, Transport};
use corsac_fetch::{ConnectionChoice, Exchange, NetworkError, Outgoing, Purpose, ResponseHead};

use super::asides::{answer, in_time};
use super::exchanges::is_read;
use super::{Probe, Visit};
use crate::code::{Code, Severity};
use crate::finding::{Evidence, Finding, Stage, printable, value_of};

const ALLOW_ORIGIN: &[u8] = b"access-control-allow-origin";

/// What is appended to an address that no cache has seen yet.
const FRESH_QUERY: &str = "corsac-probe";

/// What caches say of themselves, and how the value begins if they had the answer.
const CACHE_SIGNS: [(&[u8], &[u8]); 4] = [
    (b"x-cache", b"hit"),
    (b"cf-cache-status", b"hit"),
    (b"x-cache-status", b"hit"),
    (b"x-proxy-cache", b"hit"),
];

/// Fields by which something that is in front of a server gives itself away.
const PROXY_SIGNS: [&[u8]; 6] = [
    b"via",
    b"x-cache",
    b"cf-ray",
    b"x-amz-cf-id",
    b"x-served-by",
    b"x-cache-status",
];

/// Asks past what is in front of the server; returns how many requests that took besides.
pub(super) async fn findings(
    probe: &Probe,
    (visit, nobody): (&Visit, Option<&ResponseHead>),
    options: &ClientOptions,
) -> (Vec<Finding>, usize) {
    let is_cors = matches!(
        visit.outcome.result,
        Err(NetworkError::CorsCheck(_) | NetworkError::Preflight(_))
    );
    let last = visit.outcome.trace.exchanges().last();
    let (true, Some(last), Ok(transport)) = (is_cors, last, Transport::new(options)) else {
        return (Vec::new(), 0);
    };
    let Some(head) = last.received.as_deref().filter(|_| is_read(&last.sent)) else {
        return (Vec::new(), 0);
    };
    let (fresh, direct) = tokio::join!(
        in_time(fresh(last, head, &transport)),
        in_time(direct(probe, last, &transport)),
    );
    let n_requests = usize::from(fresh.is_some()) + usize::from(direct.is_some());
    let mut findings = Vec::new();
    findings.extend(fresh.and_then(|it| stale(last, head, &it)));
    match direct {
        Some(direct) => findings.extend(changed(last, &direct)),
        None => findings.extend(perhaps_changed(last, head, nobody)),
    }
    (findings, n_requests)
}

/// Whether an answer is for the page, or for all.
fn names_page(sent: &Outgoing, head: &ResponseHead) -> bool {
    let allowed = value_of(&head.headers, ALLOW_ORIGIN);
    allowed.is_some_and(|it| it == b"*" || Some(it) == value_of(&sent.headers, b"origin"))
}

/// The answer to the same request under an address that no cache knows, if a cache gave the last.
async fn fresh(
    exchange: &Exchange,
    head: &ResponseHead,
    transport: &Transport,
) -> Option<ResponseHead> {
    cache_sign(&head.headers)?;
    if exchange.sent.purpose != Purpose::Request {
        return None;
    }
    let mut outgoing = (*exchange.sent).clone();
    let mut url = outgoing.url.as_ref().clone();
    url.query_pairs_mut().append_key_only(FRESH_QUERY);
    outgoing.url = Arc::new(url);
    let no_cache = Header::new(b"Cache-Control", b"no-cache")?;
    outgoing.headers.set(no_cache);
    answer(transport, &outgoing).await
}

/// The field that says that a cache had the answer.
fn cache_sign(headers: &HeaderList) -> Option<(&'static [u8], Vec<u8>)> {
    let age = value_of(headers, b"age").filter(|it| it.iter().any(|it| (b'1'..=b'9').contains(it)));
    let mut signs = CACHE_SIGNS.into_iter().filter_map(|(name, start)| {
        let value = value_of(headers, name)?;
        let is_hit = value.to_ascii_lowercase().starts_with(start);
        is_hit.then_some((name, value))
    });
    age.map(|it| (&b"age"[..], it)).or_else(|| signs.next())
}

/// A cache keeps an answer that the server would not give any more.
fn stale(exchange: &Exchange, head: &ResponseHead, fresh: &ResponseHead) -> Option<Finding> {
    let is_better = !names_page(&exchange.sent, head) && names_page(&exchange.sent, fresh);
    let (name, value) = cache_sign(&head.headers)?;
    let why = format!(
        "a cache gave the answer, and the server itself says `Access-Control-Allow-Origin: {}`",
        said(fresh)
    );
    let finding = Finding::new(Code::AnswerFromCache, Stage::Others, why);
    is_better.then(|| finding.with_evidence(whole(name, value)))
}

/// The answer of the server itself, if it is known where that is.
async fn direct(probe: &Probe, exchange: &Exchange, transport: &Transport) -> Option<ResponseHead> {
    let behind = probe.behind.as_ref()?;
    let mut url = behind.clone();
    url.set_path(exchange.sent.url.path());
    url.set_query(exchange.sent.url.query());
    let outgoing = Outgoing {
        url: Arc::new(url),
        connection: ConnectionChoice::New,
        ..(*exchange.sent).clone()
    };
    answer(transport, &outgoing).await
}

/// The server allows the page, and what is in front of it does not.
fn changed(exchange: &Exchange, direct: &ResponseHead) -> Option<Finding> {
    let why = format!(
        "asked directly, the server says `Access-Control-Allow-Origin: {}`",
        said(direct)
    );
    let finding = Finding::new(Code::ChangedByProxy, Stage::Others, why);
    names_page(&exchange.sent, direct).then_some(finding)
}

/// The server decides by the origin, and gives the same answer whatever it is: perhaps it is never
/// told.
fn perhaps_changed(
    exchange: &Exchange,
    head: &ResponseHead,
    nobody: Option<&ResponseHead>,
) -> Option<Finding> {
    let varies = value_of(&head.headers, b"vary")?;
    let varies = varies.to_ascii_lowercase();
    let mut varies = varies.split(|it| *it == b',').map(<[u8]>::trim_ascii);
    let is_blind = varies.any(|it| it == b"origin") && !head.headers.contains(ALLOW_ORIGIN);
    let is_same =
        nobody.is_some_and(|it| it.status == head.status && !it.headers.contains(ALLOW_ORIGIN));
    if !is_blind || !is_same || exchange.sent.purpose != Purpose::Request {
        return None;
    }
    let mut signs = PROXY_SIGNS.into_iter();
    let (name, value) = signs.find_map(|name| Some((name, value_of(&head.headers, name)?)))?;
    let why = "the answer depends on the origin, and is the same without one: either the server \
               does not list this page, or it never sees the field `Origin`";
    let finding = Finding::new(Code::ChangedByProxy, Stage::Others, why);
    let finding = finding.with_severity(Severity::Info);
    Some(finding.with_evidence(whole(name, value)))
}

fn said(head: &ResponseHead) -> String {
    printable(&value_of(&head.headers, ALLOW_ORIGIN).unwrap_or_default())
}

fn whole(name: &[u8], value: Vec<u8>) -> Evidence {
    Evidence {
        exchange: None,
        header: printable(name),
        span: 0..value.len(),
        value: Some(value),
    }
}
