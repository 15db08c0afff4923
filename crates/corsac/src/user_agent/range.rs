//! The `Range` request header, as far as CORS asks for it.

use core::cmp::Ordering;

/// A single range of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SingleRange {
    /// The number of the first byte; `None` for `bytes=-500`, which asks for the last ones.
    pub start: Option<u64>,
    /// The number of the last byte, or how many are asked for if there is no first.
    pub end: Option<u64>,
}

/// Whether white space around the parts of a range is let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the standard has a boolean here")]
pub enum RangeWhitespace {
    /// Tabs and spaces may stand around `=` and `-`.
    Allowed,
    /// Nothing but the range may stand there.
    Refused,
}

/// Parses a single range header value; `None` is failure.
///
/// Follows [parse a single range header value](https://fetch.spec.whatwg.org/#simple-range-header-value).
/// The numbers have any length; one above [`u64::MAX`] is taken for that.
#[must_use]
pub fn parse_single_range_header_value(
    value: &[u8],
    whitespace: RangeWhitespace,
) -> Option<SingleRange> {
    // 1. to 3.
    let rest = value.strip_prefix(b"bytes")?;
    // 4. to 7.
    let rest = skip(rest, whitespace).strip_prefix(b"=")?;
    // 8. to 10.
    let (start, rest) = split_digits(skip(rest, whitespace));
    // 11. to 14.
    let rest = skip(rest, whitespace).strip_prefix(b"-")?;
    // 15. to 17.
    let (end, rest) = split_digits(skip(rest, whitespace));
    // 18. to 20.
    let is_backwards = !start.is_empty() && !end.is_empty() && compare(start, end).is_gt();
    if !rest.is_empty() || (start.is_empty() && end.is_empty()) || is_backwards {
        return None;
    }
    // 21.
    Some(SingleRange {
        start: number(start),
        end: number(end),
    })
}

fn skip(bytes: &[u8], whitespace: RangeWhitespace) -> &[u8] {
    let n_skipped = match whitespace {
        RangeWhitespace::Allowed => bytes
            .iter()
            .take_while(|byte| matches!(byte, b'\t' | b' '))
            .count(),
        RangeWhitespace::Refused => 0,
    };
    &bytes[n_skipped..]
}

fn split_digits(bytes: &[u8]) -> (&[u8], &[u8]) {
    let len = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    bytes.split_at(len)
}

/// The number that digits stand for; `None` for no digits.
fn number(digits: &[u8]) -> Option<u64> {
    let value = digits.iter().fold(0_u64, |number, digit| {
        let digit = u64::from(digit - b'0');
        number.saturating_mul(10).saturating_add(digit)
    });
    (!digits.is_empty()).then_some(value)
}

/// Compares two decimal numbers of any length.
fn compare(left: &[u8], right: &[u8]) -> Ordering {
    let (left, right) = (without_leading_zeros(left), without_leading_zeros(right));
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

fn without_leading_zeros(digits: &[u8]) -> &[u8] {
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    &digits[zeros..]
}
