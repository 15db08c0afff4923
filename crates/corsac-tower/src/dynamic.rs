//! Origins that a function knows: a table of tenants, a service that can be asked.

mod verdicts;

use std::fmt;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use corsac::Answer;
use corsac::server::{DynamicPolicy, Verdict};
use http::request::Parts;
use http::{HeaderValue, Request, Response};
use tower_layer::Layer;
use tower_service::Service;

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
pub struct DynamicCorsLayer<F>(Arc<Shared<F>>);

/// What all clones of a layer and its services share.
struct Shared<F> {
    policy: DynamicPolicy,
    listed: Arc<PreparedPolicy>,
    allowing: Arc<PreparedPolicy>,
    verdicts: Option<Verdicts>,
    refusals: Refusals,
    function: Arc<F>,
}

impl<F> Clone for Shared<F> {
    fn clone(&self) -> Self {
        Self {
            policy: self.policy.clone(),
            listed: Arc::clone(&self.listed),
            allowing: Arc::clone(&self.allowing),
            verdicts: self.verdicts.clone(),
            refusals: self.refusals,
            function: Arc::clone(&self.function),
        }
    }
}

impl<F, T> DynamicCorsLayer<F>
where
    F: Fn(&HeaderValue, &Parts) -> T,
    T: Future<Output = bool>,
{
    /// A layer with this policy, whose function takes its time.
    pub fn new(policy: DynamicPolicy, function: F) -> Self {
        let prepared = |verdict| Arc::new(PreparedPolicy::new(policy.given(verdict).clone()));
        Self(Arc::new(Shared {
            listed: prepared(Verdict::Refused),
            allowing: prepared(Verdict::Allowed),
            policy,
            verdicts: None,
            refusals: Refusals::default(),
            function: Arc::new(function),
        }))
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

    fn with(self, change: impl FnOnce(&mut Shared<F>)) -> Self {
        let mut shared = Shared::clone(&self.0);
        change(&mut shared);
        Self(Arc::new(shared))
    }
}

impl<F> Clone for DynamicCorsLayer<F> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
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
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
    F: Fn(&HeaderValue, &Parts) -> T + Send + Sync + 'static,
    T: Future<Output = bool> + Send + 'static,
    RequestBody: Send + 'static,
    ResponseBody: Default + Send,
{
    type Response = Response<ResponseBody>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<ResponseBody>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<RequestBody>) -> Self::Future {
        // The clone is not ready; what was asked is.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let shared = Arc::clone(&self.layer.0);
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let verdict = shared.verdict(&parts).await;
            let policy = match verdict {
                Verdict::Allowed => &shared.allowing,
                Verdict::Refused => &shared.listed,
            };
            let request = Request::from_parts(parts, body);
            answered(&mut inner, (policy, shared.refusals), request).await
        })
    }
}

impl<F, T> Shared<F>
where
    F: Fn(&HeaderValue, &Parts) -> T,
    T: Future<Output = bool>,
{
    /// What the function says about the request, or said before; nothing is allowed that it need
    /// not be asked about.
    async fn verdict(&self, parts: &Parts) -> Verdict {
        let head = Head::new(&parts.method, &parts.headers);
        let Some(origin) = self.policy.asks_about(&head) else {
            return Verdict::Refused;
        };
        let origin = HeaderValue::from_bytes(origin).expect("it is the value of a field");
        let question = self
            .verdicts
            .as_ref()
            .and_then(|it| it.question(&self.policy, parts));
        if let (Some(verdicts), Some(question)) = (&self.verdicts, &question)
            && let Some(verdict) = verdicts.recall(question)
        {
            return verdict;
        }
        let verdict = match (self.function)(&origin, parts).await {
            true => Verdict::Allowed,
            false => Verdict::Refused,
        };
        if let (Some(verdicts), Some(question)) = (&self.verdicts, question) {
            verdicts.keep(question, verdict);
        }
        verdict
    }
}

/// What the policy makes of a request, and of the service's response.
async fn answered<S, RequestBody, ResponseBody>(
    inner: &mut S,
    (policy, refusals): (&Arc<PreparedPolicy>, Refusals),
    mut request: Request<RequestBody>,
) -> Result<Response<ResponseBody>, S::Error>
where
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>>,
    ResponseBody: Default,
{
    let head = Head::new(request.method(), request.headers());
    let decoration = match policy.answer(&head) {
        Answer::Preflight(reply) | Answer::Reject(reply) => {
            let mut response = policy.reply(&reply, &head);
            refusals.tell(reply.refusal(), response.extensions_mut());
            return Ok(response);
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
    ResponseFuture::forwarded(inner.call(request), forwarded).await
}
