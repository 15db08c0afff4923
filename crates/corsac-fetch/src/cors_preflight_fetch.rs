//! CORS-preflight fetch: asks on the page's behalf.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use corsac::user_agent::{
    CheckedRequest, PreflightFailure, PreflightOrigin, StoredAnswer, cors_check,
    cors_preflight_headers, read_preflight_permissions, read_preflight_response,
};

use crate::fetch::Fetch;
use crate::http_fetch::trace_cors_check;
use crate::http_network_or_cache_fetch::{
    self, MISDIRECTED, append_accept_encoding, append_hop_headers, hop_headers, is_misdirected,
};
use crate::internal_request::Request;
use crate::machine::{
    ConnectionChoice, Outgoing, OutgoingBody, Pending, Purpose, ResponseHead, Step, Waiting,
};
use crate::method::Method;
use crate::network_error::{NetworkError, preflight_step};
use crate::sec_fetch::tell_of_preflight;
use crate::trace::{Expected, Rule, StepOutcome};
use crate::user_agent::UserAgent;

/// Follows [CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0), steps 1
/// to 6.
pub(crate) fn start(mut fetch: Box<Fetch>, ua: &UserAgent, connection: ConnectionChoice) -> Step {
    // 1. to 5.
    let mut headers = cors_preflight_headers(&fetch.request.checked());
    match asking(&fetch.request, ua) {
        None => append_hop_headers(&mut headers, &fetch.hop_headers, ua),
        Some(asking) => {
            let hop = hop_headers((&asking, Purpose::Preflight), ua);
            append_hop_headers(&mut headers, &hop, ua);
        }
    }
    tell_of_preflight(ua.profile().fetch_metadata(), &fetch.request, &mut headers);
    append_accept_encoding(&mut headers);
    let outgoing = Arc::new(Outgoing {
        url: Arc::clone(fetch.request.current_url()),
        method: Method::OPTIONS,
        headers,
        body: OutgoingBody::None,
        includes_credentials: false,
        connection,
        purpose: Purpose::Preflight,
    });
    // 6.
    fetch.trace.sent(SENT, &outgoing);
    Step::Send(
        outgoing,
        Pending {
            fetch,
            waiting: Waiting::Preflight(connection),
        },
    )
}

/// The request as its preflight tells of it, if that is not as it is.
fn asking(request: &Request, ua: &UserAgent) -> Option<Request> {
    match (ua.profile().quirks().preflight_origin, &request.at_first) {
        (PreflightOrigin::OfPage, _) => Some(request.clone().unredirected()),
        (PreflightOrigin::OfRequest, Some(first)) => Some(Request {
            referrer: first.referrer.clone(),
            referrer_part: first.referrer_part_for(request),
            ..request.clone()
        }),
        (PreflightOrigin::OfRequest, None) => None,
    }
}

/// Follows [CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0), steps 7
/// and 8, and goes on with the request.
pub(crate) fn receive(
    mut fetch: Box<Fetch>,
    ua: &mut UserAgent,
    (connection, head): (ConnectionChoice, Arc<ResponseHead>),
    now: Duration,
) -> Step {
    fetch.trace.received(SENT, &head);
    if is_misdirected(None, connection, head.status) {
        fetch.trace.push(MISDIRECTED, StepOutcome::Misdirected);
        return start(fetch, ua, ConnectionChoice::New);
    }
    let quirks = ua.profile().quirks();
    let origin = fetch.preflight_origin(&quirks);
    let is_of_page = quirks.preflight_origin == PreflightOrigin::OfPage
        && fetch.request.url_list.is_current_same_origin();
    let read = match is_of_page {
        true => read_preflight_permissions,
        false => read_preflight_response,
    };
    let fetch_under_way = &mut *fetch;
    let request = CheckedRequest {
        origin: &origin,
        ..fetch_under_way.request.checked()
    };
    let permissions = read(&request, head.status, &head.headers, &quirks);
    let cors_check = match &permissions {
        Err(PreflightFailure::CorsCheck(failure)) => Err(*failure),
        // The status may have been looked at first.
        Err(PreflightFailure::Status(_)) => cors_check(&request, &head.headers),
        Ok(_) | Err(_) => Ok(()),
    };
    if !is_of_page {
        trace_cors_check(&mut fetch_under_way.trace, &request, &head, cors_check);
    }
    let key = fetch_under_way.preflighted.last().cloned();
    let mut stored = None;
    let allowed = permissions.and_then(|permissions| {
        let allowed = permissions.allow(&request, &quirks);
        if let Some(key) = key
            && (allowed.is_ok() || quirks.cache.stored_answer == StoredAnswer::IfItIsRead)
        {
            stored = Some(permissions.max_age.as_secs());
            ua.preflight_cache
                .store(key, &request, &permissions, (&quirks, now));
        }
        allowed
    });
    if let Some(max_age) = stored {
        fetch
            .trace
            .push(STORED, StepOutcome::PreflightStored { max_age });
    }
    match allowed {
        Ok(()) => http_network_or_cache_fetch::start(fetch, ua, ConnectionChoice::Any, now),
        Err(failure) => {
            trace_failure(&mut fetch, &head, &failure);
            fetch.fail(ua, NetworkError::Preflight(failure))
        }
    }
}

/// Leaves word of the list that does not name what was asked for, or cannot be read.
fn trace_failure(fetch: &mut Fetch, head: &ResponseHead, failure: &PreflightFailure) {
    let (header, expected) = match failure {
        PreflightFailure::MethodNotAllowed | PreflightFailure::MalformedAllowMethods(_) => {
            (METHODS, fetch.request.method.to_vec())
        }
        PreflightFailure::RequestHeaderNotAllowed(name) => (HEADERS, name.clone()),
        PreflightFailure::MalformedAllowHeaders(_) => {
            let names = &fetch.request.unsafe_header_names;
            (HEADERS, names.as_bytes().to_vec())
        }
        _ => return,
    };
    let rule = Rule {
        anchor: "cors-preflight-fetch-0",
        step: preflight_step(failure),
    };
    let expected = Expected::Tokens(expected);
    fetch
        .trace
        .does_not_fit(rule, (header, expected), |value, expected| match failure {
            PreflightFailure::MalformedAllowMethods(at)
            | PreflightFailure::MalformedAllowHeaders(at) => {
                let lines = head.headers.lines(header.as_bytes()).take(at.line);
                let before: usize = lines.map(|line| line.len() + ", ".len()).sum();
                before + at.start..before + at.end
            }
            _ => near_miss(value, expected),
        });
}

/// The element that looks as if it were meant: `put` for `PUT`, or `*`; if none does, all of them.
fn near_miss(list: &[u8], expected: &[u8]) -> Range<usize> {
    let mut start = 0;
    for element in list.split(|byte| *byte == b',') {
        let token = element.trim_ascii();
        if token.eq_ignore_ascii_case(expected) || token == b"*" {
            let start = start + element.len() - element.trim_ascii_start().len();
            return start..start + token.len();
        }
        start += element.len() + 1;
    }
    0..list.len()
}

const METHODS: &str = "access-control-allow-methods";
const HEADERS: &str = "access-control-allow-headers";
const SENT: Rule = Rule {
    anchor: "cors-preflight-fetch-0",
    step: "6",
};
const STORED: Rule = Rule {
    anchor: "cors-preflight-fetch-0",
    step: "7.12",
};
