//! The floor as a layer: what one writes by hand around a service.
//!
//! It is told what is due, and asks nothing: it compares no origin, and does not look at what the
//! response has.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::header::{self, HeaderValue};
use http::{Request, Response};
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use super::subjects::{FieldsByHand, insert_by_hand};

/// The layer, for one kind of request.
pub(super) struct LayerByHand {
    pub(super) fields: Arc<FieldsByHand>,
}

impl<S> Layer<S> for LayerByHand {
    type Service = ServiceByHand<S>;

    fn layer(&self, inner: S) -> ServiceByHand<S> {
        ServiceByHand {
            inner,
            fields: Arc::clone(&self.fields),
        }
    }
}

#[derive(Clone)]
pub(super) struct ServiceByHand<S> {
    inner: S,
    fields: Arc<FieldsByHand>,
}

impl<S, RequestBody, ResponseBody> Service<Request<RequestBody>> for ServiceByHand<S>
where
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>>,
    ResponseBody: Default,
{
    type Response = Response<ResponseBody>;
    type Error = S::Error;
    type Future = FutureByHand<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<RequestBody>) -> Self::Future {
        let fields = Arc::clone(&self.fields);
        let origin = match fields.echoes_origin {
            true => request.headers().get(header::ORIGIN).cloned(),
            false => None,
        };
        let inner = match fields.status_without_handler {
            Some(_) => None,
            None => Some(self.inner.call(request)),
        };
        FutureByHand {
            inner,
            fields,
            origin,
        }
    }
}

pin_project! {
    /// The inner service's response, or none for a preflight, which is answered here.
    pub(super) struct FutureByHand<F> {
        #[pin]
        inner: Option<F>,
        fields: Arc<FieldsByHand>,
        origin: Option<HeaderValue>,
    }
}

impl<F, B, E> Future for FutureByHand<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Default,
{
    type Output = Result<Response<B>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut response = match this.inner.as_pin_mut() {
            Some(inner) => ready!(inner.poll(context))?,
            None => Response::new(B::default()),
        };
        if let Some(status) = this.fields.status_without_handler {
            *response.status_mut() = status;
        }
        insert_by_hand(this.fields, this.origin.take(), response.headers_mut());
        Poll::Ready(Ok(response))
    }
}
