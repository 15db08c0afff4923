//! Where a redirect leads.

use std::fmt;
use std::fmt::Write;

use corsac::user_agent::HeaderList;
use url::Url;

/// Is it a [redirect status](https://fetch.spec.whatwg.org/#redirect-status)?
#[must_use]
pub fn is_redirect_status(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// The location URL of a response; `None` if it is no redirect or does not say where to.
///
/// Follows [location URL](https://fetch.spec.whatwg.org/#concept-response-location-url). `url` is
/// the response's URL, that is the request's current one, whose fragment goes along unless the
/// location has its own. Bytes beyond ASCII are percent-encoded as they are, which is what every
/// browser does; the standard does not say how bytes become a URL.
pub fn location_url(
    status: u16,
    headers: &HeaderList,
    url: &Url,
) -> Result<Option<Url>, LocationFailure> {
    // 1.
    if !is_redirect_status(status) {
        return Ok(None);
    }
    // 2.
    let mut lines = headers.lines(b"location");
    let Some(location) = lines.next() else {
        return Ok(None);
    };
    if lines.next().is_some() {
        return Err(LocationFailure::SeveralLines);
    }
    // 3.
    let mut location = url
        .join(&ascii_of(location))
        .map_err(|_| LocationFailure::NotAUrl)?;
    // 4.
    if location.fragment().is_none() {
        location.set_fragment(url.fragment());
    }
    // 5.
    Ok(Some(location))
}

/// Why a response does not say where to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LocationFailure {
    /// There is more than one `Location`.
    SeveralLines,
    /// The `Location` cannot be parsed as a URL.
    NotAUrl,
}

impl LocationFailure {
    /// The stable name of the failure.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::SeveralLines => "redirect/several-locations",
            Self::NotAUrl => "redirect/location-not-a-url",
        }
    }
}

impl fmt::Display for LocationFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SeveralLines => "the response has more than one `Location`",
            Self::NotAUrl => "the `Location` cannot be parsed as a URL",
        })
    }
}

/// The bytes as text, those beyond ASCII percent-encoded.
fn ascii_of(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte.is_ascii() {
            true => text.push(char::from(*byte)),
            false => write!(text, "%{byte:02X}").expect("a string can be written to"),
        }
    }
    text
}
