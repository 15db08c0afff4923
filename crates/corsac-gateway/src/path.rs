//! Paths that could mean one thing to the gateway and another to the upstream.

use std::borrow::Cow;
use std::fmt::Write;

/// The path with nothing percent-encoded that need not be.
///
/// `/%76%31` is `/v1` to every server, and so it is to the routes
/// ([RFC 3986, 6.2.2.2](https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2.2)).
pub(crate) fn normalized(path: &str) -> Cow<'_, str> {
    if !path.as_bytes().contains(&b'%') {
        return Cow::Borrowed(path);
    }
    let mut normalized = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        normalized.push_str(&rest[..at]);
        match decoded(&rest.as_bytes()[at..]) {
            Some(byte) => {
                push_normalized(&mut normalized, byte);
                rest = &rest[at + 3..];
            }
            None => {
                normalized.push('%');
                rest = &rest[at + 1..];
            }
        }
    }
    normalized.push_str(rest);
    Cow::Owned(normalized)
}

fn push_normalized(path: &mut String, byte: u8) {
    match byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        true => path.push(char::from(byte)),
        false => write!(path, "%{byte:02X}").expect("a string takes everything"),
    }
}

/// Has the path a dot segment, in any spelling that a server may resolve?
///
/// `/public/..%2fprivate` belongs to the route of `/public`, and many servers would hand out
/// `/private` for it: the policy of one route would stand for the resources of another. Browsers
/// and other clients resolve plain dot segments before they send a request.
pub(crate) fn has_dot_segment(path: &str) -> bool {
    let bytes = path.as_bytes();
    if !bytes.iter().any(|byte| matches!(byte, b'.' | b'%')) {
        return false;
    }
    let mut dots = Some(0);
    for byte in PercentDecoded(bytes) {
        match byte {
            b'/' | b'\\' if matches!(dots, Some(1 | 2)) => return true,
            b'/' | b'\\' => dots = Some(0),
            b'.' => dots = dots.map(|count| count + 1),
            _ => dots = None,
        }
    }
    matches!(dots, Some(1 | 2))
}

/// The bytes that a path stands for.
struct PercentDecoded<'a>(&'a [u8]);

impl Iterator for PercentDecoded<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        let (byte, rest) = match decoded(self.0) {
            Some(byte) => (byte, &self.0[3..]),
            None => (*first, rest),
        };
        self.0 = rest;
        Some(byte)
    }
}

/// The byte that is percent-encoded at the start.
fn decoded(bytes: &[u8]) -> Option<u8> {
    match bytes {
        [b'%', high, low, ..] => Some(hex_digit(*high)? << 4 | hex_digit(*low)?),
        _ => None,
    }
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}
