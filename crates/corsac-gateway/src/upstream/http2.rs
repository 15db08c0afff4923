//! Connections over HTTP/2, each for many exchanges at a time.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::TrySendError;
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::time::{Instant, interval};

use super::http1::NoResponse;
use super::io::UpstreamIo;
use super::request_body::{RequestBody, Upload};
use super::server::Patience;
use super::unanswered::broken;
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::limits::{
    HTTP2_PING_PERIOD, HTTP2_PING_TIMEOUT, HTTP2_WINDOW, MAX_HEAD_BYTES, UPSTREAM_IDLE_TIMEOUT,
};

/// The connections to one server.
#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<Vec<Arc<Session>>>);

/// A connection that exchanges share. A task of its own drives it until nobody has it any more.
#[derive(Debug)]
struct Session {
    sender: SendRequest<RequestBody>,
    /// Exchanges under way.
    n_streams: AtomicUsize,
    /// How many the server takes.
    max_streams: Arc<AtomicUsize>,
    last_used: Mutex<Instant>,
}

/// Why there is no response.
#[derive(Debug)]
pub(super) enum NoStreamResponse {
    /// The connection was closed before the request went out. Here it is.
    NotTaken(Box<Request<RequestBody>>),
    /// The stream or the connection failed.
    Broken(hyper::Error),
    /// For a reason that does not depend on the protocol.
    Other(NoResponse),
}

/// The place of one exchange on a connection, which is free again when this is dropped.
#[derive(Debug)]
pub(super) struct StreamPlace(Arc<Session>);

impl Sessions {
    /// A place on a connection that is there.
    pub(super) fn take(&self, now: Instant) -> Option<StreamPlace> {
        let mut sessions = self.lock();
        sessions.retain(|it| !it.sender.is_closed());
        let has_place = |it: &&Arc<Session>| {
            it.n_streams.load(Ordering::Relaxed) < it.max_streams.load(Ordering::Relaxed)
        };
        let session = sessions.iter().find(has_place)?;
        Some(StreamPlace::new(session, now))
    }

    /// Begins to speak HTTP/2, and waits until the server has said how many exchanges it takes.
    ///
    /// Whoever sends more of them at once than it takes has the surplus refused, and those that
    /// wait for a connection are many.
    pub(super) async fn open(&self, stream: UpstreamIo) -> Result<StreamPlace, Failure> {
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .keep_alive_interval(HTTP2_PING_PERIOD)
            .keep_alive_timeout(HTTP2_PING_TIMEOUT)
            .max_header_list_size(u32::try_from(MAX_HEAD_BYTES).expect("it is a small number"))
            .initial_stream_window_size(HTTP2_WINDOW)
            .initial_connection_window_size(HTTP2_WINDOW)
            .initial_max_send_streams(UNTOLD);
        let opened = builder.handshake(TokioIo::new(stream)).await;
        let (sender, connection) = opened.map_err(|error| broken(&error))?;
        let mut connection = Box::pin(connection);
        let mut looks = interval(SETTINGS_PERIOD);
        while connection.current_max_send_streams() == UNTOLD {
            tokio::select! {
                ended = &mut connection => {
                    return Err(ended.map_or_else(|error| broken(&error), |()| Failure::UpstreamClosed));
                }
                _ = looks.tick() => {}
            }
        }
        let max_streams = Arc::new(AtomicUsize::new(connection.current_max_send_streams()));
        let session = Arc::new(Session {
            sender,
            n_streams: AtomicUsize::new(0),
            max_streams: Arc::clone(&max_streams),
            last_used: Mutex::new(Instant::now()),
        });
        tokio::spawn(async move {
            poll_fn(|cx| {
                let polled = connection.as_mut().poll(cx).map(drop);
                // The server says it in its settings, and may say otherwise later.
                let max = connection.current_max_send_streams();
                max_streams.store(max, Ordering::Relaxed);
                polled
            })
            .await;
        });
        let place = StreamPlace::new(&session, Instant::now());
        self.lock().push(session);
        Ok(place)
    }

    /// Lets go of connections that have been idle for too long, or are closed.
    pub(super) fn sweep(&self, now: Instant) {
        self.lock().retain(|it| {
            let last_used = *it.last_used.lock().unwrap_or_else(PoisonError::into_inner);
            let is_idle = it.n_streams.load(Ordering::Relaxed) == 0;
            let is_young = now.duration_since(last_used) < UPSTREAM_IDLE_TIMEOUT;
            !it.sender.is_closed() && (is_young || !is_idle)
        });
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Session>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A number of exchanges that no server takes at a time, which stands for none that it has said.
const UNTOLD: usize = usize::MAX / 2;

/// How often it is looked whether a server has said it: hyper tells nobody when it has.
const SETTINGS_PERIOD: Duration = Duration::from_millis(1);

impl StreamPlace {
    fn new(session: &Arc<Session>, now: Instant) -> Self {
        session.n_streams.fetch_add(1, Ordering::Relaxed);
        *session
            .last_used
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = now;
        Self(Arc::clone(session))
    }

    /// Sends a request, and waits until the head of the response is there.
    pub(super) async fn exchange(
        &self,
        request: Request<RequestBody>,
        patience: Patience,
    ) -> Result<Response<Incoming>, NoStreamResponse> {
        let upload = request.body().upload().map(Arc::clone);
        let mut deadline = Deadline::new(Instant::now() + patience.response);
        let mut sender = self.0.sender.clone();
        let mut response = pin!(sender.try_send_request(request));
        poll_fn(|cx| {
            if let Poll::Ready(response) = Pin::new(&mut response).poll(cx) {
                let broken = |error| no_response(error, upload.as_deref());
                return Poll::Ready(response.map_err(broken));
            }
            // Another task sends the body: whether it got on is asked when time is up.
            while deadline.poll(cx).is_ready() {
                if !upload.as_ref().is_some_and(|it| it.take_progress()) {
                    let silence = NoResponse::silence(upload.as_deref());
                    return Poll::Ready(Err(NoStreamResponse::Other(silence)));
                }
                deadline.move_to(Instant::now() + patience.response);
            }
            Poll::Pending
        })
        .await
    }
}

fn no_response(
    mut error: TrySendError<Request<RequestBody>>,
    upload: Option<&Upload>,
) -> NoStreamResponse {
    match error.take_message() {
        Some(request) => NoStreamResponse::NotTaken(Box::new(request)),
        None if upload.is_some_and(Upload::is_too_long) => {
            NoStreamResponse::Other(NoResponse::BodyTooLong)
        }
        None => NoStreamResponse::Broken(error.into_error()),
    }
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        self.0.n_streams.fetch_sub(1, Ordering::Relaxed);
    }
}
