//! One line of the access log.

use std::fmt::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use corsac_gateway::{AnsweredBy, Record};
use http::{HeaderValue, Version};
use serde::Serialize;

/// What a line says. Whatever comes from a client is cut short, and ASCII without control
/// characters: a terminal that shows it does nothing else, and no line looks like two.
#[derive(Serialize)]
pub(super) struct Line<'a> {
    time: String,
    client: String,
    method: String,
    host: Option<String>,
    target: String,
    protocol: String,
    status: Option<u16>,
    bytes: u64,
    duration_ms: f64,
    ending: &'static str,
    route: Option<&'a str>,
    upstream_ms: Option<f64>,
    answered_by: &'static str,
    failure: Option<&'static str>,
    origin: Option<String>,
    requested_method: Option<String>,
    requested_headers: Option<String>,
    cors: &'static str,
    refusal: Option<&'static str>,
    report_only: Option<ReportOnly>,
    traceparent: Option<&'a str>,
}

/// What a policy in report-only mode would have decided otherwise.
#[derive(Serialize)]
struct ReportOnly {
    difference: &'static str,
    refusal: &'static str,
}

impl<'a> Line<'a> {
    pub(super) fn of(record: &Record<'a>) -> Self {
        let (answered_by, failure) = match record.answered_by {
            None => ("-", None),
            Some(AnsweredBy::Policy) => ("policy", None),
            Some(AnsweredBy::Upstream) => ("upstream", None),
            Some(AnsweredBy::Gateway(failure)) => ("gateway", Some(failure.code())),
            Some(_) => ("gateway", None),
        };
        Self {
            time: rfc3339(now()),
            client: record.client.to_string(),
            method: shown(record.method.as_str().as_bytes(), MAX_NAME),
            host: field(record.host),
            target: shown(target(record).as_bytes(), MAX_TARGET),
            protocol: format!("{:?}", record.version),
            status: record.status.map(|it| it.as_u16()),
            bytes: record.bytes,
            duration_ms: milliseconds(record.duration),
            ending: record.ending.as_str(),
            route: record.route,
            upstream_ms: record.upstream_duration.map(milliseconds),
            answered_by,
            failure,
            origin: field(record.origin),
            requested_method: field(record.requested_method),
            requested_headers: field(record.requested_headers),
            cors: record.verdict.as_str(),
            refusal: record.verdict.refusal().map(|it| it.code()),
            report_only: record.difference.map(|it| ReportOnly {
                difference: it.name(),
                refusal: it.refusal().code(),
            }),
            traceparent: record.traceparent,
        }
    }

    pub(super) fn json(&self) -> String {
        serde_json::to_string(self).expect("texts and numbers are JSON")
    }

    /// What everyone looks for first, and then names with values.
    pub(super) fn text(&self) -> String {
        let mut text = format!(
            "{} {} {} {} {}",
            self.time,
            self.client,
            self.method,
            self.target,
            self.status
                .map_or_else(|| "-".to_owned(), |it| it.to_string()),
        );
        let bytes = self.bytes.to_string();
        let duration = format!("{:.3}ms", self.duration_ms);
        let upstream = self.upstream_ms.map(|it| format!("{it:.3}ms"));
        let cut_off = (self.ending == "cut-off").then_some(self.ending);
        let report_only = self.report_only.as_ref();
        let report_only = report_only.map(|it| format!("{}:{}", it.difference, it.refusal));
        for (name, value) in [
            ("by", Some(self.answered_by)),
            ("failure", self.failure),
            ("cors", Some(self.cors)),
            ("refusal", self.refusal),
            ("report-only", report_only.as_deref()),
            ("origin", self.origin.as_deref()),
            ("requested-method", self.requested_method.as_deref()),
            ("requested-headers", self.requested_headers.as_deref()),
            ("host", self.host.as_deref()),
            ("route", self.route),
            ("bytes", Some(&*bytes)),
            ("took", Some(&*duration)),
            ("upstream", upstream.as_deref()),
            ("traceparent", self.traceparent),
            ("ending", cut_off),
        ] {
            if let Some(value) = value.filter(|it| *it != "-") {
                write!(text, " {name}={value}").expect("a string takes what is written to it");
            }
        }
        text
    }
}

fn field(value: Option<&HeaderValue>) -> Option<String> {
    value.map(|it| shown(it.as_bytes(), MAX_NAME))
}

/// The bytes as text: cut short, without spaces, and all that is not a printable character of
/// ASCII escaped.
fn shown(bytes: &[u8], limit: usize) -> String {
    let start = &bytes[..bytes.len().min(limit)];
    let mut text = start.escape_ascii().to_string().replace(' ', "\\x20");
    if start.len() < bytes.len() {
        text.push_str("...");
    }
    text
}

fn milliseconds(duration: Duration) -> f64 {
    // More digits than the clock is good for would only be read by machines.
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

fn now() -> Duration {
    #[expect(
        clippy::disallowed_methods,
        reason = "a log says when things happened, and a command may ask"
    )]
    let now = SystemTime::now();
    // A clock before 1970 is not set.
    now.duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// What was asked for, as HTTP/1.1 writes it: a URL of HTTP/2 begins with the host, which has a name
/// of its own.
fn target(record: &Record<'_>) -> String {
    match record.uri.path_and_query() {
        Some(target) if record.version == Version::HTTP_2 => target.to_string(),
        _ => record.uri.to_string(),
    }
}

/// A point in time, after [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339), in UTC.
fn rfc3339(since_epoch: Duration) -> String {
    let seconds = since_epoch.as_secs();
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = date(days);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}Z",
        second / 3600,
        second / 60 % 60,
        second % 60,
        since_epoch.subsec_millis()
    )
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

/// The longest method, host or origin that is shown, in bytes: the longest origin that a policy
/// can allow has 326.
const MAX_NAME: usize = 330;

/// The longest target that is shown, in bytes.
const MAX_TARGET: usize = 2048;
