//! One request and its answer.

use std::convert::Infallible;
use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;

use corsac::server::Decoration;
use corsac::{Answer, Refusal};
use corsac_tower::apply::Head;
use http::header::{ALLOW, HOST, HeaderMap, HeaderValue, MAX_FORWARDS};
use http::uri::PathAndQuery;
use http::{Method, Request, Response, StatusCode, Uri, Version, request, response};
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;

use crate::Gateway;
use crate::body::Body;
use crate::client_io::Ending;
use crate::connections::Place;
use crate::failure::Failure;
use crate::fields::{self, ClientAddress, Host};
use crate::observer::{AnsweredBy, Exchange};
use crate::path;
use crate::routes::Route;
use crate::tunnel;
use crate::upstream::{Connection, Exchanged, RequestBody};

/// A connection of a client, as its requests see it.
#[derive(Debug)]
pub(crate) struct Client {
    gateway: Gateway,
    address: ClientAddress,
    place: Place,
    ending: Arc<Ending>,
}

/// A response, and what there is to say about it.
struct Answered {
    response: Response<Body>,
    by: AnsweredBy,
    refusal: Option<Refusal>,
}

impl Client {
    pub(crate) fn new(
        gateway: Gateway,
        address: IpAddr,
        place: Place,
        ending: Arc<Ending>,
    ) -> Self {
        Self {
            gateway,
            address: ClientAddress::new(address),
            place,
            ending,
        }
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// Finds the route, and lets its policy answer.
    fn begin(&self, request: Request<Incoming>) -> Step {
        if request.version() == Version::HTTP_10 {
            self.ending.bears_meaning();
        }
        let route = self
            .gateway
            .routes
            .load()
            .find(request.uri().path())
            .map(Arc::clone);
        let Some(route) = route else {
            return Step::Answered(Answered::failed(
                match request.method() == Method::CONNECT {
                    true => Failure::MethodNotSupported,
                    false => Failure::NoRoute,
                },
            ));
        };
        let Some(policy) = &route.policy else {
            return self.forward(route, request, None);
        };
        let head = Head::new(request.method(), request.headers());
        match policy.answer(&head) {
            Answer::Preflight(reply) | Answer::Reject(reply) => Step::Answered(Answered {
                response: policy.reply(&reply, &head),
                by: AnsweredBy::Policy,
                refusal: reply.refusal(),
            }),
            Answer::Forward(decoration) => {
                let origin = head.echoed_origin(&decoration).cloned();
                self.forward(route, request, Some((decoration, origin)))
            }
        }
    }

    /// Lets the upstream answer, if the request is one that can be forwarded.
    fn forward(
        &self,
        route: Arc<Route>,
        request: Request<Incoming>,
        decoration: Option<(Decoration, Option<HeaderValue>)>,
    ) -> Step {
        let unanswered = match answer_without_upstream(&route, &request) {
            Some(mut answered) => {
                answered.decorate(&route, decoration);
                return Step::Answered(answered);
            }
            None => request,
        };
        let (mut head, body) = unanswered.into_parts();
        let upgrade = self.rewrite(&mut head, &route);
        let on_upgrade = upgrade.and_then(|_| head.extensions.remove::<OnUpgrade>());
        head.extensions.clear();
        let request = Request::from_parts(head, RequestBody::new(body));
        Step::Forward(Forward {
            route,
            request,
            decoration,
            on_upgrade,
        })
    }

    /// Turns the head of a request into the one that the upstream gets.
    ///
    /// Returns the protocol that the client asks to go on with.
    ///
    /// `Host` becomes the upstream's own name, as the target of any HTTP request has it: the
    /// server behind does not know the gateway's name, and may answer nothing else than its own.
    /// Whoever needs the other finds it in `X-Forwarded-Host`.
    fn rewrite(&self, head: &mut request::Parts, route: &Route) -> Option<HeaderValue> {
        let headers = &mut head.headers;
        let upgrade = match head.version == Version::HTTP_11 {
            true => fields::upgrade(headers),
            false => None,
        };
        let takes_trailers = fields::takes_trailers(headers);
        fields::remove_hop_by_hop(headers);
        // The gateway itself tells the client to go on, once the upstream takes the body.
        headers.remove(http::header::EXPECT);
        if let Some(protocol) = &upgrade {
            fields::set_upgrade(headers, protocol.clone());
        }
        if takes_trailers {
            fields::set_takes_trailers(headers);
        }
        if head.method == Method::OPTIONS
            && let Some(hops) = fields::max_forwards(headers)
        {
            headers.insert(MAX_FORWARDS, HeaderValue::from(hops.saturating_sub(1)));
        }
        let host = headers.insert(HOST, route.upstream.host_field().clone());
        let host = target_host(&head.uri).or(host);
        fields::set_forwarded(headers, &self.address, host);
        fields::add_via(headers, head.version);
        head.uri = origin_form(std::mem::take(&mut head.uri));
        head.version = Version::HTTP_11;
        upgrade
    }

    fn tunnel(self: &Arc<Self>, client: OnUpgrade, upstream: Box<Connection>) {
        let this = Arc::clone(self);
        tokio::spawn(async move {
            // How a tunnel ends, its two ends see for themselves.
            let _ = this.place.unless_ended(tunnel::run(client, upstream)).await;
        });
    }
}

/// Answers a request of a client, and tells the observer.
pub(crate) fn exchange(
    client: &Arc<Client>,
    request: Request<Incoming>,
) -> impl Future<Output = Result<Response<Body>, Infallible>> + use<> {
    let received = client
        .gateway
        .observer
        .as_ref()
        .map(|_| Received::copied(&request));
    let step = client.begin(request);
    let client = Arc::clone(client);
    async move {
        let answered = match step {
            Step::Answered(answered) => answered,
            Step::Forward(forward) => forward.run(&client).await,
        };
        if let (Some(received), Some(observer)) = (received, &client.gateway.observer) {
            observer(&received.exchange(&answered));
        }
        Ok(answered.response)
    }
}

/// What becomes of a request.
enum Step {
    Answered(Answered),
    Forward(Forward),
}

/// A request that is ready for the upstream, and what to do with the response.
struct Forward {
    route: Arc<Route>,
    request: Request<RequestBody>,
    decoration: Option<(Decoration, Option<HeaderValue>)>,
    on_upgrade: Option<OnUpgrade>,
}

impl Forward {
    async fn run(self, client: &Arc<Client>) -> Answered {
        let Self {
            route,
            request,
            decoration,
            on_upgrade,
        } = self;
        let exchanged = route.upstream.send(request, route.patience).await;
        let response = exchanged.and_then(|it| finish(it, &route, client, on_upgrade));
        let mut answered = match response {
            Ok(response) => Answered {
                response,
                by: AnsweredBy::Upstream,
                refusal: None,
            },
            Err(failure) => Answered::failed(failure),
        };
        answered.decorate(&route, decoration);
        answered
    }
}

/// Turns the response of an upstream into the one that the client gets.
fn finish(
    exchanged: Exchanged,
    route: &Route,
    client: &Arc<Client>,
    on_upgrade: Option<OnUpgrade>,
) -> Result<Response<Body>, Failure> {
    let Exchanged {
        response,
        connection,
    } = exchanged;
    let (mut head, body) = response.into_parts();
    let agreed = rewrite_response(&mut head);
    if head.status != StatusCode::SWITCHING_PROTOCOLS {
        let body = Body::from_upstream(body, connection, &route.upstream);
        return Ok(Response::from_parts(head, body));
    }
    let (Some(on_upgrade), Some(protocol)) = (on_upgrade, agreed) else {
        return Err(Failure::InvalidResponse);
    };
    head.extensions.remove::<OnUpgrade>();
    fields::set_upgrade(&mut head.headers, protocol);
    client.tunnel(on_upgrade, connection);
    Ok(Response::from_parts(head, Body::default()))
}

/// The head of a request as it was received.
struct Received {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

impl Received {
    fn copied(request: &Request<Incoming>) -> Box<Self> {
        Box::new(Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            headers: request.headers().clone(),
        })
    }

