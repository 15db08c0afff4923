//! What a script asks for, and the page that it runs in.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use corsac::user_agent::{
    CredentialsMode, RedirectMode, RequestMode, RequestOrigin, UseCorsPreflight,
};
use url::{Host, Url};

use crate::address_space::AddressSpace;
use crate::trustworthy::is_localhost;
use crate::url_list::origin_of;

/// A request as a script makes it: what `new Request(url, init)` gets.
#[derive(Clone, Debug)]
pub struct FetchRequest {
    /// The URL, absolute or relative to the page.
    pub url: String,
    /// The method, as the script spells it.
    pub method: Vec<u8>,
    /// The headers, as the script sets them.
    pub headers: Vec<(Vec<u8>, Vec<u8>)>,
    /// The body.
    pub body: Option<Body>,
    /// The mode.
    pub mode: RequestMode,
    /// The credentials mode.
    pub credentials: CredentialsMode,
    /// The redirect mode.
    pub redirect: RedirectMode,
    /// The cache mode.
    pub cache: CacheMode,
    /// The referrer.
    pub referrer: Referrer,
    /// The referrer policy; `None` is the page's.
    pub referrer_policy: Option<ReferrerPolicy>,
    /// Digests of which the body must have one; empty if any body will do.
    pub integrity: String,
    /// Is there a listener on the upload, as an `XMLHttpRequest` can have?
    pub upload_listener: UseCorsPreflight,
    /// The network on which the script says the server is, by `targetAddressSpace`.
    ///
    /// `Public` says nothing.
    pub target_address_space: Option<AddressSpace>,
}

impl FetchRequest {
    /// What `fetch(url)` asks for: a `GET` in the mode `cors`, with credentials for the page's own
    /// origin, that follows redirects.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            method: b"GET".to_vec(),
            headers: Vec::new(),
            body: None,
            mode: RequestMode::Cors,
            credentials: CredentialsMode::default(),
            redirect: RedirectMode::default(),
            cache: CacheMode::default(),
            referrer: Referrer::default(),
            referrer_policy: None,
            integrity: String::new(),
            upload_listener: UseCorsPreflight::default(),
            target_address_space: None,
        }
    }
}

/// The body of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a body is at hand or arrives later"
)]
pub enum Body {
    /// All of it, which can be sent again after a redirect, and the content type that
    /// [extracting](https://fetch.spec.whatwg.org/#concept-bodyinit-extract) it gave.
    Bytes {
        /// The bytes.
        bytes: Arc<[u8]>,
        /// `text/plain;charset=UTF-8` for a string.
        content_type: Option<Vec<u8>>,
    },
    /// A stream, whose source is null: it can be sent only once.
    Stream,
}

/// The page in which a script runs: what the standard calls the client.
#[derive(Clone, Debug)]
pub struct Page {
    /// The origin.
    pub origin: RequestOrigin,
    /// The URL, which relative URLs are resolved against and which the referrer comes from.
    pub url: Arc<Url>,
    /// The referrer policy of the page.
    pub referrer_policy: ReferrerPolicy,
    /// The address that the page came from, if that is known: without it no engine's guard of the
    /// local network is at work.
    pub address: Option<IpAddr>,
}

impl Page {
    /// The page at a URL, with the referrer policy that pages have by default.
    ///
    /// A URL without a tuple origin, such as a `data:` URL, makes a page whose origin is opaque: it
    /// sends `Origin: null`. If the host is an address or `localhost`, that is where it came from.
    #[must_use]
    pub fn new(url: Url) -> Self {
        let origin = match origin_of(&url) {
            RequestOrigin::Opaque(_) => RequestOrigin::Opaque(0),
            origin @ RequestOrigin::Tuple(_) => origin,
        };
        Self {
            origin,
            address: address_of(&url),
            url: Arc::new(url),
            referrer_policy: ReferrerPolicy::default(),
        }
    }
}

/// The address that a URL leads to, if no name service needs to be asked.
fn address_of(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
        Host::Domain(name) => is_localhost(name).then_some(Ipv4Addr::LOCALHOST.into()),
    }
}

/// The referrer that a script asks for.
///
/// Follows [referrer](https://fetch.spec.whatwg.org/#concept-request-referrer).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the standard defines these three")]
pub enum Referrer {
    /// The page: `about:client`.
    #[default]
    Client,
    /// None: the empty string.
    NoReferrer,
    /// A URL of the page's own origin.
    Url(Arc<Url>),
}

/// A [referrer policy](https://w3c.github.io/webappsec-referrer-policy/#referrer-policies).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the standard defines these eight")]
pub enum ReferrerPolicy {
    /// `no-referrer`
    NoReferrer,
    /// `no-referrer-when-downgrade`
    NoReferrerWhenDowngrade,
    /// `same-origin`
    SameOrigin,
    /// `origin`
    Origin,
    /// `strict-origin`
    StrictOrigin,
    /// `origin-when-cross-origin`
    OriginWhenCrossOrigin,
    /// `strict-origin-when-cross-origin`, the default
    #[default]
    StrictOriginWhenCrossOrigin,
    /// `unsafe-url`
    UnsafeUrl,
}

/// A [cache mode](https://fetch.spec.whatwg.org/#concept-request-cache-mode).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the standard defines these six")]
pub enum CacheMode {
    /// `default`
    #[default]
    Default,
    /// `no-store`
    NoStore,
    /// `reload`
    Reload,
    /// `no-cache`
    NoCache,
    /// `force-cache`
    ForceCache,
    /// `only-if-cached`
    OnlyIfCached,
}
