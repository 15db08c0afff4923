//! From the text of a file to its tables, and the syntax errors on the way.

use std::ops::Range;

use toml::de::DeTable;

use crate::lines::Lines;
use crate::problem::{Problem, Problems, Severity};

/// A file that is being read, and what was found wrong with it so far.
pub(crate) struct Document<'s> {
    pub(crate) source: &'s str,
    problems: Problems,
    syntax_errors: Vec<Range<usize>>,
}

impl<'s> Document<'s> {
    /// Parses a file as far as it can be parsed.
    pub(crate) fn parse(source: &'s str) -> Result<(Self, DeTable<'s>), Problems> {
        let mut document = Self {
            source,
            problems: Problems::default(),
            syntax_errors: Vec::new(),
        };
        if let Err(problem) = bounded(source) {
            document.report(problem);
            return Err(document.problems);
        }
        let (root, errors) = DeTable::parse_recoverable(source);
        for error in errors {
            let span = error.span().unwrap_or(source.len()..source.len());
            let code = match error.message() {
                "duplicate key" => "duplicate-key",
                _ => "syntax",
            };
            document.syntax_errors.push(span.clone());
            document.report(Problem::error(code, error.message()).at(span));
        }
        Ok((document, root.into_inner()))
    }

    pub(crate) fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// How many errors there are so far.
    pub(crate) fn n_errors(&self) -> usize {
        self.problems.n_errors()
    }

    /// The value that was read and the warnings about it, unless there is an error.
    pub(crate) fn finish<T>(mut self, value: Option<T>) -> Result<(T, Problems), Problems> {
        self.settle();
        match value {
            Some(value) if self.problems.n_errors() == 0 => Ok((value, self.problems)),
            Some(_) | None => Err(self.problems),
        }
    }

    /// Drops the problems that a syntax error may have caused, and orders the others.
    ///
    /// The parser goes on after a syntax error, but what it makes of that line is a guess; and
    /// what seems to be missing may have been lost there.
    fn settle(&mut self) {
        let lines = Lines::new(self.source);
        let mut broken_lines: Vec<_> = self
            .syntax_errors
            .iter()
            .map(|span| lines.number(span.start))
            .collect();
        broken_lines.sort_unstable();
        self.problems.settle(|problem| {
            let is_syntax = ["syntax", "duplicate-key"].contains(&problem.code);
            let is_guess = || {
                problem.severity == Severity::Warning
                    || ABSENCES.contains(&problem.code)
                    || broken_lines
                        .binary_search(&lines.number(problem.span.start))
                        .is_ok()
            };
            is_syntax || broken_lines.is_empty() || !is_guess()
        });
    }
}

/// Refuses a file that would cost too much to parse.
fn bounded(source: &str) -> Result<(), Problem> {
    if source.len() > MAX_SOURCE_LEN {
        let message = format!("the file is longer than {} MiB", MAX_SOURCE_LEN / MIB);
        return Err(Problem::error("file-too-long", message));
    }
    let mut tokens = toml_parser::Source::new(source).lex();
    if let Some(token) = tokens.nth(MAX_TOKENS) {
        let message = format!("the file has more than {MAX_TOKENS} words and signs");
        let at = token.span().start();
        return Err(Problem::error("file-too-long", message).at(at..at));
    }
    Ok(())
}

/// The codes of what is missing, which a syntax error may have hidden.
const ABSENCES: [&str; 4] = ["no-routes", "no-origins", "key-missing", "policy-unknown"];

const MIB: usize = 1024 * 1024;

/// The longest file that is read, in bytes: 100,000 origins of 80 bytes and more.
pub const MAX_SOURCE_LEN: usize = 16 * MIB;

/// How many tokens a file may have: 250,000 origins, each on its own line.
///
/// The parser needs up to 200 bytes for each, so that a file of brackets alone would cost far
/// more memory than its length tells.
pub const MAX_TOKENS: usize = 1024 * 1024;
