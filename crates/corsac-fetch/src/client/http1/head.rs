//! The head of a response, read line by line as it arrives.

use bytes::{Buf, BytesMut};
use corsac::header::is_token;
use corsac::user_agent::{Header, HeaderList};

use super::super::limits::{MAX_HEAD_BYTES, MAX_HEADERS};
use crate::machine::{ResponseHead, TransportFailure};

/// A head that is complete.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::client) struct Http1Head {
    pub(in crate::client) version: Version,
    pub(in crate::client) head: ResponseHead,
}

/// The version of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::client) enum Version {
    /// HTTP/1.0
    Http10,
    /// HTTP/1.1, or a later 1.x.
    Http11,
}

/// Reads one head.
///
/// Lines end in CRLF or LF. A line that is no header is skipped, white space before a colon is
/// too, and a line that starts with white space goes on with the header before it: browsers do
/// all of this. A NUL or a CR elsewhere makes the whole malformed.
#[derive(Debug, Default)]
pub(in crate::client) struct HeadReader {
    /// Bytes of the lines that were taken.
    n_bytes: usize,
    /// Bytes of the next line in which there is no LF.
    n_searched: usize,
    status_line: Option<StatusLine>,
    headers: HeaderList,
    n_headers: usize,
    /// The header of the line before, which may go on.
    pending: Option<PendingHeader>,
}

#[derive(Debug)]
struct StatusLine {
    version: Version,
    status: u16,
    reason: Vec<u8>,
}

#[derive(Debug)]
struct PendingHeader {
    name: Vec<u8>,
    value: Vec<u8>,
}

impl HeadReader {
    /// Takes the lines that are there; returns the head when it is complete.
    ///
    /// What comes of it does not depend on how the bytes are split into calls.
    pub(in crate::client) fn read(
        &mut self,
        bytes: &mut BytesMut,
    ) -> Result<Option<Http1Head>, TransportFailure> {
        loop {
            let allowed = bytes.len().min(MAX_HEAD_BYTES - self.n_bytes);
            let unsearched = &bytes[self.n_searched..allowed];
            let Some(at) = unsearched.iter().position(|byte| *byte == b'\n') else {
                self.n_searched = allowed;
                self.judge_start(&bytes[..allowed])?;
                let is_too_large = self.n_bytes + allowed >= MAX_HEAD_BYTES;
                return match is_too_large {
                    true => Err(TransportFailure::HeadTooLarge),
                    false => Ok(None),
                };
            };
            let end = self.n_searched + at;
            let line = bytes[..end].strip_suffix(b"\r").unwrap_or(&bytes[..end]);
            let is_last = self.take_line(line)?;
            bytes.advance(end + 1);
            self.n_bytes += end + 1;
            self.n_searched = 0;
            if is_last == IsLast::Yes {
                return self.finish().map(Some);
            }
        }
    }

    /// Ends the head where the connection ends; `None` if it cannot end there.
    ///
    /// Browsers do without the empty line if all lines before it are complete.
    pub(in crate::client) fn end(
        &mut self,
        bytes: &BytesMut,
    ) -> Result<Option<Http1Head>, TransportFailure> {
        match self.status_line.is_some() && bytes.is_empty() {
            true => self.finish().map(Some),
            false => Ok(None),
        }
    }

    /// Has any byte of a head come?
    pub(in crate::client) fn has_begun(&self) -> bool {
        self.n_bytes + self.n_searched > 0
    }

    /// A peer that does not speak HTTP may wait for us: it is known by its first bytes.
    fn judge_start(&self, partial_line: &[u8]) -> Result<(), TransportFailure> {
        let length = partial_line.len().min(START.len());
        let may_be_http = partial_line == b"\r" || partial_line[..length] == START[..length];
        match self.status_line.is_some() || may_be_http {
            true => Ok(()),
            false => Err(not_http()),
        }
    }

    fn take_line(&mut self, line: &[u8]) -> Result<IsLast, TransportFailure> {
        if self.status_line.is_none() {
            if !line.is_empty() {
                self.status_line = Some(status_line(line)?);
            }
            return Ok(IsLast::No);
        }
        refuse_bare_bytes(line)?;
        match line.first() {
            None => return Ok(IsLast::Yes),
            Some(b' ' | b'\t') => self.fold(line),
            Some(_) => {
                self.flush()?;
                self.pending = pending_header(line);
            }
        }
        Ok(IsLast::No)
    }

