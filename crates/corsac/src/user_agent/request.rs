//! The parts of a request that CORS reads.

use super::request_origin::SerializedRequestOrigin;
use super::unsafe_header_names::UnsafeHeaderNames;

/// What a page asks for when it makes a request.
///
/// Follows [mode](https://fetch.spec.whatwg.org/#concept-request-mode), without those that CORS
/// never meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RequestMode {
    /// Only from its own origin.
    SameOrigin,
    /// With the CORS protocol across origins.
    Cors,
    /// Across origins without reading the answer.
    NoCors,
    /// A navigation, to which CORS does not apply.
    Navigate,
    /// A WebSocket handshake, to which CORS does not apply.
    WebSocket,
}

/// Whether credentials go with a request, and are taken from its response.
///
/// Follows [credentials mode](https://fetch.spec.whatwg.org/#concept-request-credentials-mode).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the standard defines these three")]
pub enum CredentialsMode {
    /// Never.
    Omit,
    /// To the page's own origin.
    #[default]
    SameOrigin,
    /// Always.
    Include,
}

/// What a redirect does to a request.
///
/// Follows [redirect mode](https://fetch.spec.whatwg.org/#concept-request-redirect-mode).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the standard defines these three")]
pub enum RedirectMode {
    /// It is followed.
    #[default]
    Follow,
    /// It is a network error.
    Error,
    /// It is handed to the page, unreadable.
    Manual,
}

/// How much of its response a page may see.
///
/// Follows [response tainting](https://fetch.spec.whatwg.org/#concept-request-response-tainting).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the standard defines these three")]
pub enum ResponseTainting {
    /// All but forbidden response headers.
    #[default]
    Basic,
    /// What the CORS protocol lets it see.
    Cors,
    /// Nothing.
    Opaque,
}

/// A request, as far as the CORS check and the CORS-preflight fetch read it.
#[derive(Clone, Copy, Debug)]
pub struct CheckedRequest<'a> {
    /// The method, normalized.
    pub method: &'a [u8],
    /// The names in its header list that need permission.
    pub unsafe_header_names: &'a UnsafeHeaderNames,
    /// The request's origin as it is sent: `null` after a redirect that taints it.
    pub origin: &'a SerializedRequestOrigin,
    /// The credentials mode.
    pub credentials_mode: CredentialsMode,
    /// Was a preflight asked for regardless of method and headers?
    pub use_cors_preflight: UseCorsPreflight,
}

/// The [use-CORS-preflight flag](https://fetch.spec.whatwg.org/#use-cors-preflight-flag).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a flag is set or unset")]
pub enum UseCorsPreflight {
    /// The method and the headers decide.
    #[default]
    Unset,
    /// A listener on the upload, or a stream as the body, asks for a preflight.
    Set,
}

impl CheckedRequest<'_> {
    /// Do credentials go with the request wherever it goes?
    pub(super) fn includes_credentials(&self) -> bool {
        self.credentials_mode == CredentialsMode::Include
    }
}
