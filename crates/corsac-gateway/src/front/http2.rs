//! A connection of HTTP/2.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use corsac_config::Limits;
use http::header::COOKIE;
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http2::{Builder, Connection};
use hyper::service::{HttpService, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::time::Instant;

use super::block_timer::BlockTimer;
use super::client_io::{ClientIo, Ending};
use super::streams::{StreamBody, Streams};
use crate::body::Body;
use crate::deadline::Deadline;
use crate::exchange::{Client, exchange};
use crate::limits::{
    CLIENT_WRITE_TIMEOUT, HTTP2_CONNECTION_WINDOW, HTTP2_GOODBYE, HTTP2_SEND_BUFFER,
    HTTP2_STREAM_WINDOW, MAX_PENDING_RESETS, MAX_STREAM_ERRORS,
};
use crate::routes::Routes;

/// Serves the requests of a client, many at a time.
pub(super) async fn serve(client: Arc<Client>, mut io: ClientIo, routes: &Routes) {
    io.watch_blocks(BlockTimer::new(routes.timeouts.request_head));
    let streams = Arc::new(Streams::new(client.place().idleness()));
    let service = {
        let (client, streams) = (Arc::clone(&client), Arc::clone(&streams));
        let most = routes.front.limits.header_fields;
        service_fn(move |request: Request<Incoming>| {
            let stream = streams.open();
            let answer = has_at_most(most, &request).then(|| exchange(&client, request));
            async move {
                let answer = match answer {
                    Some(answer) => answer.await,
                    None => Ok(too_many_fields()),
                };
                answer.map(|it| it.map(|body| stream.answered(body)))
            }
        })
    };
    let connection = builder(&routes.front.limits).serve_connection(TokioIo::new(io), service);
    let watched = Watched {
        connection,
        seen: streams.events(),
        streams,
        since: Instant::now(),
        patience: routes.timeouts.idle,
        deadline: Deadline::new(Instant::now() + routes.timeouts.idle),
        is_ending: false,
        ending: Arc::clone(client.ending()),
    };
    client.place().run(watched, Watched::finish).await;
}

/// Has the request at most so many fields?
///
/// Cookies are one field, which the client may send in as many parts as there are.
fn has_at_most(n_fields: usize, request: &Request<Incoming>) -> bool {
    let headers = request.headers();
    headers.len() <= n_fields
        || headers.len() - headers.get_all(COOKIE).iter().count().saturating_sub(1) <= n_fields
}

/// What hyper answers by itself in HTTP/1.1.
fn too_many_fields() -> Response<Body> {
    let mut response = Response::new(Body::default());
    *response.status_mut() = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
    response
}

fn builder(limits: &Limits) -> Builder<TokioExecutor> {
    let number = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
    let mut builder = Builder::new(TokioExecutor::new());
    builder.max_concurrent_streams(number(limits.streams));
    builder.max_header_list_size(number(limits.header_bytes));
    builder.initial_stream_window_size(HTTP2_STREAM_WINDOW);
    builder.initial_connection_window_size(HTTP2_CONNECTION_WINDOW);
    builder.max_send_buf_size(HTTP2_SEND_BUFFER);
    builder.max_pending_accept_reset_streams(MAX_PENDING_RESETS);
    builder.max_local_error_reset_streams(MAX_STREAM_ERRORS);
    builder
}

/// A connection that is ended if the client does nothing with it, or nothing good.
struct Watched<S: HttpService<Incoming>> {
    connection: Connection<TokioIo<ClientIo>, S, TokioExecutor>,
    streams: Arc<Streams>,
    /// How much had happened when this was last looked at, and since when nothing has.
    seen: usize,
    since: Instant,
    patience: Duration,
    deadline: Deadline,
    is_ending: bool,
    ending: Arc<Ending>,
}

impl<S, F> Watched<S>
where
    S: HttpService<Incoming, ResBody = StreamBody, Future = F> + Unpin,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    F: Future<Output = Result<Response<StreamBody>, S::Error>> + Send + 'static,
{
    /// Takes no further requests.
    fn finish(self: Pin<&mut Self>) {
        let this = self.get_mut();
        this.ending.announce();
        Pin::new(&mut this.connection).graceful_shutdown();
    }

    /// Looks what the client is doing, each time that it has had enough time to do something.
    fn look(&mut self, now: Instant) -> Poll<()> {
        let events = self.streams.events();
        if events != self.seen {
            self.seen = events;
            self.since = now;
        } else if self.streams.is_idle() {
            if self.is_ending {
                return Poll::Ready(());
            }
            self.is_ending = true;
            self.ending.announce();
            Pin::new(&mut self.connection).graceful_shutdown();
            self.deadline.move_to(now + HTTP2_GOODBYE);
            return Poll::Pending;
        } else if self.streams.wait_for_client() && now - self.since >= CLIENT_WRITE_TIMEOUT {
            return Poll::Ready(());
        }
        self.deadline.move_to(now + self.patience);
        Poll::Pending
    }
}

impl<S, F> Future for Watched<S>
where
    S: HttpService<Incoming, ResBody = StreamBody, Future = F> + Unpin,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    F: Future<Output = Result<Response<StreamBody>, S::Error>> + Send + 'static,
{
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        if Pin::new(&mut this.connection).poll(cx).is_ready() || this.streams.are_abused() {
            return Poll::Ready(());
        }
        while this.deadline.poll(cx).is_ready() {
            if this.look(Instant::now()).is_ready() {
                return Poll::Ready(());
            }
        }
        Poll::Pending
    }
}
