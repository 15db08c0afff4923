//! Methods, as the Fetch standard sorts them.
//!
//! Methods are case-sensitive: `patch` is another method than `PATCH`, and a page that asks for
//! `patch` sends just that.

use crate::header::is_token;

/// The longest method that is read from a request, in bytes.
///
/// The longest registered with IANA, `UPDATEREDIRECTREF`, has 17.
pub const MAX_METHOD_LEN: usize = 64;

/// Is it a method, by the grammar of HTTP?
///
/// Follows [method](https://fetch.spec.whatwg.org/#concept-method).
#[must_use]
pub fn is_method(bytes: &[u8]) -> bool {
    is_token(bytes)
}

/// Is it a CORS-safelisted method, which needs no permission from a preflight?
///
/// Follows [CORS-safelisted method](https://fetch.spec.whatwg.org/#cors-safelisted-method).
#[must_use]
pub fn is_cors_safelisted_method(method: &[u8]) -> bool {
    matches!(method, b"GET" | b"HEAD" | b"POST")
}

/// Is it a forbidden method, which no script can send?
///
/// Follows [forbidden method](https://fetch.spec.whatwg.org/#forbidden-method).
#[must_use]
pub fn is_forbidden_method(method: &[u8]) -> bool {
    ["CONNECT", "TRACE", "TRACK"]
        .iter()
        .any(|it| method.eq_ignore_ascii_case(it.as_bytes()))
}

/// Normalizes a method: six names are brought to upper case, all others are left as they are.
///
/// Follows [normalize](https://fetch.spec.whatwg.org/#concept-method-normalize).
#[must_use]
pub fn normalize_method(method: &[u8]) -> &[u8] {
    const NORMALIZED: [&[u8]; 6] = [b"DELETE", b"GET", b"HEAD", b"OPTIONS", b"POST", b"PUT"];
    let normalized = NORMALIZED
        .into_iter()
        .find(|it| it.eq_ignore_ascii_case(method));
    normalized.unwrap_or(method)
}
