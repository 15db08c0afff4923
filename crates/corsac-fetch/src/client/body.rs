//! The body of a response, as it arrives.

use std::fmt;

use bytes::{Bytes, BytesMut};
use tokio::time::Instant;

use super::http1::Http1Body;
use super::http2::Http2Body;

/// The body of a response, read piece by piece.
///
/// Nothing is read before it is asked for, so that a slow reader slows the server down. Dropping
/// it drops the rest: what the server still sends is not waited for.
pub struct ResponseBody {
    source: Source,
    /// Bytes that may still come.
    allowance: u64,
    deadline: Option<Instant>,
}

enum Source {
    Http1(Box<Http1Body>),
    Http2(Box<Http2Body>),
    /// It ended, or failed.
    Ended(Result<(), BodyFailure>),
}

/// Why a body ended early.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyFailure {
    /// The connection ended before the body did.
    Closed,
    /// The body is not framed as HTTP has it; the text says what is wrong.
    Malformed(String),
    /// It is larger than the client reads.
    TooLarge,
    /// It took too long.
    Timeout,
}

impl ResponseBody {
    pub(super) fn http1(body: Http1Body) -> Self {
        Self::new(Source::Http1(Box::new(body)))
    }

    pub(super) fn http2(body: Http2Body) -> Self {
        Self::new(Source::Http2(Box::new(body)))
    }

    fn new(source: Source) -> Self {
        Self {
            source,
            allowance: u64::MAX,
            deadline: None,
        }
    }

    /// Sets how many bytes are read at most, and until when.
    pub(super) fn with_bounds(self, limit: Option<u64>, deadline: Option<Instant>) -> Self {
        Self {
            source: self.source,
            allowance: limit.unwrap_or(u64::MAX),
            deadline,
        }
    }

    /// The next bytes; `None` at the end, and again after it.
    ///
    /// A failure is final: asked again, it says the same.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, BodyFailure> {
        let next = self.next_in_time().await.and_then(|chunk| match chunk {
            Some(chunk) if chunk.len() as u64 > self.allowance => Err(BodyFailure::TooLarge),
            Some(_) | None => Ok(chunk),
        });
        match &next {
            Ok(Some(chunk)) => self.allowance -= chunk.len() as u64,
            Ok(None) => self.source = Source::Ended(Ok(())),
            Err(failure) => self.source = Source::Ended(Err(failure.clone())),
        }
        next
    }

    /// Reads all of it.
    pub async fn bytes(mut self) -> Result<Bytes, BodyFailure> {
        let Some(first) = self.chunk().await? else {
            return Ok(Bytes::new());
        };
        let Some(second) = self.chunk().await? else {
            return Ok(first);
        };
        let mut all = BytesMut::from(first);
        all.extend_from_slice(&second);
        while let Some(chunk) = self.chunk().await? {
            all.extend_from_slice(&chunk);
        }
        Ok(all.freeze())
    }

    async fn next_in_time(&mut self) -> Result<Option<Bytes>, BodyFailure> {
        match self.deadline {
            None => self.next().await,
            Some(deadline) => tokio::time::timeout_at(deadline, self.next())
                .await
                .unwrap_or(Err(BodyFailure::Timeout)),
        }
    }

    async fn next(&mut self) -> Result<Option<Bytes>, BodyFailure> {
        match &mut self.source {
            Source::Http1(body) => body.chunk().await,
            Source::Http2(body) => body.chunk().await,
            Source::Ended(end) => end.clone().map(|()| None),
        }
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseBody").finish_non_exhaustive()
    }
}

impl fmt::Display for BodyFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("the connection ended before the body did"),
            Self::Malformed(text) => write!(f, "the body is malformed: {text}"),
            Self::TooLarge => f.write_str("the body is too large"),
            Self::Timeout => f.write_str("the body took too long"),
        }
    }
}

impl std::error::Error for BodyFailure {}
