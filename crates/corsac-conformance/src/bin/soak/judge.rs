//! Whether an answer is the right one.

use std::time::Duration;

use tokio::time::Instant;

use crate::World;
use crate::client::{Seen, Speech};
use crate::ledger::{Attempt, IN_TIME, State};
use crate::plan::{Framing, Kind, Plan, Protocol};
use crate::upstream::Mood;
use crate::wire::{self, Fields};

/// A request, and what is known about it.
pub(crate) struct Asked<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) attempts: &'a [Attempt],
    pub(crate) start: Instant,
    /// The policies that may have been in force.
    pub(crate) policies: &'a [usize],
    pub(crate) speech: Speech,
    /// The longest time in which the client neither sent nor got anything.
    pub(crate) longest_pause: Duration,
}

impl Asked<'_> {
    /// Did nothing happen for seconds, although the server had answered at once?
    ///
    /// It is what comes of a wake that is forgotten: the next timer makes good for it.
    pub(crate) fn was_held_up(&self) -> bool {
        self.attempts.len() == 1
            && self.attempts.iter().all(Attempt::is_good)
            && self.longest_pause >= HOLD_UP
    }
}

/// As long as the gateway waits for an answer, nearly.
const HOLD_UP: Duration = Duration::from_millis(4500);

/// The name of answers that are right and were there seconds ago, which are counted as right too.
pub(crate) const HELD_UP: &str = "of these, right but held up";

/// What an answer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The one that belongs to the request, and whole.
    Right,
    /// The gateway's own, with its code, and for a reason.
    Failure(String),
    /// It broke off where the server's broke off.
    BrokenOff,
    /// The gateway's own, as the server was slow, or the client; that the server has answered at
    /// last is nothing that the gateway could know.
    Late,
    /// None, or not whole, although a server had answered whole and in time.
    Lost(String),
    /// Anything else.
    Wrong(String),
}

impl Verdict {
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Right => "answered right",
            Self::Failure(_) => "answered with a failure of the gateway",
            Self::BrokenOff => "broken off where the server broke off",
            Self::Late => "answered too late",
            Self::Lost(_) => LOST,
            Self::Wrong(_) => "answered wrongly",
        }
    }
}

/// The name of what must not be.
pub(crate) const LOST: &str = "lost though answered";

/// Judges what a client has seen.
pub(crate) fn judge(world: &World, asked: &Asked<'_>, seen: &Seen) -> Verdict {
    let verdict = judge_content(world, asked, seen);
    let is_good = !matches!(verdict, Verdict::Lost(_) | Verdict::Wrong(_));
    if is_good && seen.status.is_some() {
        let fields = of_policy(asked.plan, seen);
        let kind = kind_of(asked.plan.kind);
        let expected = |it: &&usize| world.calm[**it][kind][asked.plan.origin] == fields;
        if !asked.policies.iter().any(|it| expected(&it)) {
            let policies = asked.policies;
            return Verdict::Wrong(format!(
                "{fields:?} is of none of the policies {policies:?}"
            ));
        }
    }
    verdict
}

/// Preflights have fields of their own.
pub(crate) fn kind_of(kind: Kind) -> usize {
    usize::from(kind == Kind::Preflight)
}

/// What of an answer is the policy's, in an order that does not matter: the CORS fields, and the
/// status of a preflight.
pub(crate) fn of_policy(plan: &Plan, seen: &Seen) -> Fields {
    let is_cors = |name: &str| name.starts_with("access-control-") || name == "vary";
    let of_policy = seen.fields.iter().filter(|(name, _)| is_cors(name));
    let mut of_policy: Fields = of_policy.cloned().collect();
    if plan.kind == Kind::Preflight {
        let status = seen.status.unwrap_or_default();
        of_policy.push((":status".to_owned(), status.to_string()));
    }
    of_policy.sort();
    of_policy
}

fn judge_content(world: &World, asked: &Asked<'_>, seen: &Seen) -> Verdict {
    let Asked { plan, attempts, .. } = asked;
    let last = attempts.last();
    if seen.took_too_long {
        return match last.is_some_and(Attempt::is_good) {
            true => Verdict::Lost("it did not come to an end".to_owned()),
            false => Verdict::Wrong("it did not come to an end".to_owned()),
        };
    }
    if seen.is_malformed {
        return Verdict::Wrong("it is no HTTP".to_owned());
    }
    if plan.kind == Kind::Preflight {
        let is_preflights = matches!(seen.status, Some(204 | 403)) && seen.is_whole;
        return match is_preflights && attempts.is_empty() {
            true => Verdict::Right,
            false => Verdict::Wrong("the preflight was not answered".to_owned()),
        };
    }
    match seen.status {
        Some(200) => judge_answer(plan, seen, last),
        Some(status) if seen.is_whole => {
            let code = String::from_utf8_lossy(&seen.body);
            let code = code.split(':').next().unwrap_or_default().to_owned();
            judge_failure(world, asked, status, code)
        }
        Some(_) => Verdict::Wrong("the gateway's own answer broke off".to_owned()),
        None => judge_silence(asked.speech, last),
    }
}

