//! Where a body ends, and whether the connection can be used again.

use corsac::user_agent::HeaderList;

use super::head::{Http1Head, Version};
use crate::machine::TransportFailure;

/// Where the body of a response ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::client) enum Framing {
    /// There is none.
    Empty,
    /// After so many bytes.
    Length(u64),
    /// After its last chunk.
    Chunked,
    /// Where the connection ends.
    UntilClose,
}

/// Whether a connection outlives a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::client) enum Persistence {
    /// It can be used again.
    KeepAlive,
    /// It ends with this response.
    Close,
}

impl Framing {
    /// Determines it by [RFC 9112, 6.3](https://www.rfc-editor.org/rfc/rfc9112#section-6.3).
    ///
    /// A length is read as the standard [extracts a length](https://fetch.spec.whatwg.org/#header-list-extract-a-length):
    /// one that is not a number is none, and two different ones are refused.
    pub(in crate::client) fn of(
        response: &Http1Head,
        method: &[u8],
    ) -> Result<Self, TransportFailure> {
        let headers = &response.head.headers;
        let length = content_length(headers)?;
        if method == b"HEAD" || matches!(response.head.status, 100..=199 | 204 | 304) {
            return Ok(Self::Empty);
        }
        if response.version == Version::Http11 && is_chunked(headers)? {
            return Ok(Self::Chunked);
        }
        Ok(length.map_or(Self::UntilClose, Self::Length))
    }
}

impl Persistence {
    /// Determines it by [RFC 9112, 9.3](https://www.rfc-editor.org/rfc/rfc9112#section-9.3).
    pub(in crate::client) fn of(response: &Http1Head, framing: Framing) -> Self {
        let headers = &response.head.headers;
        let is_ambiguous = framing == Framing::Chunked && headers.contains(b"content-length");
        let is_switching = response.head.status == 101;
        if framing == Framing::UntilClose || is_ambiguous || is_switching {
            return Self::Close;
        }
        let says = |option: &[u8]| has_token(headers, b"connection", option);
        match response.version {
            Version::Http11 if !says(b"close") => Self::KeepAlive,
            Version::Http10 if says(b"keep-alive") && !says(b"close") => Self::KeepAlive,
            Version::Http10 | Version::Http11 => Self::Close,
        }
    }
}

fn content_length(headers: &HeaderList) -> Result<Option<u64>, TransportFailure> {
    let Some(values) = headers.get_decode_and_split(b"content-length") else {
        return Ok(None);
    };
    let (first, others) = values.split_first().expect("a split has a first piece");
    if others.iter().any(|other| other != first) {
        let fault = "there are different values of Content-Length";
        return Err(TransportFailure::Malformed(fault.to_owned()));
    }
    let is_number = !first.is_empty() && first.iter().all(u8::is_ascii_digit);
    // A length beyond all numbers is as good as the largest: no body gets there.
    Ok(is_number.then(|| {
        first.iter().fold(0_u64, |length, digit| {
            let digit = u64::from(digit - b'0');
            length.saturating_mul(10).saturating_add(digit)
        })
    }))
}

/// Is the body in chunks? Another transfer coding was not asked for, and cannot be undone.
fn is_chunked(headers: &HeaderList) -> Result<bool, TransportFailure> {
    let values = headers.get_decode_and_split(b"transfer-encoding");
    let values = values.unwrap_or_default();
    let codings = values
        .iter()
        .filter(|it| !it.is_empty() && !it.eq_ignore_ascii_case(b"identity"));
    let codings: Vec<_> = codings.collect();
    match codings[..] {
        [] => Ok(false),
        [coding] if coding.eq_ignore_ascii_case(b"chunked") => Ok(true),
        [..] => {
            let fault = "the transfer coding is not chunked";
            Err(TransportFailure::Malformed(fault.to_owned()))
        }
    }
}

fn has_token(headers: &HeaderList, name: &[u8], token: &[u8]) -> bool {
    headers
        .lines(name)
        .flat_map(|line| line.split(|byte| *byte == b','))
        .any(|it| it.trim_ascii().eq_ignore_ascii_case(token))
}
