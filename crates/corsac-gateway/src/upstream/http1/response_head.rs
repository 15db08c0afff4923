//! The head of a response, as it comes.

use std::mem::MaybeUninit;
use std::ops::Range;

use bytes::{Bytes, BytesMut};
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode, Version, response};
use httparse::{ParserConfig, Status};
use hyper::ext::ReasonPhrase;
use memchr::memchr_iter;

use super::framing::Said;
use super::{Framing, Malformed};
use crate::limits::{MAX_HEAD_BYTES, MAX_RESPONSE_FIELDS};

/// What a request says about the response to it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked {
    /// A response to `HEAD` has no content, whatever its fields say.
    pub(super) is_head: bool,
    /// Only who asked for another protocol can be told to go on with one.
    pub(super) is_upgrade: bool,
}

/// The head of a response.
#[derive(Debug)]
pub(super) struct ResponseHead {
    pub(super) parts: response::Parts,
    pub(super) framing: Framing,
    pub(super) persists: bool,
}

/// What was found at the front of the buffer.
#[derive(Debug)]
pub(super) enum Read {
    /// Not all of a head.
    Part,
    /// One that only says that another will come; it is gone.
    Interim,
    Final(ResponseHead),
}

/// Reads the heads of responses.
#[derive(Debug, Default)]
pub(super) struct HeadReader {
    /// Where the fields are. Kept for its memory.
    fields: Vec<Span>,
    names: Names,
    /// Bytes of an incomplete head in which no end was found.
    n_looked: usize,
}

/// Where in the head a field is.
#[derive(Debug)]
struct Span {
    name: Range<usize>,
    value: Range<usize>,
}

/// The names in the last head.
///
/// A server sends the same fields again and again. To see that a name is spelt the same costs far
/// less than to read it.
#[derive(Debug, Default)]
struct Names(Vec<Known>);

#[derive(Debug)]
struct Known {
    spelt: Vec<u8>,
    name: HeaderName,
}

/// The line that a response begins with.
struct StatusLine {
    status: StatusCode,
    version: Version,
    /// Where the reason is, if it is not the usual one.
    reason: Option<Range<usize>>,
}

impl HeadReader {
    /// Takes a head from the front of the buffer. Its fields are put into a map that is at hand.
    pub(super) fn read(
        &mut self,
        buffer: &mut BytesMut,
        asked: Asked,
        fields: &mut HeaderMap,
    ) -> Result<Read, Malformed> {
        if buffer.is_empty() || !self.is_worth_a_look(buffer) {
            return Ok(Read::Part);
        }
        let Some((line, len)) = self.parse(buffer)? else {
            self.n_looked = buffer.len();
            return Ok(Read::Part);
        };
        self.n_looked = 0;
        let head = buffer.split_to(len).freeze();
        match line.status {
            StatusCode::SWITCHING_PROTOCOLS if !asked.is_upgrade => Err(Malformed),
            StatusCode::SWITCHING_PROTOCOLS => self.head(&head, line, asked, fields),
            status if status.is_informational() => Ok(Read::Interim),
            _ => self.head(&head, line, asked, fields),
        }
    }

    /// The server will send no more. Was what it sent the beginning of a head?
    pub(super) fn end(&mut self, buffer: &[u8]) -> Result<(), Malformed> {
        match buffer.is_empty() {
            true => Ok(()),
            false => self.parse(buffer).map(drop),
        }
    }

    /// May there be more to find than at the last look?
    ///
    /// A head that comes in many pieces is looked at when its end may have come, and whenever there
    /// is twice as much of it.
    fn is_worth_a_look(&self, buffer: &[u8]) -> bool {
        if self.n_looked == 0 || buffer.len() >= self.n_looked * 2 || buffer.len() >= MAX_HEAD_BYTES
        {
            return true;
        }
        let new = &buffer[self.n_looked.saturating_sub(LONGEST_END)..];
        let ends = |at| matches!(new[at + 1..], [b'\n', ..] | [b'\r', b'\n', ..]);
        memchr_iter(b'\n', new).any(ends)
    }

