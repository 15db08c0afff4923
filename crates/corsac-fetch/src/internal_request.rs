//! The request that the algorithms pass on.

use std::sync::Arc;

use corsac::user_agent::{
    CheckedRequest, CredentialsMode, HeaderList, RedirectMode, RedirectTaint, RequestMode,
    RequestOrigin, ResponseTainting, SerializedRequestOrigin, UnsafeHeaderNames, UseCorsPreflight,
};
use url::Url;

use crate::address_space::AddressSpace;
use crate::integrity::IntegrityMetadata;
use crate::method::Method;
use crate::redirect_rules::AtFirst;
use crate::referrer::Part;
use crate::request::{Body, CacheMode, Referrer, ReferrerPolicy};
use crate::url_list::UrlList;

/// A request, with what the algorithms change on its way.
///
/// Follows [request](https://fetch.spec.whatwg.org/#concept-request). The unsafe-request flag is
/// left out, since it is set for every request that a script makes.
#[derive(Clone, Debug)]
pub struct Request {
    pub(crate) url_list: UrlList,
    pub(crate) method: Method,
    pub(crate) headers: HeaderList,
    /// What the script asked for, once there was a redirect that can bring it back.
    pub(crate) of_script: Option<OfScript>,
    /// Of the headers above, when main fetch last sent them to another origin.
    pub(crate) unsafe_header_names: UnsafeHeaderNames,
    pub(crate) body: Option<Body>,
    pub(crate) mode: RequestMode,
    pub(crate) credentials_mode: CredentialsMode,
    pub(crate) redirect_mode: RedirectMode,
    pub(crate) cache_mode: CacheMode,
    pub(crate) referrer: Referrer,
    /// How much of the referrer's URL is left after the requests so far.
    pub(crate) referrer_part: Part,
    /// The page's, where the script gives none.
    pub(crate) referrer_policy: ReferrerPolicy,
    pub(crate) use_cors_preflight: UseCorsPreflight,
    pub(crate) response_tainting: ResponseTainting,
    pub(crate) integrity: Option<IntegrityMetadata>,
    pub(crate) redirect_count: u8,
    /// The origin of the page's URL, which a sandboxed page has not for its own.
    pub(crate) page_url_origin: RequestOrigin,
    /// What later preflights are to know of the first hop.
    pub(crate) at_first: Option<Box<AtFirst>>,
    /// Did the last hop have an `Origin`?
    pub(crate) named_origin: bool,
    pub(crate) timing_allow: TimingAllow,
    /// The [target IP address space](https://wicg.github.io/local-network-access/#request-target-ip-address-space);
    /// never public.
    pub(crate) target_address_space: Option<AddressSpace>,
}

/// What a script asked for, of which a user agent remembers more than the standard.
#[derive(Clone, Debug)]
pub(crate) struct OfScript {
    pub(crate) method: Method,
    pub(crate) headers: HeaderList,
    /// Those of the headers that a preflight names if they need permission.
    pub(crate) asked_for: HeaderList,
    /// Was a preflight needed before the last redirect?
    pub(crate) was_preflighted: bool,
}

/// The [timing allow failed flag](https://fetch.spec.whatwg.org/#timing-allow-failed).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a flag is set or unset")]
pub enum TimingAllow {
    /// Every response so far passed the check.
    #[default]
    Passed,
    /// One did not, which counts for all that follow.
    Failed,
}

impl Request {
    /// The request after a redirect to this URL, which is all that changes.
    #[must_use]
    pub fn redirected_to(mut self, url: Url) -> Self {
        self.url_list.append(url);
        self
    }

    /// The request as if it had been for its current URL from the beginning.
    pub(crate) fn unredirected(mut self) -> Self {
        let origin = self.origin().clone();
        self.url_list = UrlList::new(origin, Url::clone(self.current_url()));
        self
    }

    /// The request with this response tainting.
    #[must_use]
    pub fn tainted(mut self, response_tainting: ResponseTainting) -> Self {
        self.response_tainting = response_tainting;
        self
    }

    /// The [URL](https://fetch.spec.whatwg.org/#concept-request-url): the first of the list.
    #[must_use]
    pub fn url(&self) -> &Url {
        self.url_list.first()
    }

    /// The [current URL](https://fetch.spec.whatwg.org/#concept-request-current-url).
    #[must_use]
    pub fn current_url(&self) -> &Arc<Url> {
        self.url_list.current()
    }

    /// The [URL list](https://fetch.spec.whatwg.org/#concept-request-url-list).
    #[must_use]
    pub fn url_list(&self) -> &UrlList {
        &self.url_list
    }

    /// The [origin](https://fetch.spec.whatwg.org/#concept-request-origin).
    #[must_use]
    pub fn origin(&self) -> &RequestOrigin {
        self.url_list.request_origin()
    }

    /// The [method](https://fetch.spec.whatwg.org/#concept-request-method), normalized.
    #[must_use]
    pub fn method(&self) -> &[u8] {
        &self.method
    }

    /// The [header list](https://fetch.spec.whatwg.org/#concept-request-header-list).
    #[must_use]
    pub fn headers(&self) -> &HeaderList {
        &self.headers
    }

    /// The [body](https://fetch.spec.whatwg.org/#concept-request-body).
    #[must_use]
    pub fn body(&self) -> Option<&Body> {
        self.body.as_ref()
    }

    /// The [referrer](https://fetch.spec.whatwg.org/#concept-request-referrer); the page is named by
    /// its URL.
    #[must_use]
    pub fn referrer(&self) -> &Referrer {
        &self.referrer
    }

    /// The [use-CORS-preflight flag](https://fetch.spec.whatwg.org/#use-cors-preflight-flag).
    #[must_use]
    pub fn use_cors_preflight(&self) -> UseCorsPreflight {
        self.use_cors_preflight
    }

    /// The [redirect-taint](https://fetch.spec.whatwg.org/#concept-request-tainted-origin).
    #[must_use]
    pub fn redirect_taint(&self) -> RedirectTaint {
        self.url_list.redirect_taint()
    }

    /// The [serialized request origin](https://fetch.spec.whatwg.org/#serializing-a-request-origin).
    #[must_use]
    pub fn serialized_origin(&self) -> &SerializedRequestOrigin {
        self.url_list.serialized_origin()
    }

    /// The request as the CORS check and the CORS-preflight fetch read it.
    pub(crate) fn checked(&self) -> CheckedRequest<'_> {
        CheckedRequest {
            method: &self.method,
            unsafe_header_names: &self.unsafe_header_names,
            origin: self.serialized_origin(),
            credentials_mode: self.credentials_mode,
            use_cors_preflight: self.use_cors_preflight,
        }
    }
}
