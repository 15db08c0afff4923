//! The body of a response over HTTP/1.1.

use std::io;
use std::sync::Weak;

use bytes::{Bytes, BytesMut};

use super::super::body::BodyFailure;
use super::super::pool::{Pool, PoolKey};
use super::chunked::{Chunked, take};
use super::connection::Connection;
use super::framing::{Framing, Persistence};

/// The body of a response over HTTP/1.1, and the connection that it comes over.
///
/// When the body ends, the connection goes back to where it came from, if it can be used again.
/// Dropped earlier, it is closed, unless the rest has arrived already.
pub(in crate::client) struct Http1Body {
    connection: Option<Connection>,
    decoder: Decoder,
    persistence: Persistence,
    home: Home,
}

/// Where a connection belongs. A pool that was dropped gets nothing back.
pub(in crate::client) struct Home {
    pub(in crate::client) pool: Weak<Pool>,
    pub(in crate::client) key: PoolKey,
}

/// What a decoder makes of the bytes that are there.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::client) enum Piece {
    /// These bytes of the body; never none.
    Data(Bytes),
    /// Nothing, until more bytes come.
    Wait,
    /// The end.
    End,
}

/// Takes a body out of the bytes of a connection.
#[derive(Debug)]
pub(in crate::client) enum Decoder {
    /// So many bytes are left.
    Length(u64),
    Chunked(Chunked),
    UntilClose,
}

impl Decoder {
    pub(in crate::client) fn new(framing: Framing) -> Self {
        match framing {
            Framing::Empty => Self::Length(0),
            Framing::Length(length) => Self::Length(length),
            Framing::Chunked => Self::Chunked(Chunked::default()),
            Framing::UntilClose => Self::UntilClose,
        }
    }

    /// Takes the next piece.
    pub(in crate::client) fn next(&mut self, bytes: &mut BytesMut) -> Result<Piece, BodyFailure> {
        match self {
            Self::Length(0) => Ok(Piece::End),
            Self::Chunked(chunked) => chunked.next(bytes),
            Self::Length(_) | Self::UntilClose if bytes.is_empty() => Ok(Piece::Wait),
            Self::Length(remaining) => {
                let data = take(bytes, *remaining);
                *remaining -= data.len() as u64;
                Ok(Piece::Data(data))
            }
            Self::UntilClose => Ok(Piece::Data(take(bytes, u64::MAX))),
        }
    }

    /// Is the end of the connection the end of the body?
    pub(in crate::client) fn ends_with_connection(&self) -> bool {
        matches!(self, Self::UntilClose)
    }
}

impl Http1Body {
    /// The body after a head that has just been read.
    pub(in crate::client) fn new(
        connection: Connection,
        framing: Framing,
        persistence: Persistence,
        home: Home,
    ) -> Self {
        let mut body = Self {
            connection: Some(connection),
            decoder: Decoder::new(framing),
            persistence,
            home,
        };
        if matches!(framing, Framing::Empty | Framing::Length(0)) {
            body.end();
        }
        body
    }

    /// Bytes that are announced; 0 if there is no telling.
    pub(in crate::client) fn n_expected(&self) -> u64 {
        match (&self.connection, &self.decoder) {
            (Some(_), Decoder::Length(remaining)) => *remaining,
            (None, _) | (Some(_), Decoder::Chunked(_) | Decoder::UntilClose) => 0,
        }
    }

    /// The next bytes; `None` at the end.
    pub(in crate::client) async fn chunk(&mut self) -> Result<Option<Bytes>, BodyFailure> {
        loop {
            let Some(connection) = &mut self.connection else {
                return Ok(None);
            };
            match self.decoder.next(&mut connection.received) {
                Ok(Piece::Data(data)) => {
                    if matches!(self.decoder, Decoder::Length(0)) {
                        self.end();
                    }
                    return Ok(Some(data));
                }
                Ok(Piece::End) => {
                    self.end();
                    return Ok(None);
                }
                Err(failure) => return Err(self.fail(failure)),
                Ok(Piece::Wait) => match connection.receive().await {
                    Ok(1..) => {}
                    ended if self.is_complete_at(&ended) => self.connection = None,
                    Ok(0) | Err(_) => return Err(self.fail(BodyFailure::Closed)),
                },
            }
        }
    }

    /// A body without a length may end without the goodbye of TLS, as in browsers.
    fn is_complete_at(&self, end: &io::Result<usize>) -> bool {
        let is_end = match end {
            Ok(n_bytes) => *n_bytes == 0,
            Err(error) => error.kind() == io::ErrorKind::UnexpectedEof,
        };
        is_end && self.decoder.ends_with_connection()
    }

    fn fail(&mut self, failure: BodyFailure) -> BodyFailure {
        self.connection = None;
        failure
    }

    /// Gives the connection back.
    fn end(&mut self) {
        let Some(connection) = self.connection.take() else {
            return;
        };
        if self.persistence == Persistence::KeepAlive
            && connection.is_settled()
            && let Some(pool) = self.home.pool.upgrade()
        {
            pool.put_http1(&self.home.key, connection);
        }
    }
}

impl Drop for Http1Body {
    fn drop(&mut self) {
        while let Some(connection) = &mut self.connection {
            match self.decoder.next(&mut connection.received) {
                Ok(Piece::Data(_)) => {}
                Ok(Piece::End) => self.end(),
                Ok(Piece::Wait) | Err(_) => self.connection = None,
            }
        }
    }
}
