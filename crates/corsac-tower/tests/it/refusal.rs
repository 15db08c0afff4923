//! The refusal, for the handler and for the layers around.

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use corsac::{Policy, PolicyBuilder, Refusal};
use corsac_tower::{CorsLayer, DynamicCorsLayer};
use http::HeaderValue;
use http::request::Parts;
use tower::ServiceExt;

use crate::exchange::request_of;

#[tokio::test]
async fn the_handler_and_the_outer_layers_learn_why_an_origin_is_refused() {
    let request = "GET / | origin: https://evil.test";
    check(
        policy(),
        request,
        [Some("origin-not-allowed"), Some("origin-not-allowed")],
    )
    .await;
    let request = "GET / | origin: https://app.example/";
    check(
        policy(),
        request,
        [Some("malformed-origin"), Some("malformed-origin")],
    )
    .await;
}

#[tokio::test]
async fn where_nothing_is_refused_nobody_hears_of_a_refusal() {
    check(
        policy(),
        "GET / | origin: https://app.example",
        [None, None],
    )
    .await;
    check(policy(), "GET /", [None, None]).await;
    let preflight = "OPTIONS / | origin: https://app.example | access-control-request-method: GET";
    check(policy(), preflight, [None, None]).await;
}

#[tokio::test]
async fn unless_asked_for_no_refusal_is_in_extensions() {
    let cors = CorsLayer::new(policy().build().unwrap());
    let app = Router::new()
        .route("/", get(told_by_the_handler))
        .layer(cors);
    let request = request_of("GET / | origin: https://evil.test");
    let response: Response = app.oneshot(request).await.unwrap();
    assert_eq!(response.headers().get("refusal"), None);
    assert_eq!(response.extensions().get::<Refusal>(), None);
}

#[tokio::test]
async fn the_outer_layers_learn_why_a_preflight_is_refused() {
    let method = "OPTIONS / | origin: https://app.example | access-control-request-method: PURGE";
    check(policy(), method, [None, Some("method-not-allowed")]).await;
    let origin = "OPTIONS / | origin: https://evil.test | access-control-request-method: GET";
    check(policy(), origin, [None, Some("origin-not-allowed")]).await;
}

#[tokio::test]
async fn the_outer_layers_learn_why_a_request_is_rejected() {
    let request = "GET / | origin: https://evil.test";
    let rejecting = policy().reject_refused_origins();
    check(rejecting, request, [None, Some("origin-not-allowed")]).await;
}

#[tokio::test]
async fn what_a_function_does_not_know_is_refused_like_what_is_not_listed() {
    let layer = |policy: PolicyBuilder| {
        let policy = policy.build_with_function(["host"]).unwrap();
        DynamicCorsLayer::sync(policy, |origin: &HeaderValue, _: &Parts| {
            origin == "https://known.test"
        })
    };
    let told = Some("origin-not-allowed");
    let evil = "GET / | origin: https://evil.test";
    let preflight = "OPTIONS / | origin: https://evil.test | access-control-request-method: GET";
    let cors = || layer(policy()).refusals_in_extensions();
    check_router(router().layer(cors()), evil, [told, told]).await;
    check_router(router().layer(cors()), preflight, [None, told]).await;
    let known = "GET / | origin: https://known.test";
    check_router(router().layer(cors()), known, [None, None]).await;
    let rejecting = layer(policy().reject_refused_origins()).refusals_in_extensions();
    check_router(router().layer(rejecting), evil, [None, told]).await;
    check_router(router().layer(layer(policy())), evil, [None, None]).await;
}

/// Sends a request and compares the codes that the handler and an outer layer saw.
async fn check(policy: PolicyBuilder, request: &str, codes: [Option<&str>; 2]) {
    let cors = CorsLayer::new(policy.build().unwrap()).refusals_in_extensions();
    check_router(router().layer(cors), request, codes).await;
}

fn router() -> Router {
    Router::new().route("/", get(told_by_the_handler))
}

async fn check_router(app: Router, request: &str, [handler, outer]: [Option<&str>; 2]) {
    let response: Response = app.oneshot(request_of(request)).await.unwrap();
    let told = response
        .headers()
        .get("refusal")
        .map(|it| it.to_str().unwrap());
    assert_eq!(told, handler, "the handler of {request}");
    let refusal = response.extensions().get::<Refusal>();
    assert_eq!(
        refusal.map(Refusal::code),
        outer,
        "the layer around {request}"
    );
}

async fn told_by_the_handler(
    refusal: Option<Extension<Refusal>>,
    _: Request,
) -> http::Response<Body> {
    let mut response = http::Response::new(Body::empty());
    if let Some(Extension(refusal)) = refusal {
        let code = HeaderValue::from_static(refusal.code());
        response.headers_mut().insert("refusal", code);
    }
    response
}

fn policy() -> PolicyBuilder {
    Policy::builder(["https://app.example"])
}
