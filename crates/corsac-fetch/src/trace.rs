//! What happened in a fetch, in order, and which rule decided.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use corsac::user_agent::{
    ResponseTainting, SerializedRequestOrigin, UnsafeHeaderNames, UseCorsPreflight,
};
use url::Url;

use crate::address_space::AddressSpace;
use crate::cookies::CookieRefusal;
use crate::machine::{Outgoing, ResponseHead};
use crate::method::Method;
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
    /// What was sent, its body included, but for the headers that the wire needs.
    pub sent: Arc<Outgoing>,
    /// What came back, if anything did.
    pub received: Option<Arc<ResponseHead>>,
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

/// The one algorithm of a trace that is not of the Fetch standard.
pub(crate) const LOCAL_NETWORK_ACCESS_CHECK: &str = "local-network-access-check";

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StepOutcome {
    /// How much of the response the page may see was decided, and why.
    Tainted(ResponseTainting, TaintingReason),
    /// A preflight is needed.
    PreflightNeeded(PreflightCauses),
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
    /// The network that the page came from was compared with the one that the server is on.
    AddressSpaces {
        /// That of the page.
        page: AddressSpace,
        /// That of the server.
        connection: AddressSpace,
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
        to: Arc<Url>,
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

/// Why a preflight is needed: one cause at least.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PreflightCauses {
    pub(crate) use_cors_preflight: UseCorsPreflight,
    /// If it is not CORS-safelisted.
    pub(crate) method: Option<Method>,
    pub(crate) header_names: UnsafeHeaderNames,
}

/// Why a preflight is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the standard has these three conditions"
)]
pub enum PreflightCause<'a> {
    /// The method is not CORS-safelisted.
    Method(&'a [u8]),
    /// A header is not CORS-safelisted.
    HeaderName(&'a [u8]),
    /// An upload listener or a stream asks for it.
    UseCorsPreflight,
}

impl PreflightCauses {
    /// The causes, one by one.
    pub fn iter(&self) -> impl Iterator<Item = PreflightCause<'_>> {
        let flag = (self.use_cors_preflight == UseCorsPreflight::Set)
            .then_some(PreflightCause::UseCorsPreflight);
        let method = self.method.as_deref().map(PreflightCause::Method);
        let names = self.header_names.iter().map(PreflightCause::HeaderName);
        flag.into_iter().chain(method).chain(names)
    }
}

/// A received value and what it had to be.
///
/// The value is that of the exchange's response: see [`Trace::compared_value`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The exchange's index in the trace, which has no more than 84: a preflight, a request and
    /// each once again, for the first URL and 20 redirects.
    pub exchange: u8,
    /// The header's name, in lower case.
    pub header: &'static str,
    /// What it had to be, or to contain.
    pub expected: Expected,
    /// The bytes of the value for which it is not that; empty if it holds or is absent.
    pub span: Range<usize>,
    /// Does it hold?
    pub holds: bool,
}

/// What a received value had to be, or to contain.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expected {
    /// This origin.
    Origin(SerializedRequestOrigin),
    /// A word of the protocol.
    Word(&'static str),
    /// A method or header names.
    Tokens(Vec<u8>),
}

impl Expected {
    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Origin(origin) => origin.as_bytes(),
            Self::Word(word) => word.as_bytes(),
            Self::Tokens(tokens) => tokens,
        }
    }
}

impl Trace {
    /// An empty trace with room for that of most fetches.
    pub(crate) fn with_room() -> Self {
        Self {
            events: Vec::with_capacity(EVENTS_OF_MOST),
            exchanges: Vec::with_capacity(EXCHANGES_OF_MOST),
        }
    }

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
    pub(crate) fn sent(&mut self, rule: Rule, outgoing: &Arc<Outgoing>) {
        let credentials = outgoing.includes_credentials;
        self.push(
            rule,
            StepOutcome::Sent {
                exchange: self.exchanges.len(),
                credentials,
            },
        );
        self.exchanges.push(Exchange {
            sent: Arc::clone(outgoing),
            received: None,
        });
    }

    /// The value of a comparison, all lines joined; `None` if there is none.
    #[must_use]
    pub fn compared_value(&self, comparison: &Comparison) -> Option<Cow<'_, [u8]>> {
        let exchange = self.exchanges.get(usize::from(comparison.exchange))?;
        let head = exchange.received.as_ref()?;
        head.headers.get(comparison.header.as_bytes())
    }

    /// Notes the head that came for the last exchange.
    pub(crate) fn received(&mut self, rule: Rule, head: &Arc<ResponseHead>) {
        let Some(last) = self.exchanges.len().checked_sub(1) else {
            return;
        };
        self.exchanges[last].received = Some(Arc::clone(head));
        self.push(rule, StepOutcome::Received { exchange: last });
    }

    /// Notes that a header of the last response is what it had to be.
    pub(crate) fn fits(&mut self, rule: Rule, compared: (&'static str, Expected)) {
        let comparison = self.comparison(compared);
        self.push(rule, StepOutcome::Compared(comparison));
    }

    /// Notes that a header of the last response is not what it had to be. `span` gets its value, if
    /// there is one, and that, and tells the bytes that are wrong.
    pub(crate) fn does_not_fit(
        &mut self,
        rule: Rule,
        compared: (&'static str, Expected),
        span: impl Fn(&[u8], &[u8]) -> Range<usize>,
    ) {
        let mut comparison = self.comparison(compared);
        comparison.holds = false;
        if let Some(value) = self.compared_value(&comparison) {
            comparison.span = span(&value, comparison.expected.as_bytes());
        }
        self.push(rule, StepOutcome::Compared(comparison));
    }

    fn comparison(&self, (header, expected): (&'static str, Expected)) -> Comparison {
        let last = self.exchanges.len().saturating_sub(1);
        Comparison {
            exchange: u8::try_from(last).unwrap_or(u8::MAX),
            header,
            expected,
            span: 0..0,
            holds: true,
        }
    }
}

/// A preflighted fetch without credentials has as many; with them, two more.
const EVENTS_OF_MOST: usize = 10;
const EXCHANGES_OF_MOST: usize = 2;

/// The bytes of `received` from the first that differs from `expected`.
pub(crate) fn difference(received: &[u8], expected: &[u8]) -> Range<usize> {
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
