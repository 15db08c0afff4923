//! Reads the values of the CORS response fields by their grammar.

use alloc::vec::Vec;

use super::header_list::{HeaderList, trim_http_tab_or_space};
use crate::header::is_token;

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
        let values = values.get_or_insert_with(Vec::new);
        let mut start = 0;
        for element in value.split(|byte| *byte == b',') {
            let token = trim_http_tab_or_space(element);
            if !token.is_empty() && !is_token(token) {
                return Err(ExtractFailure {
                    line,
                    start,
                    end: start + element.len(),
                });
            }
            if !token.is_empty() {
                values.push(token);
            }
            start += element.len() + 1;
        }
    }
    Ok(values)
}
