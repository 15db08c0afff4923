//! The `Origin` field of a request.

use corsac::user_agent::{
    Header, RequestMode, RequestOrigin, ResponseTainting, SerializedRequestOrigin,
};

use crate::internal_request::Request;
use crate::redirect_rules::OriginOfGet;
use crate::request::ReferrerPolicy;

/// The `Origin` field of a request; `None` if it has none.
///
/// Follows [append a request `Origin` header](https://fetch.spec.whatwg.org/#append-a-request-origin-header).
/// A page that did not ask for the CORS protocol has its referrer policy respected here too.
#[must_use]
pub fn origin_header(request: &Request) -> Option<Header> {
    origin_by(request, OriginOfGet::Dropped)
}

/// The field by the rule of a user agent.
pub(crate) fn origin_by(request: &Request, of_get: OriginOfGet) -> Option<Header> {
    // 3.
    let is_cors = request.response_tainting == ResponseTainting::Cors;
    if is_cors || request.mode == RequestMode::WebSocket {
        return Some(request.serialized_origin().to_header());
    }
    // 4.
    let is_kept = of_get == OriginOfGet::Kept && request.named_origin && !request.has_left_origin();
    if matches!(request.method(), b"GET" | b"HEAD") && !is_kept {
        return None;
    }
    // 4.1.
    let is_hidden = request.mode != RequestMode::Cors && hides_origin(request);
    // 4.2.
    Some(match is_hidden {
        true => SerializedRequestOrigin::NULL.to_header(),
        false => request.serialized_origin().to_header(),
    })
}

/// Does the referrer policy keep the origin from the server?
fn hides_origin(request: &Request) -> bool {
    match request.referrer_policy {
        ReferrerPolicy::NoReferrer => true,
        ReferrerPolicy::NoReferrerWhenDowngrade
        | ReferrerPolicy::StrictOrigin
        | ReferrerPolicy::StrictOriginWhenCrossOrigin => is_downgrade(request),
        ReferrerPolicy::SameOrigin => !request.url_list().is_current_same_origin(),
        ReferrerPolicy::Origin
        | ReferrerPolicy::OriginWhenCrossOrigin
        | ReferrerPolicy::UnsafeUrl => false,
    }
}

fn is_downgrade(request: &Request) -> bool {
    match request.origin() {
        RequestOrigin::Tuple(tuple) => {
            tuple.scheme() == "https" && request.current_url().scheme() != "https"
        }
        RequestOrigin::Opaque(_) => false,
    }
}
