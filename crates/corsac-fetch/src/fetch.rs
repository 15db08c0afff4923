//! Fetching: from what a script asks for to the first step.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use corsac::user_agent::{
    CacheKey, CachedTaint, Header, HeaderList, OnFailure, PreflightOrigin, Quirks, RedirectTaint,
    RequestOrigin, ResponseTainting, SerializedRequestOrigin, Site,
};
use url::Url;

use crate::integrity::IntegrityFailure;
use crate::internal_request::Request;
use crate::local_network_access::{LocalNetworkRule, target_of_url};
use crate::machine::{Outcome, Step};
use crate::main_fetch;
use crate::network_error::NetworkError;
use crate::referrer::SandboxedReferrer;
use crate::request::{FetchRequest, Page, Referrer};
use crate::request_constructor::TypeError;
use crate::response::FilteredResponse;
use crate::trace::{Rule, StepOutcome, Trace};
use crate::user_agent::UserAgent;

/// Starts a fetch, as a script's `fetch(url, init)` does. `now` is the time since the Unix epoch.
///
/// Follows [fetch](https://fetch.spec.whatwg.org/#dom-global-fetch) and
/// [fetch](https://fetch.spec.whatwg.org/#concept-fetch).
pub fn fetch(
    ua: &mut UserAgent,
    page: &Page,
    request: FetchRequest,
    now: Duration,
) -> Result<Step, TypeError> {
    let asks_for_none = request.referrer == Referrer::NoReferrer;
    let mut request = Request::new(&request, page)?;
    ua.profile().script_rules().apply(&mut request);
    if ua.profile().referrer_rules().sandboxed == SandboxedReferrer::Url
        && matches!(page.origin, RequestOrigin::Opaque(_))
        && !asks_for_none
    {
        request.referrer = Referrer::Url(page.url.clone());
    }
    request.headers.append_if_absent(&ACCEPT_ANYTHING);
    let accept_language = ua.identity().accept_language();
    request.headers.append_if_absent(accept_language);
    if request.target_address_space.is_none()
        && ua.profile().local_network() == LocalNetworkRule::Permission
    {
        request.target_address_space = target_of_url(request.url());
    }
    let fetch = Box::new(Fetch {
        page_address: page.address,
        request,
        trace: Trace::with_room(),
        hop_headers: HeaderList::new(),
        preflighted: Vec::new(),
        doom: None,
        number: ua.next_fetch_number(),
    });
    Ok(main_fetch::main_fetch(fetch, ua, now))
}

/// A fetch under way: what the standard calls fetch params, and what became of them so far.
#[derive(Debug)]
pub(crate) struct Fetch {
    /// The address that the page came from.
    pub(crate) page_address: Option<IpAddr>,
    pub(crate) request: Request,
    pub(crate) trace: Trace,
    /// What the request to its current URL says of where it comes from, as does its preflight.
    pub(crate) hop_headers: HeaderList,
    /// The keys of the hops that were made with a preflight or a cached one.
    pub(crate) preflighted: Vec<CacheKey>,
    /// Why it will fail, after a preflight.
    pub(crate) doom: Option<NetworkError>,
    /// No other fetch of the user agent has it, nor those below it for each redirect.
    number: u64,
}

impl Fetch {
    /// Ends in a network error.
    ///
    /// What the preflight cache allowed for the hops that led here is forgotten, as main fetch
    /// says for each of them: by the URL and origin with which the hop was made, since the
    /// request's own have changed with every redirect.
    pub(crate) fn fail(mut self: Box<Self>, ua: &mut UserAgent, error: NetworkError) -> Step {
        let quirks = ua.profile().quirks();
        // What the page itself refuses has not failed.
        let is_cors = self.request.response_tainting == ResponseTainting::Cors
            && !matches!(error, NetworkError::RedirectMode);
        let cleared = match quirks.cache.on_failure {
            OnFailure::Clear => std::mem::take(&mut self.preflighted),
            OnFailure::ClearWhereItFailed if is_cors => vec![self.cache_key(&quirks)],
            OnFailure::ClearWhereItFailed | OnFailure::Keep => Vec::new(),
        };
        if !cleared.is_empty() {
            cleared.iter().for_each(|key| ua.preflight_cache.clear(key));
            self.trace.push(CLEAR, StepOutcome::PreflightCacheCleared);
        }
        Step::Done(Box::new(Outcome::failed(error, self.trace)))
    }

    /// Ends with a response.
    ///
    /// One whose integrity cannot be seen is kept back. The preflight cache stays as it is then:
    /// its part was done before.
    pub(crate) fn share(mut self: Box<Self>, rule: Rule, response: FilteredResponse) -> Step {
        let integrity = self.request.integrity.take();
        if integrity.is_some() && !response.has_body {
            let error = NetworkError::Integrity(IntegrityFailure::NoBody);
            return Step::Done(Box::new(Outcome::failed(error, self.trace)));
        }
        if integrity.is_none() {
            self.trace.push(rule, StepOutcome::Shared);
        }
        Step::Done(Box::new(Outcome {
            result: Ok(response),
            integrity,
            trace: self.trace,
        }))
    }

    /// The key of the request in the preflight cache, at its present URL.
    pub(crate) fn cache_key(&self, quirks: &Quirks) -> CacheKey {
        CacheKey {
            // The page is its own top level here.
            partition: self.partition(quirks),
            origin: self.preflight_origin(quirks),
            // With its fragment, as URLs are compared; all three engines do so.
            url: self.request.current_url().as_str().into(),
        }
    }

    /// Whose preflights are kept together.
    fn partition(&self, quirks: &Quirks) -> Site {
        let origin = self.request.origin();
        let is_tainted = self.request.redirect_taint() != RedirectTaint::SameOrigin;
        match (quirks.cache.tainted, origin) {
            (CachedTaint::ServesNone, _) if is_tainted => {
                let hop = u64::from(self.request.redirect_count);
                RequestOrigin::Opaque(self.number - hop).site()
            }
            (CachedTaint::ServesNone, RequestOrigin::Opaque(_)) => {
                RequestOrigin::Opaque(self.number).site()
            }
            (CachedTaint::ServesOneRequest, RequestOrigin::Tuple(_)) if is_tainted => {
                RequestOrigin::Opaque(self.number).site()
            }
            (
                CachedTaint::ServesNone | CachedTaint::ServesOneRequest | CachedTaint::ServesAll,
                _,
            ) => origin.site(),
        }
    }

    /// The origin that a preflight names.
    pub(crate) fn preflight_origin(&self, quirks: &Quirks) -> SerializedRequestOrigin {
        match quirks.preflight_origin {
            PreflightOrigin::OfRequest => self.request.serialized_origin().clone(),
            PreflightOrigin::OfPage => {
                SerializedRequestOrigin::new(self.request.origin(), RedirectTaint::SameOrigin)
            }
        }
    }
}

/// The URL as it is sent, shared if it has no fragment.
pub(crate) fn shared_without_fragment(url: &Arc<Url>) -> Arc<Url> {
    match url.fragment() {
        Some(_) => Arc::new(without_fragment(url)),
        None => Arc::clone(url),
    }
}

/// The URL without its fragment.
pub(crate) fn without_fragment(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    url
}

const ACCEPT_ANYTHING: Header = Header::from_static("Accept", "*/*");

const CLEAR: Rule = Rule {
    anchor: "concept-cache-clear",
    step: "1",
};
