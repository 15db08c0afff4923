//! Values of the expected type, or a word on what was found instead.

use std::ops::RangeInclusive;

use toml::Spanned;
use toml::de::DeValue;

use crate::document::Document;
use crate::nearest::nearest;
use crate::problem::{Problem, quoted};
use crate::text::Text;

/// A value of the file, and where it is written.
pub(crate) type Value<'s> = Spanned<DeValue<'s>>;

impl<'s> Document<'s> {
    /// A string.
    pub(crate) fn string<'t>(&mut self, value: &'t Value<'s>) -> Option<Text<'t>>
    where
        's: 't,
    {
        match value.get_ref() {
            DeValue::String(text) => Some(Text::new(text, self.source, value.span())),
            found => {
                let problem = wrong_type(value, "a string");
                let suggestion = match found {
                    DeValue::Array(items) => match items.iter().as_slice() {
                        [item] => item.get_ref().as_str().and_then(in_quotes),
                        _ => None,
                    },
                    _ => None,
                };
                self.report(problem.suggesting(suggestion));
                None
            }
        }
    }

    /// A list of strings, without its items of other types.
    pub(crate) fn strings<'t>(&mut self, value: &'t Value<'s>) -> Option<Vec<Text<'t>>>
    where
        's: 't,
    {
        match value.get_ref() {
            DeValue::Array(items) => Some(items.iter().filter_map(|it| self.string(it)).collect()),
            DeValue::String(text) => {
                let suggestion = in_quotes(text).map(|it| format!("[{it}]"));
                self.report(wrong_type(value, "a list of strings").suggesting(suggestion));
                Some(vec![Text::new(text, self.source, value.span())])
            }
            _ => {
                self.report(wrong_type(value, "a list of strings"));
                None
            }
        }
    }

    /// A list of methods or of header names.
    pub(crate) fn names<'t>(&mut self, value: &'t Value<'s>) -> Vec<Text<'t>>
    where
        's: 't,
    {
        let mut names = self.strings(value).unwrap_or_default();
        if names.len() > MAX_NAMES {
            let message = format!("this list has more than {MAX_NAMES} items");
            self.report(Problem::error("list-too-long", message).at(value.span()));
            names.truncate(MAX_NAMES);
        }
        names
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&mut self, value: &Value<'s>) -> Option<bool> {
        match value.get_ref() {
            DeValue::Boolean(boolean) => Some(*boolean),
            found => {
                let meant = found.as_str().filter(|it| ["true", "false"].contains(it));
                let problem = wrong_type(value, "`true` or `false`");
                self.report(problem.suggesting(meant.map(Into::into)));
                None
            }
        }
    }

    /// A whole number in a range.
    pub(crate) fn number(
        &mut self,
        value: &Value<'s>,
        range: RangeInclusive<usize>,
    ) -> Option<usize> {
        let DeValue::Integer(integer) = value.get_ref() else {
            self.report(wrong_type(value, "a whole number"));
            return None;
        };
        let number = usize::from_str_radix(integer.as_str(), integer.radix()).ok();
        let number = number.filter(|it| range.contains(it));
        if number.is_none() {
            let (least, most) = range.into_inner();
            let message = format!("this is a number from {least} to {most}");
            self.report(Problem::error("number-range", message).at(value.span()));
        }
        number
    }

    /// One of two words.
    pub(crate) fn word(
        &mut self,
        value: &Value<'s>,
        words: [&'static str; 2],
    ) -> Option<&'static str> {
        let text = self.string(value)?;
        let known = words.into_iter().find(|it| *it == text.value);
        if known.is_none() {
            let [first, second] = words;
            let message = format!(
                "unknown value {}: it is `{first}` or `{second}`",
                quoted(text.value)
            );
            let suggestion = nearest(text.value, words).map(Into::into);
            let span = text.source_span(0..text.value.len());
            self.report(
                Problem::error("unknown-value", message)
                    .at(span)
                    .suggesting(suggestion),
            );
        }
        known
    }
}

/// The error that a value is of another type than the expected one.
pub(crate) fn wrong_type(value: &Value<'_>, expected: &str) -> Problem {
    let found = match value.get_ref() {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    Problem::error("wrong-type", format!("expected {expected}, found {found}")).at(value.span())
}

/// The text as a file would have it, if that takes no escapes.
pub(crate) fn in_quotes(text: &str) -> Option<String> {
    let needs_escape = |it: char| it.is_control() || it == '"' || it == '\\';
    (!text.contains(needs_escape)).then(|| format!("\"{text}\""))
}

/// How many methods or header names a list may have.
///
/// They all go into a field of one response, and browsers and proxies take some 8 KiB of fields.
const MAX_NAMES: usize = 1000;
