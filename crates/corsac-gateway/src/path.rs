//! Paths that could mean one thing to the gateway and another to the upstream, and paths that are
//! meant to.

use std::borrow::Cow;
use std::fmt::Write;

use http::Uri;
use http::uri::PathAndQuery;

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

/// What stands in place of a route's path when its requests are forwarded.
#[derive(Clone, Debug)]
pub(crate) struct Replacement {
    /// Segments of the route's path. In the path of a request they may be spelled otherwise.
    n_segments: usize,
    /// Without a slash at its end.
    replaced_by: Box<str>,
}

impl Replacement {
    pub(crate) fn new(path: &str, replaced_by: &str) -> Self {
        let segments = path.split('/').filter(|segment| !segment.is_empty());
        Self {
            n_segments: segments.count(),
            replaced_by: replaced_by.trim_end_matches('/').into(),
        }
    }

    /// The target with another path, and its query.
    pub(crate) fn applied(&self, uri: Uri) -> Uri {
        let rest = self.rest(uri.path());
        let mut target = String::with_capacity(self.replaced_by.len() + rest.len() + 1);
        target.push_str(&self.replaced_by);
        if target.is_empty() {
            // Two slashes at the start would make a host of what follows for some servers.
            target.push('/');
            target.push_str(rest.trim_start_matches('/'));
        } else {
            target.push_str(rest);
        }
        if let Some(query) = uri.query() {
            target.push('?');
            target.push_str(query);
        }
        let mut parts = uri.into_parts();
        let target = PathAndQuery::try_from(target);
        parts.path_and_query = Some(target.expect("it is made of parts of such"));
        Uri::from_parts(parts).expect("only the path is another")
    }

    /// What follows the route's path.
    fn rest<'p>(&self, path: &'p str) -> &'p str {
        // It starts with the slash of the segment after the last one of the route.
        let mut slashes = path.match_indices('/').map(|(at, _)| at);
        slashes.nth(self.n_segments).map_or("", |at| &path[at..])
    }
}
