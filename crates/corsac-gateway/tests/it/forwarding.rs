//! What the upstream learns, and which fields stay behind.

use crate::harness::{OK, Peer, Serving, Upstream, field, fields, with_host};

/// What the upstream receives of a request with these fields.
async fn forwarded(line: &str, sent: &[&str]) -> Vec<String> {
    let (upstream, mut heads) = Upstream::recording().await;
    let serving = Serving::before(&upstream).await;
    let response = serving.request(line, sent).await;
    assert_eq!(response.status, 200, "{line} {sent:?}");
    heads.recv().await.unwrap()
}

#[tokio::test]
async fn a_request_keeps_its_method_path_and_query() {
    let head = forwarded("PATCH /v1/pets/7?x=%20y&z HTTP/1.1", &[]).await;
    assert_eq!(head[0], "PATCH /v1/pets/7?x=%20y&z HTTP/1.1");
}

#[tokio::test]
async fn the_upstream_learns_who_asked_how_and_by_which_name() {
    let (upstream, mut heads) = Upstream::recording().await;
    let serving = Serving::before(&upstream).await;
    serving
        .request("GET /v1 HTTP/1.1", &["x-custom: kept"])
        .await;
    let head = heads.recv().await.unwrap();
    assert_eq!(
        field(&head, "host"),
        Some(upstream.address.to_string().as_str())
    );
    assert_eq!(field(&head, "x-forwarded-host"), Some("gateway.test"));
    assert_eq!(field(&head, "x-forwarded-proto"), Some("http"));
    assert_eq!(field(&head, "x-forwarded-for"), Some("127.0.0.1"));
    assert_eq!(field(&head, "via"), Some("1.1 corsac"));
    assert_eq!(field(&head, "x-custom"), Some("kept"));
}

#[tokio::test]
async fn a_client_cannot_speak_for_the_gateway() {
    let claims = [
        "x-forwarded-for: 1.2.3.4",
        "x-forwarded-for: 5.6.7.8",
        "x-forwarded-proto: https",
        "x-forwarded-host: evil.test",
        "via: 1.0 other",
    ];
    let head = forwarded("GET /v1 HTTP/1.1", &claims).await;
    assert_eq!(
        field(&head, "x-forwarded-for"),
        Some("1.2.3.4, 5.6.7.8, 127.0.0.1")
    );
    assert_eq!(field(&head, "x-forwarded-proto"), Some("http"));
    assert_eq!(field(&head, "x-forwarded-host"), Some("gateway.test"));
    assert_eq!(fields(&head, "via"), ["1.0 other", "1.1 corsac"]);
}

#[tokio::test]
async fn a_target_in_absolute_form_names_the_host_once_more() {
    let head = forwarded("GET http://Gateway.test/v1/x?y HTTP/1.1", &[]).await;
    assert_eq!(head[0], "GET /v1/x?y HTTP/1.1");
    assert_eq!(field(&head, "x-forwarded-host"), Some("Gateway.test"));
}

#[tokio::test]
async fn fields_of_the_clients_connection_stay_behind() {
    let sent = [
        "connection: keep-alive, x-secret",
        "connection: x-other",
        "x-secret: 1",
        "x-other: 2",
        "keep-alive: timeout=5",
        "proxy-connection: keep-alive",
        "proxy-authorization: Basic eDp5",
        "te: gzip",
        "upgrade: h2c",
        "trailer: x-checksum",
    ];
    let head = forwarded("GET /v1 HTTP/1.1", &sent).await;
    for name in [
        "connection",
        "x-secret",
        "x-other",
        "keep-alive",
        "proxy-connection",
        "proxy-authorization",
        "te",
        "upgrade",
    ] {
        assert_eq!(field(&head, name), None, "{name}");
    }
    assert_eq!(field(&head, "trailer"), Some("x-checksum"));
}

#[tokio::test]
async fn a_client_that_takes_trailers_makes_a_gateway_that_does() {
    let head = forwarded(
        "GET /v1 HTTP/1.1",
        &["te: trailers;q=0.5, trailers", "connection: te"],
    )
    .await;
    assert_eq!(field(&head, "te"), Some("trailers"));
    assert_eq!(field(&head, "connection"), Some("te"));
}

