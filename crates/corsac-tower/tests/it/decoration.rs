//! What the layer adds to a response, and what it takes away.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::AppendHeaders;
use axum::routing::{get, post};
use corsac::{Policy, PolicyBuilder};
use corsac_tower::CorsLayer;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tower_http::catch_panic::CatchPanicLayer;

use crate::exchange::exchange;

#[tokio::test]
async fn a_page_can_read_every_response_whatever_its_status() {
    let app = Router::new()
        .route("/", get(async || "hello"))
        .route("/orders", post(async |body: String| body))
        .route("/broken", get(async || StatusCode::INTERNAL_SERVER_ERROR))
        .route("/panic", get(panicking))
        .layer(DefaultBodyLimit::max(3))
        .layer(CatchPanicLayer::new())
        .layer(CorsLayer::new(policy().build().unwrap()));
    for (request, status) in [
        ("GET /", 200),
        ("GET /nothing", 404),
        ("DELETE /", 405),
        ("POST /orders | body: too long", 413),
        ("GET /broken", 500),
        ("GET /panic", 500),
    ] {
        let request = format!("{request} | origin: https://app.example");
        let told = exchange(app.clone(), &request).await;
        let expected = format!("{status} | {ALLOWED} | {EXPOSED} | vary: Origin");
        assert_eq!(told, expected, "{request}");
    }
}

#[tokio::test]
async fn a_cache_learns_that_the_answer_depends_on_the_origin_even_without_one() {
    check(policy(), "GET /", &[], &["vary: Origin"]).await;
}

#[tokio::test]
async fn a_policy_for_everyone_gives_everyone_the_same() {
    let everyone = || Policy::builder(["*"]);
    let expected = ["access-control-allow-origin: *"];
    check(everyone(), "GET /", &[], &expected).await;
    check(
        everyone(),
        "GET / | origin: https://any.example",
        &[],
        &expected,
    )
    .await;
}

#[tokio::test]
async fn what_the_handler_says_about_vary_is_kept() {
    let request = "GET / | origin: https://app.example";
    let handler = [("vary", "accept-encoding"), ("vary", "cookie, accept")];
    let expected = [
        ALLOWED,
        EXPOSED,
        "vary: accept-encoding",
        "vary: cookie, accept",
        "vary: Origin",
    ];
    check(policy(), request, &handler, &expected).await;
}

#[tokio::test]
async fn a_vary_that_already_names_the_origin_is_not_doubled() {
    let request = "GET / | origin: https://app.example";
    for vary in ["Accept, ORIGIN", "*", "origin"] {
        let told = format!("vary: {vary}");
        check(
            policy(),
            request,
            &[("vary", vary)],
            &[ALLOWED, EXPOSED, &told],
        )
        .await;
    }
}

#[tokio::test]
async fn there_is_one_allow_origin_whatever_the_handler_set() {
    let request = "GET / | origin: https://app.example";
    let handler = [
        ("access-control-allow-origin", "*"),
        ("access-control-allow-origin", "https://other.example"),
        ("access-control-allow-credentials", "true"),
    ];
    check(
        policy(),
        request,
        &handler,
        &[ALLOWED, EXPOSED, "vary: Origin"],
    )
    .await;
}

#[tokio::test]
async fn a_refused_origin_learns_nothing_from_what_the_handler_set() {
    let handler = [
        ("access-control-allow-origin", "*"),
        ("access-control-allow-credentials", "true"),
        ("access-control-expose-headers", "x-secret"),
    ];
    for origin in ["https://evil.test", "https://app.example/", "null"] {
        let request = format!("GET / | origin: {origin}");
        check(policy(), &request, &handler, &["vary: Origin"]).await;
    }
    let twice = "GET / | origin: https://app.example | origin: https://app.example";
    check(policy(), twice, &handler, &["vary: Origin"]).await;
}

#[tokio::test]
async fn fields_are_found_among_many_others() {
    let mut fields: HeaderMap = (0..40)
        .map(|it| HeaderName::try_from(format!("x-field-{it}")).unwrap())
        .map(|name| (name, HeaderValue::from_static("1")))
        .collect();
    fields.insert(
        "access-control-allow-credentials",
        HeaderValue::from_static("true"),
    );
    fields.insert("vary", HeaderValue::from_static("origin"));
    let handler = get(async move || fields.clone());
    let cors = CorsLayer::new(policy().build().unwrap());
    let told = exchange(
        Router::new().route("/", handler).layer(cors),
        "GET / | origin: https://app.example",
    );
    assert_eq!(
        told.await,
        format!("200 | {ALLOWED} | {EXPOSED} | vary: origin")
    );
}

#[tokio::test]
async fn a_response_is_left_alone_if_the_operator_says_that_the_handler_knows_better() {
    let request = "GET / | origin: https://app.example";
    let kept = [("access-control-allow-origin", "https://handler.example")];
    let expected = ["access-control-allow-origin: https://handler.example"];
    check(policy().keep_handler_fields(), request, &kept, &expected).await;
    let expected = [ALLOWED, EXPOSED, "vary: Origin"];
    check(policy().keep_handler_fields(), request, &[], &expected).await;
}

#[tokio::test]
async fn of_two_layers_the_outer_one_has_the_last_word() {
    let inner = CorsLayer::new(Policy::builder(["*"]).build().unwrap());
    let outer = CorsLayer::new(policy().build().unwrap());
    let app = Router::new()
        .route("/", get(async || "hello"))
        .layer(inner)
        .layer(outer);
    let allowed = exchange(app.clone(), "GET / | origin: https://app.example").await;
    assert_eq!(
        allowed,
        format!("200 | {ALLOWED} | {EXPOSED} | vary: Origin")
    );
    let refused = exchange(app, "GET / | origin: https://evil.test").await;
    assert_eq!(refused, "200 | vary: Origin");
}

/// Asks a handler that answers with these fields of its own.
async fn check(
    policy: PolicyBuilder,
    request: &str,
    handler: &[(&'static str, &'static str)],
    expected: &[&str],
) {
    let fields = handler.to_vec();
    let handler = get(async move || AppendHeaders(fields.clone()));
    let cors = CorsLayer::new(policy.build().unwrap());
    let told = exchange(Router::new().route("/", handler).layer(cors), request).await;
    assert_eq!(
        told,
        ["200"]
            .iter()
            .chain(expected)
            .copied()
            .collect::<Vec<_>>()
            .join(" | ")
    );
}

/// Panics without a message on the test's output.
async fn panicking() {
    std::panic::resume_unwind(Box::new("as the test wants it"));
}

fn policy() -> PolicyBuilder {
    Policy::builder(["https://app.example"]).expose_headers(["x-total-count"])
}

const ALLOWED: &str = "access-control-allow-origin: https://app.example";

const EXPOSED: &str = "access-control-expose-headers: x-total-count";
