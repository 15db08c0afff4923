//! The future of a response for which a function may have to be asked.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use corsac::server::Verdict;
use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_service::Service;

use super::Asked;
use crate::future::ResponseFuture;

pin_project! {
    /// The future of a [`DynamicCors`](super::DynamicCors) service's response.
    ///
    /// The answer of the function, `T`, and the response of the service, `S`, are awaited in it one
    /// after the other, in one place and without a box.
    #[must_use = "futures do nothing unless polled"]
    pub struct DynamicResponseFuture<T, S, RequestBody, ResponseBody>
    where
        S: Service<Request<RequestBody>>,
    {
        #[pin]
        state: State<T, S, RequestBody, ResponseBody>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<T, S, RequestBody, ResponseBody>
    where
        S: Service<Request<RequestBody>>,
    {
        /// The function was asked.
        Asking {
            #[pin]
            answer: T,
            asked: Option<Asked<S, RequestBody>>,
        },
        /// What the policy says is known.
        Answering {
            #[pin]
            response: ResponseFuture<S::Future, ResponseBody>,
        },
    }
}

impl<T, S, RequestBody, ResponseBody> DynamicResponseFuture<T, S, RequestBody, ResponseBody>
where
    S: Service<Request<RequestBody>>,
{
    pub(super) fn asking(answer: T, asked: Asked<S, RequestBody>) -> Self {
        let asked = Some(asked);
        Self {
            state: State::Asking { answer, asked },
        }
    }

    pub(super) fn answering(response: ResponseFuture<S::Future, ResponseBody>) -> Self {
        Self {
            state: State::Answering { response },
        }
    }
}

impl<T, S, RequestBody, ResponseBody> Future
    for DynamicResponseFuture<T, S, RequestBody, ResponseBody>
where
    T: Future<Output = bool>,
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>>,
    ResponseBody: Default,
{
    type Output = Result<Response<ResponseBody>, S::Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        if let StateProjection::Asking { answer, asked } = state.as_mut().project() {
            let is_allowed = ready!(answer.poll(context));
            let asked = asked.take().expect("a function answers once");
            let verdict = match is_allowed {
                true => Verdict::Allowed,
                false => Verdict::Refused,
            };
            let response = asked.answered(verdict);
            state.set(State::Answering { response });
        }
        match state.project() {
            StateProjection::Answering { response } => response.poll(context),
            StateProjection::Asking { .. } => unreachable!("what was asked is answered"),
        }
    }
}

impl<T, S, RequestBody, ResponseBody> fmt::Debug
    for DynamicResponseFuture<T, S, RequestBody, ResponseBody>
where
    S: Service<Request<RequestBody>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamicResponseFuture")
            .finish_non_exhaustive()
    }
}
