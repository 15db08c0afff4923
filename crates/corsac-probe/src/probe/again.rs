//! The same request asked again, of whoever answers next.

use std::collections::{BTreeMap, BTreeSet};

use corsac::header::is_cors_response_header_name;
use corsac::user_agent::decode_and_split;
use corsac_fetch::client::Transport;
use corsac_fetch::{
    ConnectionChoice, Outgoing, OutgoingBody, Purpose, ResponseHead, Step, UserAgent, fetch,
};

use super::asides::{answer, in_time};
use super::exchanges::is_read;
use super::{Probe, Visit};
use crate::code::Code;
use crate::finding::{Finding, Stage, printable, value_of};

/// Too many requests: what is said of who asked too often says nothing of who asks once.
const TOO_MANY_REQUESTS: u16 = 429;

/// The first request of the page, twice more, each over a connection of its own: behind a name
/// there may be several servers, and the next connection may lead to the next of them.
pub(super) async fn sent(
    probe: &Probe,
    transport: &Transport,
    now: std::time::Duration,
) -> Vec<ResponseHead> {
    let Some(outgoing) = first(probe, now) else {
        return Vec::new();
    };
    let (one, two) = tokio::join!(
        in_time(answer(transport, &outgoing)),
        in_time(answer(transport, &outgoing)),
    );
    one.into_iter().chain(two).collect()
}

/// What the page sends first, if it changes nothing.
fn first(probe: &Probe, now: std::time::Duration) -> Option<Outgoing> {
    let mut ua = UserAgent::default();
    probe.store_cookies(&mut ua, now).ok()?;
    let step = fetch(&mut ua, &probe.page, probe.request.clone(), now).ok()?;
    let Step::Send(outgoing, _) = step else {
        return None;
    };
    let is_repeatable = is_read(&outgoing) && matches!(outgoing.body, OutgoingBody::None);
    is_repeatable.then(|| Outgoing {
        connection: ConnectionChoice::New,
        ..(*outgoing).clone()
    })
}

/// That not all answers to the first request say the same.
pub(super) fn difference(visit: &Visit, again: &[ResponseHead]) -> Option<Finding> {
    let first = visit.outcome.trace.exchanges().first()?;
    let purpose = first.sent.purpose;
    let heads: Vec<&ResponseHead> = first.received.as_deref().into_iter().chain(again).collect();
    let mut counts = BTreeMap::<Permission, Vec<&ResponseHead>>::new();
    for head in heads {
        if head.status != TOO_MANY_REQUESTS {
            let permission = Permission::of(head, purpose);
            counts.entry(permission).or_default().push(head);
        }
    }
    if counts.len() < 2 {
        return None;
    }
    let told: Vec<String> = counts.values().map(|heads| told(heads)).collect();
    let why = format!("the same request is answered {}", told.join(", and "));
    Some(Finding::new(Code::AnswersDiffer, Stage::Others, why))
}

/// How often these answers came, what they say, and where from.
fn told(heads: &[&ResponseHead]) -> String {
    let times = match heads.len() {
        1 => "once".to_owned(),
        n => format!("{n} times"),
    };
    let Some(head) = heads.first() else {
        return times;
    };
    let says = match value_of(&head.headers, b"access-control-allow-origin") {
        Some(value) => format!("with `Access-Control-Allow-Origin: {}`", printable(&value)),
        None => "without `Access-Control-Allow-Origin`".to_owned(),
    };
    let addresses: BTreeSet<String> = heads
        .iter()
        .filter_map(|it| it.address)
        .map(|it| it.to_string())
        .collect();
    let addresses: Vec<String> = addresses.into_iter().collect();
    match addresses.is_empty() {
        true => format!("{times} {} {says}", head.status),
        false => format!(
            "{times} {} {says} (by {})",
            head.status,
            addresses.join(", ")
        ),
    }
}

/// What an answer says of CORS, but for how long: its lists have no order.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Permission {
    is_ok_preflight: bool,
    fields: BTreeMap<Vec<u8>, BTreeSet<Vec<u8>>>,
}

impl Permission {
    fn of(head: &ResponseHead, purpose: Purpose) -> Self {
        let names = head.headers.iter().map(|it| it.name().to_ascii_lowercase());
        let names = names
            .filter(|name| is_cors_response_header_name(name) && name != b"access-control-max-age");
        let fields = names.map(|name| {
            let value = value_of(&head.headers, &name).unwrap_or_default();
            (name, decode_and_split(&value).into_iter().collect())
        });
        Self {
            is_ok_preflight: purpose == Purpose::Preflight && (200..300).contains(&head.status),
            fields: fields.collect(),
        }
    }
}
