//! For axum: a router that knows which methods its routes have.
//!
//! A policy allows methods for a whole API, and a preflight that is answered by the policy alone
//! allows `DELETE` where nothing can be deleted: the browser sends it, and the page gets a 405.
//! [`CorsRouter`] asks the router first, so that the browser itself says which method is not
//! allowed.

use std::convert::Infallible;
use std::future::{Future, Ready, ready};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::routing::future::RouteFuture;
use axum::serve::{IncomingStream, Listener};
use corsac::Answer;
use corsac::server::RequestKind;
use http::header::{self, HeaderValue};
use http::{Method, Request, Response, StatusCode, Uri};
use tower_layer::{Layer, layer_fn};
use tower_service::Service;

use crate::apply::{Head, PreparedPolicy};
use crate::beside::Refusals;
use crate::future::ResponseFuture;
use crate::layer::CorsLayer;
use crate::service::Cors;

/// A router with a policy around all of it, which answers a preflight with the methods that exist
/// where it goes.
///
/// It is what [`CorsLayer`] is around a finished router, and two things more.
///
/// - A preflight for a method that the route lacks is answered with the route's own methods, as
///   [`corsac::Policy::with_existing_methods`] says. Where nothing is routed, or a service takes every
///   method, the policy's own list is the answer.
/// - It cannot be put in the wrong order. It takes the whole router, its fallbacks and layers
///   included, and has no `route` or `layer` of its own.
///
/// Preflights do not get to the router: no handler, fallback or layer runs for them, and an
/// `OPTIONS` handler sees what is not a preflight. Every other request goes to the router as it
/// is, and `Allow` stays what the router says.
///
/// # Examples
///
/// ```
/// use axum::{Router, routing::get};
/// use corsac::Policy;
/// use corsac_tower::CorsLayer;
/// use corsac_tower::axum::CorsRouter;
/// # use http::{Request, header};
/// # use tower::ServiceExt;
///
/// let policy = Policy::builder(["https://app.example"]).methods(["PUT", "DELETE"]).build()?;
/// let router = Router::new().route("/report", get(async || "all is well"));
/// let app = CorsRouter::new(router, CorsLayer::new(policy));
///
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// let preflight = Request::options("/report")
///     .header("origin", "https://app.example")
///     .header("access-control-request-method", "DELETE");
/// let answer = app.oneshot(preflight.body(axum::body::Body::empty()).unwrap()).await.unwrap();
/// // Not `PUT, DELETE`, which the policy allows and the route does not have.
/// assert_eq!(answer.headers()["access-control-allow-methods"], "GET, HEAD, POST");
/// # });
/// # Ok::<(), corsac::ConfigErrors>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct CorsRouter {
    inner: Cors<Router>,
    layer: CorsLayer,
    routes: Arc<Routes>,
}

impl CorsRouter {
    /// The router with this layer around it.
    pub fn new(router: Router, layer: CorsLayer) -> Self {
        Self {
            routes: Arc::new(Routes::of(&router)),
            inner: layer.layer(router),
            layer,
        }
    }
}

impl<B> Service<Request<B>> for CorsRouter
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = ResponseFuture<RouteFuture<Infallible>, Body>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let head = Head::new(request.method(), request.headers());
        match RequestKind::of(&head) {
            RequestKind::Preflight { .. } => {}
            RequestKind::NotCors | RequestKind::Cors { .. } => return self.inner.call(request),
        }
        let policy = self.layer.source().load().into_owned();
        let policy = self.routes.policy_at(request.uri(), policy);
        let answer = policy.answer(&head);
        let beside = self.layer.beside();
        if let Some(beside) = beside {
            beside.watch.decided(&head, &answer);
        }
        match answer {
            Answer::Preflight(reply) | Answer::Reject(reply) => {
                let mut response = policy.reply(&reply, &head);
                Refusals::of(beside).tell(reply.refusal(), response.extensions_mut());
                ResponseFuture::replied(response)
            }
            // A policy forwards no preflight; if it did, the router would have to answer.
            Answer::Forward(_) => self.inner.call(request),
        }
    }
}

