//! What a request of HTTP/2 becomes: no byte of it makes a second request of HTTP/1.1.

use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::frames::{DATA, END_STREAM, GET, frame, get, headers, outcome};
use crate::harness::{OK, Peer, Serving, Upstream, config, field, gateway};

/// A server that hands out every line that it receives, up to an empty one behind a body.
async fn transcribing() -> (Upstream, UnboundedReceiver<Vec<String>>) {
    let (lines, received) = unbounded_channel();
    let upstream = Upstream::start(move |mut peer: Peer, _| {
        let lines = lines.clone();
        async move {
            while let Some(mut head) = peer.head().await {
                if field(&head, "transfer-encoding") == Some("chunked") {
                    head.push(String::new());
                    head.extend(peer.head().await.unwrap_or_default());
                }
                lines.send(head).unwrap();
                peer.send(OK).await;
            }
        }
    })
    .await;
    (upstream, received)
}

fn post(fields: &[(&str, &str)]) -> Vec<u8> {
    let start = [[(":method", "POST")].as_slice(), &GET[1..], fields].concat();
    [headers(1, 0, &start), frame(DATA, 0, 1, b"body")].concat()
}

/// Sends frames, and returns the lines that the upstream received.
async fn lines(frames: &[u8]) -> Vec<String> {
    let (upstream, mut received) = transcribing().await;
    let config = config(upstream.address, "h2c = true");
    let serving = Serving::start(&gateway(&config)).await;
    let stream = TcpStream::connect(serving.address).await.unwrap();
    assert_eq!(outcome(stream, frames).await, "200");
    let lines = received.recv().await.unwrap();
    serving.still_serves().await;
    let next = received.recv().await.unwrap();
    assert!(next[0].starts_with("GET /v1/healthy "), "{next:?}");
    lines
}

#[tokio::test]
async fn trailers_carry_nothing_that_belongs_to_the_head() {
    let trailers = [
        (":method", "DELETE"),
        (":path", "/v1/other"),
        ("content-length", "0"),
        ("host", "other.test"),
        ("x-forwarded-for", "192.0.2.1"),
        ("x", "y"),
    ];
    for announced in [
        &[][..],
        &[("te", "trailers")],
        &[("trailer", "content-length, host, x, x-forwarded-for")],
    ] {
        let frames = [post(announced), headers(1, END_STREAM, &trailers)].concat();
        let lines = lines(&frames).await;
        assert_eq!(lines[0], "POST /v1 HTTP/1.1");
        let end = lines.iter().position(String::is_empty).unwrap();
        let (_, body) = lines.split_at(end + 1);
        assert_eq!(body[..3], ["4", "body", "0"], "{lines:?}");
        for line in &body[3..] {
            let (name, _) = line.split_once(": ").unwrap();
            assert_eq!(name, "x", "{lines:?}");
        }
    }
}

#[tokio::test]
async fn white_space_around_a_value_makes_no_other_field() {
    let frames = get(1, &[("x", "  a\t"), ("y", "\tb "), ("z", " ")]);
    let lines = lines(&frames).await;
    let find = |name: &str| lines.iter().find(|it| it.starts_with(name)).unwrap();
    assert_eq!(find("x: ").trim_start_matches("x:").trim(), "a");
    assert_eq!(find("y: ").trim_start_matches("y:").trim(), "b");
    assert_eq!(find("z:").trim_start_matches("z:").trim(), "");
}

#[tokio::test]
async fn trailers_of_http_1_carry_nothing_that_belongs_to_the_head_either() {
    let (upstream, mut received) = transcribing().await;
    let serving = Serving::before(&upstream).await;
    let mut client = serving.client().await;
    let head = "POST /v1 HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\
                trailer: x, x-forwarded-for, via, connection\r\n\r\n";
    let body = "4\r\nbody\r\n0\r\nx-forwarded-for: 192.0.2.1\r\nvia: 1.1 y\r\nx: y\r\n\
                connection: upgrade\r\n\r\n";
    client.send([head, body].concat()).await;
    assert_eq!(client.response("POST").await.status, 200);
    let lines = received.recv().await.unwrap();
    let end = lines.iter().position(String::is_empty).unwrap();
    assert_eq!(lines[end + 1..], ["4", "body", "0", "x: y"]);
}
