//! The middleware: how little an adapter does.

use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::sync::Arc;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::{Error, HttpMessage};
use corsac::server::{Decision, Watch};
use corsac::{Answer, Policy};

use crate::apply::{Head, PreparedPolicy};
use crate::future::{ResponseFuture, State};
use crate::handle::PolicyHandle;
use crate::source::Source;

/// Lets a policy answer CORS requests before and after an app, a scope or a resource.
///
/// - A CORS-preflight request is answered by the policy, and no handler sees it.
/// - Every other request goes on, `OPTIONS` included, and every response is decorated: 404 and 405,
///   an extractor's 400, and what becomes of another middleware's error.
/// - A policy that rejects refused origins answers them itself.
///
/// If the policy refuses something, the [`Refusal`](corsac::Refusal) is told to those who
/// [observe](Self::observe), and is in the extensions of the request if that is
/// [asked for](Self::refusals_in_extensions).
///
/// It is cheap to clone. Make it once, outside of the closure that makes the app for each worker.
///
/// # Examples
///
/// ```
/// use actix_web::{App, web};
/// use corsac::Policy;
/// use corsac_actix::Cors;
///
/// let cors = Cors::new(Policy::builder(["https://app.example"]).build()?);
/// let app = App::new().route("/", web::get().to(async || "hello")).wrap(cors);
/// # let _ = app;
/// # Ok::<(), corsac::ConfigErrors>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Cors {
    source: Source,
    beside: Option<Arc<Beside>>,
}

impl Cors {
    /// A middleware with this policy.
    pub fn new(policy: Policy) -> Self {
        Self::from_source(Source::Fixed(Arc::new(PreparedPolicy::new(policy))))
    }

    /// A middleware that follows the handle's policy, whatever it is when a request comes.
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

    /// Tells someone of every decision, before a handler is called.
    ///
    /// It runs on the task that serves the request: it must not block.
    pub fn observe(self, observer: impl Fn(&Decision<'_>) + Send + Sync + 'static) -> Self {
        self.watched(|watch| watch.observe(Arc::new(observer)))
    }

    /// Puts the [`Refusal`](corsac::Refusal) into the extensions of the request whenever the policy
    /// refuses something: for the handler, and for the middleware around this one, to which a
    /// response comes with its request.
    ///
    /// It is not done unless it is asked for, because extensions allocate: for whoever only wants
    /// to log or to count, to [observe](Self::observe) costs less.
    ///
    /// # Examples
    ///
    /// ```
    /// use actix_web::{App, HttpMessage, HttpRequest, web};
    /// use corsac::{Policy, Refusal};
    /// use corsac_actix::Cors;
    ///
    /// let handler = async |request: HttpRequest| match request.extensions().get::<Refusal>() {
    ///     Some(refusal) => format!("your page will not see this: {refusal}"),
    ///     None => "hello".to_owned(),
    /// };
    /// let cors = Cors::new(Policy::builder(["https://app.example"]).build()?);
    /// let app = App::new()
    ///     .route("/", web::get().to(handler))
    ///     .wrap(cors.refusals_in_extensions());
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
}

/// What a middleware does beside letting its policy answer; most do nothing.
#[derive(Clone, Debug, Default)]
struct Beside {
    watch: Watch,
    refusals: Refusals,
}

/// Where a refusal is to be found, but for those who observe decisions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Refusals {
    #[default]
    Nowhere,
    InExtensions,
}

impl Beside {
    fn decided(&self, request: &ServiceRequest, head: &Head<'_>, answer: &Answer) {
        self.watch.decided(head, answer);
        if let (Refusals::InExtensions, Some(refusal)) = (self.refusals, answer.refusal()) {
            request.extensions_mut().insert(refusal);
        }
    }
}

impl<S, B> Transform<S, ServiceRequest> for Cors
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = CorsMiddleware<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(CorsMiddleware {
            service,
            source: self.source.clone(),
            beside: self.beside.clone(),
        }))
    }
}

/// A service with a policy around it: see [`Cors`].
#[derive(Debug)]
pub struct CorsMiddleware<S> {
    service: S,
    source: Source,
    beside: Option<Arc<Beside>>,
}

impl<S, B> Service<ServiceRequest> for CorsMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = ResponseFuture<S::Future, B>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let policy = self.source.load();
        let head = Head::of(&request);
        let answer = policy.answer(&head);
        if let Some(beside) = &self.beside {
            beside.decided(&request, &head, &answer);
        }
        let body = PhantomData;
        match answer {
            Answer::Preflight(reply) | Answer::Reject(reply) => {
                let response = policy.reply(&reply, &head);
                let response = Some(request.into_response(response));
                let state = State::Replied { response };
                ResponseFuture { state, body }
            }
            Answer::Forward(decoration) => {
                let origin = head.echoed_origin(&decoration).cloned();
                // Written in one piece, the future is made where it belongs, and not moved there.
                ResponseFuture {
                    state: State::Forwarded {
                        future: self.service.call(request),
                        policy: policy.into_owned(),
                        decoration,
                        origin,
                    },
                    body,
                }
            }
        }
    }
}
