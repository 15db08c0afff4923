//! HTTP-redirect fetch: where a redirect leads, and what of the request goes along.

use std::sync::Arc;
use std::time::Duration;

use corsac::user_agent::{
    DroppedHeaders, Header, HeaderList, RequestMode, ResponseTainting,
    is_cors_safelisted_request_header,
};
use url::Url;

use crate::fetch::Fetch;
use crate::internal_request::{OfScript, Request};
use crate::machine::{ResponseHead, Step};
use crate::main_fetch::{finish, main_fetch};
use crate::method::Method;
use crate::network_error::NetworkError;
use crate::redirect_rules::{
    AtFirst, CredentialsInUrl, PreflightAfterRedirect, RedirectRefusal, RedirectedDelete,
};
use crate::referrer::set_referrer_policy_on_redirect;
use crate::request::Body;
use crate::request_constructor::includes_credentials;
use crate::trace::{Rule, StepOutcome};
use crate::url_list::{are_same_origin, origin_of};
use crate::user_agent::UserAgent;

/// How many redirects are followed.
pub(crate) const MAX_REDIRECTS: u8 = 20;

/// Follows [HTTP-redirect fetch](https://fetch.spec.whatwg.org/#concept-http-redirect-fetch).
pub(crate) fn http_redirect_fetch(
    mut fetch: Box<Fetch>,
    ua: &mut UserAgent,
    head: &ResponseHead,
    now: Duration,
) -> Step {
    let rules = ua.profile().redirect_rules();
    // 3. to 5.
    let to = match rules.location(head, fetch.request.current_url()) {
        Ok(Some(to)) => to,
        Ok(None) => return finish(fetch, head),
        Err(failure) => return fetch.fail(ua, NetworkError::RedirectLocation(failure)),
    };
    // 6. to 11.
    match redirect_error(&fetch, head, (&to, rules.credentials_in_url)) {
        Some(NetworkError::RedirectCredentials)
            if rules.refusal == RedirectRefusal::AfterThePreflight
                && fetch.request.response_tainting == ResponseTainting::Basic =>
        {
            fetch.doom = Some(NetworkError::RedirectCredentials);
        }
        Some(error) => return fetch.fail(ua, error),
        None => {}
    }
    let leaves_origin = !are_same_origin(fetch.request.url_list.current_origin(), &origin_of(&to));
    note_first(&mut fetch.request, ua);
    let request = &mut fetch.request;
    request.redirect_count += 1;
    if ua.profile().quirks().dropped_headers == DroppedHeaders::ComeBack {
        let was_preflighted = !fetch.preflighted.is_empty();
        bring_headers_back(request, head.status);
        if let Some(of_script) = &mut request.of_script {
            of_script.was_preflighted = was_preflighted;
        }
    }
    // 12.
    let is_delete = rules.delete == RedirectedDelete::BecomesGet
        && *request.method == *b"DELETE"
        && leaves_origin;
    let becomes_get = becomes_get(&request.method, head.status);
    if becomes_get {
        delete_request_body_headers(&mut request.headers);
    }
    if becomes_get || is_delete {
        request.method = Method::GET;
        request.body = None;
        fetch.trace.push(rule("12"), StepOutcome::BecameGet);
    } else {
        restore_request_body_headers(request, (leaves_origin, &to));
    }
    // 13.
    let request = &mut fetch.request;
    if let Some(of_script) = &mut request.of_script
        && leaves_origin
    {
        of_script.asked_for.delete(b"authorization");
    }
    if leaves_origin && request.headers.contains(b"authorization") {
        request.headers.delete(b"authorization");
        fetch
            .trace
            .push(rule("13"), StepOutcome::AuthorizationDropped);
    }
    // 18. and 19.
    fetch.request.url_list.append(to);
    let to = Arc::clone(fetch.request.current_url());
    fetch.trace.push(rule("18"), StepOutcome::Redirected { to });
    set_referrer_policy_on_redirect(&mut fetch.request, &head.headers);
    // 22.
    main_fetch(fetch, ua, now)
}

/// Keeps what later preflights are to know of the first hop.
fn note_first(request: &mut Request, ua: &UserAgent) {
    if ua.profile().redirect_rules().preflight == PreflightAfterRedirect::OfTheScript
        && request.at_first.is_none()
    {
        let quirks = ua.profile().quirks();
        request.at_first = Some(Box::new(AtFirst {
            unsafe_header_names: quirks.cors_unsafe_request_header_names(&request.headers),
            referrer: request.referrer.clone(),
            referrer_part: request.referrer_part,
            of_body: request
                .headers
                .iter()
                .filter(|it| is_request_body_header(it))
                .cloned()
                .collect(),
        }));
    }
}

