//! Where a request has been, and what that makes of its origin.

use std::sync::Arc;

use corsac::user_agent::{
    RedirectTaint, RequestOrigin, SerializedRequestOrigin, TupleOrigin, redirect_taint,
};
use url::{Position, Url};

/// The number of the opaque origin that a URL without a tuple origin has.
///
/// No page may use it: the origin of such a URL is the same as no page's.
pub const OPAQUE_URL_ORIGIN: RequestOrigin = RequestOrigin::Opaque(u64::MAX);

/// The origin of a URL.
///
/// Follows [origin](https://url.spec.whatwg.org/#concept-url-origin). A `data:` URL has
/// [`OPAQUE_URL_ORIGIN`].
#[must_use]
pub fn origin_of(url: &Url) -> RequestOrigin {
    if let (true, Some(host)) = (has_tuple_origin(url), url.host_str()) {
        let prefix = &url[..Position::AfterPort];
        let origin = TupleOrigin::from_url_prefix(prefix, url.scheme(), host)
            // A user name stands in between.
            .unwrap_or_else(|| TupleOrigin::from_url_parts(url.scheme(), host, url.port()));
        return RequestOrigin::Tuple(origin);
    }
    match url.origin() {
        url::Origin::Opaque(_) => OPAQUE_URL_ORIGIN,
        url::Origin::Tuple(scheme, host, port) => RequestOrigin::Tuple(
            TupleOrigin::from_url_parts(&scheme, &host.to_string(), Some(port)),
        ),
    }
}

/// Does the URL show its origin? That of a `blob:` URL is hidden in its path.
fn has_tuple_origin(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https" | "ws" | "wss" | "ftp")
}

/// Have two URLs, neither of them a `blob:` URL, the same tuple origin?
#[must_use]
pub fn have_same_tuple_origin(one: &Url, two: &Url) -> bool {
    has_tuple_origin(one)
        && one.scheme() == two.scheme()
        && one.host_str() == two.host_str()
        && one.port() == two.port()
}

/// Are two URLs of the same origin? One without a tuple origin is so with nothing.
#[must_use]
pub fn are_same_origin(one: &RequestOrigin, two: &RequestOrigin) -> bool {
    *one != OPAQUE_URL_ORIGIN && one.is_same_origin(two)
}

/// The URL list of a request, with the request's origin as it is after all of them.
///
/// Follows [URL list](https://fetch.spec.whatwg.org/#concept-request-url-list). The origin of each
/// URL, and the request's own in its serialized form, are worked out once.
#[derive(Clone, Debug)]
pub struct UrlList {
    origin: RequestOrigin,
    first: Located,
    redirects: Vec<Located>,
    taint: RedirectTaint,
    serialized_origin: SerializedRequestOrigin,
}

#[derive(Clone, Debug)]
struct Located {
    url: Arc<Url>,
    origin: RequestOrigin,
}

impl Located {
    fn new(url: Url) -> Self {
        let origin = origin_of(&url);
        Self {
            url: Arc::new(url),
            origin,
        }
    }
}

impl UrlList {
    /// The list of a request that has not been redirected.
    #[must_use]
    pub fn new(origin: RequestOrigin, url: Url) -> Self {
        let taint = RedirectTaint::SameOrigin;
        Self {
            serialized_origin: SerializedRequestOrigin::new(&origin, taint),
            first: Located::new(url),
            redirects: Vec::new(),
            origin,
            taint,
        }
    }

    /// Adds the URL that a redirect leads to.
    pub fn append(&mut self, url: Url) {
        self.redirects.push(Located::new(url));
        self.taint = redirect_taint(&self.origin, self.origins());
        self.serialized_origin = SerializedRequestOrigin::new(&self.origin, self.taint);
    }

    /// The request's own origin.
    #[must_use]
    pub fn request_origin(&self) -> &RequestOrigin {
        &self.origin
    }

    /// The first URL.
    #[must_use]
    pub fn first(&self) -> &Url {
        &self.first.url
    }

    /// The current URL: the last of the list.
    #[must_use]
    pub fn current(&self) -> &Arc<Url> {
        &self.last().url
    }

    /// The origin of the current URL.
    #[must_use]
    pub fn current_origin(&self) -> &RequestOrigin {
        &self.last().origin
    }

    /// The URLs, in their order.
    pub fn urls(&self) -> impl Iterator<Item = &Url> {
        self.all().map(|it| &*it.url)
    }

    /// The origins of the URLs, in their order.
    pub fn origins(&self) -> impl Iterator<Item = &RequestOrigin> {
        self.all().map(|it| &it.origin)
    }

    /// Has there been a redirect?
    #[must_use]
    pub fn is_redirected(&self) -> bool {
        !self.redirects.is_empty()
    }

    /// The [redirect-taint](https://fetch.spec.whatwg.org/#concept-request-tainted-origin).
    #[must_use]
    pub fn redirect_taint(&self) -> RedirectTaint {
        self.taint
    }

    /// The [serialized request origin](https://fetch.spec.whatwg.org/#serializing-a-request-origin).
    #[must_use]
    pub fn serialized_origin(&self) -> &SerializedRequestOrigin {
        &self.serialized_origin
    }

    /// Is the current URL of the request's own origin?
    #[must_use]
    pub fn is_current_same_origin(&self) -> bool {
        are_same_origin(self.current_origin(), &self.origin)
    }

    fn last(&self) -> &Located {
        self.redirects.last().unwrap_or(&self.first)
    }

    fn all(&self) -> impl Iterator<Item = &Located> {
        std::iter::once(&self.first).chain(&self.redirects)
    }
}
