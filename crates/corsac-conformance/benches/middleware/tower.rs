//! The rows of tower: a handler, fields by hand, tower-http and corsac.

mod by_function;
mod by_hand;
#[expect(dead_code, reason = "that bench measures more")]
#[path = "../../../corsac-tower/benches/cors/subjects.rs"]
mod subjects;

use std::convert::Infallible;
use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use by_hand::LayerByHand;
use corsac_tower::CorsLayer;
use http::{Request, Response};
use subjects::{ByHand, Handler, HandlerFields, RequestKind, fields_by_hand, policy, tower_http};
use tower::{Layer, Service};

use crate::{AS_A_LAYER, HANDLER_ALONE, IN_THE_HANDLER, Row};

pub(crate) fn rows(n_origins: usize) -> Vec<Row> {
    let corsac = CorsLayer::new(policy(n_origins));
    let peer = tower_http(n_origins);
    let mut rows = Vec::new();
    for kind in RequestKind::ALL {
        let handler = Handler {
            fields: HandlerFields::Json,
        };
        let fields = Arc::new(fields_by_hand(kind));
        let in_the_handler = ByHand {
            handler: handler.clone(),
            fields: Arc::clone(&fields),
        };
        let layer = LayerByHand {
            fields: Arc::clone(&fields),
        };
        let as_a_layer = layer.layer(handler.clone());
        let (corsac, peer) = (corsac.layer(handler.clone()), peer.layer(handler.clone()));
        let key = ("tower", kind);
        let request = kind.request(n_origins);
        let request = move || request.clone();
        rows.push(row(key, HANDLER_ALONE, handler, request.clone()));
        rows.push(row(key, IN_THE_HANDLER, in_the_handler, request.clone()));
        rows.push(row(key, AS_A_LAYER, as_a_layer, request.clone()));
        rows.push(row(key, "tower-http", peer, request.clone()));
        rows.push(row(key, "corsac-tower", corsac, request));
        rows.extend(by_function::rows(kind, &fields, n_origins));
    }
    rows
}

fn row<S, RequestBody, ResponseBody>(
    (framework, kind): (&'static str, RequestKind),
    subject: &'static str,
    service: S,
    request: impl Fn() -> Request<RequestBody> + 'static,
) -> Row
where
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>, Error = Infallible>
        + Clone
        + 'static,
    RequestBody: 'static,
{
    Row {
        framework,
        subject,
        request: kind.name(),
        exchanges: Box::new(move |n_exchanges| {
            let mut service = service.clone();
            let requests: Vec<_> = (0..n_exchanges).map(|_| request()).collect();
            Box::new(move || {
                for request in requests {
                    drop(black_box(exchange(&mut service, request)));
                }
            })
        }),
    }
}

fn exchange<S, RequestBody>(service: &mut S, request: Request<RequestBody>) -> S::Response
where
    S: Service<Request<RequestBody>, Error = Infallible>,
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
