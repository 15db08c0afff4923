//! The service: how little an adapter does.

use std::sync::Arc;
use std::task::{Context, Poll};

use corsac::Answer;
use http::{Request, Response};
use tower_service::Service;

use crate::apply::Head;
use crate::beside::{Beside, Refusals};
use crate::future::{Forwarded, ResponseFuture, State};
use crate::layer::Source;

/// Lets a policy answer CORS requests before and after the inner service.
///
/// - A CORS-preflight request is answered by the policy, and the inner service does not see it.
/// - Every other request goes to the inner service, `OPTIONS` included, and every response of it
///   is decorated: 404 and 500 as much as 200.
/// - A policy that rejects refused origins answers them itself.
///
/// If the policy refuses something, the [`Refusal`](corsac::Refusal) is told to those who
/// [observe](crate::CorsLayer::observe), and is in the extensions of request and response if that is
/// [asked for](crate::CorsLayer::refusals_in_extensions).
///
/// It is made by [`CorsLayer`](crate::CorsLayer). To clone it is to clone the inner service and to
/// count one reference more, however long the policy's lists are.
#[derive(Clone, Debug)]
pub struct Cors<S> {
    inner: S,
    source: Source,
    beside: Option<Arc<Beside>>,
}

impl<S> Cors<S> {
    pub(crate) fn new(inner: S, source: Source, beside: Option<Arc<Beside>>) -> Self {
        Self {
            inner,
            source,
            beside,
        }
    }
}

impl<S, RequestBody, ResponseBody> Service<Request<RequestBody>> for Cors<S>
where
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>>,
    ResponseBody: Default,
{
    type Response = Response<ResponseBody>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, ResponseBody>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<RequestBody>) -> Self::Future {
        let policy = self.source.load();
        let head = Head::new(request.method(), request.headers());
        let answer = policy.answer(&head);
        let beside = self.beside.as_deref();
        if let Some(beside) = beside {
            beside.watch.decided(&head, &answer);
        }
        let refusals = Refusals::of(beside);
        match answer {
            Answer::Preflight(reply) | Answer::Reject(reply) => {
                let mut response = policy.reply(&reply, &head);
                refusals.tell(reply.refusal(), response.extensions_mut());
                ResponseFuture::replied(response)
            }
            Answer::Forward(decoration) => {
                let origin = head.echoed_origin(&decoration).cloned();
                refusals.tell(decoration.refusal(), request.extensions_mut());
                // Written in one piece, the future is made where it belongs, and not moved there.
                ResponseFuture {
                    state: State::Forwarded {
                        future: self.inner.call(request),
                        request: Forwarded {
                            policy: policy.into_owned(),
                            decoration,
                            origin,
                            refusals,
                        },
                    },
                }
            }
        }
    }
}
