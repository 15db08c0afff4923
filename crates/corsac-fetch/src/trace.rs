//! What happened in a fetch, in order, and which rule decided.

use std::ops::Range;

use corsac::user_agent::{HeaderList, ResponseTainting};
use url::Url;

use crate::cookies::CookieRefusal;
use crate::machine::{Outgoing, Purpose, ResponseHead};
use crate::network_error::NetworkError;

/// The steps of a fetch, in the order in which they were taken, and the exchanges on the wire.
///
/// It is the one source of reasons: what explains an outcome renders its trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    events: Vec<Event>,
    exchanges: Vec<Exchange>,
}

/// One exchange on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// What it is for.
    pub purpose: Purpose,
    /// Where to.
    pub url: Url,
    /// The method.
    pub method: Vec<u8>,
    /// The headers that the user agent sent, but for those that the wire needs.
    pub sent: HeaderList,
    /// What came back, if anything did.
    pub received: Option<ResponseHead>,
}

/// Something that was done or decided, and where the standard says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The algorithm and step.
    pub rule: Rule,
    /// What came of it.
    pub outcome: StepOutcome,
}

/// A step of an algorithm of the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    /// The algorithm's anchor in the standard.
    pub anchor: &'static str,
    /// The step.
    pub step: &'static str,
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StepOutcome {
    /// How much of the response the page may see was decided, and why.
    Tainted(ResponseTainting, TaintingReason),
    /// A preflight is needed.
    PreflightNeeded(Vec<PreflightCause>),
    /// The preflight cache allows the request, so that none is sent.
    PreflightCached,
    /// An exchange was begun.
    Sent {
        /// Its index in the trace.
        exchange: usize,
        /// Does it carry credentials?
        credentials: bool,
    },
    /// The head of a response came.
    Received {
        /// The exchange's index in the trace.
        exchange: usize,
    },
    /// A received value was compared with what it had to be.
    Compared(Comparison),
    /// The server does not answer over this connection, and is asked over a new one.
    Misdirected,
    /// What a preflight allowed was kept, for so many seconds.
    PreflightStored {
        /// The seconds.
        max_age: u64,
    },
    /// The entries of the preflight cache under this fetch's key were cleared.
    PreflightCacheCleared,
    /// A cookie of the response was kept.
    CookieStored,
    /// A cookie of the response was not kept.
    CookieRefused(CookieRefusal),
    /// A redirect is followed.
    Redirected {
        /// Where to.
        to: Url,
    },
    /// The method and body were changed by a redirect.
    BecameGet,
    /// `Authorization` was dropped on the way to another origin.
    AuthorizationDropped,
    /// The response is handed to the page.
    Shared,
    /// The fetch failed.
    Failed(NetworkError),
}

/// Why the response is tainted as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the branches of main fetch")]
pub enum TaintingReason {
    /// The URL is of the page's own origin.
    SameOrigin,
    /// The URL is a `data:` URL.
    Data,
    /// The mode is `no-cors`.
    NoCors,
    /// The URL is of another origin, or the request has been at one.
    CrossOrigin,
}

/// Why a preflight is needed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the standard has these three conditions"
)]
pub enum PreflightCause {
    /// The method is not CORS-safelisted.
    Method(Vec<u8>),
    /// A header is not CORS-safelisted.
    HeaderName(Vec<u8>),
    /// An upload listener or a stream asks for it.
    UseCorsPreflight,
}

/// A received value and what it had to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The exchange's index in the trace.
    pub exchange: usize,
    /// The header's name, in lower case.
    pub header: &'static str,
    /// The value, all lines joined; `None` if there is none.
    pub received: Option<Vec<u8>>,
    /// What it had to be, or to contain.
    pub expected: Vec<u8>,
    /// The bytes of the value for which it is not that; empty if it holds or is absent.
    pub span: Range<usize>,
    /// Does it hold?
    pub holds: bool,
}

impl Trace {
    /// What happened, in order.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The exchanges on the wire, in order.
    #[must_use]
    pub fn exchanges(&self) -> &[Exchange] {
        &self.exchanges
    }

    pub(crate) fn push(&mut self, rule: Rule, outcome: StepOutcome) {
        self.events.push(Event { rule, outcome });
    }

    /// Notes that an exchange begins.
    pub(crate) fn sent(&mut self, rule: Rule, outgoing: &Outgoing) {
        let credentials = outgoing.includes_credentials;
        self.push(
            rule,
            StepOutcome::Sent {
                exchange: self.exchanges.len(),
                credentials,
            },
        );
        self.exchanges.push(Exchange {
            purpose: outgoing.purpose,
            url: outgoing.url.clone(),
            method: outgoing.method.clone(),
            sent: outgoing.headers.clone(),
            received: None,
        });
    }

    /// Notes the head that came for the last exchange.
    pub(crate) fn received(&mut self, rule: Rule, head: &ResponseHead) {
        let Some(last) = self.exchanges.len().checked_sub(1) else {
            return;
        };
        self.exchanges[last].received = Some(head.clone());
        self.push(rule, StepOutcome::Received { exchange: last });
    }

    /// Notes how a header of the last response compares with what it had to be.
    pub(crate) fn compared(
        &mut self,
        rule: Rule,
        header: &'static str,
        expected: &[u8],
        is_met: impl Fn(&[u8]) -> bool,
    ) {
        let Some(exchange) = self.exchanges.len().checked_sub(1) else {
            return;
        };
        let head = self.exchanges[exchange].received.as_ref();
        let received = head.and_then(|head| head.headers.get(header.as_bytes()));
        let holds = received.as_deref().is_some_and(is_met);
        let span = match &received {
            Some(value) if !holds => difference(value, expected),
            Some(_) | None => 0..0,
        };
        let expected = expected.to_vec();
        let comparison = Comparison {
            exchange,
            header,
            received,
            expected,
            span,
            holds,
        };
        self.push(rule, StepOutcome::Compared(comparison));
    }

    /// Notes that a list of the last response does not name what it had to. `span` gets its lines
    /// and tells the bytes that are wrong, with `, ` between the lines.
    pub(crate) fn list_compared(
        &mut self,
        rule: Rule,
        header: &'static str,
        expected: &[u8],
        span: impl Fn(&[&[u8]]) -> Range<usize>,
    ) {
        let Some(exchange) = self.exchanges.len().checked_sub(1) else {
            return;
        };
        let head = self.exchanges[exchange].received.as_ref();
        let lines: Vec<_> = head
            .into_iter()
            .flat_map(|head| head.headers.lines(header.as_bytes()))
            .collect();
        let span = if lines.is_empty() { 0..0 } else { span(&lines) };
        let received = (!lines.is_empty()).then(|| lines.join(&b", "[..]));
        let expected = expected.to_vec();
        let comparison = Comparison {
            exchange,
            header,
            received,
            expected,
            span,
            holds: false,
        };
        self.push(rule, StepOutcome::Compared(comparison));
    }
}

/// The bytes of `received` from the first that differs from `expected`.
fn difference(received: &[u8], expected: &[u8]) -> Range<usize> {
    let same = received
        .iter()
        .zip(expected)
        .take_while(|(one, two)| one == two)
        .count();
    match same < received.len() {
        true => same..received.len(),
        false => 0..received.len(),
    }
}
