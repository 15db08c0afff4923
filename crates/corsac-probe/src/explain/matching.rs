//! Finds sentences with holes in a text.

use super::Fields;

/// The longest that something filled in may be, in bytes.
const MAX_FIELD_LEN: usize = 4096;

/// A sentence, as the literal texts around its holes.
pub(super) struct Pattern {
    first: String,
    /// The name of each hole, and the text after it.
    rest: Vec<(&'static str, String)>,
}

/// Where a sentence was found, and what was filled in.
pub(super) struct Hit {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) fields: Fields,
}

impl Pattern {
    pub(super) fn new(text: &'static str) -> Self {
        let mut pieces = text.split('{');
        let first = normalized(pieces.next().unwrap_or_default());
        let rest = pieces
            .filter_map(|piece| piece.split_once('}'))
            .map(|(name, literal)| (name, normalized(literal)))
            .collect();
        Self { first, rest }
    }

    /// How many bytes of the sentence are not filled in.
    pub(super) fn n_literal(&self) -> usize {
        self.first.len() + self.rest.iter().map(|(_, it)| it.len()).sum::<usize>()
    }

    pub(super) fn hits(&self, text: &str) -> Vec<Hit> {
        let starts = text.match_indices(self.first.trim_end_matches('.'));
        starts
            .filter_map(|(start, _)| self.hit(text, start))
            .collect()
    }

    fn hit(&self, text: &str, start: usize) -> Option<Hit> {
        let first = match self.rest.is_empty() {
            true => self.first.trim_end_matches('.'),
            false => &self.first,
        };
        let mut end = start
            + text
                .get(start..)?
                .strip_prefix(first)
                .map(|_| first.len())?;
        let mut fields = Fields::new();
        for (name, literal) in &self.rest {
            let rest = &text[end..];
            let len = match literal.as_str() {
                // Nothing says where it ends, so that it is one word.
                "" | "." => rest.find(' ').unwrap_or(rest.len()),
                literal => rest.find(literal)?,
            };
            let value = rest[..len].trim_end_matches('.');
            if len > MAX_FIELD_LEN || value.contains("' (redirected from '") {
                return None;
            }
            fields.insert(name, value.to_owned());
            end += len;
            if text[end..].starts_with(literal.as_str()) {
                end += literal.len();
            }
        }
        Some(Hit { start, end, fields })
    }
}

/// The text on one line, with the quotation marks of a keyboard.
pub(super) fn normalized(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut is_space = false;
    for char in text.chars() {
        let char = match char {
            '‘' | '’' => '\'',
            '“' | '”' => '"',
            _ if char.is_whitespace() => ' ',
            _ => char,
        };
        if char == ' ' && is_space {
            continue;
        }
        is_space = char == ' ';
        out.push(char);
    }
    out
}
