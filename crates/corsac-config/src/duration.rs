//! Durations as they are written in a file: `90m`, `1h30m`, `500ms`.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use crate::document::Document;
use crate::problem::Problem;
use crate::value::{Value, wrong_type};

use toml::de::DeValue;

/// Parses a duration: whole numbers, each with a unit, from the largest unit to the smallest.
///
/// The units are `d`, `h`, `m`, `s` and `ms`.
///
/// ```
/// use std::time::Duration;
///
/// assert_eq!(corsac_config::parse_duration("1h30m"), Ok(Duration::from_secs(5400)));
/// ```
pub fn parse_duration(text: &str) -> Result<Duration, MalformedDuration> {
    let malformed = |span, fault| Err(MalformedDuration { span, fault });
    if text.is_empty() {
        return malformed(0..0, DurationFault::Empty);
    }
    let mut total = Duration::ZERO;
    let mut smallest_so_far = None;
    let mut at = 0;
    while at < text.len() {
        let n_digits = len_while(&text[at..], |byte| byte.is_ascii_digit());
        let unit_at = at + n_digits;
        let unit_len = len_while(&text[unit_at..], |byte| byte.is_ascii_alphabetic());
        let end = unit_at + unit_len;
        if n_digits == 0 {
            let len = text[at..].chars().next().map_or(0, char::len_utf8);
            return malformed(at..at + len.max(unit_len), DurationFault::Number);
        }
        if unit_len == 0 {
            return match text[end..].chars().next() {
                None => malformed(at..end, DurationFault::MissingUnit),
                Some(it) => malformed(end..end + it.len_utf8(), DurationFault::Number),
            };
        }
        let Some(unit) = UNITS
            .iter()
            .position(|(name, _)| *name == &text[unit_at..end])
        else {
            return malformed(unit_at..end, DurationFault::UnknownUnit);
        };
        if smallest_so_far.is_some_and(|smallest| unit <= smallest) {
            return malformed(at..end, DurationFault::Order);
        }
        smallest_so_far = Some(unit);
        let part = text[at..unit_at]
            .parse()
            .ok()
            .and_then(|number: u64| number.checked_mul(UNITS[unit].1).map(Duration::from_millis));
        match part.and_then(|part| total.checked_add(part)) {
            Some(sum) => total = sum,
            None => return malformed(at..end, DurationFault::TooLong),
        }
        at = end;
    }
    Ok(total)
}

/// Why a text is not a duration, and where.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a fault and its place")]
pub struct MalformedDuration {
    /// The bytes that are meant.
    pub span: Range<usize>,
    /// What is wrong with them.
    pub fault: DurationFault,
}

/// What can be wrong with the spelling of a duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DurationFault {
    /// There is nothing.
    Empty,
    /// There is no whole number where one must be.
    Number,
    /// A number has no unit.
    MissingUnit,
    /// There is no such unit.
    UnknownUnit,
    /// A unit is not smaller than the one before it.
    Order,
    /// It is longer than can be counted.
    TooLong,
}

impl DurationFault {
    /// The stable name of the fault.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "duration-empty",
            Self::Number => "duration-number",
            Self::MissingUnit => "duration-without-unit",
            Self::UnknownUnit => "duration-unit",
            Self::Order => "duration-order",
            Self::TooLong => "duration-too-long",
        }
    }
}

impl fmt::Display for DurationFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "a duration is a whole number and a unit, such as `10s`",
            Self::Number => "a duration is made of whole numbers with units, such as `1h30m`",
            Self::MissingUnit => "a duration needs a unit: `d`, `h`, `m`, `s` or `ms`",
            Self::UnknownUnit => "the units of a duration are `d`, `h`, `m`, `s` and `ms`",
            Self::Order => "the units of a duration go from large to small, each once",
            Self::TooLong => "this duration is too long to be counted",
        })
    }
}

impl fmt::Display for MalformedDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {})", self.fault, self.span.start)
    }
}

impl std::error::Error for MalformedDuration {}

impl<'s> Document<'s> {
    /// A duration.
    pub(crate) fn duration(&mut self, value: &Value<'s>) -> Option<Duration> {
        if let DeValue::Integer(number) = value.get_ref() {
            let fault = DurationFault::MissingUnit;
            let suggestion = Some(format!("\"{number}s\"")).filter(|_| number.radix() == 10);
            let problem = Problem::error(fault.code(), fault.to_string()).at(value.span());
            self.report(problem.suggesting(suggestion.filter(|it| !it.contains('-'))));
            return None;
        }
        if !value.get_ref().is_str() {
            self.report(wrong_type(value, "a duration such as \"10s\""));
            return None;
        }
        let text = self.string(value)?;
        match parse_duration(text.value) {
            Ok(duration) => Some(duration),
            Err(error) => {
                let problem = Problem::error(error.fault.code(), error.fault.to_string())
                    .at(text.source_span(error.span))
                    .suggesting(suggested(text.value));
                self.report(problem);
                None
            }
        }
    }
}

/// What was probably meant: with the units spelled as they are here, and without spaces.
fn suggested(text: &str) -> Option<String> {
    if text.len() > MAX_SPELLED_LEN {
        return None;
    }
    let text = text.to_ascii_lowercase();
    let mut meant = String::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let n_letters = len_while(rest, |byte| byte.is_ascii_alphabetic());
        let n_others = len_while(&rest[n_letters..], |byte| !byte.is_ascii_alphabetic());
        let (letters, others) = rest[..n_letters + n_others].split_at(n_letters);
        meant.push_str(short_unit(letters));
        meant.extend(others.chars().filter(|it| !it.is_whitespace()));
        rest = &rest[n_letters + n_others..];
    }
    if meant.bytes().all(|byte| byte.is_ascii_digit()) {
        meant.push('s');
    }
    parse_duration(&meant).is_ok().then_some(meant)
}

/// The unit that a word stands for.
fn short_unit(word: &str) -> &str {
    match word {
        "day" | "days" => "d",
        "hour" | "hours" | "hr" | "hrs" => "h",
        "minute" | "minutes" | "min" | "mins" => "m",
        "second" | "seconds" | "sec" | "secs" => "s",
        "millisecond" | "milliseconds" | "msec" | "msecs" => "ms",
        word => word,
    }
}

fn len_while(text: &str, holds: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|byte| holds(*byte)).count()
}

/// The units, from the largest, in milliseconds.
const UNITS: [(&str, u64); 5] = [
    ("d", 24 * 60 * 60 * 1000),
    ("h", 60 * 60 * 1000),
    ("m", 60 * 1000),
    ("s", 1000),
    ("ms", 1),
];

/// The longest text for which a better spelling is sought, in bytes.
const MAX_SPELLED_LEN: usize = 64;
