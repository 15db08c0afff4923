//! Reads the values of the CORS response fields by their grammar.

use alloc::vec::Vec;

use super::header_list::HeaderList;
use crate::header::is_token_byte;

/// A header of a response cannot be parsed.
///
/// Follows the failure of [extract header list values](https://fetch.spec.whatwg.org/#extract-header-list-values).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ExtractFailure {
    /// Which of the header's lines it is, from 0.
    pub line: usize,
    /// The offset of the element that is no token.
    pub start: usize,
    /// The offset after it.
    pub end: usize,
}

/// The elements of a header that is a list of tokens, over all its lines; `None` if it is absent.
///
/// Follows [extract header list values](https://fetch.spec.whatwg.org/#extract-header-list-values)
/// for `Access-Control-Allow-Methods`, `Access-Control-Allow-Headers` and
/// `Access-Control-Expose-Headers`. Empty elements are nothing; one element that is no token
/// spoils all lines.
pub fn extract_header_list_values<'a>(
    headers: &'a HeaderList,
    name: &[u8],
) -> Result<Option<Vec<&'a [u8]>>, ExtractFailure> {
    let mut values = None;
    for (line, value) in headers.lines(name).enumerate() {
        let values = values.get_or_insert_with(|| Vec::with_capacity(VALUES_OF_MOST));
        let mut start = 0;
        while start < value.len() {
            let (token, end) = next_element(value, start);
            if value.get(end).is_some_and(|byte| *byte != b',') {
                let comma = value[end..].iter().position(|byte| *byte == b',');
                let end = comma.map_or(value.len(), |comma| end + comma);
                return Err(ExtractFailure { line, start, end });
            }
            if !token.is_empty() {
                values.push(token);
            }
            start = end + 1;
        }
    }
    Ok(values)
}

/// Most lists are not longer.
const VALUES_OF_MOST: usize = 4;

/// The token from an offset on, if there is one, without the tabs and spaces around it, and where
/// both end.
fn next_element(value: &[u8], start: usize) -> (&[u8], usize) {
    let skip = |start: usize, is_skipped: fn(u8) -> bool| {
        let rest = value[start..].iter();
        start + rest.take_while(|byte| is_skipped(**byte)).count()
    };
    let is_http_tab_or_space = |byte| matches!(byte, b'\t' | b' ');
    let token_start = skip(start, is_http_tab_or_space);
    let token_end = skip(token_start, is_token_byte);
    let end = skip(token_end, is_http_tab_or_space);
    (&value[token_start..token_end], end)
}
