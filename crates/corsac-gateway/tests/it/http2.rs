//! What HTTP/2 has otherwise than HTTP/1.1.

use bytes::Bytes;
use h2::SendStream;
use h2::client::ResponseFuture;
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use crate::harness::{ORIGIN, Peer, Serving, Upstream, config, field, fields, gateway};
use crate::http2_client::{Http2, request};
use crate::tls_harness::{Files, tls_gateway, tls_stream, tls_table};

/// A connection of HTTP/2 without TLS, to a gateway that takes it.
async fn without_tls(upstream: &Upstream) -> (Serving, Http2) {
    let serving = Serving::start(&gateway(&config(upstream.address, "h2c = true"))).await;
    let client = Http2::over(TcpStream::connect(serving.address).await.unwrap()).await;
    (serving, client)
}

#[tokio::test]
async fn a_request_over_tls_reaches_the_upstream_as_one_of_http_1() {
    let (upstream, mut heads) = Upstream::recording().await;
    let files = Files::new();
    let pair = files.pair("gateway", &["gateway.test"]);
    let config = format!("{}\n{}", config(upstream.address, ""), tls_table("gateway"));
    let serving = Serving::start(&tls_gateway(&config, &files)).await;
    let stream = tls_stream(serving.address, "gateway.test", &pair, &["h2"]).await;
    let client = Http2::over(stream.unwrap()).await;
    let sent = [
        ("origin", ORIGIN),
        ("cookie", "a=1"),
        ("cookie", "b=2"),
        ("te", "trailers"),
        ("x-several", "1"),
        ("x-several", "2"),
    ];
    let answer = client
        .request(request("GET", "/v1/x?y", &sent))
        .await
        .unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body.as_deref(), Some(&b"ok"[..]));
    assert_eq!(answer.field("access-control-allow-origin"), Some(ORIGIN));
    assert_eq!(answer.field("via"), Some("1.1 corsac"));
    let head = heads.recv().await.unwrap();
    assert_eq!(head[0], "GET /v1/x?y HTTP/1.1");
    assert_eq!(fields(&head, "cookie"), ["a=1; b=2"]);
    assert_eq!(fields(&head, "x-several"), ["1", "2"]);
    assert_eq!(field(&head, "te"), Some("trailers"));
    assert_eq!(field(&head, "host"), Some(&*upstream.address.to_string()));
    assert_eq!(field(&head, "x-forwarded-host"), Some("gateway.test"));
    assert_eq!(field(&head, "x-forwarded-proto"), Some("https"));
    assert_eq!(field(&head, "via"), Some("2.0 corsac"));
}

#[tokio::test]
async fn without_tls_it_is_spoken_only_if_the_file_says_so() {
    let (upstream, mut heads) = Upstream::recording().await;
    let (serving, client) = without_tls(&upstream).await;
    let answer = client.request(request("GET", "/v1", &[])).await.unwrap();
    assert_eq!(answer.status, 200);
    let head = heads.recv().await.unwrap();
    assert_eq!(field(&head, "x-forwarded-proto"), Some("http"));
    // Others may go on with HTTP/1.1 on the same port.
    serving.still_serves().await;

    let serving = Serving::before(&upstream).await;
    let mut client = serving.client().await;
    client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    assert_eq!(client.head().await, None);
}

#[tokio::test]
async fn a_client_that_expects_to_be_told_to_go_on_is_served_when_it_goes_on() {
    let upstream = Upstream::start(|mut peer: Peer, _| async move {
        let head = peer.head().await.unwrap();
        assert_eq!(field(&head, "expect"), None);
        assert_eq!(peer.bytes(4).await.unwrap(), b"body");
        peer.send(crate::harness::OK).await;
    })
    .await;
    let (_serving, client) = without_tls(&upstream).await;
    let fields = [("expect", "100-continue"), ("content-length", "4")];
    let answer = client
        .request_with(request("POST", "/v1", &fields), Bytes::from("body"))
        .await;
    assert_eq!(answer.unwrap().status, 200);
}

/// A request that waits to be told to go on, which nobody does in HTTP/2.
async fn waiting(client: &Http2, path: &str) -> (ResponseFuture, SendStream<Bytes>) {
    let fields = [("expect", "100-continue"), ("content-length", "4")];
    let mut sender = client.0.clone().ready().await.unwrap();
    sender
        .send_request(request("POST", path, &fields), false)
        .unwrap()
}

