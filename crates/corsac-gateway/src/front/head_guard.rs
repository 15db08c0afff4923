//! Looks at what a client of HTTP/1.1 sends before it is parsed, for what servers read differently.
//!
//! A request that ends in one place for the gateway, and in another for a server before or behind
//! it, carries a second request that one of the two never saw. What the parser takes leniently is
//! therefore refused here: a message with two lengths or with two fields for its length, and lines
//! that end in LF alone. Where a message begins, the guard must know for that; as it takes nothing
//! that could be read in two ways, it and the parser agree.

/// Follows the messages of one connection.
#[derive(Debug, Default)]
pub(super) struct HeadGuard {
    place: Place,
    line: Line,
    framing: Framing,
    /// What the parser gets in place of the rest of what is refused.
    end: &'static [u8],
}

/// Where in a message the next byte is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// Before the first byte of a message.
    #[default]
    Between,
    Fields,
    Body(u64),
    ChunkSize,
    Chunk(u64),
    /// The line end after a chunk.
    ChunkEnd,
    Trailers,
    Refused,
}

/// The part of a line that came before the bytes at hand.
#[derive(Debug, Default)]
struct Line {
    start: Vec<u8>,
    len: usize,
    ends_in_cr: bool,
}

/// What the fields so far say about the length of the message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Framing {
    #[default]
    Unsaid,
    Length(u64),
    Chunked,
}

/// What the guard has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// Nothing of a head, or all of one.
    NoHead,
    /// The beginning of a head.
    PartOfHead,
    /// Something to refuse. So many bytes are for the parser, and behind them these alone.
    Refused(usize, &'static [u8]),
}

/// The line cannot be taken.
#[derive(Debug)]
struct Refused;

impl HeadGuard {
    /// Looks at what was received.
    ///
    /// Where it refuses, it has the parser refuse: by a line end that is none, or in the line of a
    /// chunk's size by LF alone. So the answer comes after those to earlier requests, and the
    /// connection is closed.
    pub(super) fn look(&mut self, bytes: &mut [u8]) -> Seen {
        let mut at = 0;
        while at < bytes.len() && self.place != Place::Refused {
            let rest = &mut bytes[at..];
            at += match self.place {
                Place::Body(left) => self.skip(left, rest.len(), Place::Body, Place::Between),
                Place::Chunk(left) => self.skip(left, rest.len(), Place::Chunk, Place::ChunkEnd),
                Place::Between
                | Place::Refused
                | Place::Fields
                | Place::ChunkSize
                | Place::ChunkEnd
                | Place::Trailers => self.take_line(rest),
            };
        }
        match self.place {
            Place::Fields => Seen::PartOfHead,
            Place::Between if self.line.len > 0 => Seen::PartOfHead,
            Place::Between
            | Place::Body(_)
            | Place::ChunkSize
            | Place::Chunk(_)
            | Place::ChunkEnd
            | Place::Trailers => Seen::NoHead,
            Place::Refused => Seen::Refused(at, self.end),
        }
    }

    /// Is what has come so far less than a whole message?
    pub(super) fn expects_more(&self) -> bool {
        self.place != Place::Between || self.line.len > 0
    }

    fn skip(&mut self, left: u64, len: usize, within: fn(u64) -> Place, after: Place) -> usize {
        let n_skipped = left.min(len as u64);
        self.place = match left - n_skipped {
            0 => after,
            left => within(left),
        };
        usize::try_from(n_skipped).unwrap_or(len)
    }

    /// Takes a line, or the part of one that is there.
    fn take_line(&mut self, bytes: &mut [u8]) -> usize {
        let Some(end) = memchr::memchr(b'\n', bytes) else {
            self.line.keep(bytes);
            return bytes.len();
        };
        if self.take_whole_line(&bytes[..end]).is_err() {
            // A NUL in an extension of a chunk would be taken; LF alone is not.
            if self.place != Place::ChunkSize || bytes[..end].ends_with(b"\r") {
                bytes[end] = 0;
            }
            self.end = match self.place {
                // The parser looks at a head once it seems to be whole.
                Place::Between | Place::Fields => b"\r\n\r\n",
                Place::Body(_)
                | Place::ChunkSize
                | Place::Chunk(_)
                | Place::ChunkEnd
                | Place::Trailers
                | Place::Refused => b"",
            };
            self.place = Place::Refused;
        }
        end + 1
    }

    /// Takes a line that ends in LF, of which these are the last bytes before that.
    fn take_whole_line(&mut self, bytes: &[u8]) -> Result<(), Refused> {
        if self.line.len == 0 {
            return self.end_line(bytes);
        }
        self.line.keep(bytes);
        let Line {
            start,
            len,
            ends_in_cr,
        } = std::mem::take(&mut self.line);
        match ends_in_cr {
            true if len > start.len() => self.long_line(&start),
            true => self.end_line(&start),
            false => Err(Refused),
        }
    }

    /// A line that ends in LF, without that.
    fn end_line(&mut self, line: &[u8]) -> Result<(), Refused> {
        match line.strip_suffix(b"\r") {
            Some(line) => self.line_without_end(line),
            None => Err(Refused),
        }
    }

