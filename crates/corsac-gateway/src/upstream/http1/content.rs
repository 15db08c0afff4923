//! The content of a response, as it comes.

use bytes::{Bytes, BytesMut};
use http::header::HeaderMap;

use super::chunked::{ChunkDecoder, Found};
use super::{Framing, Malformed};

/// The content of a response that is still to come.
#[derive(Debug)]
pub(super) enum Content {
    Over,
    Length(u64),
    Chunked(ChunkDecoder),
    /// Behind chunks.
    Trailers(HeaderMap),
    UntilClose,
}

/// A part of the content.
#[derive(Debug)]
pub(crate) enum Part {
    Data(Bytes),
    Trailers(HeaderMap),
    End,
}

impl Content {
    pub(super) fn new(framing: Framing) -> Self {
        match framing {
            Framing::None | Framing::Length(0) => Self::Over,
            Framing::Length(length) => Self::Length(length),
            Framing::Chunked => Self::Chunked(ChunkDecoder::default()),
            Framing::UntilClose => Self::UntilClose,
        }
    }

    /// The next part, if it has come. The buffer holds what was read and nobody has taken yet.
    pub(super) fn next(&mut self, buffer: &mut BytesMut) -> Result<Option<Part>, Malformed> {
        match self {
            Self::Over => Ok(Some(Part::End)),
            Self::Length(_) | Self::UntilClose if buffer.is_empty() => Ok(None),
            Self::UntilClose => Ok(Some(Part::Data(buffer.split().freeze()))),
            Self::Length(left) => {
                let len = usize::try_from(*left).map_or(buffer.len(), |it| it.min(buffer.len()));
                *left -= len as u64;
                if *left == 0 {
                    *self = Self::Over;
                }
                Ok(Some(Part::Data(buffer.split_to(len).freeze())))
            }
            Self::Chunked(decoder) => match decoder.next(buffer)? {
                Found::NeedsMore => Ok(None),
                Found::End(trailers) => {
                    *self = Self::behind_chunks(trailers);
                    self.next(buffer)
                }
                Found::Data(data) => {
                    self.look_ahead(buffer);
                    Ok(Some(Part::Data(data)))
                }
            },
            Self::Trailers(_) => match std::mem::replace(self, Self::Over) {
                Self::Trailers(trailers) => Ok(Some(Part::Trailers(trailers))),
                _ => Ok(Some(Part::End)),
            },
        }
    }

    /// All of it at once, if it is short and has come.
    pub(super) fn take_whole(&mut self, buffer: &mut BytesMut) -> Option<Bytes> {
        match self {
            Self::Over => Some(Bytes::new()),
            Self::Length(length) => {
                let length = usize::try_from(*length).ok()?;
                if length > buffer.len() {
                    return None;
                }
                *self = Self::Over;
                Some(buffer.split_to(length).freeze())
            }
            // How long it is was not said, and will not be said to the client.
            Self::Chunked(_) | Self::Trailers(_) | Self::UntilClose => None,
        }
    }

    /// The server will send no more. Is that the end?
    pub(super) fn end(&mut self) -> Result<(), Malformed> {
        match self {
            Self::Over => Ok(()),
            Self::UntilClose => {
                *self = Self::Over;
                Ok(())
            }
            Self::Length(_) | Self::Chunked(_) | Self::Trailers(_) => Err(Malformed),
        }
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(self, Self::Over)
    }

    /// How long the rest is, if that is known.
    pub(super) fn exact_len(&self) -> Option<u64> {
        match self {
            Self::Over => Some(0),
            Self::Length(left) => Some(*left),
            Self::Chunked(_) | Self::Trailers(_) | Self::UntilClose => None,
        }
    }

    /// Whoever has the last data need not ask again to hear that it was the last.
    fn look_ahead(&mut self, buffer: &mut BytesMut) {
        if let Self::Chunked(decoder) = self
            // What is malformed stays in the buffer, and is found again with the next part.
            && let Ok(Some(trailers)) = decoder.look_ahead(buffer)
        {
            *self = Self::behind_chunks(trailers);
        }
    }

    fn behind_chunks(trailers: Option<HeaderMap>) -> Self {
        trailers.map_or(Self::Over, Self::Trailers)
    }
}
