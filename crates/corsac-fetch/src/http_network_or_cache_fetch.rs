//! HTTP-network-or-cache fetch: the fields that go with a request, and what is kept of a response.
//!
//! There is no HTTP cache: every request goes to the network, as with a cache that is always
//! empty.

use std::sync::Arc;
use std::time::Duration;

use corsac::user_agent::{CredentialsMode, Header, HeaderList, ResponseTainting, StaticHeaderName};

use crate::cookies::{
    CookieCaller, CookieContext, CookieRefusal, CookieRules, SameSiteContext, ThirdParties,
};
use crate::fetch::Fetch;
use crate::http_fetch::Sent;
use crate::internal_request::Request;
use crate::machine::{
    ConnectionChoice, Outgoing, OutgoingBody, Pending, Purpose, ResponseHead, Step, Waiting,
};
use crate::network_error::NetworkError;
use crate::origin_header::origin_by;
use crate::referrer::referer_header;
use crate::request::{Body, CacheMode};
use crate::sec_fetch::append_by;
use crate::trace::{Rule, StepOutcome};
use crate::user_agent::UserAgent;

/// Follows [HTTP-network-or-cache fetch](https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch),
/// steps 8 to 11.2.
pub(crate) fn start(
    mut fetch: Box<Fetch>,
    ua: &mut UserAgent,
    connection: ConnectionChoice,
    now: Duration,
) -> Step {
    if let Some(error) = fetch.doom.take() {
        return fetch.fail(ua, error);
    }
    // 11.1.
    if fetch.request.cache_mode == CacheMode::OnlyIfCached {
        return fetch.fail(ua, NetworkError::OnlyIfCached);
    }
    let includes_credentials = includes_credentials(&fetch);
    let body = outgoing_body(&fetch);
    let mut headers = fetch.request.headers.combined(MOST_ADDED_HEADERS);
    // 8.5. to 8.9.
    if let Some(length) = content_length(&fetch) {
        headers.append(length);
    }
    append_hop_headers(&mut headers, &fetch.hop_headers, ua);
    append_cache_headers(&mut headers, fetch.request.cache_mode);
    append_accept_encoding(&mut headers);
    // 8.21.
    if includes_credentials
        && let Some(context) = cookie_context(&fetch.request, ua.profile().cookie_rules())
        && let Some(cookies) = ua.cookies.retrieve(context, now)
    {
        append(&mut headers, COOKIE, &cookies);
    }
    let outgoing = Arc::new(Outgoing {
        url: Arc::clone(fetch.request.current_url()),
        method: fetch.request.method.clone(),
        headers,
        body,
        includes_credentials,
        connection,
        purpose: Purpose::Request,
    });
    fetch.trace.sent(SENT, &outgoing);
    let sent = Sent {
        includes_credentials,
        connection,
    };
    Step::Send(
        outgoing,
        Pending {
            fetch,
            waiting: Waiting::Response(sent),
        },
    )
}

/// Takes from a response what the user agent keeps.
///
/// Follows [HTTP-network-or-cache fetch](https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch),
/// steps 12 to 19. Whoever is asked for a password declines, so that a 401 is handed on, unless the
/// body could not be sent with one; a 407 is a network error.
pub(crate) fn receive(
    fetch: &mut Fetch,
    ua: &mut UserAgent,
    (sent, head): (Sent, &ResponseHead),
    now: Duration,
) -> Result<(), NetworkError> {
    if sent.includes_credentials {
        for set_cookie in head.headers.lines(b"set-cookie") {
            let stored = match cookie_context(&fetch.request, ua.profile().cookie_rules()) {
                Some(context) => ua.cookies.store(set_cookie, context, now),
                None => Err(CookieRefusal::ThirdParty),
            };
            fetch.trace.push(
                COOKIE_RULE,
                match stored {
                    Ok(()) => StepOutcome::CookieStored,
                    Err(refusal) => StepOutcome::CookieRefused(refusal),
                },
            );
        }
    }
    match head.status {
        401 if sent.includes_credentials && is_resent_stream(&fetch.request) => {
            Err(NetworkError::AuthenticationStream)
        }
        407 => Err(NetworkError::ProxyAuthentication),
        _ => Ok(()),
    }
}

/// Would a password have to go with a stream that has been sent already?
fn is_resent_stream(request: &Request) -> bool {
    request.response_tainting != ResponseTainting::Cors && request.body == Some(Body::Stream)
}

/// Must the request be sent again, since the server does not answer for it over this connection?
///
/// Follows [HTTP-network-or-cache fetch](https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch),
/// step 17.
pub(crate) fn is_misdirected(
    body: Option<&Body>,
    connection: ConnectionChoice,
    status: u16,
) -> bool {
    status == 421 && connection == ConnectionChoice::Any && body != Some(&Body::Stream)
}

/// The fields that a request and its preflight have in common: `Referer`, `Origin` and those of
/// Fetch metadata.
pub(crate) fn hop_headers((request, purpose): (&Request, Purpose), ua: &UserAgent) -> HeaderList {
    let mut headers = HeaderList::with_capacity(MOST_HOP_HEADERS);
    // 8.11.
    if let Some(referer) = referer_header(request) {
        headers.append(referer);
    }
    // 8.12.
    if let Some(origin) = origin_by(request, ua.profile().redirect_rules().origin_of_get) {
        headers.append(origin);
    }
    // 8.13.
    append_by(
        ua.profile().fetch_metadata(),
        (request, purpose),
        &mut headers,
    );
    headers
}

