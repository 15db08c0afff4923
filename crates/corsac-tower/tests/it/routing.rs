//! Which requests reach the handler, through axum's ways to add a layer.

use axum::Router;
use axum::routing::{get, options};
use corsac::Policy;
use corsac_tower::CorsLayer;

use crate::exchange::exchange;

#[tokio::test]
async fn a_preflight_is_answered_by_the_policy() {
    let preflight = "OPTIONS /orders | origin: https://app.example | \
                     access-control-request-method: DELETE";
    check(preflight, &["204", METHODS, ALLOWED, "vary: Origin"]).await;
}

#[tokio::test]
async fn a_preflight_for_a_path_without_a_handler_is_answered_too() {
    let preflight = "OPTIONS /nothing | origin: https://app.example | \
                     access-control-request-method: DELETE";
    check(preflight, &["204", METHODS, ALLOWED, "vary: Origin"]).await;
}

#[tokio::test]
async fn a_preflight_from_a_refused_origin_gets_nothing_but_403_and_vary() {
    let preflight = "OPTIONS /orders | origin: https://evil.test | \
                     access-control-request-method: DELETE";
    check(preflight, &["403", "vary: Origin"]).await;
}

#[tokio::test]
async fn the_application_answers_its_own_options_requests() {
    check("OPTIONS /orders", &["200", HANDLER, "vary: Origin"]).await;
    let of_a_page = "OPTIONS /orders | origin: https://app.example";
    check(of_a_page, &["200", ALLOWED, HANDLER, "vary: Origin"]).await;
    let without_origin = "OPTIONS /orders | access-control-request-method: DELETE";
    check(without_origin, &["200", HANDLER, "vary: Origin"]).await;
}

#[tokio::test]
async fn a_request_from_a_refused_origin_is_forwarded_by_default() {
    let request = "GET /orders | origin: https://evil.test";
    check(request, &["200", HANDLER, "vary: Origin"]).await;
}

#[tokio::test]
async fn a_policy_that_rejects_keeps_refused_origins_from_the_handler() {
    let policy = Policy::builder(["https://app.example"]).reject_refused_origins();
    let app = app().layer(CorsLayer::new(policy.build().unwrap()));
    let refused = exchange(app.clone(), "GET /orders | origin: https://evil.test").await;
    assert_eq!(refused, "403 | vary: Origin");
    let allowed = exchange(app, "GET /orders | origin: https://app.example").await;
    assert_eq!(
        allowed,
        format!("200 | {ALLOWED} | {HANDLER} | vary: Origin")
    );
}

#[tokio::test]
async fn all_that_is_asked_for_is_named_when_everything_is_allowed_with_credentials() {
    let policy = Policy::builder(["https://app.example"])
        .credentials()
        .methods(["*"])
        .request_headers(["*"])
        .build()
        .unwrap();
    let preflight = "OPTIONS /orders | origin: https://app.example | \
                     access-control-request-method: PURGE | \
                     access-control-request-headers: X-One, ,authorization";
    let told = exchange(app().layer(CorsLayer::new(policy)), preflight).await;
    let expected = "204 | access-control-allow-credentials: true | \
                    access-control-allow-headers: x-one,authorization | \
                    access-control-allow-methods: PURGE | \
                    access-control-allow-origin: https://app.example | vary: Origin, \
                    Access-Control-Request-Method, Access-Control-Request-Headers";
    assert_eq!(told, expected);
}

/// Asks the same API three times: with the layer around the router, around the routes, and around
/// the methods of its one route.
async fn check(request: &str, expected: &[&str]) {
    let around_the_router = app().layer(layer());
    let told = exchange(around_the_router, request).await;
    assert_eq!(told, expected.join(" | "), "around the router: {request}");
    if request.contains("/nothing") {
        return;
    }
    let around_the_routes = app().route_layer(layer());
    let told = exchange(around_the_routes, request).await;
    assert_eq!(told, expected.join(" | "), "around the routes: {request}");
    let around_the_methods = Router::new().route("/orders", methods().layer(layer()));
    let told = exchange(around_the_methods, request).await;
    assert_eq!(told, expected.join(" | "), "around the methods: {request}");
}

fn app() -> Router {
    Router::new().route("/orders", methods())
}

fn methods() -> axum::routing::MethodRouter {
    let answer = async || [("answered-by", "handler")];
    get(answer).merge(options(answer))
}

fn layer() -> CorsLayer {
    let policy = Policy::builder(["https://app.example"]).methods(["PUT", "DELETE"]);
    CorsLayer::new(policy.build().unwrap())
}

const ALLOWED: &str = "access-control-allow-origin: https://app.example";

const METHODS: &str = "access-control-allow-methods: PUT, DELETE";

const HANDLER: &str = "answered-by: handler";
