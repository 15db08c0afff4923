//! What was read from a server, and nobody has taken yet.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::task::{Context, Poll, ready};

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt as _};

use crate::limits::{MAX_READ, USUAL_READ};

/// What was read, and nobody has taken yet.
///
/// What is taken is not copied: fields and content are slices of this memory, which is used again
/// once they are gone.
#[derive(Debug)]
pub(super) struct ReadBuffer {
    pub(super) bytes: BytesMut,
    /// Bytes that are read at a time where it was not said how many will come: twice as many as
    /// before if all of them came, and half as many if hardly any did.
    read_size: usize,
    is_large: bool,
}

impl Default for ReadBuffer {
    fn default() -> Self {
        Self {
            bytes: BytesMut::new(),
            read_size: USUAL_READ,
            is_large: false,
        }
    }
}

impl ReadBuffer {
    /// Reads some bytes, of so many as will come if that was said. None are the end.
    pub(super) fn poll_fill(
        &mut self,
        stream: &mut (impl AsyncRead + Unpin),
        cx: &mut Context<'_>,
        n_expected: Option<u64>,
    ) -> Poll<io::Result<usize>> {
        self.make_room(n_expected);
        let room = self.bytes.capacity() - self.bytes.len();
        let n_read = ready!(pin!(stream.read_buf(&mut self.bytes)).poll(cx))?;
        if n_read == room {
            self.read_size = (self.read_size * 2).min(MAX_READ);
        } else if n_read < self.read_size / 4 {
            self.read_size = (self.read_size / 2).max(USUAL_READ);
        }
        Poll::Ready(Ok(n_read))
    }

    /// Lets go of memory that was only needed for much content.
    pub(super) fn rest(&mut self) {
        if self.is_large {
            self.bytes = BytesMut::new();
            self.is_large = false;
        }
    }

    /// The end of memory that is there already is used as long as it is worth a read.
    fn make_room(&mut self, n_expected: Option<u64>) {
        let expected = n_expected.map_or(self.read_size, |it| {
            usize::try_from(it).map_or(MAX_READ, |it| it.min(MAX_READ))
        });
        let wanted = expected.max(USUAL_READ);
        if self.bytes.capacity() - self.bytes.len() < wanted / 4 {
            self.bytes.reserve(wanted);
            self.is_large |= wanted > USUAL_READ;
        }
    }
}
