//! The origin of a request, and how redirects taint it.

use alloc::format;
use alloc::sync::Arc;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::Range;

use super::header::{Header, StaticHeaderName};
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
///
/// It is shared when it is cloned.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TupleOrigin {
    serialized: Arc<str>,
    /// The end of the scheme in the serialized form.
    scheme_len: usize,
    /// Where in it the registrable domain is, or the host where there is none.
    site_host: Range<usize>,
}

impl TupleOrigin {
    /// The origin and its site.
    #[must_use]
    pub fn new(origin: &Origin<'_>) -> Self {
        Self::from_serialized(origin.as_str(), origin.scheme(), origin.host())
    }

    /// The origin of a URL that was parsed, and its site.
    ///
    /// Follows [origin](https://url.spec.whatwg.org/#concept-url-origin). The host is serialized; it
    /// may be one that [`Origin::parse`] refuses, such as `a_b.example`, since the URL parser lets
    /// through more than the grammar of the `Origin` field does. A default port is left out.
    #[must_use]
    pub fn from_url_parts(scheme: &str, host: &str, port: Option<u16>) -> Self {
        let port = port.filter(|port| default_port(scheme) != Some(*port));
        let serialized = match port {
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => [scheme, "://", host].concat(),
        };
        Self::from_serialized(&serialized, scheme, host)
    }

    /// The origin of a URL of which this is scheme, host and port, as the URL parser serializes
    /// them; `None` if it is not.
    #[must_use]
    pub fn from_url_prefix(prefix: &str, scheme: &str, host: &str) -> Option<Self> {
        let rest = prefix.strip_prefix(scheme)?.strip_prefix("://")?;
        let port = rest.strip_prefix(host)?.bytes();
        let is_port = port.enumerate().all(|(at, byte)| match at {
            0 => byte == b':',
            _ => byte.is_ascii_digit(),
        });
        is_port.then(|| Self::from_serialized(prefix, scheme, host))
    }

    /// Follows [obtain a site](https://html.spec.whatwg.org/#obtain-a-site).
    fn from_serialized(serialized: &str, scheme: &str, host: &str) -> Self {
        let site_host_end = scheme.len() + "://".len() + host.len();
        Self {
            serialized: serialized.into(),
            scheme_len: scheme.len(),
            site_host: site_host_end - registrable_domain(host).len()..site_host_end,
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
        &self.serialized[self.site_host.clone()]
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
        self.site_parts() == other.site_parts()
    }

    /// Are they of the same site, whatever their schemes?
    ///
    /// Follows [schemelessly same site](https://html.spec.whatwg.org/#schemelessly-same-site).
    #[must_use]
    pub fn is_schemelessly_same_site(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Tuple(one), Self::Tuple(two)) => one.site_host() == two.site_host(),
            (Self::Opaque(_), _) | (_, Self::Opaque(_)) => self == other,
        }
    }

    /// The site that it belongs to.
    #[must_use]
    pub fn site(&self) -> Site {
        Site(self.clone())
    }

    fn site_parts(&self) -> SiteParts<'_> {
        match self {
            Self::Tuple(tuple) => SiteParts::SchemeAndHost(tuple.scheme(), tuple.site_host()),
            Self::Opaque(number) => SiteParts::Opaque(*number),
        }
    }
}

/// A site: all origins that are of the same one are equal in it.
///
/// Follows [obtain a site](https://html.spec.whatwg.org/#obtain-a-site).
#[derive(Clone, Debug)]
pub struct Site(RequestOrigin);

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
enum SiteParts<'a> {
    Opaque(u64),
    SchemeAndHost(&'a str, &'a str),
}

impl PartialEq for Site {
    fn eq(&self, other: &Self) -> bool {
        self.0.is_same_site(&other.0)
    }
}

impl Eq for Site {}

impl PartialOrd for Site {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Site {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.site_parts().cmp(&other.0.site_parts())
    }
}

impl Hash for Site {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.site_parts().hash(state);
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
pub struct SerializedRequestOrigin(
    /// None is `null`.
    Option<Arc<str>>,
);

impl SerializedRequestOrigin {
    /// What hides an origin.
    pub const NULL: Self = Self(None);

    /// Serializes the origin of a request.
    ///
    /// Follows [serializing a request origin](https://fetch.spec.whatwg.org/#serializing-a-request-origin).
    #[must_use]
    pub fn new(origin: &RequestOrigin, taint: RedirectTaint) -> Self {
        match (origin, taint) {
            (RequestOrigin::Tuple(tuple), RedirectTaint::SameOrigin) => {
                Self(Some(Arc::clone(&tuple.serialized)))
            }
            (RequestOrigin::Tuple(_), RedirectTaint::SameSite | RedirectTaint::CrossSite)
            | (RequestOrigin::Opaque(_), _) => Self(None),
        }
    }

    /// The text of the `Origin` field.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or("null")
    }

    /// The bytes of the `Origin` field.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.as_str().as_bytes()
    }

    /// The `Origin` field.
    #[must_use]
    pub fn to_header(&self) -> Header {
        match &self.0 {
            Some(origin) => Header::named_unchecked(ORIGIN, Arc::clone(origin).into()),
            None => Header::from_static("Origin", "null"),
        }
    }
}

const ORIGIN: StaticHeaderName = StaticHeaderName::new("Origin");

impl fmt::Display for SerializedRequestOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
