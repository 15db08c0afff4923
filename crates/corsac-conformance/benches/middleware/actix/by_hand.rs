//! The floor as a layer: what one writes by hand around a service, with a future of its own.
//!
//! It is told what is due, and asks nothing: it compares no origin, and does not look at what the
//! response has.

use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BoxBody, EitherBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{Error, HttpResponse};
use pin_project_lite::pin_project;

use super::{Kind, insert_by_hand};

/// The layer, for one kind of request.
pub(super) struct LayerByHand(pub(super) Kind);

impl<S> Transform<S, ServiceRequest> for LayerByHand
where
    S: Service<ServiceRequest, Response = ServiceResponse, Error = Error>,
{
    type Response = ServiceResponse<EitherBody<BoxBody>>;
    type Error = Error;
    type Transform = ServiceByHand<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(ServiceByHand {
            service,
            kind: self.0,
        }))
    }
}

pub(super) struct ServiceByHand<S> {
    service: S,
    kind: Kind,
}

impl<S> Service<ServiceRequest> for ServiceByHand<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse, Error = Error>,
{
    type Response = ServiceResponse<EitherBody<BoxBody>>;
    type Error = Error;
    type Future = FutureByHand<S::Future>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let origin = match self.kind {
            Kind::Allowed | Kind::AllowedPreflight => {
                request.headers().get(&header::ORIGIN).cloned()
            }
            Kind::Refused | Kind::WithoutOrigin => None,
        };
        match self.kind {
            Kind::AllowedPreflight => {
                let response = HttpResponse::new(StatusCode::NO_CONTENT);
                let mut response = request.into_response(response);
                insert_by_hand(self.kind, origin, response.headers_mut());
                FutureByHand::Replied {
                    response: Some(response),
                }
            }
            Kind::Allowed | Kind::Refused | Kind::WithoutOrigin => FutureByHand::Called {
                future: self.service.call(request),
                kind: self.kind,
                origin,
            },
        }
    }
}

pin_project! {
    #[project = Projection]
    pub(super) enum FutureByHand<F> {
        Replied { response: Option<ServiceResponse> },
        Called {
            #[pin]
            future: F,
            kind: Kind,
            origin: Option<HeaderValue>,
        },
    }
}

impl<F> Future for FutureByHand<F>
where
    F: Future<Output = Result<ServiceResponse, Error>>,
{
    type Output = Result<ServiceResponse<EitherBody<BoxBody>>, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            Projection::Replied { response } => {
                let response = response.take();
                let response = response.expect("a future is not polled after its end");
                Poll::Ready(Ok(response.map_into_right_body()))
            }
            Projection::Called {
                future,
                kind,
                origin,
            } => future.poll(context).map_ok(|mut response| {
                insert_by_hand(*kind, origin.take(), response.headers_mut());
                response.map_into_left_body()
            }),
        }
    }
}
