//! Origins that a function knows: a table of tenants, a service that can be asked.

mod future;
mod verdicts;

use std::fmt;
use std::future::{Future, Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};

use corsac::Answer;
use corsac::server::{DynamicPolicy, Verdict};
use http::request::Parts;
use http::{HeaderValue, Request, Response};
use tower_layer::Layer;
use tower_service::Service;

pub use self::future::DynamicResponseFuture;
use self::verdicts::Question;
pub use self::verdicts::{MAX_VERDICTS, Verdicts};
use crate::apply::{Head, PreparedPolicy};
use crate::beside::Refusals;
use crate::future::{Forwarded, ResponseFuture};

/// Wraps a service so that a policy answers its CORS requests, whose origins a function knows.
///
/// The function is asked about origins that are well-formed and not in the policy's list. It gets
/// the origin and the head of the request, of which it may look at what the policy
/// [varies on](DynamicPolicy::varies_on), and at nothing else. It cannot fail: what is not certain
/// is refused.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use axum::{Router, routing::get};
/// use corsac::Policy;
/// use corsac_tower::{DynamicCorsLayer, Verdicts};
///
/// let policy = Policy::builder(["https://app.example"]).build_with_function(["host"])?;
/// let verdicts = Verdicts::kept_for(Duration::from_secs(60));
/// let cors = DynamicCorsLayer::new(policy, |origin, request| {
///     let host = request.headers.get("host").cloned();
///     let origin = origin.clone();
///     // Ask the database here.
///     async move { host.is_some_and(|it| it == "shop.example") && origin == "https://shop.example" }
/// });
/// let app: Router = Router::new()
///     .route("/", get(async || "hello"))
///     .layer(cors.with_verdicts(&verdicts));
/// # let _ = app;
///
/// // When the table changes:
/// verdicts.forget();
/// # Ok::<(), corsac::ConfigErrors>(())
/// ```
#[must_use]
pub struct DynamicCorsLayer<F> {
    shared: Arc<Shared>,
    function: Arc<F>,
}

/// What all clones of a layer and its services share, beside the function.
#[derive(Clone)]
struct Shared {
    policy: DynamicPolicy,
    listed: Arc<PreparedPolicy>,
    allowing: Arc<PreparedPolicy>,
    verdicts: Option<Verdicts>,
    refusals: Refusals,
}

impl<F, T> DynamicCorsLayer<F>
where
    F: Fn(&HeaderValue, &Parts) -> T,
    T: Future<Output = bool>,
{
    /// A layer with this policy, whose function takes its time.
    pub fn new(policy: DynamicPolicy, function: F) -> Self {
        let prepared = |verdict| Arc::new(PreparedPolicy::new(policy.given(verdict).clone()));
        Self {
            shared: Arc::new(Shared {
                listed: prepared(Verdict::Refused),
                allowing: prepared(Verdict::Allowed),
                policy,
                verdicts: None,
                refusals: Refusals::default(),
            }),
            function: Arc::new(function),
        }
    }
}

impl<F> DynamicCorsLayer<F> {
    /// A layer with this policy, whose function knows at once.
    pub fn sync(
        policy: DynamicPolicy,
        function: F,
    ) -> DynamicCorsLayer<impl Fn(&HeaderValue, &Parts) -> Ready<bool>>
    where
        F: Fn(&HeaderValue, &Parts) -> bool,
    {
        DynamicCorsLayer::new(policy, move |origin: &HeaderValue, parts: &Parts| {
            ready(function(origin, parts))
        })
    }

    /// Remembers what the function said, and does not ask again as long as that is kept.
    pub fn with_verdicts(self, verdicts: &Verdicts) -> Self {
        self.with(|shared| shared.verdicts = Some(verdicts.clone()))
    }

    /// Puts refusals into the extensions: see
    /// [`CorsLayer::refusals_in_extensions`](crate::CorsLayer::refusals_in_extensions).
    pub fn refusals_in_extensions(self) -> Self {
        self.with(|shared| shared.refusals = Refusals::InExtensions)
    }

    fn with(mut self, change: impl FnOnce(&mut Shared)) -> Self {
        change(Arc::make_mut(&mut self.shared));
        self
    }
}

impl<F> Clone for DynamicCorsLayer<F> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            function: Arc::clone(&self.function),
        }
    }
}

impl<F> fmt::Debug for DynamicCorsLayer<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamicCorsLayer").finish_non_exhaustive()
    }
}

impl<S, F> Layer<S> for DynamicCorsLayer<F> {
    type Service = DynamicCors<S, F>;

    fn layer(&self, inner: S) -> Self::Service {
        DynamicCors {
            inner,
            layer: self.clone(),
        }
    }
}