/// Judges what begins like the answer of a server.
fn judge_answer(plan: &Plan, seen: &Seen, last: Option<&Attempt>) -> Verdict {
    let number = plan.number.to_string();
    if wire::field(&seen.fields, "x-request") != Some(&number) {
        return Verdict::Wrong("it is the answer to another request".to_owned());
    }
    let body = plan.response_body();
    let is_whole = seen.is_whole && seen.body == body;
    if !body.starts_with(&seen.body) {
        return Verdict::Wrong("its body is another one".to_owned());
    }
    let Some(last) = last else {
        return Verdict::Wrong("no server has answered".to_owned());
    };
    match last.state {
        _ if is_whole => Verdict::Right,
        State::Answering(_) | State::Answered(_) if !seen.is_whole => {
            Verdict::Lost("it broke off".to_owned())
        }
        State::BrokenOff | State::Cut(_) if !seen.is_whole => Verdict::BrokenOff,
        State::BrokenOff | State::Cut(_) if plan.framing == Framing::Close => {
            Verdict::Wrong("what broke off looks whole, by its end".to_owned())
        }
        _ => Verdict::Wrong("a part of it looks whole".to_owned()),
    }
}

/// Judges an answer of the gateway itself: is there a reason for it?
fn judge_failure(world: &World, asked: &Asked<'_>, status: u16, code: String) -> Verdict {
    let Asked { plan, attempts, .. } = asked;
    let last = attempts.last();
    if last.is_some_and(Attempt::is_good) {
        return Verdict::Lost(format!("it is answered with {status} {code}"));
    }
    let state = last.map(|it| it.state);
    let since = asked.start.checked_sub(SLACK).unwrap_or(asked.start);
    let was = |is_meant: fn(Mood) -> bool| {
        let mut servers = plan.route.servers().iter();
        servers.any(|&it| world.servers[it].was(is_meant, since))
    };
    let is_late = last.is_some_and(Attempt::is_late);
    let is_broken_off = last.is_some_and(Attempt::is_broken_off);
    // On a connection that is shared, the fault may be that of another exchange.
    let is_shared = plan.route.protocol() == Protocol::Http2;
    let closes = match is_shared {
        true => Mood::closes_shared,
        false => Mood::closes,
    };
    let has_reason = match (status, code.as_str()) {
        (502, "upstream-unreachable") => was(|it| it == Mood::Down),
        (502, "upstream-closed") => is_broken_off || was(closes),
        (502, "upstream-invalid-response") => {
            let is_others = is_shared && was(|it| it == Mood::Garbage);
            state == Some(State::Garbage) || is_broken_off || is_others
        }
        (504, "upstream-response-timeout") if is_late => return Verdict::Late,
        (504, "upstream-response-timeout") => {
            // It may have waited until there was room among those that hang.
            let waited = is_shared && last.is_none() && was(|it| it == Mood::Hangs);
            state == Some(State::Silent) || waited
        }
        (408, "request-timeout") if asked.longest_pause >= IN_TIME => return Verdict::Late,
        _ => false,
    };
    match has_reason {
        true => Verdict::Failure(format!("{status} {code}")),
        false => Verdict::Wrong(format!("there is no reason for {status} {code}")),
    }
}

/// What a server did this long before a request may still have come to the gateway with it.
const SLACK: Duration = Duration::from_millis(500);

/// Judges a connection, or a stream of HTTP/2, that ends without an answer.
///
/// To reset a stream takes back whatever of it has not been sent yet, the head too.
fn judge_silence(speech: Speech, last: Option<&Attempt>) -> Verdict {
    match last {
        Some(last) if last.is_good() => Verdict::Lost("no answer came".to_owned()),
        Some(last) if last.is_broken_off() && speech == Speech::Http2OverTls => Verdict::BrokenOff,
        Some(_) | None => Verdict::Wrong("no answer came".to_owned()),
    }
}
