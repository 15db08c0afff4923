//! A connection of the gateway over HTTP/2, on which a fault of one exchange may be one of all.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use h2::server::{Builder, SendResponse};
use h2::{Reason, RecvStream, SendStream};
use http::{Request, Response};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::stream::ServerStream;
use super::{HANGING, Mood, Server, check_request};
use crate::World;
use crate::http2::write;
use crate::ledger::{Entry, State};
use crate::plan::{Framing, Plan};
use crate::progress::Progress;
use crate::wire::Pace;
use corsac_conformance::seeded::Seeded;

/// Serves the requests of a connection, each in a task of its own.
pub(super) async fn serve(world: Arc<World>, number: usize, stream: ServerStream) {
    let Ok(socket) = stream.another() else { return };
    let (ends, mut ending) = unbounded_channel();
    let is_garbled = Arc::new(AtomicBool::new(false));
    let stream = Garbled {
        stream,
        is_garbled: Arc::clone(&is_garbled),
        was_written: false,
        frame: Frame::default(),
    };
    let mut builder = Builder::new();
    builder.max_concurrent_streams(MAX_STREAMS);
    let Ok(mut connection) = builder.handshake(stream).await else {
        return;
    };
    let shared = Arc::new(Shared {
        world,
        number,
        ends,
        is_garbled,
        entries: Mutex::new(Some(Vec::new())),
    });
    // Dropped before the connection: what is cut off is known before anybody sees it.
    let mut cut = Cut(Some(Arc::clone(&shared)));
    let mut exchanges = JoinSet::new();
    loop {
        tokio::select! {
            accepted = connection.accept() => match accepted {
                Some(Ok((request, respond))) => {
                    let exchange = Exchange::new(&shared);
                    exchanges.spawn(exchange.run(request, respond));
                }
                Some(Err(_)) => return,
                None => break,
            },
            Some(end) = ending.recv() => match end {
                End::InOrder => connection.graceful_shutdown(),
                End::AtOnce => return,
            },
            Some(_) = exchanges.join_next() => {}
        }
    }
    // All that was answered is on its way.
    cut.0 = None;
    drop(connection);
    let _ = timeout(HANGING, until_end(socket)).await;
}

/// Reads what nobody wants to know: a socket with something unread would be reset, and what it had
/// not sent yet would be lost.
async fn until_end(mut socket: TcpStream) {
    let mut rest = [0; 4096];
    while socket.read(&mut rest).await.is_ok_and(|len| len > 0) {}
}

/// As many at a time, so that there are several connections.
const MAX_STREAMS: u32 = 32;

/// What the exchanges of a connection share.
struct Shared {
    world: Arc<World>,
    number: usize,
    ends: UnboundedSender<End>,
    is_garbled: Arc<AtomicBool>,
    /// What is under way; none once the connection is cut off.
    entries: Mutex<Option<Vec<Entry>>>,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// What has been taken is answered.
    InOrder,
    AtOnce,
}

impl Shared {
    /// Nothing that is under way can be expected any more: answers that are written may wait in a
    /// buffer.
    fn cut_off(&self) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        for entry in entries.take().unwrap_or_default() {
            self.world.ledger.break_off(entry);
        }
    }
}

/// Notes that a connection is cut off.
struct Cut(Option<Arc<Shared>>);

impl Drop for Cut {
    fn drop(&mut self) {
        if let Some(shared) = &self.0 {
            shared.cut_off();
        }
    }
}

/// One request and its answer.
struct Exchange {
    shared: Arc<Shared>,
    entry: Option<Entry>,
    random: Seeded,
}

impl Drop for Exchange {
    fn drop(&mut self) {
        if let Some(entry) = self.entry {
            self.shared.world.ledger.cut_down(entry);
        }
    }
}

impl Exchange {
    fn new(shared: &Arc<Shared>) -> Self {
        Self {
            random: Seeded::about(shared.world.seed, shared.number as u64),
            shared: Arc::clone(shared),
            entry: None,
        }
    }

    async fn run(mut self, request: Request<RecvStream>, respond: SendResponse<Bytes>) {
        // If the gateway has ended it, what the server was about to do still counts.
        let _ = self.serve(request, respond).await;
        self.entry = None;
    }

