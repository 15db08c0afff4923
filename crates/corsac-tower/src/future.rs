//! The future of a response.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use corsac::server::Decoration;
use http::{HeaderValue, Response};
use pin_project_lite::pin_project;

use crate::apply::PreparedPolicy;

pin_project! {
    /// The future of a [`Cors`](crate::Cors) service's response.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F, B> {
        #[pin]
        state: State<F, B>,
    }
}

pin_project! {
    #[project = StateProjection]
    #[derive(Debug)]
    enum State<F, B> {
        /// The policy replied; the inner service knows nothing of it.
        Replied { response: Option<Response<B>> },
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
    pub(crate) fn replied(response: Response<B>) -> Self {
        Self {
            state: State::Replied {
                response: Some(response),
            },
        }
    }

    pub(crate) fn forwarded(
        future: F,
        policy: Arc<PreparedPolicy>,
        decoration: Decoration,
        origin: Option<HeaderValue>,
    ) -> Self {
        Self {
            state: State::Forwarded {
                future,
                policy,
                decoration,
                origin,
            },
        }
    }
}

impl<F, B, E> Future for ResponseFuture<F, B>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<B>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            StateProjection::Replied { response } => Poll::Ready(Ok(response
                .take()
                .expect("a future is not polled after its end"))),
            StateProjection::Forwarded {
                future,
                policy,
                decoration,
                origin,
            } => {
                let mut response = ready!(future.poll(context))?;
                policy.decorate(decoration, origin.as_ref(), response.headers_mut());
                if let Some(refusal) = decoration.refusal() {
                    response.extensions_mut().insert(refusal);
                }
                Poll::Ready(Ok(response))
            }
        }
    }
}