/// A service with a policy around it, whose origins a function knows: see [`DynamicCorsLayer`].
#[derive(Debug)]
pub struct DynamicCors<S, F> {
    inner: S,
    layer: DynamicCorsLayer<F>,
}

impl<S: Clone, F> Clone for DynamicCors<S, F> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            layer: self.layer.clone(),
        }
    }
}

impl<S, F, T, RequestBody, ResponseBody> Service<Request<RequestBody>> for DynamicCors<S, F>
where
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>> + Clone,
    F: Fn(&HeaderValue, &Parts) -> T,
    T: Future<Output = bool>,
    ResponseBody: Default,
{
    type Response = Response<ResponseBody>;
    type Error = S::Error;
    type Future = DynamicResponseFuture<T, S, RequestBody, ResponseBody>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<RequestBody>) -> Self::Future {
        let (parts, body) = request.into_parts();
        let verdict = self.layer.verdict(&parts);
        let request = Request::from_parts(parts, body);
        let shared = &self.layer.shared;
        match verdict {
            Known::Now(verdict) => {
                let response = shared.answered(verdict, &mut self.inner, request);
                DynamicResponseFuture::answering(response)
            }
            Known::Later(answer, question) => {
                // The clone is not ready; what was asked is.
                let clone = self.inner.clone();
                let asked = Asked {
                    shared: Arc::clone(shared),
                    inner: std::mem::replace(&mut self.inner, clone),
                    request,
                    question,
                };
                DynamicResponseFuture::asking(answer, asked)
            }
        }
    }
}

/// What the function says: known already, or still to be awaited, and then to be kept.
enum Known<T> {
    Now(Verdict),
    Later(T, Option<Question>),
}

impl<F, T> DynamicCorsLayer<F>
where
    F: Fn(&HeaderValue, &Parts) -> T,
{
    /// What the function says about the request, or said before; nothing is allowed that it need
    /// not be asked about.
    fn verdict(&self, parts: &Parts) -> Known<T> {
        let Shared {
            policy, verdicts, ..
        } = &*self.shared;
        let head = Head::new(&parts.method, &parts.headers);
        let Some(origin) = policy.asks_about(&head).and_then(|_| head.origin()) else {
            return Known::Now(Verdict::Refused);
        };
        let question = verdicts.as_ref().and_then(|it| it.question(policy, parts));
        let kept = verdicts.as_ref().zip(question.as_ref());
        match kept.and_then(|(verdicts, question)| verdicts.recall(question)) {
            Some(verdict) => Known::Now(verdict),
            None => Known::Later((self.function)(origin, parts), question),
        }
    }
}

/// A request whose verdict is awaited.
struct Asked<S, RequestBody> {
    shared: Arc<Shared>,
    inner: S,
    request: Request<RequestBody>,
    question: Option<Question>,
}

impl<S, RequestBody> Asked<S, RequestBody> {
    /// Goes on with the verdict, once it is kept.
    fn answered<ResponseBody>(mut self, verdict: Verdict) -> ResponseFuture<S::Future, ResponseBody>
    where
        S: Service<Request<RequestBody>, Response = Response<ResponseBody>>,
        ResponseBody: Default,
    {
        if let (Some(verdicts), Some(question)) = (&self.shared.verdicts, self.question) {
            verdicts.keep(question, verdict);
        }
        self.shared.answered(verdict, &mut self.inner, self.request)
    }
}

impl Shared {
    /// What the policy makes of a request, and of the service's response.
    fn answered<S, RequestBody, ResponseBody>(
        &self,
        verdict: Verdict,
        inner: &mut S,
        mut request: Request<RequestBody>,
    ) -> ResponseFuture<S::Future, ResponseBody>
    where
        S: Service<Request<RequestBody>, Response = Response<ResponseBody>>,
        ResponseBody: Default,
    {
        let policy = match verdict {
            Verdict::Allowed => &self.allowing,
            Verdict::Refused => &self.listed,
        };
        let refusals = self.refusals;
        let head = Head::new(request.method(), request.headers());
        let decoration = match policy.answer(&head) {
            Answer::Preflight(reply) | Answer::Reject(reply) => {
                let mut response = policy.reply(&reply, &head);
                refusals.tell(reply.refusal(), response.extensions_mut());
                return ResponseFuture::replied(response);
            }
            Answer::Forward(decoration) => decoration,
        };
        let origin = head.echoed_origin(&decoration).cloned();
        refusals.tell(decoration.refusal(), request.extensions_mut());
        let forwarded = Forwarded {
            policy: Arc::clone(policy),
            decoration,
            origin,
            refusals,
        };
        ResponseFuture::forwarded(inner.call(request), forwarded)
    }
}
