//! Which upstream a path belongs to, and which methods exist there.

use crate::harness::{ORIGIN, Serving, Upstream, gateway};

/// Starts a gateway with a route for each path, whose upstream answers with the path as its body.
async fn serving(paths: &[&str]) -> (Serving, Vec<Upstream>) {
    let mut upstreams = Vec::new();
    let mut config = String::new();
    for path in paths {
        let len = path.len();
        let response = format!("HTTP/1.1 200 OK\r\ncontent-length: {len}\r\n\r\n{path}");
        let upstream = Upstream::answering(response).await;
        config += &format!(
            "[[route]]\npath = \"{path}\"\nupstream = \"http://{}\"\n",
            upstream.address
        );
        upstreams.push(upstream);
    }
    (Serving::start(&gateway(&config)).await, upstreams)
}

async fn check(serving: &Serving, target: &str, expected: Result<&str, u16>) {
    let response = serving
        .request(&format!("GET {target} HTTP/1.1"), &[])
        .await;
    let found = match response.status {
        200 => Ok(response.text()),
        status => Err(status),
    };
    assert_eq!(found, expected, "{target}");
}

#[tokio::test]
async fn the_longest_prefix_on_whole_segments_wins() {
    let (serving, _upstreams) = serving(&["/v1", "/v1/pets/toys", "/v2"]).await;
    check(&serving, "/v1", Ok("/v1")).await;
    check(&serving, "/v1/", Ok("/v1")).await;
    check(&serving, "/v1?q=/v2", Ok("/v1")).await;
    check(&serving, "/v1/x", Ok("/v1")).await;
    check(&serving, "/v1/pets", Ok("/v1")).await;
    check(&serving, "/v1/pets/toys", Ok("/v1/pets/toys")).await;
    check(&serving, "/v1/pets/toys/7", Ok("/v1/pets/toys")).await;
    check(&serving, "/v1/pets/toyshop", Ok("/v1")).await;
    check(&serving, "/v2/v1", Ok("/v2")).await;
    check(&serving, "/v10", Err(404)).await;
    check(&serving, "/", Err(404)).await;
    check(&serving, "/V1", Err(404)).await;
}

#[tokio::test]
async fn the_root_takes_what_no_other_route_has() {
    let (serving, _upstreams) = serving(&["/", "/v1"]).await;
    check(&serving, "/", Ok("/")).await;
    check(&serving, "/v10", Ok("/")).await;
    check(&serving, "/v1/x", Ok("/v1")).await;
    check(&serving, "http://gateway.test/v1/x", Ok("/v1")).await;
    check(&serving, "http://gateway.test", Ok("/")).await;
}

#[tokio::test]
async fn a_percent_encoded_letter_is_that_letter() {
    let (serving, _upstreams) = serving(&["/", "/v1"]).await;
    check(&serving, "/%761/x", Ok("/v1")).await;
    check(&serving, "/%76%31", Ok("/v1")).await;
    check(&serving, "/v1%2fx", Ok("/")).await;
    check(&serving, "/%", Ok("/")).await;
    check(&serving, "/%7", Ok("/")).await;
}

#[tokio::test]
async fn a_path_without_a_route_is_not_found_and_has_no_policy() {
    let (serving, _upstreams) = serving(&["/v1"]).await;
    let response = serving
        .request("GET /x HTTP/1.1", &["origin: https://app.example"])
        .await;
    assert_eq!(response.status, 404);
    assert!(response.text().starts_with("no-route: "));
    assert_eq!(response.field("access-control-allow-origin"), None);
    assert_eq!(response.field("vary"), None);
}

#[tokio::test]
async fn a_method_that_does_not_exist_is_not_allowed_and_pages_may_read_so() {
    let (serving, _upstream) = with_methods().await;
    let response = serving
        .request("DELETE /v1 HTTP/1.1", &["origin: https://app.example"])
        .await;
    assert_eq!(response.status, 405);
    assert_eq!(response.field("allow"), Some("GET, HEAD, PUT"));
    assert_eq!(response.field("access-control-allow-origin"), Some(ORIGIN));
    assert!(response.text().starts_with("method-not-allowed: "));
    for method in ["GET", "HEAD", "PUT"] {
        let response = serving
            .request(&format!("{method} /v1 HTTP/1.1"), &[])
            .await;
        assert_eq!(response.status, 200, "{method}");
    }
}

#[tokio::test]
async fn a_preflight_for_a_method_that_does_not_exist_is_answered_with_the_truth() {
    let (serving, _upstream) = with_methods().await;
    let response = serving
        .request(
            "OPTIONS /v1 HTTP/1.1",
            &[
                "origin: https://app.example",
                "access-control-request-method: DELETE",
            ],
        )
        .await;
    assert_eq!(response.status, 204);
    assert_eq!(response.field("access-control-allow-methods"), Some("PUT"));
}

async fn with_methods() -> (Serving, Upstream) {
    let upstream = Upstream::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let config = format!(
        r#"
        [policy.shop]
        allow-origins = ["{ORIGIN}"]
        allow-methods = ["PUT", "DELETE"]

        [[route]]
        path = "/v1"
        upstream = "http://{}"
        policy = "shop"
        methods = ["GET", "PUT"]
        "#,
        upstream.address
    );
    (Serving::start(&gateway(&config)).await, upstream)
}
