//! Main fetch: which way a request goes, and what the page sees at the end.

use std::time::Duration;

use corsac::method::is_cors_safelisted_method;
use corsac::user_agent::{
    ExposedHeaderNames, Header, HeaderList, Quirks, RedirectMode, RequestMode, ResponseTainting,
    ResponseType, UseCorsPreflight, basic_filtered_headers, cors_filtered_headers,
    needs_cors_preflight,
};

use crate::address_space::AddressSpace;
use crate::bad_port::is_blocked_due_to_bad_port;
use crate::blob_url::{AtHand, BlobUrlFailure, fetch_blob};
use crate::data_url::{DataUrlStruct, process_data_url};
use crate::fetch::{Fetch, shared_without_fragment};
use crate::http_fetch::{self, MakeCorsPreflight};
use crate::internal_request::{OfScript, Request};
use crate::local_network_access::LocalNetworkRule;
use crate::machine::{ResponseHead, Step};
use crate::mixed_content::is_blocked_as_mixed_content;
use crate::network_error::NetworkError;
use crate::redirect_rules::PreflightAfterRedirect;
use crate::referrer::set_determined_referrer;
use crate::response::FilteredResponse;
use crate::trace::{PreflightCauses, Rule, StepOutcome, TaintingReason};
use crate::user_agent::UserAgent;

/// Runs main fetch, at the start and again after every redirect.
///
/// Follows [main fetch](https://fetch.spec.whatwg.org/#concept-main-fetch). Steps that concern
/// documents, Content Security Policy and HSTS are left out: the page has none of them.
pub(crate) fn main_fetch(mut fetch: Box<Fetch>, ua: &mut UserAgent, now: Duration) -> Step {
    // 7.
    if is_blocked_due_to_bad_port(fetch.request.current_url()) {
        return fetch.fail(ua, NetworkError::BadPort);
    }
    let rule = ua.profile().mixed_content();
    // The user is asked for this one instead.
    let is_local = ua.profile().local_network() == LocalNetworkRule::Permission
        && fetch.request.target_address_space == Some(AddressSpace::Local);
    if !is_local
        && is_blocked_as_mixed_content(fetch.request.origin(), fetch.request.current_url(), rule)
    {
        return fetch.fail(ua, NetworkError::MixedContent);
    }
    // 9.
    set_determined_referrer(&mut fetch.request, ua.profile().referrer_rules());
    // 12.
    if ua.profile().redirect_rules().preflight == PreflightAfterRedirect::OfTheScript
        && !fetch.preflighted.is_empty()
    {
        fetch.request.use_cors_preflight = UseCorsPreflight::Set;
    }
    match branch(&mut fetch.request, &ua.profile().quirks()) {
        Branch::Scheme(reason) => {
            taint(&mut fetch, ResponseTainting::Basic, reason);
            scheme_fetch(fetch, ua, now)
        }
        Branch::NoCors => {
            taint(&mut fetch, ResponseTainting::Opaque, TaintingReason::NoCors);
            scheme_fetch(fetch, ua, now)
        }
        Branch::Cors(make_cors_preflight) => {
            taint(
                &mut fetch,
                ResponseTainting::Cors,
                TaintingReason::CrossOrigin,
            );
            http_fetch::http_fetch(fetch, ua, make_cors_preflight, now)
        }
        Branch::Error(error) => fetch.fail(ua, error),
    }
}

/// The statements of step 12, of which the first that matches decides.
enum Branch {
    Scheme(TaintingReason),
    NoCors,
    Cors(MakeCorsPreflight),
    Error(NetworkError),
}

fn branch(request: &mut Request, quirks: &Quirks) -> Branch {
    let url = request.current_url();
    let is_same_origin = request.url_list.is_current_same_origin();
    if is_same_origin && request.response_tainting == ResponseTainting::Basic {
        return Branch::Scheme(TaintingReason::SameOrigin);
    }
    if url.scheme() == "data" {
        return Branch::Scheme(TaintingReason::Data);
    }
    match request.mode {
        RequestMode::SameOrigin => Branch::Error(NetworkError::SameOriginMode),
        RequestMode::NoCors if request.redirect_mode != RedirectMode::Follow => {
            Branch::Error(NetworkError::NoCorsRedirectMode)
        }
        RequestMode::NoCors => Branch::NoCors,
        _ if !matches!(url.scheme(), "http" | "https") => Branch::Error(NetworkError::Scheme),
        _ => {
            let of_script = request.of_script.as_ref();
            let asked_for = of_script.map_or(&request.headers, |it| &it.asked_for);
            request.unsafe_header_names = match &request.at_first {
                Some(first) => first.unsafe_header_names.clone(),
                None => quirks.cors_unsafe_request_header_names(asked_for),
            };
            let asks_again = |it: &OfScript| {
                it.was_preflighted
                    || !quirks
                        .cors_unsafe_request_header_names(&it.headers)
                        .is_empty()
            };
            let needs_it = needs_cors_preflight(&request.checked())
                || request.of_script.as_ref().is_some_and(asks_again);
            Branch::Cors(match needs_it {
                true => MakeCorsPreflight::Yes,
                false => MakeCorsPreflight::No,
            })
        }
    }
}

