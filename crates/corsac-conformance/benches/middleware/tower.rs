//! The rows of tower: a handler, fields by hand, tower-http and corsac.

#[expect(dead_code, reason = "that bench measures more")]
#[path = "../../../corsac-tower/benches/cors/subjects.rs"]
mod subjects;

use std::convert::Infallible;
use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use corsac_tower::CorsLayer;
use http::{Request, Response};
use subjects::{
    Body, ByHand, Handler, HandlerFields, RequestKind, fields_by_hand, policy, tower_http,
};
use tower::{Layer, Service};

use crate::Row;

pub(crate) fn rows(n_origins: usize) -> Vec<Row> {
    let corsac = CorsLayer::new(policy(n_origins));
    let peer = tower_http(n_origins);
    let mut rows = Vec::new();
    for kind in RequestKind::ALL {
        let handler = Handler {
            fields: HandlerFields::Json,
        };
        let by_hand = ByHand {
            handler: handler.clone(),
            fields: Arc::new(fields_by_hand(kind)),
        };
        let (corsac, peer) = (corsac.layer(handler.clone()), peer.layer(handler.clone()));
        let request = kind.request(n_origins);
        rows.push(row(kind, "handler alone", handler, &request));
        rows.push(row(kind, "by hand", by_hand, &request));
        rows.push(row(kind, "tower-http", peer, &request));
        rows.push(row(kind, "corsac-tower", corsac, &request));
    }
    rows
}

fn row<S>(kind: RequestKind, subject: &'static str, service: S, request: &Request<Body>) -> Row
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + 'static,
{
    let request = request.clone();
    Row {
        framework: "tower",
        subject,
        request: kind.name(),
        exchanges: Box::new(move |n_exchanges| {
            let mut service = service.clone();
            let requests = vec![request.clone(); n_exchanges];
            Box::new(move || {
                for request in requests {
                    drop(black_box(exchange(&mut service, request)));
                }
            })
        }),
    }
}

fn exchange<S>(service: &mut S, request: Request<Body>) -> Response<Body>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
{
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(Ok(())) = service.poll_ready(&mut context) else {
        unreachable!("the bench's services are always ready")
    };
    let future = pin!(service.call(request));
    let Poll::Ready(Ok(response)) = future.poll(&mut context) else {
        unreachable!("the bench's handler never waits")
    };
    response
}
