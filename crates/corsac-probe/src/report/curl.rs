//! The same requests as commands for curl.

use std::fmt::Write;

use corsac_fetch::{Body, Purpose};

use crate::probe::Report;

/// The commands that send the same bytes as the browser did, a line for each request.
#[must_use]
pub fn as_curl(report: &Report) -> String {
    let mut out = String::new();
    let Some(visit) = report.primary_visit() else {
        return out;
    };
    for exchange in visit.outcome.trace.exchanges() {
        let method = quoted(&exchange.sent.method);
        let _ = write!(
            out,
            "curl -i -X {method} {}",
            quoted(exchange.sent.url.as_str().as_bytes())
        );
        for header in exchange.sent.headers.iter() {
            // curl sends a header without a value only if it is written with a semicolon.
            let line = match header.value() {
                b"" => [header.name(), b";"].concat(),
                value => [header.name(), b": ", value].concat(),
            };
            let _ = write!(out, " -H {}", quoted(&line));
        }
        let body = match &report.request.body {
            Some(Body::Bytes { bytes, .. }) => Some(bytes),
            Some(Body::Stream) | None => None,
        };
        if let Some(bytes) = body
            && exchange.sent.purpose == Purpose::Request
            && !matches!(&exchange.sent.method[..], b"GET" | b"HEAD")
        {
            let _ = write!(out, " --data-binary {}", quoted(bytes));
        }
        out.push('\n');
    }
    out
}

/// A word for a shell: as it is, in quotes, or with its other bytes spelled.
fn quoted(bytes: &[u8]) -> String {
    let is_printable = bytes.iter().all(|byte| matches!(byte, b' '..=b'~'));
    if is_printable && !bytes.contains(&b'\'') {
        let text = String::from_utf8_lossy(bytes);
        let is_word = !bytes.is_empty()
            && bytes
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._/:".contains(byte));
        return match is_word {
            true => text.into_owned(),
            false => format!("'{text}'"),
        };
    }
    let mut text = String::from("$'");
    for byte in bytes {
        match byte {
            b'\'' | b'\\' => {
                text.push('\\');
                text.push(char::from(*byte));
            }
            b' '..=b'~' => text.push(char::from(*byte)),
            _ => {
                let _ = write!(text, "\\x{byte:02x}");
            }
        }
    }
    text.push('\'');
    text
}
