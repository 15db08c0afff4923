//! The spelling that nearly all origins have, read in one pass over the bytes.
//!
//! It is a scheme of the web and a domain, perhaps with a port. Everything else is left to the
//! parser that reads them all and says what is wrong, so that this one never refuses anything.

use super::host::MAX_LABEL_LEN;
use super::{MalformedOrigin, Origin};

/// Where the parts of an origin of the usual spelling end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Usual {
    pub(super) scheme_end: usize,
    pub(super) host_end: usize,
    pub(super) port: Option<u16>,
}

/// Are the bytes a serialized origin?
///
/// It says what [`Origin::parse`] says, in less time if they are.
pub(crate) fn check_origin(bytes: &[u8]) -> Result<(), MalformedOrigin> {
    match read(bytes) {
        Some(_) => Ok(()),
        None => Origin::parse_any(bytes).map(|_| ()),
    }
}

/// Reads an origin of the usual spelling; none if it has another one, or is malformed.
pub(super) fn read(bytes: &[u8]) -> Option<Usual> {
    let (scheme_end, default_port) = match bytes {
        [b'h', b't', b't', b'p', b's', b':', b'/', b'/', ..] => (5, 443),
        [b'h', b't', b't', b'p', b':', b'/', b'/', ..] => (4, 80),
        _ => return None,
    };
    let host_start = scheme_end + "://".len();
    let authority = &bytes[host_start..];
    // No label is too long then, whatever it is.
    if authority.len() > MAX_LABEL_LEN {
        return None;
    }
    let host_len = domain_len(authority)?;
    let port = match authority[host_len..].split_first() {
        None => None,
        Some((_, digits)) => Some(read_port(digits, default_port)?),
    };
    Some(Usual {
        scheme_end,
        host_end: host_start + host_len,
        port,
    })
}

/// The length of the domain that the bytes start with, up to their end or a colon; none if it is
/// no domain, or if its last label may be a number.
fn domain_len(authority: &[u8]) -> Option<usize> {
    let mut last_label = 0;
    let mut before = Before::Dot;
    let mut len = authority.len();
    for (at, byte) in authority.iter().enumerate() {
        before = match (byte, before) {
            (b'a'..=b'z' | b'0'..=b'9', _) => Before::LetterOrDigit,
            (b'.', Before::LetterOrDigit) => {
                last_label = at + 1;
                Before::Dot
            }
            (b'-', Before::LetterOrDigit | Before::Hyphen) => Before::Hyphen,
            (b':', Before::LetterOrDigit) => {
                len = at;
                break;
            }
            _ => return None,
        };
    }
    let is_ended = before == Before::LetterOrDigit;
    (is_ended && authority[last_label].is_ascii_lowercase()).then_some(len)
}

/// What stands before a byte of a domain; before the first it is as if there were a dot.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Dot,
    LetterOrDigit,
    Hyphen,
}

/// A port that is spelled as browsers spell it, and is not the scheme's default.
fn read_port(digits: &[u8], default: u16) -> Option<u16> {
    if digits.len() > "65535".len() || *digits.first()? == b'0' {
        return None;
    }
    let number = digits.iter().try_fold(0, |number: u32, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + u32::from(byte - b'0'))
    })?;
    let port = u16::try_from(number).ok()?;
    (port != default).then_some(port)
}
