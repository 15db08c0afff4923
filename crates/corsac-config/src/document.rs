//! From the text of a file to its tables, and the syntax errors on the way.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::de::{DeTable, Error};
use toml_parser::lexer::TokenKind;

use crate::lines::Lines;
use crate::problem::{Problem, Problems};
use crate::value::in_quotes;

/// A file that is being read, and what was found wrong with it so far.
pub(crate) struct Document<'s> {
    pub(crate) source: &'s str,
    problems: Problems,
    /// Where the syntax errors are, in order.
    syntax_errors: Vec<usize>,
}

/// Parses a file as far as it can be parsed, and reads its tables.
///
/// It gives the value and the warnings about it, unless there is an error.
pub(crate) fn read<T>(
    source: &str,
    tables: impl for<'s> FnOnce(&DeTable<'s>, &mut Document<'s>) -> Option<T>,
) -> Result<(T, Problems), Problems> {
    if let Err(problem) = bounded(source) {
        let mut problems = Problems::default();
        problems.push(problem);
        return Err(problems);
    }
    let (root, errors) = DeTable::parse_recoverable(source);
    let Some((mended, mut lost)) = without_lone_keys(source, &errors) else {
        return Document::new(source, &errors).read(root.get_ref(), tables);
    };
    let (root, errors) = DeTable::parse_recoverable(&mended);
    lost.extend(errors);
    Document::new(&mended, &lost).read(root.get_ref(), tables)
}

/// The source without the lines on which a key has no value, and the errors of these lines.
///
/// The parser drops whatever comes after the first of them. Every other byte stays in its place.
fn without_lone_keys(source: &str, errors: &[Error]) -> Option<(String, Vec<Error>)> {
    let lines = Lines::new(source);
    let line = |error: &Error| error.span().map(|span| lines.number(span.start));
    let is_lone_key = |error: &&Error| error.message().starts_with(LONE_KEY);
    let broken: BTreeSet<_> = errors.iter().filter(is_lone_key).filter_map(line).collect();
    if broken.is_empty() {
        return None;
    }
    let mut mended = source.to_owned();
    for line in &broken {
        let start = lines.start(*line);
        let blank = lines.text(*line).len();
        mended.replace_range(start..start + blank, &" ".repeat(blank));
    }
    let is_lost = |error: &&Error| line(error).is_some_and(|line| broken.contains(&line));
    Some((mended, errors.iter().filter(is_lost).cloned().collect()))
}

impl<'s> Document<'s> {
    fn new(source: &'s str, errors: &[Error]) -> Self {
        let problems = Problems::default();
        let mut document = Self {
            source,
            problems,
            syntax_errors: Vec::new(),
        };
        document.report_syntax(errors);
        document
    }

    fn read<T>(
        mut self,
        root: &DeTable<'s>,
        tables: impl FnOnce(&DeTable<'s>, &mut Self) -> Option<T>,
    ) -> Result<(T, Problems), Problems> {
        let value = tables(root, &mut self);
        self.settle();
        match value {
            Some(value) if self.problems.n_errors() == 0 => Ok((value, self.problems)),
            Some(_) | None => Err(self.problems),
        }
    }

    pub(crate) fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// How many errors there are so far.
    pub(crate) fn n_errors(&self) -> usize {
        self.problems.n_errors()
    }

    /// Reports the first syntax error of each line: the others mostly follow from it.
    fn report_syntax(&mut self, errors: &[Error]) {
        let mut problems: Vec<_> = errors
            .iter()
            .map(|error| self.syntax_problem(error))
            .collect();
        problems.sort_by_key(|problem| problem.span.start);
        let lines = Lines::new(self.source);
        let line = |problem: &Problem| lines.number(problem.span.start);
        problems.dedup_by(|next, kept| line(next) == line(kept));
        for problem in problems {
            self.syntax_errors.push(problem.span.start);
            self.report(problem);
        }
    }

    fn syntax_problem(&self, error: &Error) -> Problem {
        let end = self.source.len();
        let span = error.span().unwrap_or(end..end);
        let meant = self.source.get(span.clone()).unwrap_or("").trim();
        let problem = match error.message() {
            "duplicate key" => Problem::error("duplicate-key", "this key is there already"),
            UNQUOTED if meant.is_empty() => Problem::error("syntax", "the value is missing"),
            UNQUOTED => Problem::error("syntax", "a string is written in quotes")
                .suggesting(in_quotes(meant)),
            message => Problem::error("syntax", message),
        };
        problem.at(span)
    }

    /// Drops the problems that a syntax error may have caused, and orders the others.
    ///
    /// The parser goes on after a syntax error, but what it makes of that line is a guess; and
    /// what seems to be missing may have been lost there.
    fn settle(&mut self) {
        let lines = Lines::new(self.source);
        let breaks = &self.syntax_errors;
        let source = self.source;
        self.problems.settle(|problem| {
            if breaks.is_empty() {
                return true;
            }
            let line = lines.number(problem.span.start);
            let doubted = match problem.code {
                "syntax" | "duplicate-key" => return true,
                "no-routes" | "policy-unused" => 0..source.len() + 1,
                "policy-unknown" if problem.suggestion.is_none() => 0..source.len() + 1,
                "no-origins" | "key-missing" => table_around(source, &problem.span),
                _ => lines.start(line)..lines.start(line) + lines.text(line).len() + 1,
            };
            let at = breaks.partition_point(|at| *at < doubted.start);
            breaks.get(at).is_none_or(|at| !doubted.contains(at))
        });
    }
}

/// From a place in a table to the next header of a table.
fn table_around(source: &str, span: &Range<usize>) -> Range<usize> {
    let rest = source.get(span.end..).unwrap_or("");
    let end = rest
        .find("\n[")
        .map_or(source.len() + 1, |at| span.end + at);
    span.start..end
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

/// A file without its comments: what is in force, and nothing that was not meant for others.
///
/// No key takes a secret, but people write them into comments.
#[must_use]
pub fn without_comments(source: &str) -> String {
    let mut kept = String::with_capacity(source.len());
    let mut at = 0;
    for token in toml_parser::Source::new(source).lex() {
        if token.kind() == TokenKind::Comment {
            let span = token.span();
            kept.push_str(source.get(at..span.start()).unwrap_or_default());
            at = span.end();
        }
    }
    kept.push_str(source.get(at..).unwrap_or_default());
    let lines = kept.lines().map(str::trim_end);
    let lines = lines.filter(|it| !it.is_empty());
    lines.flat_map(|it| [it, "\n"]).collect()
}

/// What the parser says where a value should start and no value does.
const UNQUOTED: &str = "string values must be quoted, expected literal string";

/// What the parser says where a key stands alone on its line.
const LONE_KEY: &str = "key with no value";

const MIB: usize = 1024 * 1024;

/// The longest file that is read, in bytes: 100,000 origins of 80 bytes and more.
pub const MAX_SOURCE_LEN: usize = 16 * MIB;

/// How many tokens a file may have: 250,000 origins, each on its own line.
///
/// The parser needs up to 300 bytes for each, so that a file of brackets alone would cost far
/// more memory than its length tells.
pub const MAX_TOKENS: usize = 1024 * 1024;
