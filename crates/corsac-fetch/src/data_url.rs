//! URLs that are what they name.

use ::data_url::DataUrl;
use url::Url;

/// A response in a URL.
///
/// Follows [`data:` URL struct](https://fetch.spec.whatwg.org/#data-url-struct).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataUrlStruct {
    /// The MIME type, serialized.
    pub mime_type: Vec<u8>,
    /// The body. It is no longer than the URL.
    pub body: Vec<u8>,
}

/// Reads a `data:` URL; `None` if it is malformed.
///
/// Follows [`data:` URL processor](https://fetch.spec.whatwg.org/#data-url-processor).
#[must_use]
pub fn process_data_url(url: &Url) -> Option<DataUrlStruct> {
    let parsed = DataUrl::process(url.as_str()).ok()?;
    let (body, _) = parsed.decode_to_vec().ok()?;
    Some(DataUrlStruct {
        mime_type: parsed.mime_type().to_string().into_bytes(),
        body,
    })
}