    fn server(&self) -> &Server {
        &self.shared.world.servers[self.shared.number]
    }

    async fn serve(
        &mut self,
        request: Request<RecvStream>,
        respond: SendResponse<Bytes>,
    ) -> Result<(), h2::Error> {
        let (head, mut stream) = request.into_parts();
        let path = head.uri.path();
        let number = path.rsplit_once('/').map(|(_, number)| number.parse());
        let Some(Ok(number)) = number else {
            return self.answer_check(respond).await;
        };
        let world = &self.shared.world;
        let plan = Plan::new(world.seed, number);
        self.random = Seeded::about(world.seed ^ 1, number);
        self.entry = world.ledger.received(&plan, self.shared.number);
        if let Some(entry) = self.entry {
            let entries = self.shared.entries.lock();
            match &mut *entries.unwrap_or_else(PoisonError::into_inner) {
                Some(entries) => entries.push(entry),
                None => world.ledger.break_off(entry),
            }
        }
        let mut body = Vec::new();
        while let Some(part) = stream.data().await {
            let part = part?;
            body.extend(&part);
            stream.flow_control().release_capacity(part.len())?;
        }
        check_request(world, &plan, (head.method.as_str(), path), &body);
        self.answer(&plan, respond).await
    }

    async fn answer_check(&self, mut respond: SendResponse<Bytes>) -> Result<(), h2::Error> {
        match self.server().mood() {
            Mood::Well | Mood::Closes | Mood::Slow => {
                let mut response = Response::new(());
                *response.status_mut() = http::StatusCode::NO_CONTENT;
                respond.send_response(response, true).map(drop)
            }
            Mood::Hangs => {
                hang(&mut respond).await;
                Ok(())
            }
            Mood::Down | Mood::ResetsHead | Mood::ResetsBody | Mood::EndsBody | Mood::Garbage => {
                respond.send_reset(Reason::INTERNAL_ERROR);
                Ok(())
            }
        }
    }

    async fn answer(
        &mut self,
        plan: &Plan,
        mut respond: SendResponse<Bytes>,
    ) -> Result<(), h2::Error> {
        let mood = match self.random.once_in(3) {
            true => Mood::Well,
            false => self.server().mood(),
        };
        match mood {
            Mood::Well | Mood::Down => self.answer_whole(plan, respond, Pace::Brisk).await,
            Mood::Slow => self.answer_whole(plan, respond, Pace::Slow).await,
            Mood::Hangs => {
                self.note(State::Silent);
                hang(&mut respond).await;
                Ok(())
            }
            Mood::ResetsHead | Mood::ResetsBody | Mood::EndsBody => {
                self.break_off(plan, mood, respond).await
            }
            Mood::Garbage => {
                self.shared.cut_off();
                self.note(State::Garbage);
                self.shared.is_garbled.store(true, Ordering::SeqCst);
                respond.send_response(head(plan), false)?;
                hang(&mut respond).await;
                Ok(())
            }
            Mood::Closes if self.random.once_in(4) => {
                self.end_at_once();
                Ok(())
            }
            Mood::Closes => {
                self.answer_whole(plan, respond, Pace::Brisk).await?;
                let _ = self.shared.ends.send(End::InOrder);
                Ok(())
            }
        }
    }

    fn note(&self, state: State) {
        self.shared.world.ledger.note(self.entry, |_| state);
    }

    fn end_at_once(&self) {
        self.shared.cut_off();
        self.note(State::BrokenOff);
        let _ = self.shared.ends.send(End::AtOnce);
    }

    async fn answer_whole(
        &self,
        plan: &Plan,
        mut respond: SendResponse<Bytes>,
        pace: Pace,
    ) -> Result<(), h2::Error> {
        let body = Bytes::from(plan.response_body());
        let ledger = &self.shared.world.ledger;
        ledger.note(self.entry, State::Answering);
        let stream = respond.send_response(head(plan), body.is_empty())?;
        if body.is_empty() || write(stream, body, pace, &Progress::default()).await {
            ledger.note(self.entry, State::Answered);
        }
        Ok(())
    }

