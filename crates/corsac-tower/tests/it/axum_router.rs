//! The router that knows which methods its routes have.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any, delete, get, options, post};
use corsac::Policy;
use corsac_tower::axum::CorsRouter;
use corsac_tower::{CorsLayer, PolicyHandle};
use http::StatusCode;
use tower::ServiceExt;

use crate::exchange::{exchange, request_of};

/// What a preflight from an allowed origin for a method at a path is told about methods.
async fn check(path: &str, method: &str, expected: &str) {
    let app = CorsRouter::new(router(), CorsLayer::new(policy()));
    let preflight = format!(
        "OPTIONS {path} | origin: https://app.example | access-control-request-method: {method}"
    );
    let told = exchange(app, &preflight).await;
    let expected = format!(
        "204 | access-control-allow-methods: {expected} | \
         access-control-allow-origin: https://app.example | vary: Origin"
    );
    assert_eq!(told, expected, "{preflight}");
}

fn policy() -> Policy {
    let builder = Policy::builder(["https://app.example"]);
    builder.methods(["PUT", "PATCH", "DELETE"]).build().unwrap()
}

/// Every kind of route; none of the handlers may see a preflight.
fn router() -> Router {
    let never = async |request: Request| match request.headers().contains_key(REQUESTED) {
        true => StatusCode::IM_A_TEAPOT,
        false => StatusCode::OK,
    };
    let nested = Router::new()
        .route("/{id}", get(never).put(never))
        .layer(from_fn(refuse_without_token));
    Router::new()
        .route("/report", get(never))
        .route("/pets", get(never).post(never).delete(never))
        .route("/asked", options(never).patch(never))
        .route("/anything", any(never))
        .route(
            "/guarded",
            delete(never).layer(from_fn(refuse_without_token)),
        )
        .route(
            "/own-405",
            post(never).fallback(async || StatusCode::METHOD_NOT_ALLOWED),
        )
        .route("/nothing-at-all", MethodRouter::new())
        .nest("/orders", nested)
        .nest_service("/service", Router::new().route("/", get(never)))
        .fallback(async || (StatusCode::NOT_FOUND, "the app's own"))
        .layer(from_fn(refuse_without_token))
}

const REQUESTED: &str = "access-control-request-method";

/// Answers 401 to a preflight, should one get here, and lets everything else pass.
async fn refuse_without_token(request: Request, next: Next) -> Response {
    match request.headers().contains_key(REQUESTED) {
        true => StatusCode::UNAUTHORIZED.into_response(),
        false => next.run(request).await,
    }
}

#[tokio::test]
async fn a_preflight_is_told_the_methods_of_the_route() {
    check("/report", "DELETE", "GET, HEAD, POST").await;
    check("/pets", "PUT", "DELETE").await;
    check("/pets", "DELETE", "DELETE").await;
    check("/pets?page=2", "DELETE", "DELETE").await;
    check("/asked", "PATCH", "PATCH").await;
    check("/orders/7", "DELETE", "PUT").await;
    check("/guarded", "PUT", "DELETE").await;
    check("/own-405", "PUT", "GET, HEAD, POST").await;
    check("/nothing-at-all", "PUT", "GET, HEAD, POST").await;
}

#[tokio::test]
async fn where_the_methods_are_not_known_the_policys_list_is_the_answer() {
    for path in [
        "/anything",
        "/service",
        "/service/",
        "/nowhere",
        "/orders",
        "*",
    ] {
        check(path, "PUT", "PUT, PATCH, DELETE").await;
    }
}

#[tokio::test]
async fn the_refusal_says_that_the_route_lacks_the_method() {
    let app = CorsRouter::new(router(), CorsLayer::new(policy()).refusals_in_extensions());
    let preflight =
        "OPTIONS /report | origin: https://app.example | access-control-request-method: DELETE";
    let response = app.oneshot(request_of(preflight)).await.unwrap();
    assert_eq!(
        response.extensions().get(),
        Some(&corsac::Refusal::MethodNotAllowed)
    );
}

#[tokio::test]
async fn a_refused_origin_learns_nothing_of_the_routes() {
    let preflight =
        "OPTIONS /pets | origin: https://evil.test | access-control-request-method: PUT";
    let app = CorsRouter::new(router(), CorsLayer::new(policy()));
    assert_eq!(exchange(app, preflight).await, "403 | vary: Origin");
}

#[tokio::test]
async fn everything_else_goes_to_the_router_as_it_is() {
    for (request, status) in [
        ("OPTIONS /asked", "200"),
        ("OPTIONS /pets", "405"),
        ("DELETE /report", "405"),
        ("GET /nowhere", "404"),
        ("GET /orders/7", "200"),
    ] {
        let request = format!("{request} | origin: https://app.example");
        let told = exchange(
            CorsRouter::new(router(), CorsLayer::new(policy())),
            &request,
        )
        .await;
        let layered = exchange(router().layer(CorsLayer::new(policy())), &request).await;
        assert_eq!(told, layered, "{request}");
        assert!(told.starts_with(status), "{request}: {told}");
        assert!(told.contains("access-control-allow-origin"), "{told}");
    }
}

#[tokio::test]
async fn allow_stays_what_the_router_says() {
    let app = CorsRouter::new(router(), CorsLayer::new(policy()));
    let request = request_of("PUT /pets | origin: https://app.example");
    let response = app.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.headers()["allow"], "GET,HEAD,POST,DELETE");
}

#[tokio::test]
async fn a_new_policy_holds_from_the_next_preflight_on() {
    let handle = PolicyHandle::new(policy());
    let app = CorsRouter::new(router(), CorsLayer::from_handle(&handle));
    let preflight =
        "OPTIONS /pets | origin: https://app.example | access-control-request-method: DELETE";
    let before = exchange(app.clone(), preflight).await;
    assert!(before.contains("allow-methods: DELETE"), "{before}");
    handle.replace(Policy::builder(["https://app.example"]).build().unwrap());
    let after = exchange(app, preflight).await;
    assert!(after.contains("allow-methods: GET, HEAD, POST"), "{after}");
}

/// Any origin, any method: the set of methods is then the route's own.
#[tokio::test]
async fn any_method_is_the_routes_own_methods() {
    let policy = Policy::builder(["*"]).methods(["*"]).build().unwrap();
    let app = CorsRouter::new(router(), CorsLayer::new(policy));
    let preflight = "OPTIONS /pets | origin: https://a.test | access-control-request-method: PUT";
    assert_eq!(
        exchange(app, preflight).await,
        "204 | access-control-allow-methods: GET, HEAD, POST, DELETE | \
         access-control-allow-origin: *"
    );
}

#[tokio::test]
async fn axum_serves_it() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = CorsRouter::new(router(), CorsLayer::new(policy()));
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = "OPTIONS /pets HTTP/1.1\r\nhost: a\r\norigin: https://app.example\r\n\
                   access-control-request-method: PUT\r\nconnection: close\r\n\r\n";
    let mut answer = String::new();
    tokio::io::AsyncWriteExt::write_all(&mut stream, request.as_bytes())
        .await
        .unwrap();
    tokio::io::AsyncReadExt::read_to_string(&mut stream, &mut answer)
        .await
        .unwrap();
    assert!(
        answer.contains("access-control-allow-methods: DELETE\r\n"),
        "{answer}"
    );
    server.abort();
}
