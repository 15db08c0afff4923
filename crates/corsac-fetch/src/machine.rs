//! The machine's way to the outside.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use corsac::user_agent::HeaderList;
use url::Url;

use crate::cors_preflight_fetch;
use crate::fetch::Fetch;
use crate::http_fetch;
use crate::integrity::{HashAlgorithm, IntegrityFailure, IntegrityMetadata};
use crate::local_network_access::{local_network_access_check, traced_check};
use crate::method::Method;
use crate::network_error::NetworkError;
use crate::response::FilteredResponse;
use crate::tls_failure::TlsFailure;
use crate::trace::{Rule, StepOutcome, Trace};
use crate::user_agent::UserAgent;

/// What comes next in a fetch.
#[derive(Debug)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "a fetch goes on or is done")]
pub enum Step {
    /// Send this, and hand what comes back to the [`Pending`].
    Send(Arc<Outgoing>, Pending),
    /// That was all.
    Done(Box<Outcome>),
}

/// How a fetch ended, and how it came to that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What the page gets.
    ///
    /// If it has a body, that is the body of the response whose head was received last; or of
    /// [`FilteredResponse::data`] for a `data:` URL.
    pub result: Result<FilteredResponse, NetworkError>,
    /// What the body must be for the page to get the response; none if any will do.
    ///
    /// Whoever has read the body asks [`Outcome::judge_body`].
    pub integrity: Option<IntegrityMetadata>,
    /// Everything that happened.
    pub trace: Trace,
}

impl Outcome {
    /// Ends with what the page gets of a body that was read whole: the response, or a network
    /// error. `None` is a body that ended early; `digest` computes that of the body.
    #[must_use]
    pub fn judge_body(self, digest: Option<impl Fn(HashAlgorithm) -> Vec<u8>>) -> Self {
        let Some(integrity) = &self.integrity else {
            return self;
        };
        let is_met = digest.map(|digest| match integrity.algorithm() {
            Some(algorithm) => integrity.allows(&digest(algorithm)),
            None => true,
        });
        match is_met {
            None => self.fails(IntegrityFailure::Incomplete),
            Some(false) => self.fails(IntegrityFailure::Mismatch),
            Some(true) => {
                let mut trace = self.trace;
                trace.push(INTEGRITY, StepOutcome::Shared);
                Self {
                    result: self.result,
                    integrity: None,
                    trace,
                }
            }
        }
    }

    fn fails(self, failure: IntegrityFailure) -> Self {
        Self::failed(NetworkError::Integrity(failure), self.trace)
    }

    pub(crate) fn failed(error: NetworkError, mut trace: Trace) -> Self {
        trace.push(error.rule(), StepOutcome::Failed(error.clone()));
        Self {
            result: Err(error),
            integrity: None,
            trace,
        }
    }
}

const INTEGRITY: Rule = Rule {
    anchor: "concept-main-fetch",
    step: "23",
};

/// A fetch that waits for the head of a response.
///
/// It is used up by what comes, so that no response is handed in twice.
#[derive(Debug)]
#[must_use]
pub struct Pending {
    pub(crate) fetch: Box<Fetch>,
    pub(crate) waiting: Waiting,
}

/// What a pending fetch waits for.
#[derive(Debug)]
pub(crate) enum Waiting {
    /// The response to a preflight.
    Preflight(ConnectionChoice),
    /// The response to the request itself.
    Response(http_fetch::Sent),
}

impl Pending {
    /// Goes on with the head of the response. `now` is the time since the Unix epoch.
    pub fn receive(mut self, ua: &mut UserAgent, response: ResponseHead, now: Duration) -> Step {
        if let Some(address) = response.address
            && let Err(error) = traced_check(&mut self.fetch, ua, address)
        {
            return self.fetch.fail(ua, error);
        }
        let response = Arc::new(response);
        match self.waiting {
            Waiting::Preflight(connection) => {
                cors_preflight_fetch::receive(self.fetch, ua, (connection, response), now)
            }
            Waiting::Response(sent) => http_fetch::receive(self.fetch, ua, (sent, response), now),
        }
    }

    /// Goes on without a response.
    pub fn fail(mut self, ua: &mut UserAgent, failure: TransportFailure) -> Step {
        if let TransportFailure::AddressRefused(address) = failure
            && let Err(error) = traced_check(&mut self.fetch, ua, address)
        {
            return self.fetch.fail(ua, error);
        }
        let error = match self.waiting {
            Waiting::Preflight(_) => NetworkError::PreflightTransport(failure),
            Waiting::Response(_) => NetworkError::Transport(failure),
        };
        self.fetch.fail(ua, error)
    }

    /// May the request be sent over a connection to this address?
    ///
    /// If not, nothing is sent, and [`TransportFailure::AddressRefused`] is what it
    /// [fails](Self::fail) with. Whoever does not ask learns it by the response, whose address is
    /// looked at again.
    #[must_use]
    pub fn may_be_sent_to(&self, ua: &UserAgent, address: IpAddr) -> bool {
        local_network_access_check(&self.fetch, ua, address).is_ok()
    }

