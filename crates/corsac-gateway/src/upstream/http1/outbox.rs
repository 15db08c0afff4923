//! Bytes on their way to a server.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use tokio::io::AsyncWrite;

use crate::limits::MAX_KEPT_BUFFER;

/// Bytes on their way: what was put together, then some that were not worth a copy, and what comes
/// behind those.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    /// Kept for its memory.
    joined: Vec<u8>,
    n_written: usize,
    data: Bytes,
    behind: &'static [u8],
}

impl Outbox {
    pub(super) fn clear(&mut self) {
        self.joined.clear();
        self.n_written = 0;
        self.data = Bytes::new();
        self.behind = &[];
    }

    /// Lets go of memory that only a long head needed.
    pub(super) fn rest(&mut self) {
        self.joined.shrink_to(MAX_KEPT_BUFFER);
    }

    /// What comes next can be written to.
    pub(super) fn joined(&mut self) -> &mut Vec<u8> {
        &mut self.joined
    }

    /// Takes content, and what is to come behind it.
    ///
    /// Little is copied, since one plain write costs less than a list.
    pub(super) fn put(&mut self, data: Bytes, behind: &'static [u8]) {
        match data.len() <= MAX_JOINED_BYTES {
            true => {
                self.joined.extend_from_slice(&data);
                self.joined.extend_from_slice(behind);
            }
            false => {
                self.data = data;
                self.behind = behind;
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.n_written == self.joined.len() && self.data.is_empty() && self.behind.is_empty()
    }

    /// Can more be put behind what is there?
    pub(super) fn has_room(&self) -> bool {
        self.data.is_empty() && self.behind.is_empty() && self.joined.len() <= MAX_JOINED_BYTES
    }

    /// Writes all of it.
    pub(super) fn poll_write(
        &mut self,
        stream: &mut (impl AsyncWrite + Unpin),
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while !self.is_empty() {
            match ready!(self.poll_write_some(Pin::new(&mut *stream), cx))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                n_written => self.advance(n_written),
            }
        }
        self.joined.clear();
        self.n_written = 0;
        Pin::new(stream).poll_flush(cx)
    }

    fn poll_write_some(
        &self,
        stream: Pin<&mut (impl AsyncWrite + Unpin)>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        let joined = &self.joined[self.n_written..];
        match (joined, &self.data[..], self.behind) {
            (joined, [], []) => stream.poll_write(cx, joined),
            ([], data, []) => stream.poll_write(cx, data),
            (joined, data, behind) => {
                let slices = [joined, data, behind].map(IoSlice::new);
                stream.poll_write_vectored(cx, &slices)
            }
        }
    }

    fn advance(&mut self, n_written: usize) {
        let of_joined = n_written.min(self.joined.len() - self.n_written);
        self.n_written += of_joined;
        let n_written = n_written - of_joined;
        let of_data = n_written.min(self.data.len());
        self.data.advance(of_data);
        self.behind = &self.behind[n_written - of_data..];
    }
}

/// What is copied at the most to be written with what stands before it.
const MAX_JOINED_BYTES: usize = 4 * 1024;
