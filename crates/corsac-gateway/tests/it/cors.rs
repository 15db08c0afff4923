//! The policy, enforced on what the upstream answers and on what the gateway answers itself.

use crate::harness::{ORIGIN, Serving, Upstream, config, gateway};

const PAGE: &str = "origin: https://app.example";
const STRANGER: &str = "origin: https://stranger.example";

#[tokio::test]
async fn a_preflight_does_not_reach_the_upstream() {
    let (upstream, mut heads) = Upstream::recording().await;
    let serving = Serving::before(&upstream).await;
    let preflight = "OPTIONS /v1/pets HTTP/1.1";
    let response = serving
        .request(preflight, &[PAGE, "access-control-request-method: PUT"])
        .await;
    assert_eq!(response.status, 204);
    assert_eq!(response.field("access-control-allow-origin"), Some(ORIGIN));
    assert_eq!(response.field("access-control-allow-methods"), Some("PUT"));
    let response = serving
        .request(preflight, &[STRANGER, "access-control-request-method: PUT"])
        .await;
    assert_eq!(response.status, 403);
    assert_eq!(response.field("access-control-allow-origin"), None);
    assert!(heads.try_recv().is_err());
}

#[tokio::test]
async fn an_options_request_that_is_no_preflight_reaches_the_upstream() {
    let (upstream, mut heads) = Upstream::recording().await;
    let serving = Serving::before(&upstream).await;
    let response = serving.request("OPTIONS /v1/pets HTTP/1.1", &[PAGE]).await;
    assert_eq!(response.status, 200);
    assert_eq!(heads.recv().await.unwrap()[0], "OPTIONS /v1/pets HTTP/1.1");
}

#[tokio::test]
async fn what_the_upstream_says_about_cors_is_replaced() {
    let upstream = Upstream::answering(
        "HTTP/1.1 500 Oops\r\naccess-control-allow-origin: *\r\naccess-control-allow-origin: null\r\n\
         vary: accept-encoding\r\ncontent-length: 0\r\n\r\n",
    )
    .await;
    let serving = Serving::before(&upstream).await;
    let response = serving.request("GET /v1 HTTP/1.1", &[PAGE]).await;
    assert_eq!(response.status, 500);
    assert_eq!(response.field("access-control-allow-origin"), Some(ORIGIN));
    assert_eq!(
        response.field("access-control-allow-credentials"),
        Some("true")
    );
    assert_eq!(
        response.field("access-control-expose-headers"),
        Some("x-total-count")
    );
    assert_eq!(
        response.all("vary").join(", ").to_lowercase(),
        "accept-encoding, origin"
    );
    let response = serving.request("GET /v1 HTTP/1.1", &[STRANGER]).await;
    assert_eq!(response.status, 500);
    assert_eq!(response.field("access-control-allow-origin"), None);
}

#[tokio::test]
async fn a_route_without_a_policy_is_forwarded_untouched() {
    let answer = "HTTP/1.1 200 OK\r\naccess-control-allow-origin: *\r\ncontent-length: 0\r\n\r\n";
    let upstream = Upstream::answering(answer).await;
    let config = format!(
        "[[route]]\npath = \"/\"\nupstream = \"http://{}\"\n",
        upstream.address
    );
    let serving = Serving::start(&gateway(&config)).await;
    let preflight = &[STRANGER, "access-control-request-method: PUT"];
    for (line, fields) in [
        ("GET / HTTP/1.1", &[STRANGER][..]),
        ("OPTIONS / HTTP/1.1", preflight),
    ] {
        let response = serving.request(line, fields).await;
        assert_eq!(response.status, 200, "{line}");
        assert_eq!(
            response.field("access-control-allow-origin"),
            Some("*"),
            "{line}"
        );
        assert_eq!(response.field("vary"), None, "{line}");
    }
}

#[tokio::test]
async fn a_rejecting_policy_lets_no_stranger_through_not_even_a_websocket() {
    let (upstream, mut heads) = Upstream::recording().await;
    let config = config(upstream.address, "").replace(
        "allow-credentials = true",
        "allow-credentials = true\nrefuse = \"reject\"",
    );
    let serving = Serving::start(&gateway(&config)).await;
    let handshake = ["connection: upgrade", "upgrade: websocket", STRANGER];
    for fields in [&[STRANGER][..], &handshake] {
        let response = serving.request("GET /v1 HTTP/1.1", fields).await;
        assert_eq!(response.status, 403);
        assert_eq!(response.field("vary"), Some("Origin"));
    }
    assert!(heads.try_recv().is_err());
    serving.still_serves().await;
}

#[tokio::test]
async fn what_the_gateway_answers_itself_can_be_read_by_pages() {
    let (upstream, _heads) = Upstream::recording().await;
    let serving = Serving::before(&upstream).await;
    for (line, fields, status, code) in [
        (
            "GET /v1 HTTP/1.1",
            &["host: a", "host: b"][..],
            400,
            "host-malformed: ",
        ),
        ("GET /v1 HTTP/1.1", &[], 400, "host-malformed: "),
        ("GET /v1 HTTP/1.1", &["host: a, b"], 400, "host-malformed: "),
        ("GET /v1/.. HTTP/1.1", &["host: a"], 400, "path-ambiguous: "),
        (
            "TRACE /v1 HTTP/1.1",
            &["host: a"],
            501,
            "method-not-supported: ",
        ),
        (
            "OPTIONS /v1 HTTP/1.1",
            &["host: a", "max-forwards: 0"],
            204,
            "",
        ),
    ] {
        let mut client = serving.client().await;
        client.send_head(line, &[fields, &[PAGE]].concat()).await;
        let response = client.response(line).await;
        assert_eq!(response.status, status, "{line} {fields:?}");
        assert!(response.text().starts_with(code), "{line} {fields:?}");
        assert_eq!(
            response.field("access-control-allow-origin"),
            Some(ORIGIN),
            "{line}"
        );
        assert_eq!(response.field("vary"), Some("Origin"), "{line}");
    }
}

#[tokio::test]
async fn a_tunnel_is_not_to_be_had_by_connect() {
    let (upstream, _heads) = Upstream::recording().await;
    let serving = Serving::before(&upstream).await;
    let response = serving
        .request("CONNECT gateway.test:80 HTTP/1.1", &[])
        .await;
    assert_eq!(response.status, 501);
    serving.still_serves().await;
}
