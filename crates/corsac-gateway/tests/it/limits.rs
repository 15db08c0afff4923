//! How much is taken from clients.

use crate::harness::{Serving, Upstream, config, gateway, with_host};
use crate::http2_client::{Http2, request};

async fn serving(upstream: &Upstream, root: &str, limits: &str) -> Serving {
    let config = format!("{}\n[limits]\n{limits}", config(upstream.address, root));
    Serving::start(&gateway(&config)).await
}

#[tokio::test]
async fn a_client_has_so_many_connections_and_no_more() {
    let (upstream, _heads) = Upstream::recording().await;
    let serving = serving(&upstream, "", "connections-per-client = 2").await;
    let (mut first, mut second) = (serving.client().await, serving.client().await);
    for client in [&mut first, &mut second] {
        client.send_head("GET /v1 HTTP/1.1", &with_host(&[])).await;
        assert_eq!(client.response("GET").await.status, 200);
    }
    let mut third = serving.client().await;
    third.send_head("GET /v1 HTTP/1.1", &with_host(&[])).await;
    assert_eq!(third.head().await, None);
    // Those that are there go on, and one that ends makes room.
    second
        .send_head("GET /v1 HTTP/1.1", &with_host(&["connection: close"]))
        .await;
    assert_eq!(second.response("GET").await.status, 200);
    second.gone().await;
    loop {
        let mut third = serving.client().await;
        third.send_head("GET /v1 HTTP/1.1", &with_host(&[])).await;
        if let Some(head) = third.head().await {
            assert_eq!(head[0], "HTTP/1.1 200 OK");
            break;
        }
    }
}

#[tokio::test]
async fn a_head_has_so_many_fields_and_bytes() {
    let (upstream, _heads) = Upstream::recording().await;
    let limits = "header-fields = 10\nheader-bytes = 8192";
    let serving = serving(&upstream, "", limits).await;
    let long = format!("x: {}", "a".repeat(8192));
    for (fields, status) in [
        (vec!["x: y"; 9], 200),
        (vec!["x: y"; 10], 431),
        (vec![long.as_str()], 431),
    ] {
        let response = serving.request("GET /v1 HTTP/1.1", &fields).await;
        assert_eq!(response.status, status, "{} fields", fields.len());
    }
}

#[tokio::test]
async fn a_head_of_http_2_has_so_many_bytes() {
    let (upstream, _heads) = Upstream::recording().await;
    let serving = serving(&upstream, "h2c = true", "header-bytes = 8192").await;
    let stream = tokio::net::TcpStream::connect(serving.address)
        .await
        .unwrap();
    let client = Http2::over(stream).await;
    let long = "a".repeat(8192);
    for (value, status) in [("a", 200), (long.as_str(), 431), ("a", 200)] {
        let answer = client
            .request(request("GET", "/v1", &[("x", value)]))
            .await
            .unwrap();
        assert_eq!(answer.status, status);
    }
}

#[tokio::test]
async fn a_head_of_http_2_has_so_many_fields_and_as_many_cookies_as_it_likes() {
    let (upstream, _heads) = Upstream::recording().await;
    let serving = serving(&upstream, "h2c = true", "header-fields = 10").await;
    let stream = tokio::net::TcpStream::connect(serving.address)
        .await
        .unwrap();
    let client = Http2::over(stream).await;
    for (fields, status) in [
        (vec![("x", "y"); 10], 200),
        (vec![("x", "y"); 11], 431),
        (vec![("cookie", "a=1"); 50], 200),
        (
            [vec![("cookie", "a=1"); 50], vec![("x", "y"); 9]].concat(),
            200,
        ),
        (
            [vec![("cookie", "a=1"); 50], vec![("x", "y"); 10]].concat(),
            431,
        ),
    ] {
        let answer = client
            .request(request("GET", "/v1", &fields))
            .await
            .unwrap();
        assert_eq!(answer.status, status, "{} fields", fields.len());
    }
}

#[tokio::test]
async fn silence_within_a_head_and_between_requests_are_two_things() {
    let (upstream, _heads) = Upstream::recording().await;
    let root = "request-head-timeout = \"50ms\"\nidle-timeout = \"1h\"";
    let serving = serving(&upstream, root, "").await;
    // Half a head, alone or behind a request, is given up soon.
    for start in ["GET /v1", "GET /v1 HTTP/1.1\r\nhost: x\r\n\r\nGET /v1"] {
        let mut client = serving.client().await;
        client.send(start).await;
        client.gone().await;
    }
    let mut client = serving.client().await;
    client.send_head("GET /v1 HTTP/1.1", &with_host(&[])).await;
    assert_eq!(client.response("GET").await.status, 200);
    // As long as another one takes to be let go, three times.
    for _ in 0..3 {
        serving.client().await.gone().await;
    }
    client.send_head("GET /v1 HTTP/1.1", &with_host(&[])).await;
    assert_eq!(client.response("GET").await.status, 200);
    client.send("GET /v1").await;
    client.gone().await;
}
