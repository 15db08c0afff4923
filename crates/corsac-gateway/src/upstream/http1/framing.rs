//! Where the content of a response ends, and what becomes of the connection behind it.

use http::header::{CONNECTION, CONTENT_LENGTH, HeaderName, TRANSFER_ENCODING};
use http::{StatusCode, Version};

use super::Asked;

/// What came is not HTTP/1.1, or can be read in two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// Where the content of a response ends
/// ([RFC 9112, 6.3](https://www.rfc-editor.org/rfc/rfc9112#section-6.3)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    None,
    Length(u64),
    Chunked,
    UntilClose,
}

/// What the fields of a response say about its end.
///
/// Taken is only what can be read in one way: one length, or `chunked` alone, and never both. An
/// intermediary that reads more leaves it to the next one to read something else.
#[derive(Debug, Default)]
pub(super) struct Said {
    length: Option<u64>,
    is_chunked: bool,
    closes: bool,
    persists: bool,
}

impl Said {
    /// Takes notice of a field.
    pub(super) fn notice(&mut self, name: &HeaderName, value: &[u8]) -> Result<(), Malformed> {
        match *name {
            CONTENT_LENGTH if self.length.is_some() => return Err(Malformed),
            CONTENT_LENGTH => self.length = Some(content_length(value)?),
            TRANSFER_ENCODING if self.is_chunked => return Err(Malformed),
            TRANSFER_ENCODING if !value.eq_ignore_ascii_case(b"chunked") => return Err(Malformed),
            TRANSFER_ENCODING => self.is_chunked = true,
            CONNECTION => self.notice_options(value),
            _ => {}
        }
        Ok(())
    }

    fn notice_options(&mut self, value: &[u8]) {
        for option in value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
            self.closes |= option.eq_ignore_ascii_case(b"close");
            self.persists |= option.eq_ignore_ascii_case(b"keep-alive");
        }
    }

    /// Where the response ends.
    pub(super) fn framing(
        &self,
        asked: Asked,
        status: StatusCode,
        version: Version,
    ) -> Result<Framing, Malformed> {
        if self.is_chunked && (self.length.is_some() || version == Version::HTTP_10) {
            return Err(Malformed);
        }
        let has_none = asked.is_head
            || status.is_informational()
            || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        Ok(match self.length {
            _ if has_none => Framing::None,
            None if self.is_chunked => Framing::Chunked,
            Some(length) => Framing::Length(length),
            None => Framing::UntilClose,
        })
    }

    /// Does the server keep the connection for another request
    /// ([RFC 9112, 9.3](https://www.rfc-editor.org/rfc/rfc9112#section-9.3))?
    pub(super) fn persists(&self, version: Version) -> bool {
        !self.closes && (self.persists || version == Version::HTTP_11)
    }
}

/// [`Content-Length`](https://www.rfc-editor.org/rfc/rfc9110#name-content-length): digits alone.
fn content_length(value: &[u8]) -> Result<u64, Malformed> {
    if value.is_empty() || value.len() > MAX_DIGITS || !value.iter().all(u8::is_ascii_digit) {
        return Err(Malformed);
    }
    let digit = |length: u64, byte: &u8| length * 10 + u64::from(byte - b'0');
    Ok(value.iter().fold(0, digit))
}

/// The digits of a length: more than anyone can send, and too few to overflow.
const MAX_DIGITS: usize = 18;
