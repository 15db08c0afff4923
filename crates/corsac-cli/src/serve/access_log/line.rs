//! One line of the access log.
//!
//! Whatever comes from a client is cut short, and ASCII without control characters: a terminal that
//! shows it does nothing else, and no line looks like two.

use std::ascii::escape_default;
use std::borrow::Cow;
use std::io::Write;
use std::net::IpAddr;
use std::time::Duration;

use corsac_gateway::{AnsweredBy, Ending, Record};
use http::{HeaderValue, Version};

use super::time::{Calendar, write_thousandths};

/// A line, to which everything is written as it is found: a line takes no memory of its own.
struct Line<'a> {
    text: &'a mut Vec<u8>,
    quoting: Quoting,
}

/// What a quotation mark and a backslash become.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quoting {
    Text,
    Json,
}

/// Writes a line as an object.
pub(super) fn json(
    record: &Record<'_>,
    now: Duration,
    calendar: &mut Calendar,
    text: &mut Vec<u8>,
) {
    text.extend_from_slice(b"{\"time\":\"");
    calendar.write(now, text);
    let quoting = Quoting::Json;
    let mut line = Line { text, quoting };
    line.raw("\",\"client\":\"");
    line.address(record.client);
    line.raw("\",\"method\":\"");
    line.shown(record.method.as_str().as_bytes(), MAX_NAME);
    line.raw("\"");
    line.json_field(",\"host\":", record.host);
    line.raw(",\"target\":\"");
    line.shown(target(record).as_bytes(), MAX_TARGET);
    line.raw("\",\"protocol\":\"");
    line.raw(protocol(record.version));
    line.raw("\",\"status\":");
    match record.status {
        Some(status) => line.decimal(u64::from(status.as_u16())),
        None => line.raw("null"),
    }
    line.raw(",\"bytes\":");
    line.decimal(record.bytes);
    line.raw(",\"duration_ms\":");
    line.milliseconds(record.duration);
    line.json_word(",\"ending\":", Some(record.ending.as_str()));
    line.json_text(",\"route\":", record.route);
    line.raw(",\"upstream_ms\":");
    match record.upstream_duration {
        Some(duration) => line.milliseconds(duration),
        None => line.raw("null"),
    }
    let (answered_by, failure) = answered_by(record);
    line.json_word(",\"answered_by\":", Some(answered_by));
    line.json_word(",\"failure\":", failure);
    line.json_field(",\"origin\":", record.origin);
    line.json_field(",\"requested_method\":", record.requested_method);
    line.json_field(",\"requested_headers\":", record.requested_headers);
    line.json_word(",\"cors\":", Some(record.verdict.as_str()));
    let refusal = record.verdict.refusal();
    line.json_word(",\"refusal\":", refusal.map(|it| it.code()));
    match record.difference {
        Some(it) => {
            line.json_word(",\"report_only\":{\"difference\":", Some(it.name()));
            line.json_word(",\"refusal\":", Some(it.refusal().code()));
            line.raw("}");
        }
        None => line.raw(",\"report_only\":null"),
    }
    line.json_text(",\"traceparent\":", record.traceparent);
    line.raw("}\n");
}

/// Writes a line with what everyone looks for first, and then names with values.
pub(super) fn text(
    record: &Record<'_>,
    now: Duration,
    calendar: &mut Calendar,
    text: &mut Vec<u8>,
) {
    calendar.write(now, text);
    let quoting = Quoting::Text;
    let mut line = Line { text, quoting };
    line.raw(" ");
    line.address(record.client);
    line.raw(" ");
    line.shown(record.method.as_str().as_bytes(), MAX_NAME);
    line.raw(" ");
    line.shown(target(record).as_bytes(), MAX_TARGET);
    line.raw(" ");
    match record.status {
        Some(status) => line.decimal(u64::from(status.as_u16())),
        None => line.raw("-"),
    }
    let (answered_by, failure) = answered_by(record);
    line.named(" by=", Some(answered_by).filter(|it| *it != "-"));
    line.named(" failure=", failure);
    let verdict = record.verdict.as_str();
    line.named(" cors=", Some(verdict).filter(|it| *it != "-"));
    let refusal = record.verdict.refusal();
    line.named(" refusal=", refusal.map(|it| it.code()));
    line.named(" report-only=", record.difference.map(|it| it.name()));
    line.named(":", record.difference.map(|it| it.refusal().code()));
    line.named_field(" origin=", record.origin);
    line.named_field(" requested-method=", record.requested_method);
    line.named_field(" requested-headers=", record.requested_headers);
    line.named_field(" host=", record.host);
    line.named(" route=", record.route);
    line.raw(" bytes=");
    line.decimal(record.bytes);
    line.raw(" took=");
    line.milliseconds(record.duration);
    line.raw("ms");
    if let Some(duration) = record.upstream_duration {
        line.raw(" upstream=");
        line.milliseconds(duration);
        line.raw("ms");
    }
    line.named(" traceparent=", record.traceparent);
    let is_cut_off = record.ending != Ending::Whole;
    line.named(" ending=", is_cut_off.then(|| record.ending.as_str()));
    line.raw("\n");
}

