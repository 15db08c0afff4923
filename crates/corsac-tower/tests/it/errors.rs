//! Errors of the inner service: passed through, or made responses that the page can read.

use std::convert::Infallible;
use std::future::{Ready, pending, ready};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::routing::get;
use axum::{BoxError, Router};
use corsac::Policy;
use corsac_tower::CorsLayer;
use http::{Request, Response, StatusCode};
use tower::timeout::TimeoutLayer;
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};

use crate::exchange::{exchange, request_of};

#[tokio::test]
async fn an_error_passes_through() {
    let broken = service_fn(async |_: Request<Body>| Err::<Response<Body>, _>("broken"));
    let answer = layer().layer(broken).oneshot(request_of("GET /")).await;
    assert_eq!(answer.unwrap_err(), "broken");
}

#[tokio::test]
async fn a_page_can_read_that_the_handler_was_too_slow() {
    let cors = layer().map_err(|_: BoxError| with_status(StatusCode::GATEWAY_TIMEOUT));
    let layers = ServiceBuilder::new()
        .layer(cors)
        .layer(TimeoutLayer::new(Duration::ZERO));
    let app = Router::new()
        .route("/", get(async || pending::<()>().await))
        .layer(layers);
    let told = exchange(app, "GET / | origin: https://app.example").await;
    assert_eq!(
        told,
        "504 | access-control-allow-origin: https://app.example | vary: Origin"
    );
}

#[tokio::test]
async fn a_page_can_read_that_the_service_is_out_of_order() {
    let service = mapped().layer(OutOfOrder);
    let told = exchange(service.clone(), "GET / | origin: https://app.example").await;
    assert_eq!(
        told,
        "503 | access-control-allow-origin: https://app.example | vary: Origin"
    );
    let told = exchange(service, "GET / | origin: https://evil.test").await;
    assert_eq!(told, "503 | vary: Origin");
}

#[tokio::test]
async fn a_preflight_is_answered_even_if_the_service_is_out_of_order() {
    let preflight = "OPTIONS / | origin: https://app.example | access-control-request-method: GET";
    let told = exchange(mapped().layer(OutOfOrder), preflight).await;
    assert_eq!(
        told,
        "204 | access-control-allow-methods: GET, HEAD, POST | \
         access-control-allow-origin: https://app.example | vary: Origin"
    );
}

#[tokio::test]
async fn a_service_without_errors_is_as_before_behind_a_map() {
    let healthy = service_fn(async |_: Request<Body>| {
        Ok::<_, OutOfOrderError>(with_status(StatusCode::ACCEPTED))
    });
    let told = exchange(
        mapped().layer(healthy),
        "GET / | origin: https://app.example",
    )
    .await;
    assert_eq!(
        told,
        "202 | access-control-allow-origin: https://app.example | vary: Origin"
    );
}

/// A service that is never ready.
#[derive(Clone, Debug)]
struct OutOfOrder;

#[derive(Debug)]
struct OutOfOrderError;

impl Service<Request<Body>> for OutOfOrder {
    type Response = Response<Body>;
    type Error = OutOfOrderError;
    type Future = Ready<Result<Response<Body>, OutOfOrderError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), OutOfOrderError>> {
        Poll::Ready(Err(OutOfOrderError))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        ready(Ok(with_status(StatusCode::IM_A_TEAPOT)))
    }
}

fn mapped<S>() -> impl Layer<S, Service: MappedService> + use<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = OutOfOrderError> + Clone,
{
    layer().map_err(|_: OutOfOrderError| with_status(StatusCode::SERVICE_UNAVAILABLE))
}

/// A service that always answers.
trait MappedService:
    Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone
{
}

impl<S> MappedService for S where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone
{
}

fn layer() -> CorsLayer {
    CorsLayer::new(Policy::builder(["https://app.example"]).build().unwrap())
}

fn with_status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
