//! One request and its answer.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;

use corsac::server::{Decoration, Difference};
use corsac::{Answer, Refusal, RequestField, RequestHead};
use corsac_tower::apply::Head;
use http::header::{ALLOW, HeaderMap, HeaderValue};
use http::{Method, Request, Response, StatusCode, Uri, Version};
use http_body::Body as _;
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use tokio::time::{Instant, timeout_at};

use crate::Gateway;
use crate::account::Account;
use crate::answering::Answering;
use crate::body::Body;
use crate::failure::Failure;
use crate::fields::{self, ClientAddress, Survey};
use crate::front::{Ending, Place};
use crate::observer::{AnsweredBy, Exchange};
use crate::record::Verdict;
use crate::rewrite;
use crate::routes::Route;
use crate::statistics::CountedConnection;
use crate::tunnel;
use crate::upstream::{Connection, Exchanged, RequestBody};

/// A connection of a client, as its requests see it.
#[derive(Debug)]
pub(crate) struct Client {
    gateway: Gateway,
    _counted: CountedConnection,
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
        address: ClientAddress,
        place: Place,
        ending: Arc<Ending>,
    ) -> Self {
        Self {
            _counted: gateway.statistics.connected(),
            gateway,
            address,
            place,
            ending,
        }
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    pub(crate) fn ending(&self) -> &Arc<Ending> {
        &self.ending
    }

    /// Finds the route, and lets its policy answer.
    fn begin(&self, request: Request<Incoming>, account: Option<&mut Account>) -> Step {
        if request.version() == Version::HTTP_10 {
            self.ending.bears_meaning();
        }
        let routes = self.gateway.routes.load();
        let Some(route) = routes.find(request.uri(), request.headers()) else {
            return Step::Answered(Answered::failed(
                match request.method() == Method::CONNECT {
                    true => Failure::MethodNotSupported,
                    false => Failure::NoRoute,
                },
            ));
        };
        let Some(policy) = &route.policy else {
            if let Some(account) = account {
                account.decided(route, Verdict::NotAsked, None);
            }
            return self.forward(Arc::clone(route), request, None);
        };
        let head = Head::new(request.method(), request.headers());
        let answer = policy.answer(&head);
        if let Some(account) = account {
            let difference = difference(route, &head, &answer);
            account.decided(route, verdict(&head, &answer), difference);
        }
        match answer {
            Answer::Preflight(reply) | Answer::Reject(reply) => Step::Answered(Answered {
                response: policy.reply(&reply, &head),
                by: AnsweredBy::Policy,
                refusal: reply.refusal(),
            }),
            Answer::Forward(decoration) => {
                let origin = head.echoed_origin(&decoration).cloned();
                self.forward(Arc::clone(route), request, Some((decoration, origin)))
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
        let survey = Survey::of(request.headers());
        if let Some(mut answered) = answer_without_upstream(&route, &request, &survey) {
            answered.decorate(&route, decoration);
            return Step::Answered(answered);
        }
        let (mut head, body) = request.into_parts();
        let host = route.upstream.host_field();
        let upgrade = rewrite::request(&mut head, &survey, host, &self.address);
        head.uri = route.target(head.uri);
        let on_upgrade = upgrade.and_then(|_| head.extensions.remove::<OnUpgrade>());
        head.extensions.clear();
        let host = fields::forwarded_host(&head.headers);
        let host = host.filter(|_| route.names.tell_paths_apart()).cloned();
        let request = Request::from_parts(head, RequestBody::new(body, route.max_body));
        Step::Forward(Forward {
            route,
            request,
            decoration,
            asked: Asked { on_upgrade, host },
        })
    }

    fn tunnel(self: &Arc<Self>, client: OnUpgrade, upstream: Box<Connection>) {
        let this = Arc::clone(self);
        tokio::spawn(async move {
            // How a tunnel ends, its two ends see for themselves.
            let _ = this.place.unless_ended(tunnel::run(client, upstream)).await;
        });
    }
}

/// Answers a request of a client, and tells whoever wants to know.
pub(crate) fn exchange(client: &Arc<Client>, request: Request<Incoming>) -> Answering {
    client.place.idleness().ends();
    let mut witness = Witness::of(client, &request);
    match client.begin(request, witness.account.as_deref_mut()) {
        Step::Answered(answered) => {
            if witness.is_http1 && !witness.has_body {
                client.ending.is_answered_at_once();
            }
            Answering::Answered(Some(witness.tell(client, answered)))
        }
        Step::Forward(forward) => {
            let client = Arc::clone(client);
            Answering::Asking(Box::pin(async move {
                let answered = forward.run(&client, witness.account.as_deref_mut()).await;
                witness.tell(&client, answered)
            }))
        }
    }
}

/// What is kept of a request for those who want to know of its answer.
struct Witness {
    is_http1: bool,
    has_body: bool,
    received: Option<Box<Received>>,
    account: Option<Box<Account>>,
}

impl Witness {
    fn of(client: &Client, request: &Request<Incoming>) -> Self {
        let observer = client.gateway.observer.as_ref();
        let watch = client.gateway.watch.as_ref();
        Self {
            is_http1: request.version() <= Version::HTTP_11,
            has_body: !request.body().is_end_stream(),
            received: observer.map(|_| Received::copied(request)),
            account: watch.map(|watch| Account::open(watch, client.address.ip(), request)),
        }
    }

    fn tell(self, client: &Client, mut answered: Answered) -> Response<Body> {
        // Of a body that nobody reads the rest may still come, so that the connection is closed. The
        // client must know, or its next request is lost.
        let is_left = self.has_body && !matches!(answered.by, AnsweredBy::Upstream);
        if self.is_http1 && (is_left || client.place.is_finishing()) {
            fields::set_close(&mut answered.response);
        }
        if let (Some(received), Some(observer)) = (self.received, &client.gateway.observer) {
            observer(&received.exchange(&answered));
        }
        if let Some(mut account) = self.account {
            account.answered(answered.response.status(), answered.by);
            answered.response.body_mut().keep_account(account);
        }
        answered.response
    }
}

/// What the policy decided, in a word for the log.
fn verdict(head: &Head<'_>, answer: &Answer) -> Verdict {
    match answer.refusal() {
        Some(refusal) => Verdict::Refused(refusal),
        None if head.lines(RequestField::Origin).next().is_some() => Verdict::Allowed,
        None => Verdict::NotAsked,
    }
}

/// What the policy that rides along would have said differently.
fn difference(route: &Route, head: &Head<'_>, answer: &Answer) -> Option<Difference> {
    let other = route.report_only.as_ref()?;
    Difference::between(answer, &other.answer(head))
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
    asked: Asked,
}

/// What the client has said that matters for the response.
struct Asked {
    on_upgrade: Option<OnUpgrade>,
    /// What it calls the gateway, if the route has another prefix than the upstream.
    host: Option<HeaderValue>,
}

impl Forward {
    async fn run(self, client: &Arc<Client>, account: Option<&mut Account>) -> Answered {
        let Self {
            route,
            mut request,
            decoration,
            asked,
        } = self;
        let until = route.exchange_timeout.map(|it| Instant::now() + it);
        let asked_at = account.as_ref().map(|_| Instant::now());
        let exchange = pin!(route.upstream.send(&mut request, route.patience));
        let exchanged = within(until, exchange).await;
        if let (Some(account), Some(asked_at)) = (account, asked_at) {
            account.upstream_took(asked_at.elapsed());
        }
        let response = exchanged.and_then(|it| finish(it, client, &route, asked));
        let response = response.map(|it| match until {
            None => it,
            Some(until) => it.map(|body| body.until(until)),
        });
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

/// Gives an exchange so much time until there is a head.
///
/// It is borrowed: a future that is handed on by value takes its room twice.
async fn within(
    until: Option<Instant>,
    exchange: Pin<&mut impl Future<Output = Result<Exchanged, Failure>>>,
) -> Result<Exchanged, Failure> {
    match until {
        None => exchange.await,
        Some(until) => {
            let exchanged = Box::pin(timeout_at(until, exchange)).await;
            exchanged.unwrap_or(Err(Failure::ExchangeTimeout))
        }
    }
}

/// Turns the response of an upstream into the one that the client gets.
fn finish(
    exchanged: Exchanged,
    client: &Arc<Client>,
    route: &Route,
    asked: Asked,
) -> Result<Response<Body>, Failure> {
    let Exchanged { mut head, body } = exchanged;
    let agreed = rewrite::response(&mut head, &route.names, asked.host.as_ref());
    if head.status != StatusCode::SWITCHING_PROTOCOLS {
        let body = Body::from_upstream(body);
        return Ok(Response::from_parts(head, body));
    }
    let connection = body.into_connection();
    let (Some(on_upgrade), Some(protocol), Some(connection)) =
        (asked.on_upgrade, agreed, connection)
    else {
        return Err(Failure::InvalidResponse);
    };
    fields::set_upgrade(&mut head.headers, protocol);
    client.ending.leaves_http();
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
            policy.decorate(&decoration, origin, self.response.headers_mut());
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
fn answer_without_upstream(
    route: &Route,
    request: &Request<Incoming>,
    survey: &Survey,
) -> Option<Answered> {
    if route.is_nowhere() {
        return Some(Answered::failed(Failure::NoRoute));
    }
    if let Some(allow) = route.method_refusal(request.method()) {
        let mut answered = Answered::failed(Failure::MethodNotAllowed);
        answered.response.headers_mut().insert(ALLOW, allow.clone());
        return Some(answered);
    }
    if let Err(failure) = rewrite::can_be_forwarded(request, survey) {
        return Some(Answered::failed(failure));
    }
    if request.body().size_hint().lower() > route.max_body {
        return Some(Answered::failed(Failure::BodyTooLong));
    }
    rewrite::is_for_the_gateway(request, survey).then(|| Answered::options(route))
}
