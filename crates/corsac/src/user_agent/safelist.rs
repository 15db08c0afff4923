//! Request headers that need no permission, and those that do.

use super::mime_type::possible_essence_of;
use super::range::{RangeWhitespace, parse_single_range_header_value};

/// The longest value of a safelisted request-header, in bytes.
pub(super) const MAX_SAFELISTED_VALUE_LEN: usize = 128;

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
        is_language(value)
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
pub const fn is_cors_unsafe_request_header_byte(byte: u8) -> bool {
    let is_control = (byte < 0x20 && byte != b'\t') || byte == 0x7F;
    let is_delimiter = matches!(
        byte,
        b'"' | b'(' | b')' | b':' | b'<' | b'>' | b'?' | b'@' | b'[' | b'\\' | b']' | b'{' | b'}'
    );
    is_control || is_delimiter
}

fn has_unsafe_byte(value: &[u8]) -> bool {
    // Values are so short that a way out in the middle would only cost.
    let is_unsafe = |byte: &u8| BYTES[usize::from(*byte)].is_unsafe;
    value.iter().fold(false, |any, byte| any | is_unsafe(byte))
}

fn is_language(value: &[u8]) -> bool {
    let is_language = |byte: &u8| BYTES[usize::from(*byte)].is_language;
    value.iter().fold(true, |all, byte| all & is_language(byte))
}

/// What the standard's rules say of a byte.
#[derive(Clone, Copy)]
struct ByteClass {
    is_unsafe: bool,
    is_language: bool,
}

static BYTES: [ByteClass; 256] = {
    let no_class = ByteClass {
        is_unsafe: false,
        is_language: false,
    };
    let mut classes = [no_class; 256];
    let mut at = 0;
    while at < classes.len() {
        let byte = at as u8;
        classes[at] = ByteClass {
            is_unsafe: is_cors_unsafe_request_header_byte(byte),
            is_language: byte.is_ascii_alphanumeric()
                || matches!(byte, b' ' | b'*' | b',' | b'-' | b'.' | b';' | b'='),
        };
        at += 1;
    }
    classes
};

fn has_safelisted_essence(value: &[u8]) -> bool {
    const SAFELISTED: [&[u8]; 3] = [
        b"application/x-www-form-urlencoded",
        b"multipart/form-data",
        b"text/plain",
    ];
    let essence = possible_essence_of(value);
    SAFELISTED.iter().any(|it| it.eq_ignore_ascii_case(essence))
}
