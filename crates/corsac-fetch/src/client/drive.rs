//! Drives a fetch to its outcome.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::body::ResponseBody;
use super::clock::Clock;
use super::options::{ClientOptions, ClientOptionsError};
use super::request_stream::RequestStream;
use super::transport::Transport;
use crate::fetch::fetch;
use crate::integrity::HashAlgorithm;
use crate::machine::{Outcome, Outgoing, Pending, ResponseHead, Step, TransportFailure};
use crate::request::{FetchRequest, Page};
use crate::request_constructor::TypeError;
use crate::trace::Trace;
use crate::user_agent::UserAgent;

/// A browser without a window: a user agent, its connections and its clock.
///
/// Any number of fetches can be under way at once.
///
/// ```no_run
/// use corsac_fetch::client::{Client, ClientOptions};
/// use corsac_fetch::{FetchRequest, Page, UserAgent};
///
/// # async fn f(page: Page, request: FetchRequest) -> Result<(), Box<dyn std::error::Error>> {
/// let client = Client::new(UserAgent::default(), &ClientOptions::default())?;
/// let response = client.fetch(&page, request).await?;
/// match response.outcome.result {
///     Ok(seen) => println!("the page sees the status {}", seen.status),
///     Err(error) => println!("the page sees a network error: {}", error.code()),
/// }
/// # Ok(())
/// # }
/// ```
pub struct Client {
    user_agent: Mutex<UserAgent>,
    transport: Transport,
    clock: Clock,
    total_timeout: Option<Duration>,
    body_limit: Option<u64>,
}

/// How a fetch ended, and what the page can read.
#[derive(Debug)]
#[non_exhaustive]
pub struct Response {
    /// The outcome.
    pub outcome: Outcome,
    /// The body, if the page may read one.
    pub body: Option<ResponseBody>,
}

impl Client {
    /// A client without connections.
    pub fn new(user_agent: UserAgent, options: &ClientOptions) -> Result<Self, ClientOptionsError> {
        Ok(Self {
            user_agent: Mutex::new(user_agent),
            transport: Transport::new(options)?,
            clock: Clock::new(),
            total_timeout: options.total_timeout,
            body_limit: options.body_limit,
        })
    }

    /// Fetches, as a script on the page does.
    pub async fn fetch(&self, page: &Page, request: FetchRequest) -> Result<Response, TypeError> {
        self.fetch_with((page, request), None, |_| {}).await
    }

    /// Fetches, and shows the trace whenever it has grown: before each exchange, and at the end.
    pub async fn fetch_observed(
        &self,
        page: &Page,
        request: FetchRequest,
        observe: impl FnMut(&Trace),
    ) -> Result<Response, TypeError> {
        self.fetch_with((page, request), None, observe).await
    }

    /// Fetches, with a stream for the body of a request that has one.
    pub async fn fetch_with_stream(
        &self,
        page: &Page,
        request: FetchRequest,
        stream: RequestStream,
    ) -> Result<Response, TypeError> {
        self.fetch_with((page, request), Some(stream), |_| {}).await
    }

    async fn fetch_with(
        &self,
        (page, request): (&Page, FetchRequest),
        mut stream: Option<RequestStream>,
        mut observe: impl FnMut(&Trace),
    ) -> Result<Response, TypeError> {
        let deadline = self.total_timeout.map(|timeout| Instant::now() + timeout);
        let mut step = fetch(&mut self.user_agent(), page, request, self.now())?;
        let mut last_body = None;
        loop {
            let (outgoing, pending) = match step {
                Step::Send(outgoing, pending) => (outgoing, pending),
                Step::Done(outcome) => {
                    let response = self.response(*outcome, last_body, deadline);
                    let response = response.judged().await;
                    observe(&response.outcome.trace);
                    return Ok(response);
                }
            };
            observe(pending.trace());
            // What a preflight or a redirect says is not read: it may never end. If it has arrived,
            // its connection is free for what follows.
            drop(last_body.take());
            let sent = self
                .send((&outgoing, &pending), &mut stream, deadline)
                .await;
            step = match sent {
                Ok((head, body)) => {
                    last_body = Some(body);
                    pending.receive(&mut self.user_agent(), head, self.now())
                }
                Err(failure) => pending.fail(&mut self.user_agent(), failure),
            };
        }
    }

    async fn send(
        &self,
        (outgoing, pending): (&Outgoing, &Pending),
        stream: &mut Option<RequestStream>,
        deadline: Option<Instant>,
    ) -> Result<(ResponseHead, ResponseBody), TransportFailure> {
        let is_permitted = |address| pending.may_be_sent_to(&self.user_agent(), address);
        let sending = self.transport.send_if(outgoing, stream, &is_permitted);
        match deadline {
            None => sending.await,
            Some(deadline) => tokio::time::timeout_at(deadline, sending)
                .await
                .unwrap_or(Err(TransportFailure::Timeout)),
        }
    }

    fn response(
        &self,
        outcome: Outcome,
        last_body: Option<ResponseBody>,
        deadline: Option<Instant>,
    ) -> Response {
        let response = outcome.result.as_ref().ok();
        let body = response
            .filter(|it| it.has_body)
            .and_then(|response| match &response.data {
                Some(data) => Some(ResponseBody::at_hand(Bytes::from_owner(Arc::clone(data)))),
                None => last_body,
            });
        let body = body.map(|body| body.with_bounds(self.body_limit, deadline));
        Response { outcome, body }
    }

    /// The user agent. While it is held, no fetch goes on.
    pub fn user_agent(&self) -> MutexGuard<'_, UserAgent> {
        self.user_agent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The time since the Unix epoch, by which cookies and preflights expire.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.clock.now()
    }

    /// Moves the time on, to see what expires.
    pub fn advance(&self, duration: Duration) {
        self.clock.advance(duration);
    }

    /// Forgets cookies, preflights and connections. What is under way goes on.
    pub fn reset(&self) {
        self.user_agent().reset();
        self.transport.forget_connections();
    }
}

impl Response {
    /// The response once its body is known to be the one that was asked for.
    async fn judged(self) -> Self {
        let Self { outcome, body } = self;
        let body = match (&outcome.integrity, body) {
            (Some(_), Some(body)) => body,
            (_, body) => return Self { outcome, body },
        };
        let bytes = body.bytes().await.ok();
        let digest = bytes.as_ref().map(|bytes| {
            |algorithm| {
                ring::digest::digest(ring_algorithm(algorithm), bytes)
                    .as_ref()
                    .to_vec()
            }
        });
        let outcome = outcome.judge_body(digest);
        let bytes = bytes.filter(|_| outcome.result.is_ok());
        let body = bytes.map(ResponseBody::at_hand);
        Self { outcome, body }
    }
}

fn ring_algorithm(algorithm: HashAlgorithm) -> &'static ring::digest::Algorithm {
    match algorithm {
        HashAlgorithm::Sha256 => &ring::digest::SHA256,
        HashAlgorithm::Sha384 => &ring::digest::SHA384,
        HashAlgorithm::Sha512 => &ring::digest::SHA512,
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}
