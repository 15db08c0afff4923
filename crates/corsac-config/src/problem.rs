//! What is wrong with a policy file, and where.

use std::fmt;
use std::ops::Range;

use crate::lines::{Lines, Position};

/// A mistake in a policy file, or a doubt about it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Problem {
    /// Whether the file is refused for it.
    pub severity: Severity,
    /// The stable name of what it is, in kebab-case.
    pub code: &'static str,
    /// What it is, for a reader.
    pub message: String,
    /// What was probably meant: something to write instead.
    pub suggestion: Option<String>,
    /// The bytes of the source that are meant.
    pub span: Range<usize>,
}

/// Whether a file is refused for a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a file is either refused or it is not"
)]
pub enum Severity {
    /// The file is refused.
    Error,
    /// It is legal, but doubtful.
    Warning,
}

impl Problem {
    pub(crate) fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            message: message.into(),
            suggestion: None,
            span: 0..0,
        }
    }

    pub(crate) fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, message)
        }
    }

    pub(crate) fn at(self, span: Range<usize>) -> Self {
        Self { span, ..self }
    }

    pub(crate) fn suggesting(self, suggestion: Option<String>) -> Self {
        let suggestion = suggestion.filter(|it| it.len() <= MAX_SUGGESTION_LEN);
        Self { suggestion, ..self }
    }
}

impl Severity {
    /// The word for it: `error` or `warning`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}[{}]: {}",
            self.severity.as_str(),
            self.code,
            self.message
        )?;
        match &self.suggestion {
            Some(suggestion) => write!(f, " (did you mean `{suggestion}`?)"),
            None => Ok(()),
        }
    }
}

/// The problems of a file, in the order of the file.
///
/// It keeps [`MAX_PROBLEMS`] of each severity, and counts them all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    kept: Vec<Problem>,
    n_errors: usize,
    n_warnings: usize,
}

impl Problems {
    pub(crate) fn push(&mut self, problem: Problem) {
        let count = match problem.severity {
            Severity::Error => &mut self.n_errors,
            Severity::Warning => &mut self.n_warnings,
        };
        *count += 1;
        if *count <= MAX_PROBLEMS {
            self.kept.push(problem);
        }
    }

    /// Drops the kept problems that do not hold, and puts the others in the order of the file.
    pub(crate) fn settle(&mut self, mut holds: impl FnMut(&Problem) -> bool) {
        let (n_errors, n_warnings) = self.n_kept();
        self.kept.retain(|it| holds(it));
        let (errors_left, warnings_left) = self.n_kept();
        self.n_errors -= n_errors - errors_left;
        self.n_warnings -= n_warnings - warnings_left;
        self.kept.sort_by_key(|it| (it.span.start, it.span.end));
    }

    fn n_kept(&self) -> (usize, usize) {
        let is_error = |it: &&Problem| it.severity == Severity::Error;
        let n_errors = self.kept.iter().filter(is_error).count();
        (n_errors, self.kept.len() - n_errors)
    }

    /// The problems that were kept.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.kept.iter()
    }

    /// Where each of the problems that were kept starts in the source that was read.
    pub fn positions(&self, source: &str) -> impl Iterator<Item = Position> {
        let lines = Lines::new(source);
        self.kept
            .iter()
            .map(move |it| lines.position(it.span.start))
    }

    /// Is there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// How many errors there are.
    #[must_use]
    pub fn n_errors(&self) -> usize {
        self.n_errors
    }

    /// How many warnings there are.
    #[must_use]
    pub fn n_warnings(&self) -> usize {
        self.n_warnings
    }

    /// How many there are that were not kept.
    #[must_use]
    pub fn n_left_out(&self) -> usize {
        self.n_errors + self.n_warnings - self.kept.len()
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, problem) in self.kept.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// The text as it is quoted in a message: not more than a reader takes in.
pub(crate) fn quoted(text: &str) -> String {
    match text.len() <= MAX_QUOTED_LEN {
        true => format!("`{text}`"),
        false => format!(
            "`{}...`",
            &text[..floor_char_boundary(text, MAX_QUOTED_LEN)]
        ),
    }
}

/// The greatest offset up to `at` that does not split a character.
pub(crate) fn floor_char_boundary(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at)
        .rev()
        .find(|it| text.is_char_boundary(*it))
        .unwrap_or(0)
}

/// How many problems of each severity are kept.
///
/// Nobody reads more, and a file of a megabyte can hold a million.
pub const MAX_PROBLEMS: usize = 1000;

/// The longest suggestion that is kept, in bytes: the longest origin has 326.
const MAX_SUGGESTION_LEN: usize = 512;

/// How much of a word from the file is quoted in a message, in bytes.
const MAX_QUOTED_LEN: usize = 80;
