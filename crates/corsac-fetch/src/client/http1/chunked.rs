//! A body in chunks.

use bytes::{Buf, Bytes, BytesMut};

use super::super::body::BodyFailure;
use super::super::limits::{MAX_CHUNK_EXTENSION_BYTES, MAX_CHUNK_LINE_BYTES, MAX_TRAILER_BYTES};
use super::body::Piece;

/// Reads a body in chunks, by [RFC 9112, 7.1](https://www.rfc-editor.org/rfc/rfc9112#section-7.1).
///
/// Lines may end in LF alone, as browsers have it. Extensions and trailers are skipped.
#[derive(Debug, Default)]
pub(in crate::client) struct Chunked {
    state: State,
    n_extension_bytes: usize,
    n_trailer_bytes: usize,
}

/// What comes next.
#[derive(Clone, Copy, Debug, Default)]
enum State {
    /// The line with the size of a chunk.
    #[default]
    Size,
    /// So many bytes of a chunk.
    Data(u64),
    /// The end of the line after a chunk.
    DataEnd,
    /// The trailers.
    Trailer(TrailerState),
    /// Nothing.
    End,
}

/// Where in a line of the trailers.
#[derive(Clone, Copy, Debug)]
enum TrailerState {
    Start,
    AfterCr,
    Inside,
}

impl Chunked {
    /// Takes the next piece from the bytes that have come.
    pub(in crate::client) fn next(&mut self, bytes: &mut BytesMut) -> Result<Piece, BodyFailure> {
        loop {
            let is_stuck = match self.state {
                State::Size => self.size(bytes)?,
                State::Data(remaining) => return Ok(self.data(bytes, remaining)),
                State::DataEnd => self.data_end(bytes)?,
                State::Trailer(state) => self.trailer(bytes, state)?,
                State::End => return Ok(Piece::End),
            };
            if is_stuck == IsStuck::Yes {
                return Ok(Piece::Wait);
            }
        }
    }

    fn size(&mut self, bytes: &mut BytesMut) -> Result<IsStuck, BodyFailure> {
        let allowed = bytes.len().min(MAX_CHUNK_LINE_BYTES);
        let Some(end) = bytes[..allowed].iter().position(|byte| *byte == b'\n') else {
            return match allowed == MAX_CHUNK_LINE_BYTES {
                true => Err(malformed("the line before a chunk is too long")),
                false => Ok(IsStuck::Yes),
            };
        };
        let line = bytes[..end].strip_suffix(b"\r").unwrap_or(&bytes[..end]);
        let (size, n_digits) = chunk_size(line)?;
        self.n_extension_bytes += line.len() - n_digits;
        if self.n_extension_bytes > MAX_CHUNK_EXTENSION_BYTES {
            return Err(malformed("the extensions of the chunks are too long"));
        }
        bytes.advance(end + 1);
        self.state = match size {
            0 => State::Trailer(TrailerState::Start),
            1.. => State::Data(size),
        };
        Ok(IsStuck::No)
    }

    fn data(&mut self, bytes: &mut BytesMut, remaining: u64) -> Piece {
        if bytes.is_empty() {
            return Piece::Wait;
        }
        let data = take(bytes, remaining);
        self.state = match remaining - data.len() as u64 {
            0 => State::DataEnd,
            remaining => State::Data(remaining),
        };
        Piece::Data(data)
    }

    fn data_end(&mut self, bytes: &mut BytesMut) -> Result<IsStuck, BodyFailure> {
        let length = match bytes[..] {
            [] | [b'\r'] => return Ok(IsStuck::Yes),
            [b'\n', ..] => 1,
            [b'\r', b'\n', ..] => 2,
            [..] => return Err(malformed("a chunk is longer than its size")),
        };
        bytes.advance(length);
        self.state = State::Size;
        Ok(IsStuck::No)
    }

    fn trailer(
        &mut self,
        bytes: &mut BytesMut,
        mut state: TrailerState,
    ) -> Result<IsStuck, BodyFailure> {
        while let [byte, ..] = bytes[..] {
            bytes.advance(1);
            self.n_trailer_bytes += 1;
            if self.n_trailer_bytes > MAX_TRAILER_BYTES {
                return Err(malformed("the trailers are too long"));
            }
            state = match (state, byte) {
                (TrailerState::Start | TrailerState::AfterCr, b'\n') => {
                    self.state = State::End;
                    return Ok(IsStuck::No);
                }
                (TrailerState::Start, b'\r') => TrailerState::AfterCr,
                (TrailerState::AfterCr, _) => {
                    return Err(malformed("there is a CR without LF in the trailers"));
                }
                (TrailerState::Inside, b'\n') => TrailerState::Start,
                (TrailerState::Start | TrailerState::Inside, _) => TrailerState::Inside,
            };
        }
        self.state = State::Trailer(state);
        Ok(IsStuck::Yes)
    }
}

/// Are more bytes needed to go on?
#[derive(Clone, Copy, PartialEq, Eq)]
enum IsStuck {
    No,
    Yes,
}

/// Takes at most so many bytes.
pub(super) fn take(bytes: &mut BytesMut, limit: u64) -> Bytes {
    let length = usize::try_from(limit).map_or(bytes.len(), |limit| limit.min(bytes.len()));
    bytes.split_to(length).freeze()
}

/// Reads the size in front of a line, and how many bytes it takes.
fn chunk_size(line: &[u8]) -> Result<(u64, usize), BodyFailure> {
    let fault = || malformed("the size of a chunk is not a number");
    let n_digits = line
        .iter()
        .take_while(|byte| byte.is_ascii_hexdigit())
        .count();
    if !(1..=MAX_SIZE_DIGITS).contains(&n_digits) {
        return Err(fault());
    }
    let rest = line[n_digits..].trim_ascii_start();
    let is_separated = rest.first().is_none_or(|byte| *byte == b';');
    if !is_separated || line.contains(&b'\r') {
        return Err(fault());
    }
    let digits = std::str::from_utf8(&line[..n_digits]).map_err(|_| fault())?;
    let size = u64::from_str_radix(digits, 16).map_err(|_| fault())?;
    Ok((size, n_digits))
}

fn malformed(text: &str) -> BodyFailure {
    BodyFailure::Malformed(text.to_owned())
}

/// Hexadecimal digits of the largest size that a `u64` holds.
const MAX_SIZE_DIGITS: usize = 16;
