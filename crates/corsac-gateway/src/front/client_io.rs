//! The socket of a client, with an end to patience.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use crate::deadline::Deadline;
use crate::limits::CLIENT_WRITE_TIMEOUT;

use super::block_timer::BlockTimer;
use super::head_guard::{HeadGuard, Seen};
use super::head_timer::HeadTimer;
use super::linger::Linger;
use super::transport::Transport;

/// The socket of a client, on which a write fails that has waited too long.
///
/// Else a client that asks for much and reads nothing would hold a connection, and one to the
/// upstream, for as long as it likes.
#[derive(Debug)]
pub(super) struct ClientIo {
    transport: Transport,
    /// There while a write waits.
    deadline: Option<Deadline>,
    /// Slices put together; kept for its memory.
    joined: Vec<u8>,
    ending: Arc<Ending>,
    was_shut_down: bool,
    linger: Option<Linger>,
    watch: Watch,
    /// What is read behind something that was refused.
    rest: Option<&'static [u8]>,
}

/// What the bytes of a client are looked at with.
#[derive(Debug)]
enum Watch {
    Unwatched,
    Heads(HeadGuard, HeadTimer),
    Blocks(BlockTimer),
}

/// How a connection may end.
///
/// A client of HTTP/1.0 knows no chunks: the end of the connection is the end of the body. Were a
/// body that breaks off followed by an orderly end, half of it would look like the whole; so the
/// connection is reset.
#[derive(Debug, Default)]
pub(crate) struct Ending {
    bears_meaning: AtomicBool,
    is_tunnel: AtomicBool,
    is_announced: AtomicBool,
    is_answered: AtomicBool,
}

impl Ending {
    /// From now on an orderly end says that everything was sent.
    pub(crate) fn bears_meaning(&self) {
        self.bears_meaning.store(true, Ordering::Relaxed);
    }

    /// The client is told in time, so that it sends nothing that would be lost.
    pub(super) fn announce(&self) {
        self.is_announced.store(true, Ordering::Relaxed);
    }

    /// The request that was read last is answered, and nothing is waited for: before the answer is
    /// written, nothing needs to be read.
    pub(crate) fn is_answered_at_once(&self) {
        self.is_answered.store(true, Ordering::Relaxed);
    }

    /// From now on the client's bytes are no HTTP.
    pub(crate) fn leaves_http(&self) {
        self.is_tunnel.store(true, Ordering::Relaxed);
    }
}

impl Drop for ClientIo {
    fn drop(&mut self) {
        if !self.was_shut_down && self.ending.bears_meaning.load(Ordering::Relaxed) {
            self.transport.end_by_reset();
        }
    }
}

impl ClientIo {
    pub(super) fn new(transport: Transport, ending: Arc<Ending>) -> Self {
        Self {
            transport,
            deadline: None,
            joined: Vec::new(),
            ending,
            was_shut_down: false,
            linger: None,
            watch: Watch::Unwatched,
            rest: None,
        }
    }

    /// Has the heads of HTTP/1.1 looked at, and timed.
    pub(super) fn watch_heads(&mut self, timer: HeadTimer) {
        self.watch = Watch::Heads(HeadGuard::default(), timer);
    }

    /// Has the blocks of fields of HTTP/2 timed.
    pub(super) fn watch_blocks(&mut self, timer: BlockTimer) {
        self.watch = Watch::Blocks(timer);
    }

    /// A head with a short body is two slices. To put them together costs less than to have the
    /// kernel take them one by one.
    fn write_slices(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let transport = Pin::new(&mut self.transport);
        if let [slice] = slices {
            return transport.poll_write(cx, slice);
        }
        let len: usize = slices.iter().map(|slice| slice.len()).sum();
        if len > MAX_JOINED_BYTES {
            return transport.poll_write_vectored(cx, slices);
        }
        self.joined.clear();
        for slice in slices {
            self.joined.extend_from_slice(slice);
        }
        transport.poll_write(cx, &self.joined)
    }

    fn bounded(
        &mut self,
        written: Poll<io::Result<usize>>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        self.ending.is_answered.store(false, Ordering::Relaxed);
        if written.is_ready() {
            self.deadline = None;
            return written;
        }
        let deadline = self
            .deadline
            .get_or_insert_with(|| Deadline::new(Instant::now() + CLIENT_WRITE_TIMEOUT));
        deadline
            .poll(cx)
            .map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl Watch {
    /// How many bytes are the last ones and what follows, if something in them is refused.
    fn look(&mut self, bytes: &mut [u8]) -> Option<(usize, &'static [u8])> {
        match self {
            Self::Unwatched => {}
            Self::Blocks(timer) => timer.look(bytes),
            Self::Heads(guard, timer) => match guard.look(bytes) {
                Seen::NoHead => timer.head_ends(),
                Seen::PartOfHead => timer.head_begins(),
                Seen::Refused(len, rest) => return Some((len, rest)),
            },
        }
        None
    }

    /// Has something that the client began taken too long?
    fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match self {
            Self::Unwatched => Poll::Pending,
            Self::Heads(_, timer) => timer.poll(cx),
            Self::Blocks(timer) => timer.poll(cx),
        }
    }

    /// May the client be in the middle of something?
    fn expects_more(&self) -> bool {
        match self {
            Self::Unwatched => false,
            Self::Heads(guard, _) => guard.expects_more(),
            Self::Blocks(_) => true,
        }
    }
}

impl AsyncRead for ClientIo {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(rest) = &mut self.rest {
            let (now, later) = rest.split_at(rest.len().min(buffer.remaining()));
            buffer.put_slice(now);
            *rest = later;
            return Poll::Ready(Ok(()));
        }
        // While it answers, hyper looks whether the client is still there. It writes in the same turn,
        // or waits to be able to, and reads again once it has.
        if self.ending.is_answered.load(Ordering::Relaxed) {
            return Poll::Pending;
        }
        let n_before = buffer.filled().len();
        let read = Pin::new(&mut self.transport).poll_read(cx, buffer);
        if self.ending.is_tunnel.load(Ordering::Relaxed) {
            self.watch = Watch::Unwatched;
        }
        if read.is_pending() {
            let late = self.watch.poll_late(cx);
            return late.map(|()| Err(io::ErrorKind::TimedOut.into()));
        }
        let taken = self.watch.look(&mut buffer.filled_mut()[n_before..]);
        if let Some((len, rest)) = taken {
            buffer.set_filled(n_before + len);
            self.rest = Some(rest);
        }
        read
    }
}

impl AsyncWrite for ClientIo {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.transport).poll_write(cx, bytes);
        self.bounded(written, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = self.write_slices(cx, slices);
        self.bounded(written, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.transport.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.transport).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.was_shut_down = true;
        if self.linger.is_none() {
            ready!(Pin::new(&mut self.transport).poll_shutdown(cx))?;
            if !self.watch.expects_more() || self.ending.is_announced.load(Ordering::Relaxed) {
                return Poll::Ready(Ok(()));
            }
        }
        let Self {
            transport, linger, ..
        } = &mut *self;
        let linger = linger.get_or_insert_with(Linger::new);
        linger.poll(transport.socket(), cx).map(Ok)
    }
}

/// What is put together at the most: about a packet, which is copied in no time.
const MAX_JOINED_BYTES: usize = 1500;