#[tokio::test]
async fn fields_of_the_upstreams_connection_stay_behind() {
    let upstream = Upstream::answering(
        "HTTP/1.1 200 OK\r\nconnection: keep-alive, x-secret\r\nx-secret: 1\r\nkeep-alive: timeout=5\r\n\
         proxy-authenticate: Basic\r\nupgrade: h2c\r\nx-total-count: 7\r\nset-cookie: a=1\r\n\
         set-cookie: b=2\r\nvia: 1.0 other\r\ncontent-length: 0\r\n\r\n",
    )
    .await;
    let serving = Serving::before(&upstream).await;
    let response = serving.request("GET /v1 HTTP/1.1", &[]).await;
    for name in [
        "connection",
        "x-secret",
        "keep-alive",
        "proxy-authenticate",
        "upgrade",
    ] {
        assert_eq!(response.field(name), None, "{name}");
    }
    assert_eq!(response.field("x-total-count"), Some("7"));
    assert_eq!(response.all("set-cookie"), ["a=1", "b=2"]);
    assert_eq!(response.all("via"), ["1.0 other", "1.1 corsac"]);
}

#[tokio::test]
async fn a_request_that_goes_round_in_circles_is_stopped() {
    let (upstream, _heads) = Upstream::recording().await;
    let serving = Serving::before(&upstream).await;
    let hops = |count: usize| format!("via: {}", vec!["1.1 corsac"; count].join(", "));
    let response = serving.request("GET /v1 HTTP/1.1", &[&hops(8)]).await;
    assert_eq!(response.status, 200);
    let response = serving.request("GET /v1 HTTP/1.1", &[&hops(9)]).await;
    assert_eq!(response.status, 508);
    assert!(response.text().starts_with("loop: "));
}

#[tokio::test]
async fn max_forwards_counts_down() {
    let head = forwarded("OPTIONS /v1 HTTP/1.1", &["max-forwards: 2"]).await;
    assert_eq!(field(&head, "max-forwards"), Some("1"));
    let head = forwarded("GET /v1 HTTP/1.1", &["max-forwards: 2"]).await;
    assert_eq!(field(&head, "max-forwards"), Some("2"));
}

#[tokio::test]
async fn a_client_of_http_1_0_is_served() {
    let (upstream, mut heads) = Upstream::recording().await;
    let serving = Serving::before(&upstream).await;
    let mut client = serving.client().await;
    client.send_head("GET /v1 HTTP/1.0", &[]).await;
    let response = client.response("GET /v1 HTTP/1.0").await;
    assert_eq!(response.text(), "ok");
    client.gone().await;
    let head = heads.recv().await.unwrap();
    assert_eq!(head[0], "GET /v1 HTTP/1.1");
    assert_eq!(field(&head, "via"), Some("1.0 corsac"));
    assert_eq!(field(&head, "x-forwarded-host"), None);
}

#[tokio::test]
async fn a_client_that_expects_to_be_told_to_go_on_is_told() {
    let upstream = Upstream::start(|mut peer: Peer, _| async move {
        let head = peer.head().await.unwrap();
        assert_eq!(field(&head, "expect"), None);
        assert_eq!(peer.bytes(4).await.unwrap(), b"body");
        peer.send(OK).await;
    })
    .await;
    let serving = Serving::before(&upstream).await;
    let mut client = serving.client().await;
    let fields = with_host(&["content-length: 4", "expect: 100-continue"]);
    client.send_head("PUT /v1 HTTP/1.1", &fields).await;
    assert_eq!(client.head().await.unwrap(), ["HTTP/1.1 100 Continue"]);
    client.send("body").await;
    assert_eq!(client.response("PUT").await.text(), "ok");
}

#[tokio::test]
async fn a_client_that_expects_to_be_told_to_go_on_is_told_no_at_once() {
    let (upstream, _heads) = Upstream::recording().await;
    let serving = Serving::before(&upstream).await;
    let fields = ["content-length: 4", "expect: 100-continue"];
    let response = serving.request("PUT /elsewhere HTTP/1.1", &fields).await;
    assert_eq!(response.status, 404);
}