/// Why the request must be preceded by a preflight; a script's requests have their unsafe-request
/// flag set.
pub(crate) fn preflight_causes(request: &Request) -> PreflightCauses {
    let is_unsafe = !is_cors_safelisted_method(&request.method);
    PreflightCauses {
        use_cors_preflight: request.use_cors_preflight,
        method: is_unsafe.then(|| request.method.clone()),
        header_names: request.unsafe_header_names.clone(),
    }
}

fn taint(fetch: &mut Fetch, tainting: ResponseTainting, reason: TaintingReason) {
    fetch.request.response_tainting = tainting;
    fetch
        .trace
        .push(BRANCH, StepOutcome::Tainted(tainting, reason));
}

/// Follows [scheme fetch](https://fetch.spec.whatwg.org/#concept-scheme-fetch), for the schemes
/// that need no document.
fn scheme_fetch(fetch: Box<Fetch>, ua: &mut UserAgent, now: Duration) -> Step {
    let url = fetch.request.current_url();
    match url.scheme() {
        "http" | "https" => http_fetch::http_fetch(fetch, ua, MakeCorsPreflight::No, now),
        "data" => match process_data_url(url) {
            Some(data) => finish_at_hand(fetch, data.into()),
            None => fetch.fail(ua, NetworkError::DataUrl),
        },
        "blob" => match blob_at_hand(&fetch, ua) {
            Ok(blob) => finish_at_hand(fetch, blob),
            Err(failure) => fetch.fail(ua, NetworkError::BlobUrl(failure)),
        },
        _ => fetch.fail(ua, NetworkError::SchemeFetch),
    }
}

/// A blob is for pages of its own origin.
fn blob_at_hand(fetch: &Fetch, ua: &UserAgent) -> Result<AtHand, BlobUrlFailure> {
    let request = &fetch.request;
    let asked = (&*request.method, &request.headers);
    match request.response_tainting {
        ResponseTainting::Basic => fetch_blob(&ua.blob_urls, request.current_url(), asked),
        ResponseTainting::Cors | ResponseTainting::Opaque => Err(BlobUrlFailure::NoEntry),
    }
}

impl From<DataUrlStruct> for AtHand {
    fn from(data: DataUrlStruct) -> Self {
        let header = Header::new(b"Content-Type", &data.mime_type);
        Self {
            status: 200,
            status_text: b"OK",
            headers: header.into_iter().collect(),
            body: data.body.into(),
        }
    }
}

fn finish_at_hand(fetch: Box<Fetch>, at_hand: AtHand) -> Step {
    let request = &fetch.request;
    let has_body = request.method != b"HEAD";
    let response = FilteredResponse {
        r#type: match request.response_tainting {
            ResponseTainting::Opaque => ResponseType::Opaque,
            ResponseTainting::Basic | ResponseTainting::Cors => ResponseType::Basic,
        },
        url: Some(shared_without_fragment(request.current_url())),
        redirected: request.url_list.is_redirected(),
        status: at_hand.status,
        status_text: at_hand.status_text.to_vec(),
        headers: at_hand.headers,
        has_body,
        data: has_body.then_some(at_hand.body),
    };
    fetch.share(FILTER, response)
}

/// Ends with a response: what the page sees of it.
///
/// Follows [main fetch](https://fetch.spec.whatwg.org/#concept-main-fetch), steps 14 to 22.
///
/// Step 21 is left out: without service workers a range is only asked for by the script itself.
pub(crate) fn finish(fetch: Box<Fetch>, head: &ResponseHead) -> Step {
    let response = filtered(&fetch, head);
    fetch.share(FILTER, response)
}

/// The filtered response of the request's tainting.
fn filtered(fetch: &Fetch, head: &ResponseHead) -> FilteredResponse {
    let request = &fetch.request;
    // 22.
    let has_body = has_body(request, head);
    let visible = |r#type, headers| FilteredResponse {
        r#type,
        url: Some(shared_without_fragment(request.current_url())),
        redirected: request.url_list.is_redirected(),
        status: head.status,
        status_text: head.status_text.clone(),
        headers,
        has_body,
        data: None,
    };
    // 14.
    match request.response_tainting {
        ResponseTainting::Basic => {
            visible(ResponseType::Basic, basic_filtered_headers(&head.headers))
        }
        ResponseTainting::Cors => {
            let exposed = ExposedHeaderNames::of(&head.headers, request.credentials_mode);
            visible(
                ResponseType::Cors,
                cors_filtered_headers(&head.headers, &exposed),
            )
        }
        ResponseTainting::Opaque => hidden(ResponseType::Opaque),
    }
}

/// A filtered response that shows nothing.
///
/// Follows [opaque filtered response](https://fetch.spec.whatwg.org/#concept-filtered-response-opaque).
pub(crate) fn hidden(r#type: ResponseType) -> FilteredResponse {
    FilteredResponse {
        r#type,
        url: None,
        redirected: false,
        status: 0,
        status_text: Vec::new(),
        headers: HeaderList::new(),
        has_body: false,
        data: None,
    }
}

/// Has the response a body?
pub(crate) fn has_body(request: &Request, head: &ResponseHead) -> bool {
    request.method != b"HEAD" && !is_null_body_status(head.status)
}

/// Follows [null body status](https://fetch.spec.whatwg.org/#null-body-status).
fn is_null_body_status(status: u16) -> bool {
    matches!(status, 101 | 103 | 204 | 205 | 304)
}

const BRANCH: Rule = Rule {
    anchor: "concept-main-fetch",
    step: "12",
};
const FILTER: Rule = Rule {
    anchor: "concept-main-fetch",
    step: "14",
};
