//! What observers are told, and a policy in report-only mode.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::get;
use corsac::Policy;
use corsac_tower::CorsLayer;

use crate::exchange::exchange;

/// Asks, and compares what observers are told; the answer is that of the live policy alone.
async fn check(request: &str, expected: &str) {
    let policy = |origins: &[&str]| Policy::builder(origins.iter().copied()).build().unwrap();
    let live = CorsLayer::new(policy(&["https://app.example", "https://old.example"]));
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&told);
    let watched = live
        .clone()
        .report_only(policy(&["https://app.example", "https://new.example"]))
        .observe(move |decision| {
            let refusal = decision.answer.refusal().map_or("allowed", |it| it.code());
            let difference = decision.difference.map_or("alike", |it| it.name());
            let line = format!("{refusal}, {difference}");
            listener.lock().unwrap().push(line);
        });
    let app = |layer| Router::new().route("/", get(async || "hello")).layer(layer);
    let answer = exchange(app(watched), request).await;
    assert_eq!(answer, exchange(app(live), request).await, "{request}");
    assert_eq!(*told.lock().unwrap(), [expected], "{request}");
}

#[tokio::test]
async fn observers_hear_of_every_decision_once() {
    check("GET / | origin: https://app.example", "allowed, alike").await;
    check("GET /", "allowed, alike").await;
    check("GET / | origin: x", "malformed-origin, alike").await;
    let preflight = "OPTIONS / | origin: https://app.example | access-control-request-method: PUT";
    check(preflight, "method-not-allowed, alike").await;
}

#[tokio::test]
async fn a_policy_in_report_only_mode_changes_nothing_and_its_differences_are_told() {
    check(
        "GET / | origin: https://old.example",
        "allowed, would-refuse",
    )
    .await;
    check(
        "GET / | origin: https://new.example",
        "origin-not-allowed, would-allow",
    )
    .await;
}