/// So that `axum::serve` takes it as it takes a router.
impl<L: Listener> Service<IncomingStream<'_, L>> for CorsRouter {
    type Response = Self;
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: IncomingStream<'_, L>) -> Self::Future {
        ready(Ok(self.clone()))
    }
}

/// The methods of a router's routes, and the policies that they make.
#[derive(Debug)]
struct Routes {
    /// The router, with nothing behind its routes.
    map: Router,
    narrowed: Mutex<Narrowed>,
}

/// One policy for each set of methods, made of the policy that is in force.
#[derive(Debug, Default)]
struct Narrowed {
    of: Option<Arc<PreparedPolicy>>,
    by_allow: Vec<(HeaderValue, Arc<PreparedPolicy>)>,
}

impl Routes {
    fn of(router: &Router) -> Self {
        // The layer throws away what it is put around: no handler and no other layer is left.
        let nothing = layer_fn(|_| Nothing);
        Self {
            map: router.clone().layer(nothing),
            narrowed: Mutex::default(),
        }
    }

    /// The policy for the methods that exist at a URI.
    fn policy_at(&self, uri: &Uri, policy: Arc<PreparedPolicy>) -> Arc<PreparedPolicy> {
        let Some(allow) = self.allow_at(uri) else {
            return policy;
        };
        let mut narrowed = self.narrowed.lock().unwrap_or_else(PoisonError::into_inner);
        narrowed.policy_for(allow, policy)
    }

    /// What the router says in `Allow` to a method that no route has; none if it says nothing,
    /// because nothing is routed there, or every method.
    fn allow_at(&self, uri: &Uri) -> Option<HeaderValue> {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = Method::from_bytes(NO_METHOD).expect("it is a token");
        *request.uri_mut() = uri.clone();
        let future = Service::call(&mut self.map.clone(), request);
        // Nothing behind the routes waits for anything.
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(mut response)) => response.headers_mut().remove(header::ALLOW),
            Poll::Ready(Err(impossible)) => match impossible {},
            Poll::Pending => None,
        }
    }
}

impl Narrowed {
    fn policy_for(
        &mut self,
        allow: HeaderValue,
        policy: Arc<PreparedPolicy>,
    ) -> Arc<PreparedPolicy> {
        let is_of = |it: &Arc<_>| Arc::ptr_eq(it, &policy);
        if !self.of.as_ref().is_some_and(is_of) {
            self.by_allow.clear();
            self.of = Some(Arc::clone(&policy));
        }
        let known = self.by_allow.iter().find(|(it, _)| *it == allow);
        if let Some((_, narrowed)) = known {
            return Arc::clone(narrowed);
        }
        let Ok(narrowed) = policy.policy().with_existing_methods(methods(&allow)) else {
            return policy;
        };
        let narrowed = Arc::new(PreparedPolicy::new(narrowed));
        if self.by_allow.len() < MAX_METHOD_SETS {
            self.by_allow.push((allow, Arc::clone(&narrowed)));
        }
        narrowed
    }
}

/// The methods in an `Allow` field, but for those that no page can send.
fn methods(allow: &HeaderValue) -> Vec<String> {
    let members = allow.as_bytes().split(|byte| *byte == b',');
    let members = members
        .map(<[u8]>::trim_ascii)
        .filter(|it| corsac::method::is_method(it) && !corsac::method::is_forbidden_method(it));
    members
        .map(|it| String::from_utf8_lossy(it).into_owned())
        .collect()
}

/// What stands behind the routes of the map.
#[derive(Clone, Copy, Debug)]
struct Nothing;

impl Service<Request<Body>> for Nothing {
    type Response = StatusCode;
    type Error = Infallible;
    type Future = Ready<Result<StatusCode, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        ready(Ok(StatusCode::NOT_FOUND))
    }
}

/// A method for which there is no route: axum routes those of the HTTP standard, and `PATCH`.
const NO_METHOD: &[u8] = b"-";

/// How many sets of methods are remembered. A router has no more than there are kinds of resources
/// in its API; for what is beyond, the policy is made anew each time.
const MAX_METHOD_SETS: usize = 64;