    /// A line of which only the start was kept. Its length is no value that frames a message.
    fn long_line(&mut self, start: &[u8]) -> Result<(), Refused> {
        let frames = value(start, CONTENT_LENGTH).or_else(|| value(start, TRANSFER_ENCODING));
        match self.place == Place::Fields && frames.is_some() {
            true => Err(Refused),
            false => self.line_without_end(start),
        }
    }

    fn line_without_end(&mut self, line: &[u8]) -> Result<(), Refused> {
        self.place = match self.place {
            Place::Between if line.is_empty() => Place::Between,
            Place::Between => {
                self.framing = Framing::Unsaid;
                Place::Fields
            }
            Place::Fields if line.is_empty() => match self.framing {
                Framing::Unsaid | Framing::Length(0) => Place::Between,
                Framing::Length(len) => Place::Body(len),
                Framing::Chunked => Place::ChunkSize,
            },
            Place::Fields => {
                self.field(line)?;
                Place::Fields
            }
            Place::ChunkSize => match chunk_size(line)? {
                0 => Place::Trailers,
                size => Place::Chunk(size),
            },
            Place::ChunkEnd if line.is_empty() => Place::ChunkSize,
            Place::ChunkEnd => return Err(Refused),
            Place::Trailers if line.is_empty() => Place::Between,
            Place::Trailers => Place::Trailers,
            Place::Body(_) | Place::Chunk(_) | Place::Refused => return Err(Refused),
        };
        Ok(())
    }

    fn field(&mut self, line: &[u8]) -> Result<(), Refused> {
        let framing = match line.first() {
            Some(b'c' | b'C') => match value(line, CONTENT_LENGTH) {
                Some(value) => Framing::Length(content_length(value)?),
                None => return Ok(()),
            },
            Some(b't' | b'T') => match value(line, TRANSFER_ENCODING) {
                Some(value) if value.eq_ignore_ascii_case(b"chunked") => Framing::Chunked,
                Some(_) => return Err(Refused),
                None => return Ok(()),
            },
            _ => return Ok(()),
        };
        // Both, or one of them twice.
        if self.framing != Framing::Unsaid {
            return Err(Refused);
        }
        self.framing = framing;
        Ok(())
    }
}

impl Line {
    fn keep(&mut self, bytes: &[u8]) {
        let n_kept = bytes.len().min(MAX_KEPT.saturating_sub(self.start.len()));
        self.start.extend_from_slice(&bytes[..n_kept]);
        self.len += bytes.len();
        if let Some(last) = bytes.last() {
            self.ends_in_cr = *last == b'\r';
        }
    }
}

/// The value of a field with this name.
fn value<'a>(line: &'a [u8], name_and_colon: &[u8]) -> Option<&'a [u8]> {
    let (name, value) = line.split_at_checked(name_and_colon.len())?;
    let is_white = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = value.iter().position(|it| !is_white(it));
    let end = value.iter().rposition(|it| !is_white(it));
    let value = match (start, end) {
        (Some(start), Some(end)) => &value[start..=end],
        _ => &[],
    };
    name.eq_ignore_ascii_case(name_and_colon).then_some(value)
}

/// [`Content-Length`](https://www.rfc-editor.org/rfc/rfc9110#name-content-length): digits alone.
fn content_length(value: &[u8]) -> Result<u64, Refused> {
    if value.is_empty() || value.len() > MAX_DIGITS || !value.iter().all(u8::is_ascii_digit) {
        return Err(Refused);
    }
    let digit = |length: u64, byte: &u8| length * 10 + u64::from(byte - b'0');
    Ok(value.iter().fold(0, digit))
}

/// The size at the start of [a chunk](https://www.rfc-editor.org/rfc/rfc9112#name-chunked-transfer-coding).
fn chunk_size(line: &[u8]) -> Result<u64, Refused> {
    let n_digits = line.iter().take_while(|it| it.is_ascii_hexdigit()).count();
    let (digits, rest) = line.split_at(n_digits);
    // What follows is an extension, which nobody reads; it begins with a semicolon.
    let is_extension = |rest: &[u8]| rest.trim_ascii_start().starts_with(b";");
    let is_spoilt = rest.contains(&b'\r');
    if n_digits == 0 || n_digits > MAX_DIGITS || is_spoilt {
        return Err(Refused);
    }
    if !rest.is_empty() && !is_extension(rest) {
        return Err(Refused);
    }
    let digits = std::str::from_utf8(digits).map_err(|_| Refused)?;
    u64::from_str_radix(digits, 16).map_err(|_| Refused)
}

const CONTENT_LENGTH: &[u8] = b"content-length:";
const TRANSFER_ENCODING: &[u8] = b"transfer-encoding:";

/// The digits of a length: more than anyone can send, and too few to overflow.
const MAX_DIGITS: usize = 15;

/// The part of a line that is kept while the rest is on its way. A field that frames a message is
/// shorter, or else its value is no length.
const MAX_KEPT: usize = 128;
