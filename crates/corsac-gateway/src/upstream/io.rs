//! The stream to a server, with TLS or without.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// The stream to a server.
#[derive(Debug)]
pub(crate) struct UpstreamIo {
    stream: Stream,
    heard: Heard,
    sent: Sent,
}

/// What was sent since something was heard, to send it again over another connection.
///
/// It is kept for every request and used for hardly any. To copy the bytes costs a twentieth of
/// what it costs to copy the fields one by one.
#[derive(Debug, Default)]
struct Sent {
    /// Kept for its memory from one request to the next.
    bytes: Vec<u8>,
    is_answered: bool,
    is_too_long: bool,
}

impl Sent {
    fn add(&mut self, bytes: &[u8]) {
        if self.is_answered {
            self.bytes.clear();
            self.is_answered = false;
            self.is_too_long = false;
        }
        match self.bytes.len() + bytes.len() <= MAX_KEPT_HEAD {
            true => self.bytes.extend_from_slice(bytes),
            false => self.is_too_long = true,
        }
    }
}

#[derive(Debug)]
enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// Whether anything has come from a server since this was last forgotten.
///
/// A request of which the server has begun an answer is never sent again.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard(Arc<AtomicBool>);

impl Heard {
    pub(super) fn forget(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    pub(super) fn anything(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl UpstreamIo {
    pub(super) fn plain(stream: TcpStream) -> Self {
        Self::new(Stream::Plain(stream))
    }

    pub(super) fn tls(stream: TlsStream<TcpStream>) -> Self {
        Self::new(Stream::Tls(Box::new(stream)))
    }

    fn new(stream: Stream) -> Self {
        let heard = Heard::default();
        let sent = Sent::default();
        Self {
            stream,
            heard,
            sent,
        }
    }

    /// What was sent and not answered, if it was not too long to keep.
    pub(super) fn into_unheard_head(self) -> Option<Vec<u8>> {
        let Sent {
            bytes,
            is_answered,
            is_too_long,
        } = self.sent;
        (!is_answered && !is_too_long).then_some(bytes)
    }

    pub(super) fn heard(&self) -> Heard {
        self.heard.clone()
    }
}

impl AsyncRead for UpstreamIo {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Stream::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
        })?;
        if buffer.filled().len() > before {
            self.sent.is_answered = true;
            self.heard.0.store(true, Ordering::Relaxed);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for UpstreamIo {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        });
        // What could not be sent would have been, on a connection that is not closed.
        let n_bytes = *written.as_ref().unwrap_or(&bytes.len());
        self.sent.add(&bytes[..n_bytes]);
        Poll::Ready(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, slices),
            Stream::Tls(stream) => Pin::new(stream).poll_write_vectored(cx, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match &self.stream {
            Stream::Plain(stream) => stream.is_write_vectored(),
            Stream::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

/// The longest head that is kept to be sent again; few are longer.
const MAX_KEPT_HEAD: usize = 16 * 1024;
