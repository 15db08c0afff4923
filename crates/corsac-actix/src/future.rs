//! The future of a response.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::Error;
use actix_web::body::EitherBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::HeaderValue;
use corsac::server::Decoration;
use pin_project_lite::pin_project;

use crate::apply::PreparedPolicy;

pin_project! {
    /// The future of a [`CorsMiddleware`](crate::CorsMiddleware)'s response.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F, B> {
        #[pin]
        pub(crate) state: State<F>,
        pub(crate) body: PhantomData<fn() -> B>,
    }
}

pin_project! {
    #[project = StateProjection]
    #[derive(Debug)]
    pub(crate) enum State<F> {
        /// The policy replied; the inner service knows nothing of it.
        Replied { response: Option<ServiceResponse> },
        /// The inner service was called. The policy is the one that answered the request.
        Forwarded {
            #[pin]
            future: F,
            policy: Arc<PreparedPolicy>,
            decoration: Decoration,
            origin: Option<HeaderValue>,
        },
    }
}

impl<F, B> Future for ResponseFuture<F, B>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
{
    type Output = Result<ServiceResponse<EitherBody<B>>, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            StateProjection::Replied { response } => {
                let response = response.take();
                let response = response.expect("a future is not polled after its end");
                Poll::Ready(Ok(response.map_into_right_body()))
            }
            StateProjection::Forwarded {
                future,
                policy,
                decoration,
                origin,
            } => future
                .poll(context)
                .map_ok(|mut response| {
                    policy.decorate(decoration, origin.take(), response.response_mut());
                    response.map_into_left_body()
                })
                .map_err(|error| decorated_error(error, policy, *decoration, origin.take())),
        }
    }
}

/// The error, whose response will be decorated whenever it is made.
///
/// It stays an error, because the middleware around this one may want to see it.
fn decorated_error(
    mut error: Error,
    policy: &Arc<PreparedPolicy>,
    decoration: Decoration,
    origin: Option<HeaderValue>,
) -> Error {
    let policy = Arc::clone(policy);
    error.add_response_mapper(move |mut response| {
        policy.decorate(&decoration, origin.clone(), &mut response);
        response
    });
    error
}
