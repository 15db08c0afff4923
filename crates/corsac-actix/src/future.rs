//! The future of a response.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

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
        state: State<F>,
        body: PhantomData<fn() -> B>,
    }
}

pin_project! {
    #[project = StateProjection]
    #[derive(Debug)]
    enum State<F> {
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

impl<F, B> ResponseFuture<F, B> {
    pub(crate) fn replied(response: ServiceResponse) -> Self {
        Self::of(State::Replied {
            response: Some(response),
        })
    }

    pub(crate) fn forwarded(
        future: F,
        policy: Arc<PreparedPolicy>,
        decoration: Decoration,
        origin: Option<HeaderValue>,
    ) -> Self {
        Self::of(State::Forwarded {
            future,
            policy,
            decoration,
            origin,
        })
    }

    fn of(state: State<F>) -> Self {
        Self {
            state,
            body: PhantomData,
        }
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
            } => Poll::Ready(match ready!(future.poll(context)) {
                Ok(mut response) => {
                    policy.decorate(decoration, origin.take(), response.response_mut());
                    Ok(response.map_into_left_body())
                }
                Err(error) => Err(decorated_error(error, policy, *decoration, origin.take())),
            }),
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