    /// What happened so far.
    #[must_use]
    pub fn trace(&self) -> &Trace {
        &self.fetch.trace
    }
}

/// A request to be put on the wire as it is.
///
/// The header list is complete but for what the wire itself needs: `Host` (or `:authority`),
/// `Connection`, `Transfer-Encoding`. A `Content-Length` that belongs there is in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Where to. Always `http` or `https`; the fragment is not sent.
    pub url: Arc<Url>,
    /// The method.
    pub method: Method,
    /// The headers, in their order.
    pub headers: HeaderList,
    /// The body.
    pub body: OutgoingBody,
    /// Whether credentials go along: connections that carry them are not shared with others.
    pub includes_credentials: bool,
    /// Which connections will do.
    pub connection: ConnectionChoice,
    /// What it is for.
    pub purpose: Purpose,
}

/// The body of an [`Outgoing`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "whoever sends must handle each of the three"
)]
pub enum OutgoingBody {
    /// None at all.
    None,
    /// These bytes.
    Bytes(Arc<[u8]>),
    /// The stream that the request was started with. It cannot be sent over HTTP/1.1.
    Stream,
}

/// Which connections a request may be sent over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the standard has a boolean here")]
pub enum ConnectionChoice {
    /// Any, also one that has been used.
    #[default]
    Any,
    /// Only a new one: over the last, the server said 421 (Misdirected Request).
    New,
}

/// What an exchange is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there are these two")]
pub enum Purpose {
    /// A CORS-preflight request: the body of its response is not read.
    Preflight,
    /// The request itself, or what a redirect made of it.
    Request,
}

/// The head of a response, as it came from the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseHead {
    /// The status, 0 to 999. Interim responses are not handed on.
    pub status: u16,
    /// The status message.
    pub status_text: Vec<u8>,
    /// The headers, in their order and with every byte that the standard allows.
    pub headers: HeaderList,
    /// The address that it came from, if that is known: a proxy does not tell.
    pub address: Option<IpAddr>,
}

/// Why no response came.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportFailure {
    /// The host name could not be resolved.
    Dns,
    /// No connection could be made, for the reason that the system gives.
    Connect(io::ErrorKind),
    /// TLS could not be agreed on.
    Tls(TlsFailure),
    /// It took too long.
    Timeout,
    /// The connection ended before the head was complete.
    Closed,
    /// The response is not HTTP; the text says what is wrong.
    Malformed(String),
    /// The head is larger than the client reads.
    HeadTooLarge,
    /// A stream as the body, over HTTP/1.1.
    StreamOverHttp1,
    /// The connection leads to an address to which the request [may not be
    /// sent](Pending::may_be_sent_to).
    AddressRefused(IpAddr),
    /// The request cannot be written, so that nothing was sent; the text says what is wrong.
    NotWritable(String),
    /// The way through the proxy is closed.
    Proxy {
        /// The proxy, as a URL without credentials.
        proxy: String,
        /// What is the matter with it.
        failure: ProxyFailure,
    },
}

/// Why a request did not get through a proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxyFailure {
    /// There is no connection to it.
    Unreachable(Box<TransportFailure>),
    /// It answered a `CONNECT` with this status, which is no success.
    Status(u16),
    /// What it answered to a `CONNECT` is no answer.
    Answer(Box<TransportFailure>),
}

impl fmt::Display for TransportFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns => f.write_str("the host name could not be resolved"),
            Self::Connect(kind) => write!(f, "no connection could be made: {kind}"),
            Self::Tls(reason) => write!(f, "TLS failed: {reason}"),
            Self::Timeout => f.write_str("no answer came in time"),
            Self::Closed => f.write_str("the connection ended before the answer"),
            Self::Malformed(reason) => write!(f, "the answer is not HTTP: {reason}"),
            Self::HeadTooLarge => f.write_str("the head of the answer is too large"),
            Self::StreamOverHttp1 => f.write_str("a stream cannot be sent over HTTP/1.1"),
            Self::AddressRefused(address) => {
                write!(f, "the request may not be sent to {address}")
            }
            Self::NotWritable(reason) => write!(f, "the request cannot be written: {reason}"),
            Self::Proxy { proxy, failure } => write!(f, "the proxy {proxy} {failure}"),
        }
    }
}

/// What the proxy does, to be read after its name.
impl fmt::Display for ProxyFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(failure) => write!(f, "cannot be reached: {failure}"),
            Self::Status(407) => f.write_str("opens no tunnel: it asks for credentials (407)"),
            Self::Status(status) => write!(f, "opens no tunnel: it answered {status}"),
            Self::Answer(failure) => write!(f, "opens no tunnel: {failure}"),
        }
    }
}
