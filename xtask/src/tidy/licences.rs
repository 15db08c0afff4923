//! Every dependency has a licence that `deny.toml` allows.

use super::Violation;
use crate::repository::Repository;

const LIST: &str = "deny.toml";

pub(super) fn check(repository: &Repository) -> Vec<Violation> {
    let list = repository.text(LIST);
    let allowed: Vec<&str> = list
        .lines()
        .filter_map(|line| line.strip_prefix("allow = "))
        .flat_map(texts)
        .collect();
    let mut violations = Vec::new();
    for package in &repository.packages {
        let exception = list.lines().find(|it| is_exception(it, &package.name));
        let of_its_own: Vec<&str> = exception.into_iter().flat_map(texts).collect();
        let is_allowed = |it: &str| allowed.contains(&it) || of_its_own.contains(&it);
        if !is_satisfied(&package.licence, is_allowed) {
            let message = format!(
                "does not allow {:?}, the licence of {}",
                package.licence, package.name
            );
            violations.push(Violation::new(LIST, message));
        }
    }
    violations
}

/// Is it the line of an exception for this package?
fn is_exception(line: &str, name: &str) -> bool {
    line.trim_start().starts_with("{ allow = [") && line.contains(&format!("crate = \"{name}\""))
}

/// The texts in a line, without their quotes.
fn texts(line: &str) -> impl Iterator<Item = &str> {
    line.split('"').skip(1).step_by(2)
}

/// Can an SPDX expression be satisfied with the licences that are allowed?
///
/// A `/` is an old way to write `OR`. `A WITH B` is a licence of its own.
fn is_satisfied(expression: &str, is_allowed: impl Fn(&str) -> bool) -> bool {
    let expression = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = expression.split_whitespace().collect();
    let mut parser = Parser {
        words: &words,
        is_allowed,
    };
    parser.any() && parser.words.is_empty()
}

struct Parser<'a, F> {
    words: &'a [&'a str],
    is_allowed: F,
}

impl<F: Fn(&str) -> bool> Parser<'_, F> {
    /// Alternatives, with `OR` between.
    fn any(&mut self) -> bool {
        let mut is_satisfied = self.all();
        while self.takes("OR") {
            is_satisfied |= self.all();
        }
        is_satisfied
    }

    /// Demands, with `AND` between.
    fn all(&mut self) -> bool {
        let mut is_satisfied = self.one();
        while self.takes("AND") {
            is_satisfied &= self.one();
        }
        is_satisfied
    }

    fn one(&mut self) -> bool {
        if self.takes("(") {
            let is_satisfied = self.any();
            return self.takes(")") && is_satisfied;
        }
        let Some((first, rest)) = self.words.split_first() else {
            return false;
        };
        self.words = rest;
        if !self.takes("WITH") {
            return (self.is_allowed)(first);
        }
        let Some((exception, rest)) = self.words.split_first() else {
            return false;
        };
        self.words = rest;
        (self.is_allowed)(&format!("{first} WITH {exception}"))
    }

    fn takes(&mut self, word: &str) -> bool {
        match self.words.split_first() {
            Some((first, rest)) if *first == word => {
                self.words = rest;
                true
            }
            Some(_) | None => false,
        }
    }
}
