//! What a page sees of a response.

use alloc::vec::Vec;

use super::extract::extract_header_list_values;
use super::header_list::HeaderList;
use super::request::CredentialsMode;
use crate::header::{is_cors_safelisted_response_header_name, is_forbidden_response_header_name};

/// The type of a response, as `response.type` shows it.
///
/// Follows [type](https://fetch.spec.whatwg.org/#concept-response-type).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the standard defines these")]
pub enum ResponseType {
    /// From the page's own origin.
    Basic,
    /// From another origin, shared by the CORS protocol.
    Cors,
    /// Made by the page itself.
    Default,
    /// A network error.
    Error,
    /// From another origin, not shared.
    Opaque,
    /// A redirect that was not followed.
    OpaqueRedirect,
}

/// The headers of a basic filtered response: all but the forbidden ones.
///
/// Follows [basic filtered response](https://fetch.spec.whatwg.org/#concept-filtered-response-basic).
#[must_use]
pub fn basic_filtered_headers(headers: &HeaderList) -> HeaderList {
    headers.filtered(|header| !is_forbidden_response_header_name(header.name()))
}

/// The headers of a CORS filtered response: the safelisted ones and those that are exposed.
///
/// Follows [CORS filtered response](https://fetch.spec.whatwg.org/#concept-filtered-response-cors).
#[must_use]
pub fn cors_filtered_headers(headers: &HeaderList, exposed: &ExposedHeaderNames<'_>) -> HeaderList {
    headers.filtered(|header| {
        let name = header.name();
        is_cors_safelisted_response_header_name(name)
            || exposed.contains(name) && !is_forbidden_response_header_name(name)
    })
}

/// The CORS-exposed header-name list of a response.
///
/// Follows [CORS-exposed header-name list](https://fetch.spec.whatwg.org/#concept-response-cors-exposed-header-name-list).
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a wildcard or names is all there is"
)]
pub enum ExposedHeaderNames<'a> {
    /// Every name, by a `*`.
    All,
    /// These names, a literal `*` among them.
    Listed(Vec<&'a [u8]>),
}

impl<'a> ExposedHeaderNames<'a> {
    /// The names that a response exposes to a request with this credentials mode.
    ///
    /// Follows [main fetch](https://fetch.spec.whatwg.org/#concept-main-fetch), step 14.1. A list
    /// that cannot be parsed exposes nothing: the standard's words would assign the failure itself.
    #[must_use]
    pub fn of(headers: &'a HeaderList, credentials_mode: CredentialsMode) -> Self {
        let name = b"access-control-expose-headers";
        let names = extract_header_list_values(headers, name)
            .ok()
            .flatten()
            .unwrap_or_default();
        let is_wildcard = names.iter().any(|it| *it == b"*");
        match is_wildcard && credentials_mode != CredentialsMode::Include {
            true => Self::All,
            false => Self::Listed(names),
        }
    }

    /// Is the name exposed?
    #[must_use]
    pub fn contains(&self, name: &[u8]) -> bool {
        match self {
            Self::All => true,
            Self::Listed(names) => names.iter().any(|it| it.eq_ignore_ascii_case(name)),
        }
    }
}
