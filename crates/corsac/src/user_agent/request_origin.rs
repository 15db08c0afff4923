//! The origin of a request, and how redirects taint it.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use core::fmt;

use crate::origin::{Origin, default_port, registrable_domain};

/// The origin of a page or of a URL.
///
/// Follows [origin](https://html.spec.whatwg.org/#concept-origin). An opaque origin equals nothing
/// but itself, which is told by a number that the caller gives.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the standard defines these two")]
pub enum RequestOrigin {
    /// The origin of a sandboxed frame, a `data:` URL and the like.
    Opaque(u64),
    /// Scheme, host and port, serialized.
    Tuple(TupleOrigin),
}

/// A tuple origin in its serialized form, and the site that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TupleOrigin {
    serialized: String,
    /// The end of the scheme in the serialized form.
    scheme_len: usize,
    /// The registrable domain, or the host where there is none.
    site_host: String,
}

impl TupleOrigin {
    /// The origin and its site.
    ///
    /// Follows [obtain a site](https://html.spec.whatwg.org/#obtain-a-site).
    #[must_use]
    pub fn new(origin: &Origin<'_>) -> Self {
        Self {
            serialized: origin.as_str().to_owned(),
            scheme_len: origin.scheme().len(),
            site_host: registrable_domain(origin.host()).to_owned(),
        }
    }

    /// The origin of a URL that was parsed, and its site.
    ///
    /// Follows [origin](https://url.spec.whatwg.org/#concept-url-origin). The host is serialized; it
    /// may be one that [`Origin::parse`] refuses, such as `a_b.example`, since the URL parser lets
    /// through more than the grammar of the `Origin` field does. A default port is left out.
    #[must_use]
    pub fn from_url_parts(scheme: &str, host: &str, port: Option<u16>) -> Self {
        let port = port.filter(|port| default_port(scheme) != Some(*port));
        Self {
            serialized: match port {
                Some(port) => format!("{scheme}://{host}:{port}"),
                None => format!("{scheme}://{host}"),
            },
            scheme_len: scheme.len(),
            site_host: registrable_domain(host).to_owned(),
        }
    }

    /// The serialized form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.serialized
    }

    /// The scheme.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.serialized[..self.scheme_len]
    }

    /// The registrable domain, or the host where there is none.
    #[must_use]
    pub fn site_host(&self) -> &str {
        &self.site_host
    }
}

impl RequestOrigin {
    /// Are they the same origin?
    #[must_use]
    pub fn is_same_origin(&self, other: &Self) -> bool {
        self == other
    }

    /// Are they of the same site, the scheme included?
    ///
    /// Follows [same site](https://html.spec.whatwg.org/#same-site).
    #[must_use]
    pub fn is_same_site(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Tuple(one), Self::Tuple(two)) => {
                one.scheme() == two.scheme() && one.site_host == two.site_host
            }
            (Self::Opaque(one), Self::Opaque(two)) => one == two,
            (Self::Opaque(_), Self::Tuple(_)) | (Self::Tuple(_), Self::Opaque(_)) => false,
        }
    }
}

/// How far a redirect has led a request away from its origin and back.
///
/// Follows [redirect-taint](https://fetch.spec.whatwg.org/#concept-request-tainted-origin).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the standard defines these three")]
pub enum RedirectTaint {
    /// Never from a foreign origin to another.
    SameOrigin,
    /// From a foreign origin of the same site to another origin of it.
    SameSite,
    /// From a foreign site to another.
    CrossSite,
}

/// Tells how a request is tainted by the origins of the URLs that it went to, in their order.
///
/// Follows [redirect-taint](https://fetch.spec.whatwg.org/#concept-request-tainted-origin). To
/// leave one's own origin does not taint; to leave a foreign one does.
#[must_use]
pub fn redirect_taint<'a>(
    origin: &RequestOrigin,
    url_origins: impl IntoIterator<Item = &'a RequestOrigin>,
) -> RedirectTaint {
    // 1. to 3.
    let mut url_origins = url_origins.into_iter();
    let Some(mut last) = url_origins.next() else {
        return RedirectTaint::SameOrigin;
    };
    let mut taint = RedirectTaint::SameOrigin;
    for url in url_origins {
        // 4.2.
        if !url.is_same_site(last) && !origin.is_same_site(last) {
            return RedirectTaint::CrossSite;
        }
        // 4.3.
        if !url.is_same_origin(last) && !origin.is_same_origin(last) {
            taint = RedirectTaint::SameSite;
        }
        last = url;
    }
    // 5.
    taint
}

/// What the `Origin` field says of a request: a serialized origin, or `null`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SerializedRequestOrigin(String);

impl SerializedRequestOrigin {
    /// Serializes the origin of a request.
    ///
    /// Follows [serializing a request origin](https://fetch.spec.whatwg.org/#serializing-a-request-origin).
    #[must_use]
    pub fn new(origin: &RequestOrigin, taint: RedirectTaint) -> Self {
        match (origin, taint) {
            (RequestOrigin::Tuple(tuple), RedirectTaint::SameOrigin) => {
                Self(tuple.serialized.clone())
            }
            (RequestOrigin::Tuple(_), RedirectTaint::SameSite | RedirectTaint::CrossSite)
            | (RequestOrigin::Opaque(_), _) => Self("null".to_owned()),
        }
    }

    /// The bytes of the `Origin` field.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Display for SerializedRequestOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
