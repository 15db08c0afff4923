//! Content that comes in chunks.

use bytes::{Buf as _, Bytes, BytesMut};
use http::header::{HeaderMap, HeaderName, HeaderValue};
use memchr::{memchr, memchr_iter, memmem};

use super::Malformed;
use crate::limits::{
    MAX_CHUNK_EXTENSION_BYTES, MAX_CHUNK_LINE, MAX_RESPONSE_FIELDS, MAX_TRAILER_BYTES,
};

/// Takes [chunks](https://www.rfc-editor.org/rfc/rfc9112#name-chunked-transfer-coding) apart.
#[derive(Debug, Default)]
pub(super) struct ChunkDecoder {
    place: Place,
    n_extension_bytes: usize,
}

/// What comes next.
#[derive(Clone, Copy, Debug, Default)]
enum Place {
    #[default]
    Size,
    Data(u64),
    DataEnd,
    Trailers,
}

/// What was found.
#[derive(Debug)]
pub(super) enum Found {
    Data(Bytes),
    End(Option<HeaderMap>),
    NeedsMore,
}

impl ChunkDecoder {
    /// Takes what can be taken from the front of the buffer.
    pub(super) fn next(&mut self, buffer: &mut BytesMut) -> Result<Found, Malformed> {
        loop {
            let is_taken = match self.place {
                Place::Size => self.take_size(buffer)?,
                Place::Data(_) if buffer.is_empty() => false,
                Place::Data(left) => return Ok(Found::Data(self.take_data(left, buffer))),
                Place::DataEnd => self.take_data_end(buffer)?,
                Place::Trailers => {
                    let trailers = take_trailers(buffer)?;
                    return Ok(trailers.map_or(Found::NeedsMore, Found::End));
                }
            };
            if !is_taken {
                return Ok(Found::NeedsMore);
            }
        }
    }

    /// Reads over what is no data. None says that there is not enough, or that data comes next.
    pub(super) fn look_ahead(
        &mut self,
        buffer: &mut BytesMut,
    ) -> Result<Option<Option<HeaderMap>>, Malformed> {
        loop {
            let is_taken = match self.place {
                Place::Size => self.take_size(buffer)?,
                Place::Data(_) => false,
                Place::DataEnd => self.take_data_end(buffer)?,
                Place::Trailers => return take_trailers(buffer),
            };
            if !is_taken {
                return Ok(None);
            }
        }
    }

    fn take_size(&mut self, buffer: &mut BytesMut) -> Result<bool, Malformed> {
        let Some(line) = line(buffer)? else {
            return Ok(false);
        };
        let (size, n_extension_bytes) = chunk_size(line)?;
        let n_taken = line.len() + END_OF_LINE.len();
        self.n_extension_bytes += n_extension_bytes;
        if self.n_extension_bytes > MAX_CHUNK_EXTENSION_BYTES {
            return Err(Malformed);
        }
        buffer.advance(n_taken);
        self.place = match size {
            0 => Place::Trailers,
            size => Place::Data(size),
        };
        Ok(true)
    }

    fn take_data(&mut self, left: u64, buffer: &mut BytesMut) -> Bytes {
        let len = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
        self.place = match left - len as u64 {
            0 => Place::DataEnd,
            left => Place::Data(left),
        };
        buffer.split_to(len).freeze()
    }

    fn take_data_end(&mut self, buffer: &mut BytesMut) -> Result<bool, Malformed> {
        match &buffer[..] {
            [] | [b'\r'] => Ok(false),
            [b'\r', b'\n', ..] => {
                buffer.advance(END_OF_LINE.len());
                self.place = Place::Size;
                Ok(true)
            }
            _ => Err(Malformed),
        }
    }
}

/// The first line, without its end, once it is whole.
fn line(buffer: &[u8]) -> Result<Option<&[u8]>, Malformed> {
    let longest = MAX_CHUNK_LINE + END_OF_LINE.len();
    let start = &buffer[..buffer.len().min(longest)];
    match memchr(b'\n', start) {
        Some(at) => start[..at].strip_suffix(b"\r").map(Some).ok_or(Malformed),
        None if start.len() == longest => Err(Malformed),
        None => Ok(None),
    }
}

/// The size of a chunk, and how many bytes of the line say something else.
fn chunk_size(line: &[u8]) -> Result<(u64, usize), Malformed> {
    let n_digits = line.iter().take_while(|it| it.is_ascii_hexdigit()).count();
    let (digits, rest) = line.split_at(n_digits);
    if n_digits == 0 || n_digits > MAX_DIGITS || rest.contains(&b'\r') || rest.contains(&0) {
        return Err(Malformed);
    }
    // Some servers fill the line up with spaces. What follows a semicolon nobody reads.
    let extension = rest.trim_ascii_start();
    if !extension.is_empty() && !extension.starts_with(b";") {
        return Err(Malformed);
    }
    let digit = |size: u64, byte: &u8| {
        let digit = (*byte as char).to_digit(16).unwrap_or_default();
        size << 4 | u64::from(digit)
    };
    Ok((digits.iter().fold(0, digit), rest.len()))
}

/// The fields behind the last chunk, once they are whole: none if there are none.
fn take_trailers(buffer: &mut BytesMut) -> Result<Option<Option<HeaderMap>>, Malformed> {
    if buffer.starts_with(END_OF_LINE) {
        buffer.advance(END_OF_LINE.len());
        return Ok(Some(None));
    }
    let start = &buffer[..buffer.len().min(MAX_TRAILER_BYTES)];
    let Some(at) = memmem::find(start, b"\r\n\r\n") else {
        return match start.len() == MAX_TRAILER_BYTES {
            true => Err(Malformed),
            false => Ok(None),
        };
    };
    let len = at + 2 * END_OF_LINE.len();
    let trailers = fields(&start[..len])?;
    buffer.advance(len);
    Ok(Some(Some(trailers)))
}

fn fields(lines: &[u8]) -> Result<HeaderMap, Malformed> {
    let mut parsed = [httparse::EMPTY_HEADER; MAX_RESPONSE_FIELDS];
    let parsed = match httparse::parse_headers(lines, &mut parsed) {
        Ok(httparse::Status::Complete((len, parsed))) if len == lines.len() => parsed,
        Ok(_) | Err(_) => return Err(Malformed),
    };
    // The parser takes lines that end in LF alone, but no CR without one.
    if memchr_iter(b'\n', lines).count() != memchr_iter(b'\r', lines).count() {
        return Err(Malformed);
    }
    let mut fields = HeaderMap::with_capacity(parsed.len());
    for field in parsed {
        let name = HeaderName::from_bytes(field.name.as_bytes()).map_err(|_| Malformed)?;
        let value = HeaderValue::from_bytes(field.value).map_err(|_| Malformed)?;
        fields.append(name, value);
    }
    Ok(fields)
}

const END_OF_LINE: &[u8] = b"\r\n";

/// The digits of a size: more than anyone can send, and too few to overflow.
const MAX_DIGITS: usize = 15;