/// Brings the script's headers of the body back to a request that became `GET` before.
///
/// WebKit loads anew, with the headers of the script, what needed a preflight. Whatever else goes
/// to another origin keeps safelisted headers alone.
fn restore_request_body_headers(request: &mut Request, (leaves_origin, to): (bool, &Url)) {
    let is_cors = request.response_tainting == ResponseTainting::Cors
        || request.mode == RequestMode::Cors && !are_same_origin(&origin_of(to), request.origin());
    let Some(first) = request.at_first.as_ref().filter(|_| is_cors) else {
        return;
    };
    let keeps_all = !leaves_origin || !first.unsafe_header_names.is_empty();
    let is_kept =
        |it: &&Header| keeps_all || is_cors_safelisted_request_header(it.name(), it.value());
    let kept: Vec<Header> = first.of_body.iter().filter(is_kept).cloned().collect();
    for header in kept {
        request.headers.append_if_absent(&header);
    }
}

/// Why the redirect is not followed, if it is not.
fn redirect_error(
    fetch: &Fetch,
    head: &ResponseHead,
    (to, credentials_in_url): (&Url, CredentialsInUrl),
) -> Option<NetworkError> {
    let request = &fetch.request;
    let has_credentials = includes_credentials(to);
    let is_foreign =
        request.mode == RequestMode::Cors && !are_same_origin(&origin_of(to), request.origin());
    let is_tainted = request.response_tainting == ResponseTainting::Cors;
    let is_stream = request.body == Some(Body::Stream);
    if !matches!(to.scheme(), "http" | "https") {
        Some(NetworkError::RedirectScheme)
    } else if request.redirect_count == MAX_REDIRECTS {
        Some(NetworkError::TooManyRedirects)
    } else if has_credentials && is_foreign {
        Some(NetworkError::RedirectCredentials)
    } else if has_credentials && is_tainted {
        Some(NetworkError::RedirectCredentialsBack)
    } else if has_credentials && credentials_in_url == CredentialsInUrl::Nowhere {
        Some(NetworkError::RedirectCredentials)
    } else if head.status != 303 && is_stream {
        Some(NetworkError::RedirectStream)
    } else {
        None
    }
}

/// Does a redirect of this status turn the method into `GET`?
fn becomes_get(method: &[u8], status: u16) -> bool {
    match status {
        301 | 302 => method == b"POST",
        303 => !matches!(method, b"GET" | b"HEAD"),
        _ => false,
    }
}

fn is_request_body_header(header: &Header) -> bool {
    REQUEST_BODY_HEADER_NAMES
        .iter()
        .any(|name| header.name().eq_ignore_ascii_case(name))
}

fn delete_request_body_headers(headers: &mut HeaderList) {
    for name in REQUEST_BODY_HEADER_NAMES {
        headers.delete(name);
    }
}

/// Gives a request the headers back that redirects before this one dropped.
///
/// Firefox sets the script's headers again, without those of the body if this redirect would have
/// turned the script's own method into `GET`; a preflight names them unless it did so with the
/// present one.
fn bring_headers_back(request: &mut Request, status: u16) {
    let of_script = request.of_script.take().unwrap_or_else(|| OfScript {
        method: request.method.clone(),
        headers: request.headers.clone(),
        asked_for: HeaderList::new(),
        was_preflighted: false,
    });
    request.headers = of_script.headers.clone();
    if becomes_get(&of_script.method, status) {
        delete_request_body_headers(&mut request.headers);
    }
    let mut asked_for = of_script.headers.clone();
    if becomes_get(&request.method, status) {
        delete_request_body_headers(&mut asked_for);
    }
    request.of_script = Some(OfScript {
        asked_for,
        ..of_script
    });
}

/// Follows [request-body-header name](https://fetch.spec.whatwg.org/#request-body-header-name).
const REQUEST_BODY_HEADER_NAMES: [&[u8]; 4] = [
    b"content-encoding",
    b"content-language",
    b"content-location",
    b"content-type",
];

fn rule(step: &'static str) -> Rule {
    Rule {
        anchor: "concept-http-redirect-fetch",
        step,
    }
}
