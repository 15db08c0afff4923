//! The socket of a client, with an end to patience.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::deadline::Deadline;
use crate::limits::CLIENT_WRITE_TIMEOUT;

/// The socket of a client, on which a write fails that has waited too long.
///
/// Else a client that asks for much and reads nothing would hold a connection, and one to the
/// upstream, for as long as it likes.
#[derive(Debug)]
pub(crate) struct ClientIo {
    stream: TokioIo<TcpStream>,
    /// There while a write waits.
    deadline: Option<Deadline>,
    /// Slices put together; kept for its memory.
    joined: Vec<u8>,
    ending: Arc<Ending>,
    was_shut_down: bool,
}

/// How a connection may end.
///
/// A client of HTTP/1.0 knows no chunks: the end of the connection is the end of the body. Were a
/// body that breaks off followed by an orderly end, half of it would look like the whole; so the
/// connection is reset.
#[derive(Debug, Default)]
pub(crate) struct Ending(AtomicBool);

impl Ending {
    /// From now on an orderly end says that everything was sent.
    pub(crate) fn bears_meaning(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Drop for ClientIo {
    fn drop(&mut self) {
        if !self.was_shut_down && self.ending.0.load(Ordering::Relaxed) {
            // There is nobody left to tell if it fails, which it does on a socket that is gone.
            let _ = self.stream.inner().set_zero_linger();
        }
    }
}

impl ClientIo {
    pub(crate) fn new(stream: TcpStream, ending: Arc<Ending>) -> Self {
        let stream = TokioIo::new(stream);
        Self {
            stream,
            deadline: None,
            joined: Vec::new(),
            ending,
            was_shut_down: false,
        }
    }

    /// A head with a short body is two slices. To put them together costs less than to have the
    /// kernel take them one by one.
    fn write_slices(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let stream = Pin::new(&mut self.stream);
        let len: usize = slices.iter().map(|slice| slice.len()).sum();
        if len > MAX_JOINED_BYTES {
            return stream.poll_write_vectored(cx, slices);
        }
        self.joined.clear();
        for slice in slices {
            self.joined.extend_from_slice(slice);
        }
        stream.poll_write(cx, &self.joined)
    }

    fn bounded(
        &mut self,
        written: Poll<io::Result<usize>>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
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

impl Read for ClientIo {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl Write for ClientIo {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
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
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.was_shut_down = true;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// What is put together at the most: about a packet, which is copied in no time.
const MAX_JOINED_BYTES: usize = 1500;
