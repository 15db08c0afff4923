//! Clients that go on sending what nobody wants: they hear why, and are not heard for ever.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::frames::{GOAWAY, HEADERS, PREFACE, frame, receive};
use crate::harness::{Peer, Serving, Upstream, config, gateway, with_host};
use crate::tls_harness::{Files, tls_gateway, tls_stream, tls_table};

/// More than the buffers of two sockets hold, so that it is not sent unless someone reads it.
const MUCH: usize = 16 * 1024 * 1024;

/// A policy file for a route that takes little.
fn strict(upstream: &Upstream, root: &str) -> String {
    format!("{}\nmax-body = \"1KiB\"\n", config(upstream.address, root))
}

/// Sends the beginning of a request, and then much more, without a look at what is answered. Says
/// how the answer begins, if everything is taken and the connection ends in order.
async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, start: &str) -> Option<String> {
    stream.write_all(start.as_bytes()).await.ok()?;
    stream.write_all(&vec![b'x'; MUCH]).await.ok()?;
    stream.shutdown().await.ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok()?;
    let line = answer.split(|byte| *byte == b'\r').next()?;
    Some(String::from_utf8_lossy(line).into_owned())
}

/// Beginnings of requests whose end nobody waits for.
fn refused() -> Vec<(String, &'static str)> {
    let post = |path: &str, field: &str| {
        format!("POST {path} HTTP/1.1\r\nhost: gateway.test\r\n{field}\r\n")
    };
    let chunked = "transfer-encoding: chunked\r\n";
    let length = format!("content-length: {MUCH}\r\n");
    vec![
        (post("/v1", &length), "413 Payload Too Large"),
        (
            post("/v1", chunked) + "1000000\r\n",
            "413 Payload Too Large",
        ),
        (post("/none", &length), "404 Not Found"),
        (
            "GET /v1 HTTP/1.1\r\nhost: gateway.test\n".to_owned(),
            "400 Bad Request",
        ),
        (
            "GET /v1 HTTP/1.1\r\nhost: gateway.test\r\nx: ".to_owned(),
            "431 Request Header Fields Too Large",
        ),
    ]
}

#[tokio::test]
async fn a_client_that_goes_on_sending_gets_its_answer() {
    let upstream = Upstream::faulty(|mut peer| async move { peer.gone().await }).await;
    let serving = Serving::start(&gateway(&strict(&upstream, ""))).await;
    for (start, status) in refused() {
        let stream = TcpStream::connect(serving.address).await.unwrap();
        let expected = format!("HTTP/1.1 {status}");
        assert_eq!(answer(stream, &start).await, Some(expected), "{start}");
    }
    serving.still_serves().await;
}

#[tokio::test]
async fn a_client_that_goes_on_sending_over_tls_gets_its_answer() {
    let upstream = Upstream::faulty(|mut peer| async move { peer.gone().await }).await;
    let files = Files::new();
    let pair = files.pair("gateway", &["gateway.test"]);
    let config = format!("{}\n{}", strict(&upstream, ""), tls_table("gateway"));
    let serving = Serving::start(&tls_gateway(&config, &files)).await;
    for (start, status) in refused() {
        let stream = tls_stream(serving.address, "gateway.test", &pair, &["http/1.1"]).await;
        let expected = format!("HTTP/1.1 {status}");
        assert_eq!(
            answer(stream.unwrap(), &start).await,
            Some(expected),
            "{start}"
        );
    }
}

#[tokio::test]
async fn a_client_of_http_2_that_goes_on_sending_hears_what_was_wrong() {
    let (upstream, _heads) = Upstream::recording().await;
    let serving = Serving::start(&gateway(&config(upstream.address, "h2c = true"))).await;
    let mut stream = TcpStream::connect(serving.address).await.unwrap();
    stream.write_all(PREFACE).await.unwrap();
    stream.write_all(&frame(HEADERS, 4, 2, b"")).await.unwrap();
    stream.write_all(&vec![0; MUCH]).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut said_goodbye = false;
    while let Some(received) = receive(&mut stream).await {
        said_goodbye |= received.kind == GOAWAY;
    }
    assert!(said_goodbye);
    assert_eq!(
        stream.read(&mut [0]).await.ok(),
        Some(0),
        "it ends in order"
    );
}

#[tokio::test]
async fn a_client_that_never_ends_is_cut_off() {
    let (upstream, _heads) = Upstream::recording().await;
    let serving = Serving::start(&gateway(&strict(&upstream, ""))).await;
    let mut stream = TcpStream::connect(serving.address).await.unwrap();
    let head = "POST /v1 HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let piece = vec![b'x'; 1024 * 1024];
    let mut n_sent = 0;
    while stream.write_all(&piece).await.is_ok() {
        n_sent += 1;
        assert!(n_sent < 1000, "it is read for ever");
    }
    assert!(n_sent >= 60, "{n_sent} pieces were taken");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_stays_gives_its_place_back() {
    let (upstream, _heads) = Upstream::recording().await;
    let config = format!("{}\n[limits]\nconnections = 1", strict(&upstream, ""));
    let serving = Serving::start(&gateway(&config)).await;
    let mut first = serving.client().await;
    let fields = with_host(&["content-length: 9999"]);
    first.send_head("POST /v1 HTTP/1.1", &fields).await;
    assert_eq!(first.response("POST").await.status, 413);
    let mut second: Peer = serving.client().await;
    second.send_head("GET /v1 HTTP/1.1", &with_host(&[])).await;
    assert_eq!(second.response("GET").await.status, 200);
    drop(first);
}