#[tokio::test]
async fn the_upstream_gets_the_head_while_the_client_waits_to_be_told_to_go_on() {
    let (heads, mut received) = mpsc::unbounded_channel();
    let upstream = Upstream::start(move |mut peer: Peer, _| {
        let heads = heads.clone();
        async move {
            heads.send(peer.head().await.unwrap()).unwrap();
            peer.bytes(4).await.unwrap();
            peer.send(crate::harness::OK).await;
        }
    })
    .await;
    let (_serving, client) = without_tls(&upstream).await;
    let (response, mut body) = waiting(&client, "/v1").await;
    let head = received.recv().await.unwrap();
    assert_eq!(field(&head, "expect"), None);
    body.send_data(Bytes::from("body"), true).unwrap();
    assert_eq!(response.await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_client_that_is_never_told_to_go_on_gets_an_answer() {
    let upstream = Upstream::start(|mut peer: Peer, _| async move {
        let head = peer.head().await.unwrap();
        match head[0].contains("/refused") {
            true => {
                let refusal = "HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n";
                peer.send(refusal).await;
            }
            false => peer.gone().await,
        }
    })
    .await;
    let config = config(upstream.address, "h2c = true\nresponse-timeout = '50ms'");
    let serving = Serving::start(&gateway(&config)).await;
    let client = Http2::over(TcpStream::connect(serving.address).await.unwrap()).await;
    for (path, status) in [("/v1/refused", 401), ("/v1/silent", 408)] {
        let (response, _body) = waiting(&client, path).await;
        assert_eq!(response.await.unwrap().status(), status, "{path}");
    }
}

#[tokio::test]
async fn preflights_refusals_and_errors_are_answered_by_the_policy() {
    let upstream = Upstream::faulty(|_peer| async {}).await;
    let (_serving, client) = without_tls(&upstream).await;
    let asks = [("origin", ORIGIN), ("access-control-request-method", "PUT")];
    let preflight = client
        .request(request("OPTIONS", "/v1", &asks))
        .await
        .unwrap();
    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.field("access-control-allow-origin"), Some(ORIGIN));
    let from = [("origin", "https://evil.test")];
    let refused = client.request(request("GET", "/v1", &from)).await.unwrap();
    assert_eq!(refused.field("access-control-allow-origin"), None);
    let from = [("origin", ORIGIN)];
    let failed = client
        .request(request("GET", "/v1/faulty", &from))
        .await
        .unwrap();
    assert_eq!(failed.status, 502);
    assert_eq!(failed.field("access-control-allow-origin"), Some(ORIGIN));
}

#[tokio::test]
async fn bodies_and_trailers_go_both_ways() {
    let upstream = Upstream::start(|mut peer: Peer, _| async move {
        let head = peer.head().await.unwrap();
        assert_eq!(field(&head, "content-length"), Some("3"));
        assert_eq!(peer.bytes(3).await.unwrap(), b"abc");
        peer.send(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: x-secret\r\n\
             x-secret: 1\r\nkeep-alive: timeout=5\r\n\r\n2\r\nab\r\n0\r\nx-checksum: 7\r\n\r\n",
        )
        .await;
    })
    .await;
    let (_serving, client) = without_tls(&upstream).await;
    let sent = [("te", "trailers"), ("content-length", "3")];
    let put = request("PUT", "/v1", &sent);
    let answer = client
        .request_with(put, Bytes::from_static(b"abc"))
        .await
        .unwrap();
    assert_eq!(answer.body.as_deref(), Some(&b"ab"[..]));
    assert_eq!(answer.trailers.unwrap()["x-checksum"], "7");
    for name in ["transfer-encoding", "connection", "x-secret", "keep-alive"] {
        assert!(!answer.headers.contains_key(name), "{name}");
    }
}

#[tokio::test]
async fn a_response_that_breaks_off_does_so_on_its_stream_alone() {
    let upstream = Upstream::faulty(|mut peer| async move {
        peer.send("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf")
            .await;
    })
    .await;
    let (_serving, client) = without_tls(&upstream).await;
    let broken = client
        .request(request("GET", "/v1/faulty", &[]))
        .await
        .unwrap();
    assert_eq!(broken.body, None);
    let whole = client.request(request("GET", "/v1", &[])).await.unwrap();
    assert_eq!(whole.body.as_deref(), Some(&b"ok"[..]));
}

#[tokio::test]
async fn connect_is_not_forwarded() {
    let (upstream, _heads) = Upstream::recording().await;
    let (_serving, client) = without_tls(&upstream).await;
    let connect = http::Request::builder()
        .method("CONNECT")
        .uri("other.test:443");
    let answer = client.request(connect.body(()).unwrap()).await.unwrap();
    assert_eq!(answer.status, 501);
}

#[tokio::test]
async fn two_ideas_of_the_host_are_refused() {
    let (upstream, _heads) = Upstream::recording().await;
    let (_serving, client) = without_tls(&upstream).await;
    for (host, status) in [
        ("gateway.test", 200),
        ("GATEWAY.test", 200),
        ("other.test", 400),
    ] {
        let answer = client
            .request(request("GET", "/v1", &[("host", host)]))
            .await
            .unwrap();
        assert_eq!(answer.status, status, "{host}");
    }
}

#[tokio::test]
async fn a_shutdown_lets_requests_under_way_finish() {
    let (asked, mut asks) = mpsc::unbounded_channel();
    let (go, gone) = tokio::sync::watch::channel(false);
    let upstream = Upstream::start(move |mut peer: Peer, _| {
        let (asked, mut gone) = (asked.clone(), gone.clone());
        async move {
            peer.head().await.unwrap();
            asked.send(()).unwrap();
            gone.wait_for(|it| *it).await.unwrap();
            peer.send(crate::harness::OK).await;
        }
    })
    .await;
    let (serving, client) = without_tls(&upstream).await;
    let answer = {
        let client = client.clone();
        tokio::spawn(async move { client.request(request("GET", "/v1", &[])).await })
    };
    asks.recv().await.unwrap();
    let stopping = serving.stop();
    go.send(true).unwrap();
    assert_eq!(answer.await.unwrap().unwrap().status, 200);
    stopping.await.unwrap();
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let (upstream, _heads) = Upstream::recording().await;
    let extra = "h2c = true\nidle-timeout = \"30ms\"";
    let serving = Serving::start(&gateway(&config(upstream.address, extra))).await;
    let stream = TcpStream::connect(serving.address).await.unwrap();
    let (mut sender, connection) = h2::client::handshake(stream).await.unwrap();
    let ended = tokio::spawn(connection);
    let (response, _) = sender
        .send_request(request("GET", "/v1", &[]), true)
        .unwrap();
    assert_eq!(response.await.unwrap().status(), 200);
    ended.await.unwrap().unwrap();
}
