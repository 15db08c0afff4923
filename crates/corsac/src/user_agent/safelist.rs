//! Request headers that need no permission, and those that do.

use super::mime_type::essence_of;
use super::range::{RangeWhitespace, parse_single_range_header_value};

/// The longest value of a safelisted request-header, in bytes.
const MAX_SAFELISTED_VALUE_LEN: usize = 128;

/// Is it a CORS-safelisted request-header, which a page may send without asking?
///
/// Follows [CORS-safelisted request-header](https://fetch.spec.whatwg.org/#cors-safelisted-request-header).
#[must_use]
pub fn is_cors_safelisted_request_header(name: &[u8], value: &[u8]) -> bool {
    // 1.
    if value.len() > MAX_SAFELISTED_VALUE_LEN {
        return false;
    }
    // 2.
    let is = |it: &[u8]| name.eq_ignore_ascii_case(it);
    if is(b"accept") {
        !has_unsafe_byte(value)
    } else if is(b"accept-language") || is(b"content-language") {
        value.iter().all(is_language_byte)
    } else if is(b"content-type") {
        !has_unsafe_byte(value) && has_safelisted_essence(value)
    } else if is(b"range") {
        parse_single_range_header_value(value, RangeWhitespace::Refused)
            .is_some_and(|range| range.start.is_some())
    } else {
        false
    }
}

/// Is it a no-CORS-safelisted request-header name?
///
/// Follows [no-CORS-safelisted request-header name](https://fetch.spec.whatwg.org/#no-cors-safelisted-request-header-name).
#[must_use]
pub fn is_no_cors_safelisted_request_header_name(name: &[u8]) -> bool {
    let names = [
        "accept",
        "accept-language",
        "content-language",
        "content-type",
    ];
    names
        .iter()
        .any(|it| name.eq_ignore_ascii_case(it.as_bytes()))
}

/// Is it a no-CORS-safelisted request-header, which a `no-cors` request may carry?
///
/// Follows [no-CORS-safelisted request-header](https://fetch.spec.whatwg.org/#no-cors-safelisted-request-header).
#[must_use]
pub fn is_no_cors_safelisted_request_header(name: &[u8], value: &[u8]) -> bool {
    is_no_cors_safelisted_request_header_name(name)
        && is_cors_safelisted_request_header(name, value)
}

/// Is it a CORS-unsafe request-header byte?
///
/// Follows [CORS-unsafe request-header byte](https://fetch.spec.whatwg.org/#cors-unsafe-request-header-byte).
#[must_use]
pub fn is_cors_unsafe_request_header_byte(byte: u8) -> bool {
    let is_control = (byte < 0x20 && byte != b'\t') || byte == 0x7F;
    let is_delimiter = matches!(
        byte,
        b'"' | b'(' | b')' | b':' | b'<' | b'>' | b'?' | b'@' | b'[' | b'\\' | b']' | b'{' | b'}'
    );
    is_control || is_delimiter
}

fn has_unsafe_byte(value: &[u8]) -> bool {
    value
        .iter()
        .any(|byte| is_cors_unsafe_request_header_byte(*byte))
}

fn is_language_byte(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b" *,-.;=".contains(byte)
}

fn has_safelisted_essence(value: &[u8]) -> bool {
    const SAFELISTED: [&[u8]; 3] = [
        b"application/x-www-form-urlencoded",
        b"multipart/form-data",
        b"text/plain",
    ];
    essence_of(value)
        .is_some_and(|essence| SAFELISTED.iter().any(|it| it.eq_ignore_ascii_case(essence)))
}
