//! A string of the file, and which bytes of the source its bytes are written with.

use std::ops::Range;

/// A string of the file.
#[derive(Clone, Debug)]
pub(crate) struct Text<'t> {
    /// What it says.
    pub(crate) value: &'t str,
    /// How it is written, quotes included.
    raw: &'t str,
    /// Where it is written.
    pub(crate) span: Range<usize>,
}

impl<'t> Text<'t> {
    pub(crate) fn new(value: &'t str, source: &'t str, span: Range<usize>) -> Self {
        Self {
            value,
            raw: source.get(span.clone()).unwrap_or(""),
            span,
        }
    }

    /// The bytes of the source that the given bytes of the value are written with.
    ///
    /// That is the whole string if they cannot be told apart.
    pub(crate) fn source_span(&self, within: Range<usize>) -> Range<usize> {
        let Some(pieces) = pieces(self.raw, self.value) else {
            return self.span.clone();
        };
        let offset = |at: usize| self.span.start + at;
        let start = pieces
            .iter()
            .rev()
            .find(|piece| piece.value_start <= within.start);
        let Some(start) = start else {
            return self.span.clone();
        };
        let end = pieces
            .iter()
            .rev()
            .find(|piece| piece.value_start < within.end)
            .filter(|_| !within.is_empty());
        let start_at = start.raw_at(within.start);
        match end {
            Some(end) => offset(start_at)..offset(end.raw_end_at(within.end).max(start_at)),
            None => offset(start_at)..offset(start_at),
        }
    }
}

/// A part of a string that is written either as it is, or by one escape.
struct Piece {
    value_start: usize,
    raw: Range<usize>,
    kind: PieceKind,
}

#[derive(PartialEq, Eq)]
enum PieceKind {
    Verbatim,
    Escape,
}

impl Piece {
    fn raw_at(&self, value_at: usize) -> usize {
        match self.kind {
            PieceKind::Verbatim => (self.raw.start + value_at - self.value_start).min(self.raw.end),
            PieceKind::Escape => self.raw.start,
        }
    }

    fn raw_end_at(&self, value_end: usize) -> usize {
        match self.kind {
            PieceKind::Verbatim => self.raw_at(value_end),
            PieceKind::Escape => self.raw.end,
        }
    }
}

/// The pieces of a string, if they account for every byte of its value.
fn pieces(raw: &str, value: &str) -> Option<Vec<Piece>> {
    let quotes = [r#"""""#, "'''", "\"", "'"]
        .into_iter()
        .find(|it| raw.len() >= 2 * it.len() && raw.starts_with(it) && raw.ends_with(it))?;
    let mut start = quotes.len();
    if quotes.len() > 1 {
        // A line break right after the opening quotes is not part of the value.
        let rest = &raw[start..];
        start += rest
            .strip_prefix("\r\n")
            .or_else(|| rest.strip_prefix('\n'))
            .map_or(0, |it| rest.len() - it.len());
    }
    let end = raw.len() - quotes.len();
    let has_escapes = quotes.starts_with('"');
    let mut pieces = Vec::new();
    let mut value_at = 0;
    let mut at = start;
    while at < end {
        let verbatim = match has_escapes {
            true => raw[at..end].find('\\').unwrap_or(end - at),
            false => end - at,
        };
        if verbatim > 0 {
            let raw = at..at + verbatim;
            pieces.push(Piece {
                value_start: value_at,
                raw,
                kind: PieceKind::Verbatim,
            });
            value_at += verbatim;
            at += verbatim;
            continue;
        }
        let (raw_len, value_len) = escape_len(&raw[at..end])?;
        let raw = at..at + raw_len;
        pieces.push(Piece {
            value_start: value_at,
            raw,
            kind: PieceKind::Escape,
        });
        value_at += value_len;
        at += raw_len;
    }
    (value_at == value.len()).then_some(pieces)
}

/// How long the escape at the start of `raw` is, and how long what it stands for.
fn escape_len(raw: &str) -> Option<(usize, usize)> {
    let n_digits = match raw.as_bytes().get(1)? {
        b'x' => 2,
        b'u' => 4,
        b'U' => 8,
        byte if byte.is_ascii_whitespace() => {
            let rest = raw[1..].trim_start_matches([' ', '\t', '\r', '\n']);
            return Some((raw.len() - rest.len(), 0));
        }
        byte if byte.is_ascii() => return Some((2, 1)),
        _ => return None,
    };
    let digits = raw.get(2..2 + n_digits)?;
    let character = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
    Some((2 + n_digits, character.len_utf8()))
}
