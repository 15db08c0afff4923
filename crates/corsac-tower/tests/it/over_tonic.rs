//! The layer around tonic's services, as grpc-web needs it.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use corsac::Policy;
use corsac_tower::CorsLayer;
use http::{HeaderValue, Request, Response};
use tonic::body::Body;
use tonic::server::NamedService;
use tonic::service::Routes;
use tower::{Layer, Service, ServiceExt};

use crate::exchange::{request_of, text_of};

#[tokio::test]
async fn a_call_is_decorated() {
    let call = "POST /shop.Orders/List | origin: https://app.example";
    check(
        call,
        &[
            "200",
            ALLOWED,
            EXPOSED,
            "answered-by: tonic",
            "vary: Origin",
        ],
    )
    .await;
}

#[tokio::test]
async fn the_status_of_an_unknown_service_is_readable() {
    let call = "POST /shop.Unknown/List | origin: https://app.example";
    check(call, &["200", ALLOWED, EXPOSED, "vary: Origin"]).await;
}

#[tokio::test]
async fn a_preflight_of_grpc_web_is_answered() {
    let preflight = "OPTIONS /shop.Orders/List | origin: https://app.example | \
                     access-control-request-method: POST | \
                     access-control-request-headers: content-type,x-grpc-web,x-user-agent";
    let names = "access-control-allow-headers: content-type, x-grpc-web, x-user-agent";
    check(preflight, &["204", names, METHODS, ALLOWED, "vary: Origin"]).await;
}

async fn check(request: &str, expected: &[&str]) {
    let policy = Policy::builder(["https://app.example"])
        .request_headers(["content-type", "x-grpc-web", "x-user-agent"])
        .expose_headers(["grpc-status", "grpc-message"])
        .build()
        .unwrap();
    let service = CorsLayer::new(policy).layer(Routes::new(Orders));
    let request = request_of(request).map(Body::new);
    let response: Response<Body> = service.oneshot(request).await.unwrap();
    assert_eq!(text_of(&response), expected.join(" | "));
}

/// What tonic's code generator would make of a service, as far as routing sees it.
#[derive(Clone, Debug)]
struct Orders;

impl NamedService for Orders {
    const NAME: &'static str = "shop.Orders";
}

impl Service<Request<Body>> for Orders {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        let mut response = Response::new(Body::empty());
        response
            .headers_mut()
            .insert("answered-by", HeaderValue::from_static("tonic"));
        ready(Ok(response))
    }
}

const ALLOWED: &str = "access-control-allow-origin: https://app.example";

const EXPOSED: &str = "access-control-expose-headers: grpc-status, grpc-message";

const METHODS: &str = "access-control-allow-methods: GET, HEAD, POST";
