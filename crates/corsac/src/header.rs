//! Header names, and the lists of them in the Fetch standard.
//!
//! All functions take names as they came; names compare without regard to case.

/// Is it a token, by [RFC 9110, 5.6.2](https://www.rfc-editor.org/rfc/rfc9110#name-tokens)?
#[must_use]
pub const fn is_token(bytes: &[u8]) -> bool {
    let mut at = 0;
    while at < bytes.len() {
        if !is_token_byte(bytes[at]) {
            return false;
        }
        at += 1;
    }
    !bytes.is_empty()
}

/// Is it a byte that a token may have?
#[inline]
#[must_use]
pub const fn is_token_byte(byte: u8) -> bool {
    TOKEN_BYTES[byte as usize]
}

/// Is it the name of a forbidden request-header, which no script can set?
///
/// Follows [forbidden request-header](https://fetch.spec.whatwg.org/#forbidden-request-header), as
/// far as the name alone decides.
#[must_use]
pub fn is_forbidden_request_header_name(name: &[u8]) -> bool {
    starts_with_ignore_case(name, b"proxy-")
        || starts_with_ignore_case(name, b"sec-")
        || is_any_of(name, &FORBIDDEN_REQUEST_HEADER_NAMES)
}

/// Is it a forbidden response-header name, which no script can read?
///
/// Follows [forbidden response-header name](https://fetch.spec.whatwg.org/#forbidden-response-header-name).
#[must_use]
pub fn is_forbidden_response_header_name(name: &[u8]) -> bool {
    is_any_of(name, &["set-cookie", "set-cookie2"])
}

/// Is it a response-header name that every page may read, exposed or not?
///
/// Follows [CORS-safelisted response-header name](https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name).
#[must_use]
pub fn is_cors_safelisted_response_header_name(name: &[u8]) -> bool {
    is_any_of(name, &CORS_SAFELISTED_RESPONSE_HEADER_NAMES)
}

/// Is it a field of the CORS protocol that only a response carries?
///
/// Such a name in a list of request headers is a common confusion: nothing is gained by sending
/// `Access-Control-Allow-Origin` from the page.
#[must_use]
pub fn is_cors_response_header_name(name: &[u8]) -> bool {
    starts_with_ignore_case(name, b"access-control-allow-")
        || is_any_of(
            name,
            &["access-control-expose-headers", "access-control-max-age"],
        )
}

/// Is it a CORS non-wildcard request-header name, which a `*` does not cover?
///
/// Follows [CORS non-wildcard request-header name](https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name).
#[must_use]
pub fn is_cors_non_wildcard_request_header_name(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"authorization")
}

fn is_any_of(name: &[u8], names: &[&str]) -> bool {
    names
        .iter()
        .any(|it| name.eq_ignore_ascii_case(it.as_bytes()))
}

fn starts_with_ignore_case(name: &[u8], prefix: &[u8]) -> bool {
    name.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// For each byte, whether a token may have it.
static TOKEN_BYTES: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128_u8 {
        table[byte as usize] = byte.is_ascii_alphanumeric()
            || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.')
            || matches!(byte, b'^' | b'_' | b'`' | b'|' | b'~');
        byte += 1;
    }
    table
};

const FORBIDDEN_REQUEST_HEADER_NAMES: [&str; 21] = [
    "accept-charset",
    "accept-encoding",
    "access-control-request-headers",
    "access-control-request-method",
    "connection",
    "content-length",
    "cookie",
    "cookie2",
    "date",
    "dnt",
    "expect",
    "host",
    "keep-alive",
    "origin",
    "referer",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

const CORS_SAFELISTED_RESPONSE_HEADER_NAMES: [&str; 7] = [
    "cache-control",
    "content-language",
    "content-length",
    "content-type",
    "expires",
    "last-modified",
    "pragma",
];
