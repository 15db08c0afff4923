//! URLs of blobs, which a page makes and fetches again.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use corsac::user_agent::{
    Header, HeaderList, RangeWhitespace, SingleRange, parse_single_range_header_value,
};
use url::Url;

use crate::fetch::without_fragment;

/// Bytes with a type, as a script's `Blob` is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "bytes and a type are a blob")]
pub struct Blob {
    /// The bytes.
    pub bytes: Arc<[u8]>,
    /// The MIME type; empty if it is not known.
    pub r#type: Vec<u8>,
}

/// What the URLs that pages made lead to.
///
/// Follows [blob URL store](https://w3c.github.io/FileAPI/#BlobURLStore). Only pages of the URL's
/// own origin get at a blob.
#[derive(Clone, Debug, Default)]
pub struct BlobUrlStore(HashMap<Url, Blob>);

impl BlobUrlStore {
    /// Lets a `blob:` URL lead to a blob, as `URL.createObjectURL()` does.
    pub fn insert(&mut self, url: &Url, blob: Blob) {
        self.0.insert(without_fragment(url), blob);
    }

    /// Lets it lead nowhere again, as `URL.revokeObjectURL()` does.
    pub fn remove(&mut self, url: &Url) {
        self.0.remove(&without_fragment(url));
    }

    fn get(&self, url: &Url) -> Option<&Blob> {
        self.0.get(&without_fragment(url))
    }
}

/// Why a `blob:` URL cannot be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BlobUrlFailure {
    /// The URL leads nowhere, or not for this page.
    NoEntry,
    /// The method is not `GET`.
    Method,
    /// `Range` does not ask for a single range of bytes that are there.
    Range,
}

impl BlobUrlFailure {
    /// The stable name of the failure.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoEntry => "blob-url/no-entry",
            Self::Method => "blob-url/method",
            Self::Range => "blob-url/range",
        }
    }
}

impl fmt::Display for BlobUrlFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoEntry => "the blob: URL leads to nothing that this page may have",
            Self::Method => "a blob: URL can only be fetched with GET",
            Self::Range => "`Range` does not ask for one range of bytes that are in the blob",
        })
    }
}

/// A response that needs no network.
pub(crate) struct AtHand {
    pub(crate) status: u16,
    pub(crate) status_text: &'static [u8],
    pub(crate) headers: HeaderList,
    pub(crate) body: Arc<[u8]>,
}

/// The response to a request for a blob.
///
/// Follows [scheme fetch](https://fetch.spec.whatwg.org/#concept-scheme-fetch), for `blob:`.
pub(crate) fn fetch_blob(
    store: &BlobUrlStore,
    url: &Url,
    (method, headers): (&[u8], &HeaderList),
) -> Result<AtHand, BlobUrlFailure> {
    let blob = store.get(url).ok_or(BlobUrlFailure::NoEntry)?;
    if method != b"GET" {
        return Err(BlobUrlFailure::Method);
    }
    let whole_len = blob.bytes.len();
    let fields = |length: usize| {
        [
            ("Content-Length", length.to_string().into_bytes()),
            ("Content-Type", blob.r#type.clone()),
        ]
    };
    let Some(range) = headers.get(b"range") else {
        return Ok(AtHand {
            status: 200,
            status_text: b"OK",
            headers: header_list(fields(whole_len)),
            body: blob.bytes.clone(),
        });
    };
    let range = parse_single_range_header_value(&range, RangeWhitespace::Allowed);
    let (start, end) = range
        .and_then(|range| bounds(range, whole_len))
        .ok_or(BlobUrlFailure::Range)?;
    let content_range = format!("bytes {start}-{end}/{whole_len}").into_bytes();
    let body = &blob.bytes[start..=end];
    let fields = fields(body.len()).into_iter();
    Ok(AtHand {
        status: 206,
        status_text: b"Partial Content",
        headers: header_list(fields.chain([("Content-Range", content_range)])),
        body: body.into(),
    })
}

/// The first and the last byte of a range; `None` if no byte of it is there.
fn bounds(range: SingleRange, whole_len: usize) -> Option<(usize, usize)> {
    let last = whole_len.checked_sub(1)?;
    // A number beyond all lengths is as good as the largest.
    let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let (start, end) = match (range.start.map(number), range.end.map(number)) {
        (None, n_last) => (whole_len.saturating_sub(n_last.unwrap_or(0)), last),
        (Some(start), end) => (start, end.unwrap_or(last).min(last)),
    };
    (start <= end).then_some((start, end))
}

/// A type that cannot be a header value is left out.
fn header_list(fields: impl IntoIterator<Item = (&'static str, Vec<u8>)>) -> HeaderList {
    let header = |(name, value): (&str, Vec<u8>)| Header::new(name.as_bytes(), &value);
    fields.into_iter().filter_map(header).collect()
}
