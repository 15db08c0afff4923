//! What a test learns of a service.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::response::Redirect;
use axum::routing::get;
use corsac::{Policy, PolicyBuilder};
use corsac_testing::{Browser, CredentialsMode, Profile, Seen};
use corsac_tower::CorsLayer;
use http::Request;

/// An API with a policy; the page of `https://app.example` is what it is for.
fn api(builder: PolicyBuilder) -> Router {
    let pets = get(async || ([("x-total-count", "1"), ("x-secret", "2")], "tea"))
        .put(async |body: String| body);
    Router::new()
        .route("/pets", pets)
        .route("/old", get(async || Redirect::permanent("/pets")))
        .route(
            "/away",
            get(async || Redirect::permanent("https://other.test/pets")),
        )
        .layer(CorsLayer::new(builder.build().unwrap()))
}

fn policy() -> PolicyBuilder {
    let builder = Policy::builder(["https://app.example"]);
    builder.methods(["PUT"]).expose_headers(["x-total-count"])
}

fn request(text: &str) -> Request<Body> {
    let (method, uri) = text.split_once(' ').unwrap();
    let request = Request::builder().method(method).uri(uri);
    request.body(Body::empty()).unwrap()
}

async fn seen_by(page: &str, text: &str) -> Seen<Body> {
    Browser::at(page).fetch(&api(policy()), request(text)).await
}

/// What a failing assertion says.
fn told<T>(assertion: impl FnOnce() -> T) -> String {
    let panic = catch_unwind(AssertUnwindSafe(assertion));
    let panic = panic.map(|_| ()).expect_err("the assertion fails");
    *panic.downcast::<String>().expect("it says something")
}

#[tokio::test]
async fn a_page_sees_the_body_and_the_headers_that_are_exposed() {
    let response = seen_by("https://app.example", "GET /pets").await;
    let response = response.assert_readable();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["x-total-count"], "1");
    assert!(!response.headers().contains_key("x-secret"));
    assert_eq!(to_bytes(response.into_body(), 100).await.unwrap(), "tea");
}

#[tokio::test]
async fn a_page_of_another_origin_is_blocked_with_the_reason() {
    let seen = seen_by("https://evil.test", "GET /pets").await;
    seen.assert_blocked("cors-check/missing-allow-origin");
    let told = told(|| seen.assert_readable());
    for part in [
        "the page of https://evil.test, GET https://service.test/pets is blocked: ",
        "(cors-check/missing-allow-origin)",
        "https://fetch.spec.whatwg.org/#concept-cors-check",
        "> origin: https://evil.test",
        "< 200 OK",
    ] {
        assert!(
            told.to_lowercase().contains(&part.to_lowercase()),
            "{part} in\n{told}"
        );
    }
}

#[tokio::test]
async fn the_methods_are_asked_for_first() {
    let seen = seen_by("https://app.example", "DELETE /pets").await;
    seen.assert_blocked("preflight/method-not-allowed");
    let mut put = request("PUT /pets");
    *put.body_mut() = Body::from("coffee");
    let seen = Browser::at("https://app.example")
        .fetch(&api(policy()), put)
        .await;
    let body = seen.assert_readable().into_body();
    assert_eq!(to_bytes(body, 100).await.unwrap(), "coffee");
}

#[tokio::test]
async fn an_assertion_that_fails_says_what_is_the_case() {
    let readable = seen_by("https://app.example", "GET /pets").await;
    let told_readable = told(|| readable.assert_blocked("cors-check/missing-allow-origin"));
    assert!(
        told_readable.contains("is answered 200 and the page can read it"),
        "{told_readable}"
    );
    let other = seen_by("https://app.example", "DELETE /pets").await;
    let told_other = told(|| other.assert_blocked("cors-check/missing-allow-origin"));
    assert!(
        told_other.contains("expected cors-check/missing-allow-origin, but"),
        "{told_other}"
    );
    assert!(
        told_other.contains("(preflight/method-not-allowed)"),
        "{told_other}"
    );
}

#[tokio::test]
async fn credentials_need_the_policys_word() {
    let mut browser = Browser::at("https://app.example").with_credentials(CredentialsMode::Include);
    let seen = browser.fetch(&api(policy()), request("GET /pets")).await;
    seen.assert_blocked("cors-check/missing-allow-credentials");
    let seen = browser
        .fetch(&api(policy().credentials()), request("GET /pets"))
        .await;
    seen.assert_readable();
}

#[tokio::test]
async fn a_preflight_is_remembered_until_it_expires() {
    let api = api(policy().max_age(Duration::from_secs(60)));
    let mut browser = Browser::at("https://app.example").like(Profile::Firefox);
    for (passed, n_exchanges) in [(0, 2), (0, 1), (61, 2)] {
        browser.advance(Duration::from_secs(passed));
        let seen = browser.fetch(&api, request("PUT /pets")).await;
        assert_eq!(
            seen.outcome().trace.exchanges().len(),
            n_exchanges,
            "{seen}"
        );
        seen.assert_readable();
    }
}

#[tokio::test]
async fn redirects_are_followed_into_the_same_service() {
    let response = seen_by("https://app.example", "GET /old").await;
    assert_eq!(response.assert_readable().headers()["x-total-count"], "1");
    // After a redirect to a third origin the page is `null` to it.
    let seen = seen_by("https://app.example", "GET /away").await;
    seen.assert_blocked("cors-check/missing-allow-origin");
}

#[tokio::test]
async fn what_is_of_the_pages_own_origin_needs_no_cors() {
    let seen = seen_by("https://evil.test", "GET https://evil.test/pets").await;
    assert_eq!(seen.assert_readable().headers()["x-secret"], "2");
}

#[tokio::test]
async fn a_service_that_fails_is_a_connection_that_breaks() {
    let service = tower::service_fn(async |_: Request<Body>| {
        Err::<http::Response<Body>, _>(std::io::Error::other("broken"))
    });
    let seen = Browser::at("https://app.example")
        .fetch(&service, request("GET /"))
        .await;
    seen.assert_blocked("transport/no-response");
}

#[test]
fn a_page_must_have_a_url() {
    let told = told(|| Browser::at("app.example"));
    assert!(
        told.contains("\"app.example\" is not the URL of a page"),
        "{told}"
    );
}
