//! A connection, and one exchange over it.

use std::future::Future;
use std::future::poll_fn;
use std::io;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};

use super::super::limits::{MAX_INTERIM_RESPONSES, MAX_READ_BYTES, READ_BYTES};
use super::super::recorded::too_many_interim_responses;
use super::head::{HeadReader, Http1Head};
use super::upload::{Upload, UploadState};
use crate::machine::TransportFailure;

/// A stream of bytes both ways: TCP, or TLS over it.
pub(in crate::client) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// A connection to a server.
pub(in crate::client) struct Connection {
    io: Box<dyn Io>,
    /// Where the server is, if that is known: a proxy does not tell.
    pub(in crate::client) address: Option<IpAddr>,
    /// What was received and not yet read.
    pub(super) received: BytesMut,
    upload: Upload,
    security: Security,
    /// How many bytes to read next.
    n_wanted: usize,
}

/// Whether the end of a connection is surely that of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::client) enum Security {
    /// Over TLS: who cuts a response short does not get at its headers.
    Tls,
    /// Whoever could cut it short could also change it.
    None,
}

/// Why an exchange failed, and whether it can be made again on another connection.
#[derive(Debug)]
pub(in crate::client) struct ExchangeFailure {
    pub(in crate::client) failure: TransportFailure,
    pub(in crate::client) answered: Answered,
}

/// Whether anything of a response had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::client) enum Answered {
    /// The connection ended without a byte.
    Nothing,
    /// There was a response, or the failure has nothing to do with the connection.
    Something,
}

impl Connection {
    pub(in crate::client) fn new(
        io: Box<dyn Io>,
        security: Security,
        address: Option<IpAddr>,
    ) -> Self {
        Self {
            io,
            security,
            address,
            received: BytesMut::new(),
            upload: Upload::default(),
            n_wanted: READ_BYTES,
        }
    }

    /// Sends a request and reads the head of its response, interim ones skipped.
    ///
    /// Both go on at once: a server may answer before it has read all, and the rest of the
    /// request is sent while the body is read.
    pub(in crate::client) async fn exchange(
        &mut self,
        request: Upload,
    ) -> Result<Http1Head, ExchangeFailure> {
        self.upload = request;
        let mut n_interim_responses = 0;
        let mut reader = HeadReader::default();
        let answered = |reader: &HeadReader, n_interim| match n_interim == 0 && !reader.has_begun()
        {
            true => Answered::Nothing,
            false => Answered::Something,
        };
        loop {
            let head = reader
                .read(&mut self.received)
                .map_err(ExchangeFailure::after_answer)?;
            match head {
                Some(head) if is_interim(head.head.status) => n_interim_responses += 1,
                Some(head) => return Ok(head),
                None => match self.receive().await {
                    Ok(1..) => {}
                    end @ (Ok(0) | Err(_)) => {
                        if end.is_ok()
                            && let Some(head) = self.end_of(&mut reader)?
                        {
                            return Ok(head);
                        }
                        return Err(ExchangeFailure {
                            failure: TransportFailure::Closed,
                            answered: answered(&reader, n_interim_responses),
                        });
                    }
                },
            }
            if n_interim_responses > MAX_INTERIM_RESPONSES {
                return Err(ExchangeFailure::after_answer(too_many_interim_responses()));
            }
        }
    }

    /// The head that ends where the connection does, over which nobody watches.
    ///
    /// Over TLS a head is whole or none: half of one could say the opposite.
    fn end_of(&self, reader: &mut HeadReader) -> Result<Option<Http1Head>, ExchangeFailure> {
        if self.security == Security::Tls {
            return Ok(None);
        }
        let head = reader.end(&self.received);
        let head = head.map_err(ExchangeFailure::after_answer)?;
        Ok(head.filter(|head| !is_interim(head.head.status)))
    }

    /// Reads what comes next, and sends meanwhile; 0 bytes are the end.
    pub(super) async fn receive(&mut self) -> io::Result<usize> {
        poll_fn(|context| self.poll_receive(context)).await
    }

    fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.upload.poll_send(&mut *self.io, context);
        self.received.reserve(self.n_wanted);
        let read = std::task::ready!(pin!(self.io.read_buf(&mut self.received)).poll(context));
        if let Ok(n_bytes) = read {
            self.n_wanted = next_wanted(self.n_wanted, n_bytes);
        }
        Poll::Ready(read)
    }

    /// Has the whole request been sent, and nothing come that was not asked for?
    pub(super) fn is_settled(&self) -> bool {
        self.upload.state() == UploadState::Sent && self.received.is_empty()
    }

    /// Is it still open, as far as can be told without waiting?
    ///
    /// An idle server has nothing to say: whatever there is to read is the end, or not HTTP.
    pub(in crate::client) fn is_alive(&mut self) -> bool {
        let mut byte = [0];
        let mut buffer = ReadBuf::new(&mut byte);
        let mut context = Context::from_waker(Waker::noop());
        Pin::new(&mut *self.io)
            .poll_read(&mut context, &mut buffer)
            .is_pending()
    }
}

impl ExchangeFailure {
    /// A failure after which the request is not sent again.
    pub(in crate::client) fn after_answer(failure: TransportFailure) -> Self {
        Self {
            failure,
            answered: Answered::Something,
        }
    }
}

/// How many bytes to ask for after a read: more if it got all it wanted, less if not.
fn next_wanted(n_wanted: usize, n_read: usize) -> usize {
    match n_read {
        _ if n_read >= n_wanted => (2 * n_wanted).min(MAX_READ_BYTES),
        _ if n_read < n_wanted / 4 => (n_wanted / 2).max(READ_BYTES),
        _ => n_wanted,
    }
}

/// Does another response follow? After 101 none does.
pub(in crate::client) fn is_interim(status: u16) -> bool {
    matches!(status, 100..=199) && status != 101
}
