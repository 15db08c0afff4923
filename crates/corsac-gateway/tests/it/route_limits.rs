//! What one route bears and another does not: long bodies, and waiting.

use std::future::pending;

use crate::harness::{OK, ORIGIN, Peer, Response, Serving, Upstream, field, gateway, with_host};

const PAGE: &str = "origin: https://app.example";

/// A gateway with the routes `/short`, with these keys, and `/v1`.
async fn serving(upstream: &Upstream, keys: &str) -> Serving {
    let address = upstream.address;
    let config = format!(
        r#"
        [policy.shop]
        allow-origins = ["{ORIGIN}"]
        allow-credentials = true

        [[route]]
        path = "/short"
        upstream = "http://{address}"
        policy = "shop"
        {keys}

        [[route]]
        path = "/v1"
        upstream = "http://{address}"
        policy = "shop"
        "#
    );
    Serving::start(&gateway(&config)).await
}

/// A server that answers with the number of bytes that it was sent, in chunks or at once.
async fn counting() -> Upstream {
    Upstream::start(|mut peer, _| async move {
        while let Some(head) = peer.head().await {
            let mut count = 0;
            if let Some(len) = field(&head, "content-length") {
                count = len.parse().unwrap();
                peer.bytes(count).await;
            } else if field(&head, "transfer-encoding").is_some() {
                while let Some(chunk) = peer.chunk().await.filter(|it| !it.is_empty()) {
                    count += chunk.len();
                }
            }
            let answer =
                format!("HTTP/1.1 200 OK\r\nx-count: {count}\r\ncontent-length: 0\r\n\r\n");
            peer.send(answer).await;
        }
    })
    .await
}

async fn post(client: &mut Peer, path: &str, framing: &str, body: &str) -> Response {
    let line = format!("POST {path} HTTP/1.1");
    client.send_head(&line, &with_host(&[framing, PAGE])).await;
    client.send(body).await;
    client.response(&line).await
}

#[tokio::test]
async fn a_body_that_is_too_long_is_told_so_and_the_page_may_read_it() {
    let upstream = counting().await;
    let serving = serving(&upstream, "max-body = '4B'").await;
    let chunked = "transfer-encoding: chunked";
    for (framing, body) in [
        ("content-length: 5", "12345"),
        (chunked, "5\r\n12345\r\n0\r\n\r\n"),
        (chunked, "4\r\n1234\r\n1\r\n5\r\n0\r\n\r\n"),
    ] {
        let mut client = serving.client().await;
        let response = post(&mut client, "/short", framing, body).await;
        assert_eq!(response.status, 413, "{body:?}");
        assert!(response.text().starts_with("body-too-long: "));
        assert_eq!(response.field("access-control-allow-origin"), Some(ORIGIN));
        assert_eq!(response.field("connection"), Some("close"));
    }
    serving.still_serves().await;
}

#[tokio::test]
async fn a_body_that_just_fits_is_forwarded() {
    let upstream = counting().await;
    let serving = serving(&upstream, "max-body = '4B'").await;
    let mut client = serving.client().await;
    for (path, framing, body) in [
        ("/short", "content-length: 4", "1234"),
        (
            "/short",
            "transfer-encoding: chunked",
            "4\r\n1234\r\n0\r\n\r\n",
        ),
        ("/v1", "content-length: 4", "1234"),
        ("/short", "content-length: 0", ""),
    ] {
        let response = post(&mut client, path, framing, body).await;
        assert_eq!(response.status, 200, "{path} {framing}");
    }
    let response = post(&mut client, "/v1", "content-length: 5", "12345").await;
    assert_eq!(response.field("x-count"), Some("5"));
}

#[tokio::test]
async fn a_client_that_waits_for_permission_is_spared_the_body() {
    let upstream = counting().await;
    let serving = serving(&upstream, "max-body = '4B'").await;
    let mut client = serving.client().await;
    let fields = ["content-length: 5", "expect: 100-continue", PAGE];
    let line = "POST /short HTTP/1.1";
    client.send_head(line, &with_host(&fields)).await;
    assert_eq!(client.response(line).await.status, 413);
}

#[tokio::test]
async fn a_route_waits_as_long_as_it_says() {
    let upstream = Upstream::start(|mut peer, _| async move {
        while let Some(head) = peer.head().await {
            match head[0].contains(" /short ") {
                true => pending().await,
                false => peer.send(OK).await,
            }
        }
    })
    .await;
    let serving = serving(&upstream, "response-timeout = '50ms'").await;
    let response = serving.request("GET /short HTTP/1.1", &[PAGE]).await;
    assert_eq!(response.status, 504);
    assert_eq!(response.field("access-control-allow-origin"), Some(ORIGIN));
    serving.still_serves().await;
}