    fn exchange<'a>(&'a self, answered: &'a Answered) -> Exchange<'a> {
        Exchange {
            method: &self.method,
            uri: &self.uri,
            request_headers: &self.headers,
            status: answered.response.status(),
            response_headers: answered.response.headers(),
            answered_by: answered.by,
            refusal: answered.refusal,
        }
    }
}

impl Answered {
    fn failed(failure: Failure) -> Self {
        let by = AnsweredBy::Gateway(failure);
        Self {
            response: failure.response(),
            by,
            refusal: None,
        }
    }

    fn decorate(&mut self, route: &Route, decoration: Option<(Decoration, Option<HeaderValue>)>) {
        if let (Some(policy), Some((decoration, origin))) = (&route.policy, decoration) {
            policy.decorate(&decoration, origin.as_ref(), self.response.headers_mut());
            self.refusal = decoration.refusal();
        }
    }

    /// The answer to `OPTIONS` that is not to be forwarded any further.
    fn options(route: &Route) -> Self {
        let mut response = Response::new(Body::default());
        *response.status_mut() = StatusCode::NO_CONTENT;
        if let Some(allow) = route.allow() {
            response.headers_mut().insert(ALLOW, allow.clone());
        }
        Self {
            response,
            by: AnsweredBy::Itself,
            refusal: None,
        }
    }
}

/// The gateway's own answer, if the request is not for the upstream.
fn answer_without_upstream(route: &Route, request: &Request<Incoming>) -> Option<Answered> {
    if let Some(allow) = route.method_refusal(request.method()) {
        let mut answered = Answered::failed(Failure::MethodNotAllowed);
        answered.response.headers_mut().insert(ALLOW, allow.clone());
        return Some(answered);
    }
    if let Err(failure) = can_be_forwarded(request) {
        return Some(Answered::failed(failure));
    }
    is_for_the_gateway(request).then(|| Answered::options(route))
}

/// Is it a request that means the same to every server, and that a gateway forwards?
fn can_be_forwarded(request: &Request<Incoming>) -> Result<(), Failure> {
    if [Method::TRACE, Method::CONNECT].contains(request.method()) {
        return Err(Failure::MethodNotSupported);
    }
    // RFC 9112, 3.2: such a request must be answered with 400.
    match fields::host(request.headers()) {
        Host::Several => return Err(Failure::MalformedHost),
        Host::None if request.version() == Version::HTTP_11 => return Err(Failure::MalformedHost),
        Host::One(host) if !is_host(host) => return Err(Failure::MalformedHost),
        Host::One(_) | Host::None => {}
    }
    if path::has_dot_segment(request.uri().path()) {
        return Err(Failure::AmbiguousPath);
    }
    match fields::is_loop(request.headers()) {
        true => Err(Failure::Loop),
        false => Ok(()),
    }
}

/// Could this be the value of `Host`? What is told here is no more than that it cannot end up in
/// two places of what a server makes of `X-Forwarded-Host`.
fn is_host(host: &HeaderValue) -> bool {
    let is_host_byte = |byte: &u8| byte.is_ascii_graphic() && !b"/?#@,\\\"<>".contains(byte);
    host.as_bytes().iter().all(is_host_byte)
}

/// Is it a request that the client wants answered before it reaches the upstream?
fn is_for_the_gateway(request: &Request<Incoming>) -> bool {
    request.method() == Method::OPTIONS && fields::max_forwards(request.headers()) == Some(0)
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
/// Returns the protocol that the upstream agrees to go on with.
fn rewrite_response(head: &mut response::Parts) -> Option<HeaderValue> {
    let headers: &mut HeaderMap = &mut head.headers;
    let agreed = match head.status == StatusCode::SWITCHING_PROTOCOLS {
        true => fields::upgrade(headers),
        false => None,
    };
    fields::remove_hop_by_hop(headers);
    fields::add_via(headers, head.version);
    head.version = Version::HTTP_11;
    agreed
}
