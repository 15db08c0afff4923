//! A client of HTTP/2.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use h2::client::{ResponseFuture, SendRequest};
use h2::{RecvStream, SendStream};
use http::Request;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::authority::Authority;
use crate::client::{Habit, Seen};
use crate::http1::Stream;
use crate::plan::Plan;
use crate::progress::Progress;
use crate::wire::{Fields, Pace};

/// A connection to the gateway, which is cut off when this is dropped.
pub(crate) struct Connection {
    sender: SendRequest<Bytes>,
    driver: JoinHandle<()>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Connection {
    pub(crate) async fn open(stream: Box<dyn Stream>) -> io::Result<Self> {
        let (sender, connection) = h2::client::handshake(stream)
            .await
            .map_err(io::Error::other)?;
        let driver = tokio::spawn(async move {
            // How it ends, its requests see.
            let _ = connection.await;
        });
        Ok(Self { sender, driver })
    }

    pub(crate) fn sender(&self) -> SendRequest<Bytes> {
        self.sender.clone()
    }

    pub(crate) fn cut_off(&self) {
        self.driver.abort();
    }
}

/// Sends a request, and reads its answer at the same time: it may come before all is sent.
pub(crate) async fn exchange(
    sender: SendRequest<Bytes>,
    plan: &Plan,
    fields: &Fields,
    habit: Habit,
    seen: &mut Seen,
) {
    let Some((response, stream, body)) = begin(sender, plan, fields).await else {
        return;
    };
    let pace = habit.pace();
    let progress = seen.progress.clone();
    let mut is_sent = false;
    let mut writing = pin!(write(stream, body, pace, &progress));
    let mut reading = pin!(read(response, pace, seen));
    loop {
        tokio::select! {
            _ = &mut writing, if !is_sent => is_sent = true,
            () = &mut reading => return,
        }
    }
}

/// Sends a part of a request, and cancels it; or all of it, and cancels the answer.
pub(crate) async fn cancel(
    sender: SendRequest<Bytes>,
    plan: &Plan,
    fields: &Fields,
    part: Option<usize>,
) {
    let Some((response, stream, body)) = begin(sender, plan, fields).await else {
        return;
    };
    match part {
        None => {
            let progress = Progress::default();
            let writing = write(stream, body, Pace::Brisk, &progress);
            let _ = tokio::join!(writing, response);
        }
        Some(_) if body.is_empty() => {}
        Some(part) => {
            let mut stream = stream;
            stream.reserve_capacity(part % body.len() + 1);
            let _ = poll_fn(|cx| stream.poll_capacity(cx)).await;
            let n_sent = stream.capacity().min(body.len() - 1);
            let _ = stream.send_data(body.slice(..n_sent), false);
            stream.send_reset(h2::Reason::CANCEL);
        }
    }
}

async fn begin(
    sender: SendRequest<Bytes>,
    plan: &Plan,
    fields: &Fields,
) -> Option<(ResponseFuture, SendStream<Bytes>, Bytes)> {
    let mut sender = sender.ready().await.ok()?;
    let uri = format!("https://{}{}", Authority::HOST, plan.path());
    let mut request = Request::builder().method(plan.method()).uri(uri);
    for (name, value) in fields.iter().filter(|(name, _)| name != "host") {
        request = request.header(name, value);
    }
    let body = Bytes::from(plan.request_body());
    let is_over = body.is_empty();
    let request = request.body(()).ok()?;
    let (response, stream) = sender.send_request(request, is_over).ok()?;
    Some((response, stream, body))
}

/// Writes a body. Has all of it been taken?
pub(crate) async fn write(
    mut stream: SendStream<Bytes>,
    mut body: Bytes,
    pace: Pace,
    progress: &Progress,
) -> bool {
    while !body.is_empty() {
        stream.reserve_capacity(body.len().min(MAX_PART));
        let Some(Ok(capacity)) = poll_fn(|cx| stream.poll_capacity(cx)).await else {
            return false;
        };
        let part = body.split_to(capacity.min(body.len()));
        if stream.send_data(part, body.is_empty()).is_err() {
            return false;
        }
        progress.note();
        if pace == Pace::Slow {
            sleep(PAUSE).await;
        }
    }
    true
}

async fn read(response: ResponseFuture, pace: Pace, seen: &mut Seen) {
    let response = match response.await {
        Ok(response) => response,
        Err(error) => {
            seen.error = Some(error.to_string());
            return;
        }
    };
    seen.progress.note();
    seen.status = Some(response.status().as_u16());
    let fields = response.headers().iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    seen.fields = fields.collect();
    match read_body(response.into_body(), pace, seen).await {
        Ok(()) => seen.is_whole = true,
        Err(error) => seen.error = Some(error.to_string()),
    }
}

async fn read_body(mut stream: RecvStream, pace: Pace, seen: &mut Seen) -> Result<(), h2::Error> {
    while let Some(part) = stream.data().await {
        let part = part?;
        seen.body.extend(&part);
        seen.progress.note();
        if pace == Pace::Slow {
            sleep(PAUSE).await;
        }
        stream.flow_control().release_capacity(part.len())?;
    }
    Ok(())
}

/// What is handed over at once.
const MAX_PART: usize = 32 * 1024;

/// How long a slow client waits before it takes the next part.
const PAUSE: Duration = Duration::from_millis(15);
