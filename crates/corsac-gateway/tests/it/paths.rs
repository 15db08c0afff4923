//! Request targets that servers disagree about.

use crate::harness::{ORIGIN, Serving, Upstream};

async fn check(target: &str, status: u16) {
    let (upstream, _heads) = Upstream::recording().await;
    let serving = Serving::before(&upstream).await;
    let line = format!("GET {target} HTTP/1.1");
    let response = serving
        .request(&line, &["origin: https://app.example"])
        .await;
    assert_eq!(response.status, status, "{target}");
    assert_eq!(
        response.field("access-control-allow-origin"),
        Some(ORIGIN),
        "{target}"
    );
    if status == 400 {
        assert!(response.text().starts_with("path-ambiguous: "), "{target}");
    }
}

#[tokio::test]
async fn dot_segments_do_not_reach_the_upstream_in_any_spelling() {
    for target in [
        "/v1/..",
        "/v1/../v2",
        "/v1/./x",
        "/v1/%2e%2E/v2",
        "/v1/.%2e/v2",
        "/v1/..%2fv2",
        "/v1/x%2F..%5cv2",
        "/v1/..\\v2",
        "/v1/.?q",
    ] {
        check(target, 400).await;
    }
}

#[tokio::test]
async fn dots_that_are_part_of_a_name_are_let_through() {
    for target in [
        "/v1/...",
        "/v1/.well-known",
        "/v1/a..b",
        "/v1/x.?..",
        "/v1/?/../",
        "/v1/%zz",
    ] {
        check(target, 200).await;
    }
}
