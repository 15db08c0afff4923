//! The service: how little an adapter does.

use std::sync::Arc;
use std::task::{Context, Poll};

use corsac::Answer;
use corsac::server::Watch;
use http::{Request, Response};
use tower_service::Service;

use crate::apply::Head;
use crate::future::ResponseFuture;
use crate::layer::Source;

/// Lets a policy answer CORS requests before and after the inner service.
///
/// - A CORS-preflight request is answered by the policy, and the inner service does not see it.
/// - Every other request goes to the inner service, `OPTIONS` included, and every response of it
///   is decorated: 404 and 500 as much as 200.
/// - A policy that rejects refused origins answers them itself.
///
/// If the policy refuses something, the [`Refusal`](corsac::Refusal) is in the extensions of the
/// request, for the inner service, and in those of the response, for the layers around this one.
///
/// It is made by [`CorsLayer`](crate::CorsLayer). To clone it is to clone the inner service and to
/// count one reference more, however long the policy's lists are.
#[derive(Clone, Debug)]
pub struct Cors<S> {
    inner: S,
    source: Source,
    watch: Option<Arc<Watch>>,
}

impl<S> Cors<S> {
    pub(crate) fn new(inner: S, source: Source, watch: Option<Arc<Watch>>) -> Self {
        Self {
            inner,
            source,
            watch,
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
        if let Some(watch) = &self.watch {
            watch.decided(&head, &answer);
        }
        let decoration = match answer {
            Answer::Preflight(reply) | Answer::Reject(reply) => {
                return ResponseFuture::replied(policy.reply(&reply, &head));
            }
            Answer::Forward(decoration) => decoration,
        };
        let origin = head.echoed_origin(&decoration).cloned();
        if let Some(refusal) = decoration.refusal() {
            request.extensions_mut().insert(refusal);
        }
        let policy = policy.into_owned();
        ResponseFuture::forwarded(self.inner.call(request), policy, decoration, origin)
    }
}
