//! The layer.

use std::ops::Deref;
use std::sync::Arc;

use arc_swap::Guard;
use corsac::Policy;
use corsac::server::{Decision, Watch};
use tower_layer::{Layer, Stack};

use crate::apply::PreparedPolicy;
use crate::beside::{Beside, Refusals};
use crate::handle::PolicyHandle;
use crate::map_err::MapErrLayer;
use crate::service::Cors;

/// Wraps a service so that a policy answers its CORS requests: see [`Cors`].
///
/// Add it around everything that answers: see [the order of layers](crate#the-order-of-layers).
///
/// # Examples
///
/// ```
/// use axum::{Router, routing::get};
/// use corsac::Policy;
/// use corsac_tower::CorsLayer;
///
/// let policy = Policy::builder(["https://app.example"]).build()?;
/// let app: Router =
///     Router::new().route("/", get(|| async { "hello" })).layer(CorsLayer::new(policy));
/// # let _ = app;
/// # Ok::<(), corsac::ConfigErrors>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct CorsLayer {
    source: Source,
    beside: Option<Arc<Beside>>,
}

impl CorsLayer {
    /// A layer with this policy.
    pub fn new(policy: Policy) -> Self {
        Self::from_source(Source::Fixed(Arc::new(PreparedPolicy::new(policy))))
    }

    /// A layer that follows the handle's policy, whatever it is when a request comes.
    pub fn from_handle(handle: &PolicyHandle) -> Self {
        Self::from_source(Source::Handle(handle.clone()))
    }

    fn from_source(source: Source) -> Self {
        Self {
            source,
            beside: None,
        }
    }

    /// Lets a second policy ride along in report-only mode: it decides every request too, changes
    /// nothing, and what it would have said differently is told to those who [observe](Self::observe).
    pub fn report_only(self, policy: Policy) -> Self {
        self.watched(|watch| watch.report_only(policy))
    }

    /// Tells someone of every decision, before the inner service is called.
    ///
    /// It runs on the task that serves the request: it must not block.
    ///
    /// # Examples
    ///
    /// ```
    /// use corsac::Policy;
    /// use corsac_tower::CorsLayer;
    ///
    /// let layer = CorsLayer::new(Policy::builder(["https://*.example.com"]).build()?)
    ///     .report_only(Policy::builder(["https://app.example.com"]).build()?)
    ///     .observe(|decision| {
    ///         if let Some(difference) = decision.difference {
    ///             println!("{}: {}", difference.name(), difference.refusal());
    ///         }
    ///     });
    /// # let _ = layer;
    /// # Ok::<(), corsac::ConfigErrors>(())
    /// ```
    pub fn observe(self, observer: impl Fn(&Decision<'_>) + Send + Sync + 'static) -> Self {
        self.watched(|watch| watch.observe(Arc::new(observer)))
    }

    /// Puts the [`Refusal`](corsac::Refusal) into the extensions whenever the policy refuses
    /// something: into those of the request, for the inner service, and into those of the
    /// response, for the layers around this one.
    ///
    /// It is not done unless it is asked for, because extensions allocate: for whoever only wants
    /// to log or to count, to [observe](Self::observe) costs less.
    ///
    /// # Examples
    ///
    /// ```
    /// use axum::{Extension, Router, routing::get};
    /// use corsac::{Policy, Refusal};
    /// use corsac_tower::CorsLayer;
    ///
    /// let policy = Policy::builder(["https://app.example"]).build()?;
    /// let handler = async |refusal: Option<Extension<Refusal>>| match refusal {
    ///     Some(Extension(refusal)) => format!("your page will not see this: {refusal}"),
    ///     None => "hello".to_owned(),
    /// };
    /// let app: Router = Router::new()
    ///     .route("/", get(handler))
    ///     .layer(CorsLayer::new(policy).refusals_in_extensions());
    /// # let _ = app;
    /// # Ok::<(), corsac::ConfigErrors>(())
    /// ```
    pub fn refusals_in_extensions(self) -> Self {
        self.with(|beside| beside.refusals = Refusals::InExtensions)
    }

    fn watched(self, change: impl FnOnce(&mut Watch)) -> Self {
        self.with(|beside| change(&mut beside.watch))
    }

    fn with(self, change: impl FnOnce(&mut Beside)) -> Self {
        let mut beside = self.beside.as_deref().cloned().unwrap_or_default();
        change(&mut beside);
        Self {
            beside: Some(Arc::new(beside)),
            ..self
        }
    }

    #[cfg(feature = "axum")]
    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    #[cfg(feature = "axum")]
    pub(crate) fn beside(&self) -> Option<&Beside> {
        self.beside.as_deref()
    }

    /// Makes responses of the inner service's errors, which are then decorated like all others.
    ///
    /// Without this an error passes through, and what an outer layer makes of it lacks the fields
    /// of CORS: the page learns no more than that something failed. The errors that the inner
    /// service gives when it is asked whether it is ready are mapped too, when a request comes.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use axum::{BoxError, Router, body::Body, routing::get};
    /// use corsac::Policy;
    /// use corsac_tower::CorsLayer;
    /// use http::{Response, StatusCode};
    /// use tower::{ServiceBuilder, timeout::TimeoutLayer};
    ///
    /// let policy = Policy::builder(["https://app.example"]).build()?;
    /// let cors = CorsLayer::new(policy).map_err(|_: BoxError| {
    ///     let mut response = Response::new(Body::from("too slow"));
    ///     *response.status_mut() = StatusCode::GATEWAY_TIMEOUT;
    ///     response
    /// });
    /// let timeout = TimeoutLayer::new(Duration::from_secs(30));
    /// let app: Router = Router::new()
    ///     .route("/", get(|| async { "hello" }))
    ///     .layer(ServiceBuilder::new().layer(cors).layer(timeout));
    /// # let _ = app;
    /// # Ok::<(), corsac::ConfigErrors>(())
    /// ```
    pub fn map_err<F, E>(self, map: F) -> Stack<MapErrLayer<F, E>, Self> {
        Stack::new(MapErrLayer::new(map), self)
    }
}

impl<S> Layer<S> for CorsLayer {
    type Service = Cors<S>;

    fn layer(&self, inner: S) -> Cors<S> {
        Cors::new(inner, self.source.clone(), self.beside.clone())
    }
}

/// Where a service takes its policy from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    Fixed(Arc<PreparedPolicy>),
    Handle(PolicyHandle),
}

impl Source {
    /// The policy for one request.
    pub(crate) fn load(&self) -> Loaded<'_> {
        match self {
            Self::Fixed(policy) => Loaded::Fixed(policy),
            Self::Handle(handle) => Loaded::Handle(handle.load()),
        }
    }
}

/// A policy for one request. Only a request that is forwarded needs to own it.
pub(crate) enum Loaded<'a> {
    Fixed(&'a Arc<PreparedPolicy>),
    Handle(Guard<Arc<PreparedPolicy>>),
}

impl Loaded<'_> {
    pub(crate) fn into_owned(self) -> Arc<PreparedPolicy> {
        match self {
            Self::Fixed(policy) => Arc::clone(policy),
            Self::Handle(policy) => Guard::into_inner(policy),
        }
    }
}

impl Deref for Loaded<'_> {
    type Target = PreparedPolicy;

    fn deref(&self) -> &PreparedPolicy {
        match self {
            Self::Fixed(policy) => policy,
            Self::Handle(policy) => policy,
        }
    }
}
