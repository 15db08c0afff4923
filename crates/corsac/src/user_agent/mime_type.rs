//! The essence of a MIME type, which is all that CORS asks of one.

use crate::header::is_token;

/// The type and subtype, with a slash between; `None` if it is no MIME type. Letters have the case
/// in which they came, which makes no difference to what the type is.
///
/// Follows [parse a MIME type](https://mimesniff.spec.whatwg.org/#parse-a-mime-type), steps 1 to
/// 10. What follows the first semicolon never makes parsing fail, so that it is not looked at.
pub(super) fn essence_of(value: &[u8]) -> Option<&[u8]> {
    let start = value.iter().position(|byte| !is_http_white_space(byte))?;
    let value = &value[start..];
    let end = value
        .iter()
        .position(|byte| *byte == b';')
        .unwrap_or(value.len());
    let end = value[..end]
        .iter()
        .rposition(|byte| !is_http_white_space(byte))?;
    let essence = &value[..=end];
    let slash = essence.iter().position(|byte| *byte == b'/')?;
    let (r#type, subtype) = (&essence[..slash], &essence[slash + 1..]);
    (is_token(r#type) && is_token(subtype)).then_some(essence)
}

/// Is it [HTTP white space](https://fetch.spec.whatwg.org/#http-whitespace)? A form feed is not.
fn is_http_white_space(byte: &u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r' | b' ')
}
