//! The floor as most write it for axum: a function around the handler, whose future is in a box.
//!
//! Its requests and responses have axum's bodies, so that it has a handler of its own to be
//! compared with.

use std::convert::Infallible;
use std::future::ready;
use std::sync::Arc;

use axum::body::Body;
use axum::middleware::{Next, from_fn};
use http::{Request, Response, header};
use tower::{Layer, Service, service_fn};

use super::row;
use super::subjects::{self, FieldsByHand, HandlerFields, RequestKind, insert_by_hand};
use crate::{AS_A_FUNCTION, HANDLER_ALONE, Row};

/// The handler alone, and the function around it.
pub(super) fn rows(kind: RequestKind, fields: &Arc<FieldsByHand>, n_origins: usize) -> [Row; 2] {
    let fields = Arc::clone(fields);
    let layer = from_fn(move |request: Request<Body>, next: Next| {
        decorated(Arc::clone(&fields), request, next)
    });
    let key = ("axum", kind);
    let request = kind.request(n_origins);
    let request = move || request.clone().map(|()| Body::empty());
    [
        row(key, HANDLER_ALONE, handler(), request.clone()),
        row(key, AS_A_FUNCTION, layer.layer(handler()), request),
    ]
}

/// The handler of the other rows, with bodies.
fn handler()
-> impl Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send>
+ Clone
+ Send
+ Sync
+ 'static {
    service_fn(|request: Request<Body>| {
        let mut handler = subjects::Handler {
            fields: HandlerFields::Json,
        };
        let answer = handler.call(request.map(|_| ())).into_inner();
        ready(answer.map(|response| response.map(|()| Body::empty())))
    })
}

async fn decorated(
    fields: Arc<FieldsByHand>,
    request: Request<Body>,
    next: Next,
) -> Response<Body> {
    let origin = match fields.echoes_origin {
        true => request.headers().get(header::ORIGIN).cloned(),
        false => None,
    };
    let mut response = match fields.status_without_handler {
        Some(status) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = status;
            response
        }
        None => next.run(request).await,
    };
    insert_by_hand(&fields, origin, response.headers_mut());
    response
}
