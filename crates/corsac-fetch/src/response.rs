//! What a page sees at the end.

use std::sync::Arc;

use corsac::user_agent::{HeaderList, ResponseType};
use url::Url;

/// A filtered response: what the script may see, and nothing else.
///
/// Follows [filtered response](https://fetch.spec.whatwg.org/#concept-filtered-response).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilteredResponse {
    /// The type.
    pub r#type: ResponseType,
    /// The URL without its fragment; none for an opaque response.
    pub url: Option<Arc<Url>>,
    /// Was there a redirect on the way?
    pub redirected: bool,
    /// The status; 0 if it is hidden.
    pub status: u16,
    /// The status message.
    pub status_text: Vec<u8>,
    /// The headers that the script may read.
    pub headers: HeaderList,
    /// Is there a body that the script may read?
    pub has_body: bool,
    /// The body, if it came with the URL itself and not over the wire.
    pub data: Option<Arc<[u8]>>,
}
