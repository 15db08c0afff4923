//! When something happened, as text.

use std::io::Write;
use std::time::Duration;

/// Writes points in time, after [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339), in UTC.
///
/// It remembers the second that it wrote last: most of what happens, happens in the same one.
#[derive(Debug, Default)]
pub(super) struct Calendar {
    second: Option<u64>,
    text: Vec<u8>,
}

impl Calendar {
    pub(super) fn write(&mut self, since_epoch: Duration, line: &mut Vec<u8>) {
        let second = since_epoch.as_secs();
        if self.second != Some(second) {
            self.text.clear();
            write_second(second, &mut self.text);
            self.second = Some(second);
        }
        line.extend_from_slice(&self.text);
        write_thousandths(u64::from(since_epoch.subsec_millis()), line);
        line.push(b'Z');
    }
}

/// A point and three digits.
pub(super) fn write_thousandths(thousandths: u64, line: &mut Vec<u8>) {
    let digit = |power: u64| b'0' + u8::try_from(thousandths / power % 10).unwrap_or(0);
    line.extend_from_slice(&[b'.', digit(100), digit(10), digit(1)]);
}

fn write_second(second: u64, text: &mut Vec<u8>) {
    let (days, second) = (second / 86_400, second % 86_400);
    let (year, month, day) = date(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let written = write!(
        text,
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
    );
    written.expect("a vector takes what is written to it");
}

/// The date so many days after 1 January 1970.
fn date(days: u64) -> (u64, u64, u64) {
    let mut year = 1970;
    let mut left = days;
    while left >= days_in(year) {
        left -= days_in(year);
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    (year, month, left + 1)
}

fn days_in(year: u64) -> u64 {
    365 + u64::from(is_leap(year))
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400)
}
