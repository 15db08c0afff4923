//! The end of a connection on which the client may still be sending.

use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::Instant;

use super::transport::Socket;
use crate::deadline::Deadline;
use crate::limits::{LINGER_BYTES, LINGER_READ, LINGER_TIMEOUT};

/// Reads and drops what comes after an answer that was the last, until the client has ended its
/// side too, or enough has been read, or long enough.
///
/// [RFC 9112, 9.6](https://www.rfc-editor.org/rfc/rfc9112#section-9.6) says why: an answer that is
/// followed by a reset may never be read.
#[derive(Debug)]
pub(super) struct Linger {
    deadline: Deadline,
    room: usize,
}

impl Linger {
    pub(super) fn new() -> Self {
        Self {
            deadline: Deadline::new(Instant::now() + LINGER_TIMEOUT),
            room: LINGER_BYTES,
        }
    }

    pub(super) fn poll(&mut self, socket: &mut Socket, cx: &mut Context<'_>) -> Poll<()> {
        let mut dropped = [MaybeUninit::uninit(); LINGER_READ];
        while self.deadline.poll(cx).is_pending() {
            let mut buffer = ReadBuf::uninit(&mut dropped);
            let read = ready!(Pin::new(&mut *socket).poll_read(cx, &mut buffer));
            let len = buffer.filled().len();
            if read.is_err() || len == 0 || len >= self.room {
                break;
            }
            self.room -= len;
        }
        Poll::Ready(())
    }
}
