//! The future of a response.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use corsac::server::Decoration;
use http::{HeaderValue, Response};
use pin_project_lite::pin_project;

use crate::apply::PreparedPolicy;
use crate::beside::Refusals;

pin_project! {
    /// The future of a [`Cors`](crate::Cors) service's response.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F, B> {
        #[pin]
        pub(crate) state: State<F, B>,
    }
}

pin_project! {
    #[project = StateProjection]
    #[derive(Debug)]
    pub(crate) enum State<F, B> {
        /// The policy replied; the inner service knows nothing of it.
        Replied { response: Option<Response<B>> },
        /// The inner service was called.
        Forwarded {
            #[pin]
            future: F,
            request: Forwarded,
        },
    }
}

/// What is kept of a request while the inner service works.
#[derive(Debug)]
pub(crate) struct Forwarded {
    /// The policy that answered the request.
    pub(crate) policy: Arc<PreparedPolicy>,
    pub(crate) decoration: Decoration,
    pub(crate) origin: Option<HeaderValue>,
    pub(crate) refusals: Refusals,
}

impl Forwarded {
    /// Does to the response what the policy decided when the request came.
    #[inline]
    fn finish<B>(&mut self, response: &mut Response<B>) {
        let origin = self.origin.take();
        let headers = response.headers_mut();
        self.policy.decorate(&self.decoration, origin, headers);
        let refusal = self.decoration.refusal();
        self.refusals.tell(refusal, response.extensions_mut());
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

    #[inline]
    pub(crate) fn forwarded(future: F, request: Forwarded) -> Self {
        Self {
            state: State::Forwarded { future, request },
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
            StateProjection::Forwarded { future, request } => {
                // It is changed where it is, because to move a response is to copy it.
                let mut answer = future.poll(context);
                if let Poll::Ready(Ok(response)) = &mut answer {
                    request.finish(response);
                }
                answer
            }
        }
    }
}
