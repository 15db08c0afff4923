//! Lets an embedder watch the exchanges.

use std::sync::Arc;

use corsac::Refusal;
use http::{HeaderMap, Method, StatusCode, Uri};

use crate::failure::Failure;

/// A function that is called once per exchange, when the head of the response is known.
///
/// It runs on the task that serves the client, before the response is sent: it must not block.
/// A client that goes away before there is a response causes no call.
pub type Observer = Arc<dyn Fn(&Exchange<'_>) + Send + Sync>;

/// A request, and what was answered.
#[derive(Debug)]
#[non_exhaustive]
pub struct Exchange<'a> {
    /// The method of the request.
    pub method: &'a Method,
    /// The request target as received.
    pub uri: &'a Uri,
    /// The request's fields as received.
    pub request_headers: &'a HeaderMap,
    /// The status of the response.
    pub status: StatusCode,
    /// The response's fields as sent, without those that only frame the message.
    pub response_headers: &'a HeaderMap,
    /// Who answered.
    pub answered_by: AnsweredBy,
    /// Why the policy says no, if it does.
    pub refusal: Option<Refusal>,
}

/// Who answered a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AnsweredBy {
    /// The policy: a preflight, or a rejected request.
    Policy,
    /// The server behind the gateway.
    Upstream,
    /// The gateway itself, because something is wrong.
    Gateway(Failure),
    /// The gateway itself, because the request was for it: `OPTIONS` with `Max-Forwards: 0`.
    Itself,
}
