//! A connection to an upstream, driven by the task that waits for its response.
//!
//! hyper would have each connection be a task of its own. Here it is a value that belongs to one
//! exchange at a time: no task has to be woken to send or to receive, and whoever drops the
//! exchange drops the connection with it.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::TrySendError;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::time::Instant;

use super::io::{Heard, UpstreamIo};
use super::relay::Relay;
use super::request_body::{RequestBody, Upload};
use crate::deadline::Deadline;
use crate::limits::MAX_HEAD_BYTES;

type Driver = http1::Connection<TokioIo<UpstreamIo>, RequestBody>;

/// A connection to an upstream.
#[derive(Debug)]
pub(crate) struct Connection {
    sender: SendRequest<RequestBody>,
    /// None once it is over with a request that it did not take.
    driver: Option<Driver>,
    is_over: bool,
    relay: Relay,
    deadline: Deadline,
    heard: Heard,
    /// When the last exchange began. The end would be another look at the clock for each exchange.
    pub(super) last_used: Instant,
}

/// Why there is no response.
#[derive(Debug)]
pub(crate) enum NoResponse {
    /// The connection was closed before the request went out. Here it is.
    NotSent(Box<Request<RequestBody>>),
    /// The connection failed before anything was heard of an answer.
    Unheard(hyper::Error),
    /// The connection failed.
    Failed(hyper::Error),
    /// The upstream did nothing for too long.
    UpstreamSilent,
    /// The client stopped sending the request's body.
    ClientSilent,
    /// The request's body is longer than the route takes.
    BodyTooLong,
}

impl Connection {
    pub(crate) async fn open(stream: UpstreamIo) -> Result<Self, hyper::Error> {
        let mut builder = http1::Builder::new();
        builder.max_header_size(MAX_HEAD_BYTES);
        // Most requests are a head and nothing else, which one plain write sends for less; a body is
        // copied for it once more.
        builder.writev(false);
        let heard = stream.heard();
        let (sender, driver) = builder.handshake(TokioIo::new(stream)).await?;
        let now = Instant::now();
        Ok(Self {
            sender,
            driver: Some(driver),
            is_over: false,
            relay: Relay::new(),
            deadline: Deadline::new(now),
            heard,
            last_used: now,
        })
    }

    /// Sends a request, and waits until the head of the response is there.
    ///
    /// `patience` is how long nothing may happen, the sending of the body included.
    pub(super) fn exchange(
        &mut self,
        request: Request<RequestBody>,
        now: Instant,
        patience: Duration,
    ) -> impl Future<Output = Result<Response<Incoming>, NoResponse>> {
        let upload = request.body().upload().map(Arc::clone);
        self.last_used = now;
        self.heard.forget();
        self.deadline.move_to(now + patience);
        let response = self.sender.try_send_request(request);
        async move {
            let mut response = pin!(response);
            let Self {
                driver,
                is_over,
                relay,
                deadline,
                heard,
                ..
            } = self;
            poll_fn(|cx| {
                relay.turn(cx, |cx| {
                    drive(driver, is_over, cx);
                    let mut answered = response.as_mut().poll(cx);
                    if *is_over && answered.is_pending() {
                        // It was closed while it was idle, and the request is still in its queue.
                        *driver = None;
                        answered = response.as_mut().poll(cx);
                    }
                    if let Poll::Ready(response) = answered {
                        let response =
                            response.map_err(|error| match no_response(error, upload.as_deref()) {
                                NoResponse::Unheard(error) if heard.anything() => {
                                    NoResponse::Failed(error)
                                }
                                reason => reason,
                            });
                        return Poll::Ready(response);
                    }
                    if upload.as_ref().is_some_and(|upload| upload.take_progress()) {
                        deadline.move_to(Instant::now() + patience);
                    }
                    deadline.poll(cx).map(|()| Err(silence(upload.as_deref())))
                })
            })
            .await
        }
    }

