//! HTTP fetch: a preflight if one is needed, the request, and what is checked of its response.

use std::sync::Arc;
use std::time::Duration;

use corsac::user_agent::{
    CacheBypass, CheckedRequest, CorsCheckFailure, CredentialsMode, OnInsufficient, RedirectMode,
    ResponseTainting, ResponseType, cors_check,
};

use crate::cors_preflight_fetch;
use crate::cross_origin_resource_policy::{
    ResourcePolicyFailure, cross_origin_resource_policy_check,
};
use crate::fetch::{Fetch, shared_without_fragment};
use crate::http_network_or_cache_fetch::{
    self, MISDIRECTED, bypasses_http_cache, hop_headers, is_misdirected,
};
use crate::http_redirect_fetch::http_redirect_fetch;
use crate::machine::{ConnectionChoice, Purpose, ResponseHead, Step};
use crate::main_fetch::{finish, has_body, hidden, preflight_causes};
use crate::network_error::NetworkError;
use crate::origin_header::origin_by;
use crate::response::FilteredResponse;
use crate::timing_allow_origin::tao_check;
use crate::trace::{Expected, Rule, StepOutcome, Trace, difference};
use crate::user_agent::UserAgent;

/// The parameter makeCORSPreflight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MakeCorsPreflight {
    Yes,
    No,
}

/// What the response's steps must know of the request that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) includes_credentials: bool,
    pub(crate) connection: ConnectionChoice,
}

/// Follows [HTTP fetch](https://fetch.spec.whatwg.org/#concept-http-fetch), steps 1 to 4.3.
pub(crate) fn http_fetch(
    mut fetch: Box<Fetch>,
    ua: &mut UserAgent,
    make_cors_preflight: MakeCorsPreflight,
    now: Duration,
) -> Step {
    fetch.hop_headers = hop_headers((&fetch.request, Purpose::Request), ua);
    let of_get = ua.profile().redirect_rules().origin_of_get;
    fetch.request.named_origin = origin_by(&fetch.request, of_get).is_some();
    // 4.1.
    if make_cors_preflight == MakeCorsPreflight::Yes {
        let quirks = ua.profile().quirks();
        let key = fetch.cache_key(&quirks);
        let request = fetch.request.checked();
        let is_asked =
            quirks.cache.bypass == CacheBypass::OfHttpAlone || !bypasses_http_cache(&fetch.request);
        let is_cached = is_asked && ua.preflight_cache.allows(&key, &request, &quirks, now);
        if is_asked && !is_cached && quirks.cache.on_insufficient == OnInsufficient::Clear {
            ua.preflight_cache.clear(&key);
        }
        // Under this key the cache is cleared if the hop fails.
        fetch.preflighted.push(key);
        if !is_cached {
            let causes = preflight_causes(&fetch.request);
            fetch
                .trace
                .push(PREFLIGHT, StepOutcome::PreflightNeeded(causes));
            return cors_preflight_fetch::start(fetch, ua, ConnectionChoice::Any);
        }
        fetch.trace.push(PREFLIGHT, StepOutcome::PreflightCached);
    }
    // 4.3.
    http_network_or_cache_fetch::start(fetch, ua, ConnectionChoice::Any, now)
}

