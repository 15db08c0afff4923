//! The essence of a MIME type, which is all that CORS asks of one.

use alloc::vec::Vec;

use crate::header::is_token;

/// The type and subtype in lower case, with a slash between; `None` if it is no MIME type.
///
/// Follows [parse a MIME type](https://mimesniff.spec.whatwg.org/#parse-a-mime-type), steps 1 to
/// 10. What follows the first semicolon never makes parsing fail, so that it is not looked at.
pub(super) fn essence_of(value: &[u8]) -> Option<Vec<u8>> {
    let start = value.iter().position(|byte| !is_http_white_space(byte))?;
    let value = &value[start..];
    let slash = value.iter().position(|byte| *byte == b'/')?;
    let (r#type, rest) = (&value[..slash], &value[slash + 1..]);
    let end = rest
        .iter()
        .position(|byte| *byte == b';')
        .unwrap_or(rest.len());
    let subtype_end = rest[..end]
        .iter()
        .rposition(|byte| !is_http_white_space(byte))?;
    let subtype = &rest[..=subtype_end];
    if !is_token(r#type) || !is_token(subtype) {
        return None;
    }
    let mut essence = r#type.to_ascii_lowercase();
    essence.push(b'/');
    essence.extend(subtype.to_ascii_lowercase());
    Some(essence)
}

/// Is it [HTTP white space](https://fetch.spec.whatwg.org/#http-whitespace)? A form feed is not.
fn is_http_white_space(byte: &u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r' | b' ')
}
