//! CORS-preflight fetch: asks on the page's behalf.

use std::time::Duration;

use corsac::user_agent::{PreflightFailure, check_preflight_response, cors_preflight_headers};

use crate::fetch::Fetch;
use crate::http_fetch::traced_cors_check;
use crate::http_network_or_cache_fetch::{self, append_hop_headers};
use crate::machine::{Outgoing, OutgoingBody, Pending, Purpose, ResponseHead, Step, Waiting};
use crate::network_error::NetworkError;
use crate::trace::{Rule, StepOutcome};
use crate::user_agent::UserAgent;

/// Follows [CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0), steps 1
/// to 6.
pub(crate) fn start(mut fetch: Box<Fetch>, ua: &UserAgent) -> Step {
    // 1. to 5.
    let mut headers = cors_preflight_headers(&fetch.request.checked());
    append_hop_headers(&mut headers, &fetch, ua);
    let outgoing = Outgoing {
        url: fetch.request.current_url().clone(),
        method: b"OPTIONS".to_vec(),
        headers,
        body: OutgoingBody::None,
        includes_credentials: false,
        purpose: Purpose::Preflight,
    };
    // 6.
    fetch.trace.sent(SENT, &outgoing);
    Step::Send(Box::new(outgoing), Pending { fetch, waiting: Waiting::Preflight })
}

/// Follows [CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0), steps 7
/// and 8, and goes on with the request.
pub(crate) fn receive(
    mut fetch: Box<Fetch>,
    ua: &mut UserAgent,
    head: ResponseHead,
    now: Duration,
) -> Step {
    fetch.trace.received(SENT, &head);
    let quirks = ua.profile().quirks();
    // The result is decided below; this leaves word of what was compared.
    let _ = traced_cors_check(&mut fetch, &head);
    let request = fetch.request.checked();
    match check_preflight_response(&request, head.status, &head.headers, &quirks) {
        Ok(permissions) => {
            let key = fetch.cache_key();
            let max_age = permissions.max_age.as_secs();
            ua.preflight_cache.store(key, &request, &permissions, (&quirks, now));
            fetch.trace.push(STORED, StepOutcome::PreflightStored { max_age });
            http_network_or_cache_fetch::start(fetch, ua, now)
        }
        Err(failure) => {
            trace_failure(&mut fetch, &failure);
            fetch.fail(ua, NetworkError::Preflight(failure))
        }
    }
}

/// Leaves word of the list that does not name what was asked for.
fn trace_failure(fetch: &mut Fetch, failure: &PreflightFailure) {
    let (step, header, expected) = match failure {
        PreflightFailure::MethodNotAllowed => {
            ("7.5", "access-control-allow-methods", fetch.request.method.clone())
        }
        PreflightFailure::RequestHeaderNotAllowed(name) => {
            ("7.7", "access-control-allow-headers", name.clone())
        }
        _ => return,
    };
    let rule = Rule { anchor: "cors-preflight-fetch-0", step };
    fetch.trace.compared(rule, header, &expected, |_| false);
}

const SENT: Rule = Rule { anchor: "cors-preflight-fetch-0", step: "6" };
const STORED: Rule = Rule { anchor: "cors-preflight-fetch-0", step: "7.12" };
