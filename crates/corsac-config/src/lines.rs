//! The lines of a source, found without reading it again for each problem.

use crate::problem::floor_char_boundary;

/// A place in a file as editors count it: from 1, and columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a place is a line and a column")]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// A source, and where its lines start.
pub(crate) struct Lines<'s> {
    source: &'s str,
    starts: Vec<usize>,
}

impl<'s> Lines<'s> {
    pub(crate) fn new(source: &'s str) -> Self {
        // Editors do not show a byte order mark.
        let mark = source
            .strip_prefix('\u{feff}')
            .map_or(0, |rest| source.len() - rest.len());
        let breaks = source.match_indices('\n').map(|(at, _)| at + 1);
        let starts = std::iter::once(mark).chain(breaks).collect();
        Self { source, starts }
    }

    pub(crate) fn position(&self, at: usize) -> Position {
        let at = floor_char_boundary(self.source, at);
        let line = self.number(at);
        let start = self.start(line);
        let before = &self.source[start..at.max(start)];
        Position {
            line,
            column: before.chars().count() + 1,
        }
    }

    /// The number of the line that holds the byte, from 1.
    pub(crate) fn number(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at).max(1)
    }

    /// Where a line starts.
    pub(crate) fn start(&self, line: usize) -> usize {
        self.starts[line - 1]
    }

    /// A line without its line break.
    pub(crate) fn text(&self, line: usize) -> &'s str {
        let end = self
            .starts
            .get(line)
            .map_or(self.source.len(), |next| next - 1);
        let text = &self.source[self.start(line)..end];
        text.strip_suffix('\r').unwrap_or(text)
    }
}