    /// Drives the connection and `poll`, which is fed by it, until `poll` has something.
    pub(crate) fn poll_with<T>(
        &mut self,
        cx: &Context<'_>,
        mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        let Self {
            driver,
            is_over,
            relay,
            ..
        } = self;
        relay.turn(cx, |cx| {
            // What is there already comes first: it costs no turn of the connection.
            if let Poll::Ready(it) = poll(cx) {
                return Poll::Ready(it);
            }
            drive(driver, is_over, cx);
            poll(cx)
        })
    }

    /// Waits until the rest of a request is sent whose response is there already.
    ///
    /// Says whether the connection can be used again.
    pub(super) async fn settle(&mut self) -> bool {
        let Self {
            sender,
            driver,
            is_over,
            relay,
            ..
        } = self;
        poll_fn(|cx| {
            relay.turn(cx, |cx| {
                drive(driver, is_over, cx);
                match sender.is_ready() || sender.is_closed() {
                    true => Poll::Ready(()),
                    false => Poll::Pending,
                }
            })
        })
        .await;
        self.is_idle()
    }

    /// Can it take a request?
    pub(super) fn is_idle(&self) -> bool {
        !self.is_over && self.sender.is_ready()
    }

    /// Is it still waiting for something: the end of the request, or its own end?
    pub(super) fn is_busy(&self) -> bool {
        !self.is_over && !self.sender.is_ready() && !self.sender.is_closed()
    }

    /// Prepares it for a time without an exchange, in which nobody is to be woken.
    pub(super) fn rest(&mut self) {
        self.relay.detach();
    }

    /// Has the upstream closed it while it was idle?
    pub(super) fn is_closed_by_upstream(&mut self) -> bool {
        let Self {
            driver,
            is_over,
            relay,
            ..
        } = self;
        let cx = Context::from_waker(std::task::Waker::noop());
        let _: Poll<()> = relay.turn(&cx, |cx| {
            drive(driver, is_over, cx);
            Poll::Pending
        });
        !self.is_idle()
    }

    /// The head that was sent last, if nothing has been heard since and it was not too long to keep.
    pub(super) fn into_unheard_head(self) -> Option<Vec<u8>> {
        let parts = self.driver?.into_parts();
        parts.io.into_inner().into_unheard_head()
    }

    /// Takes the connection out of HTTP, after the upstream has agreed to another protocol:
    /// the stream, and what has been read from it already.
    pub(crate) async fn into_stream(mut self) -> (UpstreamIo, Bytes) {
        let Self {
            driver,
            is_over,
            relay,
            ..
        } = &mut self;
        poll_fn(|cx| {
            relay.turn(cx, |cx| {
                drive(driver, is_over, cx);
                if *is_over {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            })
        })
        .await;
        let driver = self.driver.expect("there was a response");
        let parts = driver.into_parts();
        (parts.io.into_inner(), parts.read_buf)
    }
}

/// Lets the connection read and write what it can. How it ends, the response's side is told.
fn drive(driver: &mut Option<Driver>, is_over: &mut bool, cx: &mut Context<'_>) {
    if let Some(driver) = driver
        && !*is_over
    {
        *is_over = Pin::new(driver).poll(cx).is_ready();
    }
}

/// Who is to blame for the silence.
pub(super) fn silence(upload: Option<&Upload>) -> NoResponse {
    match upload.is_some_and(Upload::waits_for_client) {
        true => NoResponse::ClientSilent,
        false => NoResponse::UpstreamSilent,
    }
}

/// Why there is no response, as far as the error tells.
pub(super) fn no_response(
    mut error: TrySendError<Request<RequestBody>>,
    upload: Option<&Upload>,
) -> NoResponse {
    match error.take_message() {
        Some(request) => NoResponse::NotSent(Box::new(request)),
        None if upload.is_some_and(Upload::is_too_long) => NoResponse::BodyTooLong,
        None => NoResponse::Unheard(error.into_error()),
    }
}
