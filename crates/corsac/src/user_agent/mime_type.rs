//! The essence of a MIME type, which is all that CORS asks of one.

use super::header_list::trim;

/// What stands before the first semicolon, without white space around it: the essence, if the value
/// is a MIME type. Who compares it with an essence learns by that whether it is. Letters have the
/// case in which they came, which makes no difference to what the type is.
///
/// Follows [parse a MIME type](https://mimesniff.spec.whatwg.org/#parse-a-mime-type), steps 1 to
/// 10. What follows the first semicolon never makes parsing fail, so that it is not looked at.
pub(super) fn possible_essence_of(value: &[u8]) -> &[u8] {
    let end = value.iter().position(|byte| *byte == b';');
    let essence = &value[..end.unwrap_or(value.len())];
    trim(essence, is_http_white_space)
}

/// Is it [HTTP white space](https://fetch.spec.whatwg.org/#http-whitespace)? A form feed is not.
fn is_http_white_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r' | b' ')
}
