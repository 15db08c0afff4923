//! The path of a route: a prefix of whole segments.

use std::fmt;
use std::ops::Range;

use crate::document::Document;
use crate::problem::Problem;
use crate::text::Text;

/// Parses the path of a route.
///
/// It starts with a slash and, unless it is `/`, does not end with one. It has a single spelling:
/// no empty segments, no `.` and `..`, and nothing percent-encoded that could be written plainly.
pub fn parse_path(text: &str) -> Result<(), MalformedPath> {
    let malformed = |span: Range<usize>, fault| Err(MalformedPath { span, fault });
    let Some(first) = text.chars().next() else {
        return malformed(0..0, PathFault::Empty);
    };
    if first != '/' {
        return malformed(0..first.len_utf8(), PathFault::MissingSlash);
    }
    for (at, character) in text.char_indices() {
        let span = at..at + character.len_utf8();
        match character {
            '?' => return malformed(at..text.len(), PathFault::Query),
            '#' => return malformed(at..text.len(), PathFault::Fragment),
            '*' => return malformed(span, PathFault::Wildcard),
            '%' => parse_percent(text, at)?,
            '/' => {}
            it if it.is_ascii_alphanumeric() || PLAIN.contains(it) => {}
            _ => return malformed(span, PathFault::Byte),
        }
    }
    parse_segments(text)
}

/// Why a text is not the path of a route, and where.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a fault and its place")]
pub struct MalformedPath {
    /// The bytes that are meant.
    pub span: Range<usize>,
    /// What is wrong with them.
    pub fault: PathFault,
}

/// What can be wrong with the path of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PathFault {
    /// There is nothing.
    Empty,
    /// It does not start with a slash.
    MissingSlash,
    /// It ends with a slash.
    TrailingSlash,
    /// Two slashes in a row.
    EmptySegment,
    /// A segment that is `.` or `..`, plainly or percent-encoded.
    DotSegment,
    /// A query.
    Query,
    /// A fragment.
    Fragment,
    /// A `*`.
    Wildcard,
    /// A `%` without two hexadecimal digits.
    Percent,
    /// Percent-encoded, but could be written plainly.
    NeedlessPercent,
    /// Something that must be percent-encoded.
    Byte,
}

impl PathFault {
    /// The stable name of the fault.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "path-empty",
            Self::MissingSlash => "path-missing-slash",
            Self::TrailingSlash => "path-trailing-slash",
            Self::EmptySegment => "path-empty-segment",
            Self::DotSegment => "path-dot-segment",
            Self::Query => "path-query",
            Self::Fragment => "path-fragment",
            Self::Wildcard => "path-wildcard",
            Self::Percent => "path-percent",
            Self::NeedlessPercent => "path-needless-percent",
            Self::Byte => "path-byte",
        }
    }
}

impl fmt::Display for PathFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the path is empty: `/` is all paths",
            Self::MissingSlash => "a path starts with a slash",
            Self::TrailingSlash => "a path ends without a slash: `/v1` matches `/v1/` too",
            Self::EmptySegment => "a path has no empty segments",
            Self::DotSegment => "a path has no `.` and `..` segments",
            Self::Query => "a route is chosen by the path alone, without a query",
            Self::Fragment => "a path has no fragment: browsers do not send it",
            Self::Wildcard => "a path is a prefix of whole segments, and needs no `*`",
            Self::Percent => "a `%` is followed by two hexadecimal digits",
            Self::NeedlessPercent => "this need not be percent-encoded, and has one spelling here",
            Self::Byte => "this cannot stand in a path unless it is percent-encoded",
        })
    }
}

impl fmt::Display for MalformedPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {})", self.fault, self.span.start)
    }
}

impl std::error::Error for MalformedPath {}

impl Document<'_> {
    /// Checks the path of a route.
    pub(crate) fn route_path(&mut self, text: &Text<'_>) {
        let Err(error) = parse_path(text.value) else {
            return;
        };
        let problem = Problem::error(error.fault.code(), error.fault.to_string())
            .at(text.source_span(error.span.clone()))
            .suggesting(suggested(text.value, &error));
        self.report(problem);
    }
}

fn parse_percent(text: &str, at: usize) -> Result<(), MalformedPath> {
    let malformed = |len, fault| {
        let end = crate::problem::floor_char_boundary(text, at + len);
        Err(MalformedPath {
            span: at..end,
            fault,
        })
    };
    let digits = text.as_bytes().get(at + 1..at + 3).and_then(|it| {
        let digits = std::str::from_utf8(it).ok()?;
        digits
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit())
            .then_some(digits)
    });
    let Some(byte) = digits.and_then(|it| u8::from_str_radix(it, 16).ok()) else {
        return malformed(1, PathFault::Percent);
    };
    // The unreserved characters of RFC 3986, section 2.3.
    match byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        true => malformed(3, PathFault::NeedlessPercent),
        false => Ok(()),
    }
}

fn parse_segments(text: &str) -> Result<(), MalformedPath> {
    let malformed = |span, fault| Err(MalformedPath { span, fault });
    if text == "/" {
        return Ok(());
    }
    let mut at = 1;
    for segment in text[1..].split('/') {
        let end = at + segment.len();
        if segment == "." || segment == ".." {
            return malformed(at..end, PathFault::DotSegment);
        }
        if segment.is_empty() {
            return match end == text.len() {
                true => malformed(at - 1..end, PathFault::TrailingSlash),
                false => malformed(at - 1..end + 1, PathFault::EmptySegment),
            };
        }
        at = end + 1;
    }
    Ok(())
}

/// What was probably meant.
fn suggested(text: &str, error: &MalformedPath) -> Option<String> {
    let before = text.get(..error.span.start)?;
    let mut candidate = match error.fault {
        PathFault::Empty => "/".to_owned(),
        PathFault::MissingSlash => format!("/{text}"),
        PathFault::Query | PathFault::Fragment | PathFault::Wildcard | PathFault::TrailingSlash => {
            before.to_owned()
        }
        PathFault::EmptySegment => {
            let segments: Vec<_> = text.split('/').filter(|it| !it.is_empty()).collect();
            format!("/{}", segments.join("/"))
        }
        PathFault::NeedlessPercent => {
            let byte = u8::from_str_radix(text.get(error.span.start + 1..error.span.end)?, 16);
            let after = text.get(error.span.end..)?;
            format!("{before}{}{after}", char::from(byte.ok()?))
        }
        PathFault::DotSegment | PathFault::Percent | PathFault::Byte => return None,
    };
    while candidate.len() > 1 && candidate.ends_with('/') {
        candidate.pop();
    }
    parse_path(&candidate).is_ok().then_some(candidate)
}

/// What may stand plainly in a segment beside letters and digits: RFC 3986, section 3.3, without
/// the `*` that would be taken for a wildcard.
const PLAIN: &str = "-._~!$&'()+,;=:@";