/// Appends what a request and its preflight have in common, and the name of the user agent.
pub(crate) fn append_hop_headers(headers: &mut HeaderList, hop: &HeaderList, ua: &UserAgent) {
    for header in hop {
        headers.append(header.clone());
    }
    // 8.15.
    headers.append_if_absent(ua.identity().user_agent());
}

/// Appends the content codings that the user agent decodes: none.
///
/// Step 8.19 asks for that with a range alone, and step 8.20 leaves the others to the user agent.
/// Without the field a server may use any coding.
pub(crate) fn append_accept_encoding(headers: &mut HeaderList) {
    headers.append_if_absent(&ACCEPT_IDENTITY);
}

/// Which cookies the request may have; none if it may have no cookie.
fn cookie_context(request: &Request, rules: CookieRules) -> Option<CookieContext<'_>> {
    let current = request.url_list.current_origin();
    let same_site = match rules.third_parties {
        ThirdParties::BySameSite => SameSiteContext::by(rules, request),
        ThirdParties::Blocked if request.page_url_origin.is_schemelessly_same_site(current) => {
            SameSiteContext::StrictOrLess
        }
        ThirdParties::Blocked => return None,
    };
    Some(CookieContext {
        url: request.current_url(),
        caller: CookieCaller::Http,
        same_site,
    })
}

fn includes_credentials(fetch: &Fetch) -> bool {
    // 8.3.
    match fetch.request.credentials_mode {
        CredentialsMode::Include => true,
        CredentialsMode::SameOrigin => fetch.request.response_tainting == ResponseTainting::Basic,
        CredentialsMode::Omit => false,
    }
}

fn outgoing_body(fetch: &Fetch) -> OutgoingBody {
    match &fetch.request.body {
        None => OutgoingBody::None,
        Some(Body::Bytes { bytes, .. }) => OutgoingBody::Bytes(bytes.clone()),
        Some(Body::Stream) => OutgoingBody::Stream,
    }
}

fn content_length(fetch: &Fetch) -> Option<Header> {
    match &fetch.request.body {
        Some(Body::Bytes { bytes, .. }) => {
            Header::named(CONTENT_LENGTH, bytes.len().to_string().into_bytes())
        }
        Some(Body::Stream) => None,
        None => {
            let is_expected = matches!(&*fetch.request.method, b"POST" | b"PUT");
            is_expected.then_some(CONTENT_LENGTH_0)
        }
    }
}

/// Steps 8.16 to 8.18, for a cache that is always empty.
fn append_cache_headers(headers: &mut HeaderList, mode: CacheMode) {
    match mode {
        CacheMode::NoCache => headers.append_if_absent(&REVALIDATED),
        CacheMode::NoStore | CacheMode::Reload => {
            headers.append_if_absent(&PRAGMA_NO_CACHE);
            headers.append_if_absent(&NO_CACHE);
        }
        CacheMode::Default if is_conditional(headers) => {
            append_cache_headers(headers, CacheMode::NoStore);
        }
        CacheMode::Default | CacheMode::ForceCache | CacheMode::OnlyIfCached => {}
    }
}

/// Does the request go past the HTTP cache, whatever is in it?
pub(crate) fn bypasses_http_cache(request: &Request) -> bool {
    match request.cache_mode {
        CacheMode::NoStore | CacheMode::Reload | CacheMode::NoCache => true,
        CacheMode::Default => is_conditional(&request.headers),
        CacheMode::ForceCache | CacheMode::OnlyIfCached => false,
    }
}

/// Does a header make `no-store` of the default cache mode?
fn is_conditional(headers: &HeaderList) -> bool {
    let names: [&[u8]; 5] = [
        b"if-modified-since",
        b"if-none-match",
        b"if-unmodified-since",
        b"if-match",
        b"if-range",
    ];
    names.iter().any(|name| headers.contains(name))
}

fn append(headers: &mut HeaderList, name: StaticHeaderName, value: &[u8]) {
    if let Some(header) = Header::named(name, value) {
        headers.append(header);
    }
}

/// `Referer`, `Origin`, three of Fetch metadata.
const MOST_HOP_HEADERS: usize = 5;
/// Beside those `Content-Length`, `User-Agent`, two for caches, `Accept-Encoding`, `Cookie`.
const MOST_ADDED_HEADERS: usize = MOST_HOP_HEADERS + 6;
const CONTENT_LENGTH: StaticHeaderName = StaticHeaderName::new("Content-Length");
const CONTENT_LENGTH_0: Header = Header::from_static("Content-Length", "0");
const COOKIE: StaticHeaderName = StaticHeaderName::new("Cookie");
const ACCEPT_IDENTITY: Header = Header::from_static("Accept-Encoding", "identity");
const REVALIDATED: Header = Header::from_static("Cache-Control", "max-age=0");
const NO_CACHE: Header = Header::from_static("Cache-Control", "no-cache");
const PRAGMA_NO_CACHE: Header = Header::from_static("Pragma", "no-cache");

pub(crate) const MISDIRECTED: Rule = Rule {
    anchor: "concept-http-network-or-cache-fetch",
    step: "17.2",
};
const SENT: Rule = Rule {
    anchor: "concept-http-network-or-cache-fetch",
    step: "11.2",
};
const COOKIE_RULE: Rule = Rule {
    anchor: "concept-http-network-fetch",
    step: "17",
};
