//! The dates of `Expires`, which are read leniently.

use std::time::Duration;

/// Reads a date, as the time since the Unix epoch; what is before that counts as the epoch.
///
/// Follows [parse a date](https://httpwg.org/http-extensions/draft-ietf-httpbis-layered-cookies.html#cookie-date).
#[must_use]
pub fn parse_date(input: &[u8]) -> Option<Duration> {
    let mut found = Found::default();
    // 1. and 2.
    for token in input.split(|byte| is_delimiter(*byte)) {
        if !token.is_empty() {
            found.take(token);
        }
    }
    // 3. and 4.
    let year = match found.year? {
        year @ 70..=99 => year + 1900,
        year @ 0..=69 => year + 2000,
        year => year,
    };
    let (hour, minute, second) = found.time?;
    let (month, day) = (found.month?, found.day?);
    // 5. and 6.
    let is_date = year >= 1601 && (1..=days_in(month, year)).contains(&day);
    if !is_date || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // 7.
    let seconds =
        days_since_epoch(year, month, day) * 86_400 + i64::from(hour * 3600 + minute * 60 + second);
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

/// The parts of a date that were found so far. The first of each kind counts.
#[derive(Default)]
struct Found {
    time: Option<(u32, u32, u32)>,
    day: Option<u32>,
    /// From 1.
    month: Option<u32>,
    year: Option<u32>,
}

impl Found {
    /// Takes a token as the first thing that it can be.
    fn take(&mut self, token: &[u8]) {
        if self.time.is_none()
            && let Some(time) = parse_time(token)
        {
            self.time = Some(time);
        } else if self.day.is_none()
            && let Some(day) = leading_number(token, 1..=2)
        {
            self.day = Some(day);
        } else if self.month.is_none()
            && let Some(month) = parse_month(token)
        {
            self.month = Some(month);
        } else if self.year.is_none()
            && let Some(year) = leading_number(token, 2..=4)
        {
            self.year = Some(year);
        }
    }
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'\t' | 0x20..=0x2F | 0x3B..=0x40 | 0x5B..=0x60 | 0x7B..=0x7E)
}

/// Three numbers of one or two digits with colons between; what follows is no digit.
fn parse_time(token: &[u8]) -> Option<(u32, u32, u32)> {
    let (hour, rest) = split_number(token, 1..=2)?;
    let (minute, rest) = split_number(rest.strip_prefix(b":")?, 1..=2)?;
    let second = leading_number(rest.strip_prefix(b":")?, 1..=2)?;
    Some((hour, minute, second))
}

/// The month whose first three letters the token starts with, from 1.
fn parse_month(token: &[u8]) -> Option<u32> {
    const MONTHS: [&[u8]; 12] = [
        b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov",
        b"dec",
    ];
    let start = token.get(..3)?.to_ascii_lowercase();
    let index = MONTHS.iter().position(|month| start == *month)?;
    u32::try_from(index + 1).ok()
}

/// The number at the start, if it has that many digits and no more.
fn leading_number(token: &[u8], len: std::ops::RangeInclusive<usize>) -> Option<u32> {
    split_number(token, len).map(|(number, _)| number)
}

/// The number at the start, if it has that many digits and no more, and what follows it.
fn split_number(token: &[u8], len: std::ops::RangeInclusive<usize>) -> Option<(u32, &[u8])> {
    let n_digits = token
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let (digits, rest) = token.split_at(n_digits);
    let number = |digits: &[u8]| {
        digits
            .iter()
            .fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
    };
    len.contains(&n_digits).then(|| (number(digits), rest))
}

fn days_in(month: u32, year: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// The days from 1970-01-01 to this date, by the rules of the Gregorian calendar.
fn days_since_epoch(year: u32, month: u32, day: u32) -> i64 {
    let past_years = i64::from(year) - 1;
    let leap_days = past_years / 4 - past_years / 100 + past_years / 400;
    let past_months = (1..month).map(|month| i64::from(days_in(month, year)));
    let days = past_years * 365 + leap_days + past_months.sum::<i64>() + i64::from(day) - 1;
    days - DAYS_TO_EPOCH
}

/// The days from 0001-01-01 to 1970-01-01.
const DAYS_TO_EPOCH: i64 = 719_162;
