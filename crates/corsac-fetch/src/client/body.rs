//! The body of a response, as it arrives.

use std::fmt;

use bytes::{Bytes, BytesMut};
use tokio::time::Instant;

use super::http1::Http1Body;
use super::http2::Http2Body;
use super::limits::MAX_TRUSTED_LENGTH;

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
    /// All of it, and not from the network.
    AtHand(Bytes),
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

    /// A body that needs no network.
    pub(super) fn at_hand(bytes: Bytes) -> Self {
        Self::new(Source::AtHand(bytes))
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
        let n_expected = self.n_expected();
        let Some(first) = self.chunk().await? else {
            return Ok(Bytes::new());
        };
        if first.len() as u64 == n_expected {
            return Ok(first);
        }
        let n_trusted = n_expected.min(MAX_TRUSTED_LENGTH);
        let mut all = BytesMut::with_capacity(usize::try_from(n_trusted).unwrap_or(0));
        all.extend_from_slice(&first);
        while let Some(chunk) = self.chunk().await? {
            all.extend_from_slice(&chunk);
        }
        Ok(all.freeze())
    }

    /// Bytes that are announced; 0 if there is no telling.
    fn n_expected(&self) -> u64 {
        match &self.source {
            Source::Http1(body) => body.n_expected(),
            Source::Http2(_) | Source::Ended(_) => 0,
            Source::AtHand(bytes) => bytes.len() as u64,
        }
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
            Source::AtHand(bytes) => {
                let bytes = std::mem::take(bytes);
                Ok((!bytes.is_empty()).then_some(bytes))
            }
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