/// Follows [HTTP fetch](https://fetch.spec.whatwg.org/#concept-http-fetch), steps 4.4 to 7.
pub(crate) fn receive(
    mut fetch: Box<Fetch>,
    ua: &mut UserAgent,
    (sent, head): (Sent, Arc<ResponseHead>),
    now: Duration,
) -> Step {
    fetch.trace.received(RECEIVED, &head);
    if let Err(error) = http_network_or_cache_fetch::receive(&mut fetch, ua, (sent, &head), now) {
        return fetch.fail(ua, error);
    }
    let body = fetch.request.body.as_ref();
    if is_misdirected(body, sent.connection, head.status) {
        fetch.trace.push(MISDIRECTED, StepOutcome::Misdirected);
        return http_network_or_cache_fetch::start(fetch, ua, ConnectionChoice::New, now);
    }
    // 4.4.
    if fetch.request.response_tainting == ResponseTainting::Cors {
        let fetch_under_way = &mut *fetch;
        let request = fetch_under_way.request.checked();
        let result = cors_check(&request, &head.headers);
        trace_cors_check(&mut fetch_under_way.trace, &request, &head, result);
        if let Err(failure) = result {
            return fetch.fail(ua, NetworkError::CorsCheck(failure));
        }
        check_as_first_hop(&mut fetch, &head, ua);
    }
    // 4.5.
    fetch.request.timing_allow = tao_check(&fetch.request, &head.headers);
    // 5.
    if fetch.request.response_tainting == ResponseTainting::Opaque
        && let Err(failure) = resource_policy_check(&fetch, &head)
    {
        return fetch.fail(ua, NetworkError::CrossOriginResourcePolicy(failure));
    }
    // 6.
    let rules = ua.profile().redirect_rules();
    if !rules.is_redirect(&head, fetch.request.redirect_mode) {
        return finish(fetch, &head);
    }
    if let Err(failure) = rules.check(&head, fetch.request.current_url()) {
        return fetch.fail(ua, NetworkError::RedirectLocation(failure));
    }
    match fetch.request.redirect_mode {
        RedirectMode::Error => fetch.fail(ua, NetworkError::RedirectMode),
        RedirectMode::Manual => {
            let has_body = rules.shows_body(&head) && has_body(&fetch.request, &head);
            finish_opaque_redirect(fetch, has_body)
        }
        RedirectMode::Follow => http_redirect_fetch(fetch, ua, &head, now),
    }
}

fn resource_policy_check(fetch: &Fetch, head: &ResponseHead) -> Result<(), ResourcePolicyFailure> {
    let (page, response) = (
        fetch.request.origin(),
        fetch.request.url_list.current_origin(),
    );
    cross_origin_resource_policy_check(page, response, &head.headers)
}

/// Makes the CORS check of a redirect with the credentials of the first hop, where a user agent
/// does that too.
fn check_as_first_hop(fetch: &mut Fetch, head: &ResponseHead, ua: &UserAgent) {
    let rule = ua.profile().redirect_rules().credentials;
    let credentials_mode = fetch.request.checked_credentials(head, rule);
    if credentials_mode == fetch.request.credentials_mode {
        return;
    }
    let request = CheckedRequest {
        credentials_mode,
        ..fetch.request.checked()
    };
    let result = cors_check(&request, &head.headers);
    trace_cors_check(&mut fetch.trace, &request, head, result);
    fetch.doom = result.err().map(NetworkError::CorsCheck);
}

/// Leaves word of a CORS check of the last response.
pub(crate) fn trace_cors_check(
    trace: &mut Trace,
    request: &CheckedRequest<'_>,
    head: &ResponseHead,
    result: Result<(), CorsCheckFailure>,
) {
    let rule = |step| Rule {
        anchor: "concept-cors-check",
        step,
    };
    let is_origin_allowed = !matches!(
        result,
        Err(CorsCheckFailure::MissingAllowOrigin
            | CorsCheckFailure::WildcardWithCredentials
            | CorsCheckFailure::AllowOriginMismatch)
    );
    let header = "access-control-allow-origin";
    let (step, expected) = match head.headers.get(header.as_bytes()).as_deref() {
        Some(b"*") if is_origin_allowed => ("3", Expected::Word("*")),
        _ => ("4", Expected::Origin(request.origin.clone())),
    };
    let compared = (header, expected);
    if !is_origin_allowed {
        return trace.does_not_fit(rule(step), compared, difference);
    }
    trace.fits(rule(step), compared);
    if request.credentials_mode == CredentialsMode::Include {
        let compared = ("access-control-allow-credentials", Expected::Word("true"));
        match result {
            Ok(()) => trace.fits(rule("7"), compared),
            Err(_) => trace.does_not_fit(rule("7"), compared, difference),
        }
    }
}

/// Follows [opaque-redirect filtered response](https://fetch.spec.whatwg.org/#concept-filtered-response-opaque-redirect).
fn finish_opaque_redirect(fetch: Box<Fetch>, has_body: bool) -> Step {
    let response = FilteredResponse {
        url: Some(shared_without_fragment(fetch.request.current_url())),
        redirected: fetch.request.url_list.is_redirected(),
        has_body,
        ..hidden(ResponseType::OpaqueRedirect)
    };
    fetch.share(REDIRECT, response)
}

const PREFLIGHT: Rule = Rule {
    anchor: "concept-http-fetch",
    step: "4.1",
};
const RECEIVED: Rule = Rule {
    anchor: "concept-http-fetch",
    step: "4.3",
};
const REDIRECT: Rule = Rule {
    anchor: "concept-http-fetch",
    step: "6.3",
};
