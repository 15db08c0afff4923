//! Reads `Access-Control-Request-Headers`: leniently, and not without end.
//!
//! A browser sends the names sorted, in lower case, without repeats or white space. Intermediaries
//! and other clients do not, so that any order and case, repeats, white space, empty elements and
//! several lines are all read. What is bounded is the work: [`MAX_REQUEST_HEADERS_LEN`] bytes and
//! [`MAX_REQUEST_HEADERS`] names, and not a byte is looked at past the first bound.

use alloc::vec::Vec;
use core::fmt;

use super::request::{RequestField, RequestHead};
use crate::header::{is_token, is_token_byte};

/// How many bytes are read, over all lines, with one more for each line after the first.
///
/// Browsers list the names that a script sets: a page with 40 custom headers of 32 bytes needs
/// 1,320. Four kibibytes leave room, and are read in a few microseconds.
pub const MAX_REQUEST_HEADERS_LEN: usize = 4096;

/// How many names are read, repeats included.
pub const MAX_REQUEST_HEADERS: usize = 128;

/// Where a name stands in the `Access-Control-Request-Headers` lines of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RequestedName {
    line: u16,
    start: u16,
    end: u16,
}

impl RequestedName {
    /// The name's bytes in the head that was answered, as they came.
    #[must_use]
    pub fn in_head<'a>(&self, head: &'a impl RequestHead) -> Option<&'a [u8]> {
        let mut lines = head.lines(RequestField::AccessControlRequestHeaders);
        lines
            .nth(self.line.into())?
            .get(usize::from(self.start)..usize::from(self.end))
    }
}

impl fmt::Display for RequestedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {}, bytes {} to {}",
            self.line + 1,
            self.start,
            self.end
        )
    }
}

/// What reading one element brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element<'a> {
    /// A header name.
    Name(&'a [u8], RequestedName),
    /// Something that is not a header name.
    Malformed(RequestedName),
    /// A bound was reached; nothing follows.
    TooMany,
}

/// The elements of `Access-Control-Request-Headers`, empty ones left out.
pub(super) fn requested_headers(head: &impl RequestHead) -> impl Iterator<Item = Element<'_>> {
    Elements {
        lines: head.lines(RequestField::AccessControlRequestHeaders),
        line: &[],
        line_number: 0,
        position: 0,
        bytes_left: MAX_REQUEST_HEADERS_LEN + 1,
        names_left: MAX_REQUEST_HEADERS,
    }
}

/// The names in the `Access-Control-Request-Headers` lines, in lower case, with commas between.
///
/// This is the value that [`FieldValue::RequestHeaderNames`](super::FieldValue::RequestHeaderNames)
/// stands for: as long as the bounds of the reader allow, and made of names and commas only.
#[must_use]
pub fn requested_header_names(head: &impl RequestHead) -> Vec<u8> {
    let mut names = Vec::with_capacity(64);
    for element in requested_headers(head) {
        let Element::Name(name, _) = element else {
            continue;
        };
        if !names.is_empty() {
            names.push(b',');
        }
        names.extend(name.iter().map(u8::to_ascii_lowercase));
    }
    names
}

struct Elements<'a, L> {
    lines: L,
    line: &'a [u8],
    /// The number of lines taken so far, so that the present line has the index one less.
    line_number: usize,
    position: usize,
    bytes_left: usize,
    names_left: usize,
}

impl<'a, L: Iterator<Item = &'a [u8]>> Iterator for Elements<'a, L> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Element<'a>> {
        loop {
            if self.position >= self.line.len() {
                let line = self.lines.next()?;
                if !self.take_line(line) {
                    return Some(Element::TooMany);
                }
                continue;
            }
            if let Some(element) = self.next_in_line() {
                return Some(element);
            }
        }
    }
}

impl<'a, L> Elements<'a, L> {
    /// Starts on a line, unless that goes past the bound; then nothing follows.
    fn take_line(&mut self, line: &'a [u8]) -> bool {
        let Some(bytes_left) = self.bytes_left.checked_sub(line.len() + 1) else {
            self.bytes_left = 0;
            self.line = &[];
            return false;
        };
        self.bytes_left = bytes_left;
        self.line = line;
        self.line_number += 1;
        self.position = 0;
        true
    }

    /// Reads the element at the present position; `None` if it is empty.
    fn next_in_line(&mut self) -> Option<Element<'a>> {
        let rest = &self.line[self.position..];
        let is_comma = |byte: &u8| *byte == b',';
        // A browser has nothing around its names, so that one look at each byte is enough.
        let token_len = token_len(rest);
        let is_bare = token_len > 0 && rest.get(token_len).is_none_or(is_comma);
        let (before, name, len) = match is_bare {
            true => (0, &rest[..token_len], token_len),
            false => {
                let len = rest.iter().position(is_comma).unwrap_or(rest.len());
                let element = &rest[..len];
                (
                    leading_white_space(element),
                    trim_optional_white_space(element),
                    len,
                )
            }
        };
        let start = self.position + before;
        self.position += len + 1;
        if name.is_empty() {
            return None;
        }
        let Some(names_left) = self.names_left.checked_sub(1) else {
            self.position = self.line.len();
            self.bytes_left = 0;
            return Some(Element::TooMany);
        };
        self.names_left = names_left;
        let at = requested_name(self.line_number - 1, start, start + name.len());
        Some(match is_bare || is_token(name) {
            true => Element::Name(name, at),
            false => Element::Malformed(at),
        })
    }
}

/// The length of the token that the bytes start with.
fn token_len(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .position(|byte| !is_token_byte(*byte))
        .unwrap_or(bytes.len())
}

fn requested_name(line: usize, start: usize, end: usize) -> RequestedName {
    let narrow = |offset: usize| u16::try_from(offset).expect("the reader is bounded far below");
    RequestedName {
        line: narrow(line),
        start: narrow(start),
        end: narrow(end),
    }
}

/// Without the spaces and tabs at both ends ([RFC 9110, 5.6.3](https://www.rfc-editor.org/rfc/rfc9110#name-whitespace)).
pub(super) fn trim_optional_white_space(bytes: &[u8]) -> &[u8] {
    let bytes = &bytes[leading_white_space(bytes)..];
    let trailing = bytes
        .iter()
        .rev()
        .take_while(|byte| is_optional_white_space(**byte))
        .count();
    &bytes[..bytes.len() - trailing]
}

fn leading_white_space(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .take_while(|byte| is_optional_white_space(**byte))
        .count()
}

fn is_optional_white_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}