    fn parse(&mut self, bytes: &[u8]) -> Result<Option<(StatusLine, usize)>, Malformed> {
        let mut fields = [const { MaybeUninit::uninit() }; MAX_RESPONSE_FIELDS];
        let mut response = httparse::Response::new(&mut []);
        let parsed = ParserConfig::default().parse_response_with_uninit_headers(
            &mut response,
            bytes,
            &mut fields,
        );
        let len = match parsed {
            Ok(Status::Complete(len)) if len <= MAX_HEAD_BYTES => len,
            Ok(Status::Partial) if bytes.len() < MAX_HEAD_BYTES => return Ok(None),
            Ok(_) | Err(_) => return Err(Malformed),
        };
        self.fields.clear();
        self.fields
            .extend(response.headers.iter().map(|field| Span {
                name: range(bytes, field.name.as_bytes()),
                value: range(bytes, field.value),
            }));
        // The parser takes empty lines before the head, and lines that end in LF alone.
        if !bytes.starts_with(b"HTTP/") || !self.all_lines_end_in_crlf(&bytes[..len]) {
            return Err(Malformed);
        }
        let status = response.code.ok_or(Malformed)?;
        let status = StatusCode::from_u16(status).map_err(|_| Malformed)?;
        let reason = response.reason.unwrap_or_default();
        let line = StatusLine {
            status,
            version: match response.version {
                Some(1) => Version::HTTP_11,
                _ => Version::HTTP_10,
            },
            reason: (status.canonical_reason() != Some(reason))
                .then(|| range(bytes, reason.as_bytes())),
        };
        Ok(Some((line, len)))
    }

    /// Does every line end as [RFC 9112, 2.1](https://www.rfc-editor.org/rfc/rfc9112#section-2.1)
    /// says? Before each name is the end of another line, and at the end are those of two.
    fn all_lines_end_in_crlf(&self, head: &[u8]) -> bool {
        let before = |field: &Span| head[..field.name.start].ends_with(b"\r\n");
        head.ends_with(b"\r\n\r\n") && self.fields.iter().all(before)
    }

    fn head(
        &mut self,
        head: &Bytes,
        line: StatusLine,
        asked: Asked,
        fields: &mut HeaderMap,
    ) -> Result<Read, Malformed> {
        fields.clear();
        fields.reserve(self.fields.len());
        let mut said = Said::default();
        for (at, field) in self.fields.iter().enumerate() {
            let name = self.names.read(at, &head[field.name.clone()])?;
            said.notice(&name, &head[field.value.clone()])?;
            let value = HeaderValue::from_maybe_shared(head.slice(field.value.clone()));
            fields.append(name, value.map_err(|_| Malformed)?);
        }
        let StatusLine {
            status,
            version,
            reason,
        } = line;
        let (mut parts, ()) = Response::new(()).into_parts();
        parts.status = status;
        parts.version = version;
        parts.headers = std::mem::take(fields);
        if let Some(reason) = reason {
            let reason = ReasonPhrase::try_from(head.slice(reason)).map_err(|_| Malformed)?;
            parts.extensions.insert(reason);
        }
        Ok(Read::Final(ResponseHead {
            framing: said.framing(asked, status, version)?,
            persists: said.persists(version),
            parts,
        }))
    }
}

impl Names {
    /// Reads the name of the field at this place.
    fn read(&mut self, at: usize, spelt: &[u8]) -> Result<HeaderName, Malformed> {
        match self.0.get(at) {
            Some(known) if known.spelt == spelt => Ok(known.name.clone()),
            Some(_) | None => self.read_anew(at, spelt),
        }
    }

    #[cold]
    fn read_anew(&mut self, at: usize, spelt: &[u8]) -> Result<HeaderName, Malformed> {
        let name = HeaderName::from_bytes(spelt).map_err(|_| Malformed)?;
        if at < MAX_KNOWN_NAMES && spelt.len() <= MAX_KNOWN_NAME {
            let known = Known {
                spelt: spelt.to_vec(),
                name: name.clone(),
            };
            match self.0.get_mut(at) {
                Some(place) => *place = known,
                None => self.0.push(known),
            }
        }
        Ok(name)
    }
}

/// Where in `whole` its part is.
fn range(whole: &[u8], part: &[u8]) -> Range<usize> {
    match part.is_empty() {
        // It may be anywhere.
        true => 0..0,
        false => {
            let start = part.as_ptr().addr() - whole.as_ptr().addr();
            start..start + part.len()
        }
    }
}

/// How an empty line ends a head, behind its first byte: LF, CR, LF.
const LONGEST_END: usize = 3;

/// Names that are remembered, and bytes of one: those of nearly all responses, in little memory.
const MAX_KNOWN_NAMES: usize = 32;
const MAX_KNOWN_NAME: usize = 64;
