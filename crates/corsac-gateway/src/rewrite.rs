//! The heads of messages, as they go on from here.

use http::header::{HOST, HeaderValue, MAX_FORWARDS};
use http::uri::PathAndQuery;
use http::{Method, Request, StatusCode, Uri, Version, request, response};
use hyper::body::Incoming;

use crate::failure::Failure;
use crate::fields::{self, ClientAddress, Host, Survey};
use crate::location::Names;
use crate::path;

/// Is it a request that means the same to every server, and that a gateway forwards?
pub(crate) fn can_be_forwarded(
    request: &Request<Incoming>,
    survey: &Survey,
) -> Result<(), Failure> {
    if [Method::TRACE, Method::CONNECT].contains(request.method()) {
        return Err(Failure::MethodNotSupported);
    }
    // RFC 9112, 3.2: such a request must be answered with 400.
    if !has_one_host(request) {
        return Err(Failure::MalformedHost);
    }
    if path::has_dot_segment(request.uri().path()) {
        return Err(Failure::AmbiguousPath);
    }
    match survey.is_loop(request.headers()) {
        true => Err(Failure::Loop),
        false => Ok(()),
    }
}

/// Is it clear which host the request is for?
///
/// The target names it in absolute form, which all requests of HTTP/2 have, and `Host` names it. If
/// both do, and differ, who stands behind or before the gateway may take the other.
fn has_one_host(request: &Request<Incoming>) -> bool {
    let target = request.uri().authority().map(|it| it.as_str());
    match (fields::host(request.headers()), target) {
        (Host::Several, _) => false,
        (Host::One(host), None) => is_host(host),
        (Host::One(host), Some(target)) => {
            let host = host.as_bytes();
            is_host_name(target.as_bytes()) && host.eq_ignore_ascii_case(target.as_bytes())
        }
        (Host::None, Some(target)) => {
            request.version() != Version::HTTP_11 && is_host_name(target.as_bytes())
        }
        (Host::None, None) => request.version() == Version::HTTP_10,
    }
}

/// Could this be the value of `Host`? What is checked is no more than that it cannot fall into
/// two parts where a server reads `X-Forwarded-Host`.
fn is_host(host: &HeaderValue) -> bool {
    is_host_name(host.as_bytes())
}

fn is_host_name(host: &[u8]) -> bool {
    let is_host_byte = |byte: &u8| byte.is_ascii_graphic() && !b"/?#@,\\\"<>".contains(byte);
    !host.is_empty() && host.iter().all(is_host_byte)
}

/// Is it a request that the client wants answered before it reaches the upstream?
pub(crate) fn is_for_the_gateway(request: &Request<Incoming>, survey: &Survey) -> bool {
    request.method() == Method::OPTIONS && survey.max_forwards(request.headers()) == Some(0)
}

/// Turns the head of a request into the one that the upstream gets.
///
/// Returns the protocol that the client asks to go on with.
///
/// `Host` becomes the upstream's own name, as the target of any HTTP request has it: the server
/// behind does not know the gateway's name, and may answer nothing else than its own. Whoever
/// needs the other finds it in `X-Forwarded-Host`.
pub(crate) fn request(
    head: &mut request::Parts,
    survey: &Survey,
    upstream: &HeaderValue,
    client: &ClientAddress,
) -> Option<HeaderValue> {
    let headers = &mut head.headers;
    let upgrade = survey
        .upgrade(headers)
        .filter(|_| head.version == Version::HTTP_11);
    let takes_trailers = survey.takes_trailers(headers);
    survey.remove_hop_by_hop(headers);
    survey.remove_expect(headers);
    if head.version == Version::HTTP_2 {
        fields::join_cookies(headers);
    }
    if let Some(protocol) = &upgrade {
        fields::set_upgrade(headers, protocol.clone());
    }
    if takes_trailers {
        fields::set_takes_trailers(headers);
    }
    if head.method == Method::OPTIONS
        && let Some(hops) = survey.max_forwards(headers)
    {
        headers.insert(MAX_FORWARDS, HeaderValue::from(hops.saturating_sub(1)));
    }
    let host = headers.insert(HOST, upstream.clone());
    let host = target_host(&head.uri).or(host);
    fields::set_forwarded(headers, client, host);
    fields::add_via(headers, head.version);
    head.uri = origin_form(std::mem::take(&mut head.uri));
    head.version = Version::HTTP_11;
    upgrade
}

/// The host that a request target in absolute form names; it stands above `Host`.
fn target_host(uri: &Uri) -> Option<HeaderValue> {
    HeaderValue::from_str(uri.authority()?.as_str()).ok()
}

/// The request target as servers get it: path and query alone.
fn origin_form(uri: Uri) -> Uri {
    if uri.authority().is_none() {
        return uri;
    }
    let path = uri.path_and_query().cloned();
    Uri::from(path.unwrap_or_else(|| PathAndQuery::from_static("/")))
}

/// Turns the head of an upstream's response into the one that the client gets.
///
/// What it points to is renamed by `names`, for a client that calls the gateway `host`. Returns the
/// protocol that the upstream agrees to go on with.
pub(crate) fn response(
    head: &mut response::Parts,
    names: &Names,
    host: Option<&HeaderValue>,
) -> Option<HeaderValue> {
    let headers = &mut head.headers;
    let survey = Survey::of(headers);
    let is_agreed = head.status == StatusCode::SWITCHING_PROTOCOLS;
    let agreed = survey.upgrade(headers).filter(|_| is_agreed);
    survey.remove_hop_by_hop(headers);
    if survey.has_location() {
        names.rename(headers, host);
    }
    fields::add_via(headers, head.version);
    head.version = Version::HTTP_11;
    agreed
}