impl Line<'_> {
    fn raw(&mut self, text: &str) {
        self.text.extend_from_slice(text.as_bytes());
    }

    fn named(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.raw(name);
            self.raw(value);
        }
    }

    fn named_field(&mut self, name: &str, value: Option<&HeaderValue>) {
        if let Some(value) = value {
            self.raw(name);
            self.shown(value.as_bytes(), MAX_NAME);
        }
    }

    fn json_field(&mut self, key: &str, value: Option<&HeaderValue>) {
        self.raw(key);
        match value {
            Some(value) => {
                self.raw("\"");
                self.shown(value.as_bytes(), MAX_NAME);
                self.raw("\"");
            }
            None => self.raw("null"),
        }
    }

    /// One of our own words, which need no escapes.
    fn json_word(&mut self, key: &str, word: Option<&'static str>) {
        self.raw(key);
        match word {
            Some(word) => {
                self.raw("\"");
                self.raw(word);
                self.raw("\"");
            }
            None => self.raw("null"),
        }
    }

    fn json_text(&mut self, key: &str, value: Option<&str>) {
        self.raw(key);
        match value {
            Some(value) if is_plain(value.as_bytes()) => {
                self.raw("\"");
                self.raw(value);
                self.raw("\"");
            }
            value => serde_json::to_writer(&mut *self.text, &value)
                .expect("a vector takes what is written to it"),
        }
    }

    /// The bytes as text: cut short, without spaces, and all that is not a printable character of
    /// ASCII escaped.
    fn shown(&mut self, bytes: &[u8], limit: usize) {
        let start = &bytes[..bytes.len().min(limit)];
        match is_plain(start) {
            true => self.text.extend_from_slice(start),
            false => self.escaped(start),
        }
        if start.len() < bytes.len() {
            self.raw("...");
        }
    }

    #[cold]
    fn escaped(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                b' ' => self.escape(*b"\\x20"),
                byte => self.escape(escape_default(*byte)),
            }
        }
    }

    fn escape(&mut self, escape: impl IntoIterator<Item = u8>) {
        for byte in escape {
            if self.quoting == Quoting::Json && matches!(byte, b'"' | b'\\') {
                self.text.push(b'\\');
            }
            self.text.push(byte);
        }
    }

    fn address(&mut self, address: IpAddr) {
        match address {
            IpAddr::V4(address) => {
                let [first, rest @ ..] = address.octets();
                self.decimal(u64::from(first));
                for octet in rest {
                    self.text.push(b'.');
                    self.decimal(u64::from(octet));
                }
            }
            IpAddr::V6(address) => {
                write!(self.text, "{address}").expect("a vector takes what is written to it");
            }
        }
    }

    /// A number, which the general way takes ten times as long to write.
    fn decimal(&mut self, number: u64) {
        let mut digits = [0; MAX_DIGITS];
        let mut start = digits.len();
        let mut rest = number;
        loop {
            start -= 1;
            digits[start] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.text.extend_from_slice(&digits[start..]);
    }

    /// More digits than the clock is good for would only be read by machines.
    fn milliseconds(&mut self, duration: Duration) {
        let microseconds = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.decimal(microseconds / 1000);
        write_thousandths(microseconds % 1000, self.text);
    }
}

/// Are they printable characters of ASCII that mean nothing else, neither here nor in JSON?
fn is_plain(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| PLAIN[usize::from(*byte)])
}

const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = b'!';
    while byte <= b'~' {
        plain[byte as usize] = !matches!(byte, b'"' | b'\'' | b'\\');
        byte += 1;
    }
    plain
};

/// Who answered, and what had failed.
fn answered_by(record: &Record<'_>) -> (&'static str, Option<&'static str>) {
    match record.answered_by {
        None => ("-", None),
        Some(AnsweredBy::Policy) => ("policy", None),
        Some(AnsweredBy::Upstream) => ("upstream", None),
        Some(AnsweredBy::Gateway(failure)) => ("gateway", Some(failure.code())),
        Some(_) => ("gateway", None),
    }
}

fn protocol(version: Version) -> &'static str {
    match version {
        Version::HTTP_2 => "HTTP/2.0",
        Version::HTTP_10 => "HTTP/1.0",
        _ => "HTTP/1.1",
    }
}

/// What was asked for, as HTTP/1.1 writes it: a URL of HTTP/2 begins with the host, which has a name
/// of its own.
fn target<'a>(record: &Record<'a>) -> Cow<'a, str> {
    let is_path = record.uri.authority().is_none() || record.version == Version::HTTP_2;
    match record.uri.path_and_query() {
        Some(target) if is_path => Cow::Borrowed(target.as_str()),
        _ => Cow::Owned(record.uri.to_string()),
    }
}

/// The longest method, host or origin that is shown, in bytes: the longest origin that a policy
/// can allow has 326.
const MAX_NAME: usize = 330;

/// The longest target that is shown, in bytes.
const MAX_TARGET: usize = 2048;

/// The digits of the largest number.
const MAX_DIGITS: usize = 20;