    /// Ends the exchange before the answer is whole: its stream alone, or the whole connection.
    async fn break_off(
        &mut self,
        plan: &Plan,
        mood: Mood,
        mut respond: SendResponse<Bytes>,
    ) -> Result<(), h2::Error> {
        self.note(State::BrokenOff);
        let ends_connection = self.random.once_in(2);
        let body = Bytes::from(plan.response_body());
        if mood != Mood::ResetsHead && !body.is_empty() {
            let part = body.slice(..self.random.below(body.len()));
            // A stream may end too early too, and its length says so.
            let ends_early = mood == Mood::EndsBody && plan.framing == Framing::Length;
            let stream = respond.send_response(head(plan), ends_early && part.is_empty())?;
            if ends_early {
                write(stream, part, Pace::Brisk, &Progress::default()).await;
                return Ok(());
            }
            write_part(stream, part).await;
        }
        match ends_connection {
            true => self.end_at_once(),
            false => respond.send_reset(Reason::INTERNAL_ERROR),
        }
        Ok(())
    }
}

/// Writes a part of a body of which more could follow, as far as the gateway takes it at once.
async fn write_part(mut stream: SendStream<Bytes>, part: Bytes) {
    stream.reserve_capacity(part.len());
    // By then most of it has left the buffer.
    sleep(Duration::from_millis(5)).await;
    let len = stream.capacity().min(part.len());
    let _ = stream.send_data(part.slice(..len), false);
    sleep(Duration::from_millis(5)).await;
}

/// Says nothing, for longer than anybody waits, or until nobody waits any more.
async fn hang(respond: &mut SendResponse<Bytes>) {
    let reset = std::future::poll_fn(|cx| respond.poll_reset(cx));
    let _ = timeout(HANGING, reset).await;
}

/// The head of the answer that belongs to a request.
fn head(plan: &Plan) -> Response<()> {
    let mut response = Response::new(());
    let headers = response.headers_mut();
    headers.insert("x-request", plan.number.into());
    if plan.framing == Framing::Length {
        headers.insert("content-length", plan.response_body().len().into());
    }
    response
}

/// A stream on which garbage may take the place of a frame.
struct Garbled {
    stream: ServerStream,
    is_garbled: Arc<AtomicBool>,
    was_written: bool,
    frame: Frame,
}

/// How much of a frame has been written.
#[derive(Debug, Default)]
struct Frame {
    head: Vec<u8>,
    n_left: usize,
}

impl Frame {
    /// How much of what is written next belongs to a frame that has begun.
    fn rest(&self) -> usize {
        match self.head.len() {
            0 => self.n_left,
            n_there => HEAD_LEN - n_there,
        }
    }

    fn pass(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.head.is_empty() && self.n_left > 0 {
                let len = self.n_left.min(bytes.len());
                self.n_left -= len;
                bytes = &bytes[len..];
            } else {
                let len = (HEAD_LEN - self.head.len()).min(bytes.len());
                self.head.extend(&bytes[..len]);
                bytes = &bytes[len..];
                if let [long, middle, short, _, _, _, _, _, _] = self.head[..] {
                    let [long, middle, short] = [long, middle, short].map(usize::from);
                    self.n_left = long << 16 | middle << 8 | short;
                    self.head.clear();
                }
            }
        }
    }
}

/// Bytes of the head of a frame, of which the first three are the length of the rest.
const HEAD_LEN: usize = 9;

impl AsyncRead for Garbled {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Garbled {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        let n_passed = match (this.is_garbled.load(Ordering::SeqCst), this.frame.rest()) {
            (false, _) => bytes.len(),
            // What has begun is no garbage, or it could be taken for a part of a body.
            (true, rest) => rest.min(bytes.len()),
        };
        if n_passed > 0 || bytes.is_empty() {
            let written = Pin::new(&mut this.stream).poll_write(cx, &bytes[..n_passed]);
            if let Poll::Ready(Ok(len)) = written {
                this.frame.pass(&bytes[..len]);
            }
            return written;
        }
        if self.was_written {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let garbage = GARBAGE.repeat(bytes.len().div_ceil(GARBAGE.len()));
        let written = Pin::new(&mut self.stream).poll_write(cx, &garbage[..bytes.len()]);
        self.was_written = written.is_ready();
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// As a frame it would be far too long.
const GARBAGE: &[u8] = b"\xff\xfe\xfd garbage ";
