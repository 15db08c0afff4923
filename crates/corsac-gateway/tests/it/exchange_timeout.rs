//! Exchanges that take longer than their route gives them.

use std::future::pending;

use tokio::net::TcpStream;

use crate::harness::{Peer, Serving, Upstream, field, gateway, with_host};
use crate::http2_client::{Http2, request};

/// A gateway whose route `/short` gives an exchange some milliseconds; `/v1` has the same upstream.
async fn serving(upstream: &Upstream, extra: &str) -> Serving {
    let address = upstream.address;
    let config = format!(
        "{extra}\n\
         [[route]]\npath = '/short'\nupstream = 'http://{address}'\nexchange-timeout = '100ms'\n\
         [[route]]\npath = '/v1'\nupstream = 'http://{address}'\n"
    );
    Serving::start(&gateway(&config)).await
}

/// Checks what becomes of a response that begins so and never ends.
async fn check_cut_off(line: &str, head: &'static str, body: &'static str) {
    let upstream = Upstream::start(move |mut peer, _| async move {
        peer.head().await;
        peer.send([head, "\r\n\r\n", body].concat()).await;
        peer.gone().await;
    })
    .await;
    let serving = serving(&upstream, "").await;
    let response = serving.request(line, &[]).await;
    assert_eq!(response.status, 200, "{line} {head}");
    assert_eq!(response.body, None, "{line} {head}: it looks whole");
}

#[tokio::test]
async fn a_response_that_is_late_is_never_taken_for_whole() {
    let short = "GET /short HTTP/1.1";
    check_cut_off(short, "HTTP/1.1 200 OK\r\ncontent-length: 9", "1234").await;
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked";
    check_cut_off(short, chunked, "4\r\n1234\r\n").await;
    check_cut_off(short, "HTTP/1.1 200 OK", "1234").await;
    check_cut_off("GET /short HTTP/1.0", chunked, "4\r\n1234\r\n").await;
    check_cut_off("GET /short HTTP/1.0", "HTTP/1.1 200 OK", "1234").await;
}

#[tokio::test]
async fn to_go_on_sending_gains_no_time() {
    let upstream = Upstream::start(move |mut peer, _| async move {
        peer.head().await;
        peer.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
            .await;
        let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
        for _ in 0..2000 {
            peer.send(&chunk).await;
        }
        peer.send("0\r\n\r\n").await;
    })
    .await;
    let serving = serving(&upstream, "").await;
    let response = serving.request("GET /short HTTP/1.1", &[]).await;
    assert_eq!((response.status, response.body), (200, None));
}

#[tokio::test]
async fn in_http_2_the_stream_ends_and_the_connection_stays() {
    let upstream = Upstream::start(move |mut peer, _| async move {
        while let Some(head) = peer.head().await {
            let answer = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n12";
            peer.send(answer).await;
            match head[0].contains("/short") {
                true => pending().await,
                false => peer.send("34").await,
            }
        }
    })
    .await;
    let serving = serving(&upstream, "h2c = true").await;
    let stream = TcpStream::connect(serving.address).await.unwrap();
    let client = Http2::over(stream).await;
    for (path, body) in [("/short", None), ("/v1", Some(b"1234".to_vec()))] {
        let answer = client.request(request("GET", path, &[])).await.unwrap();
        assert_eq!((answer.status.as_u16(), answer.body), (200, body), "{path}");
    }
}

#[tokio::test]
async fn without_a_head_it_is_an_error_that_says_so() {
    let upstream = Upstream::start(|mut peer, _| async move {
        peer.head().await;
        peer.gone().await;
    })
    .await;
    let serving = serving(&upstream, "").await;
    let mut client = serving.client().await;
    for _ in 0..2 {
        client
            .send_head("GET /short HTTP/1.1", &with_host(&[]))
            .await;
        let response = client.response("GET").await;
        assert_eq!(response.status, 504);
        assert!(response.text().starts_with("exchange-timeout: "));
    }
    // Whoever is to blame: the client may be slow too.
    let fields = with_host(&["content-length: 4"]);
    client.send_head("PUT /short HTTP/1.1", &fields).await;
    client.send("12").await;
    let response = client.response("PUT").await;
    assert_eq!(response.status, 504);
    assert_eq!(response.field("connection"), Some("close"));
}

#[tokio::test]
async fn what_ends_in_time_is_whole_and_its_connection_is_used_again() {
    let upstream = Upstream::start(|mut peer: Peer, number| async move {
        while let Some(head) = peer.head().await {
            let len: usize = field(&head, "content-length").unwrap().parse().unwrap();
            peer.bytes(len).await;
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n{number}");
            peer.send(answer).await;
        }
    })
    .await;
    let serving = serving(&upstream, "").await;
    let mut client = serving.client().await;
    for _ in 0..3 {
        let fields = with_host(&["content-length: 4"]);
        client.send_head("PUT /short HTTP/1.1", &fields).await;
        client.send("1234").await;
        assert_eq!(client.response("PUT").await.text(), "0");
    }
}

#[tokio::test]
async fn a_tunnel_has_left_the_exchange() {
    let upstream = Upstream::start(|mut peer: Peer, _| async move {
        let head = peer.head().await.unwrap();
        if field(&head, "upgrade").is_none() {
            return peer.gone().await;
        }
        peer.send(
            "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n",
        )
        .await;
        while let Some(byte) = peer.bytes(1).await {
            peer.send(byte).await;
        }
    })
    .await;
    let serving = serving(&upstream, "").await;
    let mut tunnel = serving.client().await;
    let fields = with_host(&["connection: upgrade", "upgrade: echo"]);
    tunnel.send_head("GET /short HTTP/1.1", &fields).await;
    assert_eq!(tunnel.response_head().await.status, 101);
    // By now it would be over.
    let mut other = serving.client().await;
    other
        .send_head("GET /short HTTP/1.1", &with_host(&[]))
        .await;
    assert_eq!(other.response_head().await.status, 504);
    tunnel.send("a").await;
    assert_eq!(tunnel.bytes(1).await.unwrap(), b"a");
}