    /// A continuation: a space stands for the end of the line and the white space around it.
    fn fold(&mut self, line: &[u8]) {
        let more = trim(line);
        if let Some(PendingHeader { value, .. }) = &mut self.pending
            && !more.is_empty()
        {
            if !value.is_empty() {
                value.push(b' ');
            }
            value.extend_from_slice(more);
        }
    }

    fn flush(&mut self) -> Result<(), TransportFailure> {
        let Some(PendingHeader { name, value }) = self.pending.take() else {
            return Ok(());
        };
        self.n_headers += 1;
        if self.n_headers > MAX_HEADERS {
            return Err(TransportFailure::HeadTooLarge);
        }
        let header = Header::new(&name, &value).expect("the name is a token, the value was read");
        self.headers.append(header);
        Ok(())
    }

    fn finish(&mut self) -> Result<Http1Head, TransportFailure> {
        self.flush()?;
        let reader = std::mem::take(self);
        let status_line = reader
            .status_line
            .expect("the last line comes after the first");
        Ok(Http1Head {
            version: status_line.version,
            head: ResponseHead {
                status: status_line.status,
                status_text: status_line.reason,
                headers: reader.headers,
                address: None,
            },
        })
    }
}

/// Was it the empty line after the headers?
#[derive(Clone, Copy, PartialEq, Eq)]
enum IsLast {
    No,
    Yes,
}

/// Reads a status line: one to three digits are a status, anything after a space the reason.
fn status_line(line: &[u8]) -> Result<StatusLine, TransportFailure> {
    let rest = line.strip_prefix(START).ok_or_else(not_http)?;
    refuse_bare_bytes(line)?;
    let fault = || malformed("the status line is not one");
    let (minor, rest) = rest.split_first().ok_or_else(fault)?;
    let version = match minor {
        b'0' => Version::Http10,
        b'1'..=b'9' => Version::Http11,
        _ => return Err(fault()),
    };
    let rest = rest.strip_prefix(b" ").ok_or_else(fault)?;
    let rest = trim_spaces(rest);
    let n_digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, reason) = rest.split_at(n_digits);
    let is_separated = reason.first().is_none_or(|byte| *byte == b' ');
    if !(1..=3).contains(&n_digits) || !is_separated {
        return Err(fault());
    }
    Ok(StatusLine {
        version,
        status: digits
            .iter()
            .fold(0, |status, digit| status * 10 + u16::from(digit - b'0')),
        reason: trim_spaces(reason).to_vec(),
    })
}

/// Reads the first line of a header; `None` if it is none, and is skipped.
fn pending_header(line: &[u8]) -> Option<PendingHeader> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = trim(&line[..colon]);
    is_token(name).then(|| PendingHeader {
        name: name.to_vec(),
        value: trim(&line[colon + 1..]).to_vec(),
    })
}

fn refuse_bare_bytes(line: &[u8]) -> Result<(), TransportFailure> {
    match line.iter().find(|byte| matches!(byte, 0 | b'\r')) {
        None => Ok(()),
        Some(0) => Err(malformed("there is a NUL in the head")),
        Some(_) => Err(malformed("there is a CR without LF in the head")),
    }
}

fn trim(bytes: &[u8]) -> &[u8] {
    trim_while(bytes, |byte| matches!(byte, b' ' | b'\t'))
}

fn trim_spaces(bytes: &[u8]) -> &[u8] {
    trim_while(bytes, |byte| byte == b' ')
}

fn trim_while(mut bytes: &[u8], is_trimmed: impl Fn(u8) -> bool) -> &[u8] {
    while let [first, rest @ ..] = bytes
        && is_trimmed(*first)
    {
        bytes = rest;
    }
    while let [rest @ .., last] = bytes
        && is_trimmed(*last)
    {
        bytes = rest;
    }
    bytes
}

fn not_http() -> TransportFailure {
    malformed("it does not start with HTTP/1")
}

fn malformed(text: &str) -> TransportFailure {
    TransportFailure::Malformed(text.to_owned())
}

/// How every response starts.
const START: &[u8] = b"HTTP/1.";
