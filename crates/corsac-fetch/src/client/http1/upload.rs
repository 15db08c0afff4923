//! What is still to be sent.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use tokio::io::AsyncWrite;

use super::connection::Io;

/// The bytes of a request that have not been sent.
#[derive(Debug, Default)]
pub(in crate::client) struct Upload {
    head: Bytes,
    body: Bytes,
    state: UploadState,
}

/// How far it has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::client) enum UploadState {
    /// There is more to send.
    #[default]
    Sending,
    /// All is sent.
    Sent,
    /// The peer takes no more. Its response may be there all the same.
    Broken,
}

impl Upload {
    pub(super) fn new(head: Bytes) -> Self {
        Self {
            head,
            ..Self::default()
        }
    }

    pub(super) fn with_body(head: Bytes, body: Arc<[u8]>) -> Self {
        Self {
            head,
            body: Bytes::from_owner(body),
            state: UploadState::Sending,
        }
    }

    pub(super) fn state(&self) -> UploadState {
        self.state
    }

    /// Sends as much as the peer takes.
    pub(super) fn poll_send(&mut self, io: &mut dyn Io, context: &mut Context<'_>) {
        while self.state == UploadState::Sending {
            match self.poll_step(io, context) {
                Poll::Pending => return,
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(_)) => self.state = UploadState::Broken,
            }
        }
    }

    fn poll_step(
        &mut self,
        mut io: &mut dyn Io,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        let rest = match self.head.is_empty() {
            true => &mut self.body,
            false => &mut self.head,
        };
        if rest.is_empty() {
            // Over TLS the bytes may be buffered until now.
            std::task::ready!(Pin::new(&mut io).poll_flush(context))?;
            self.state = UploadState::Sent;
            return Poll::Ready(Ok(()));
        }
        match std::task::ready!(Pin::new(&mut io).poll_write(context, rest))? {
            0 => Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
            n_written => {
                rest.advance(n_written);
                Poll::Ready(Ok(()))
            }
        }
    }
}
