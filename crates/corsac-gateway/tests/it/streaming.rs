//! Bodies pass through as they come: what is sent first arrives before the rest is there.

use tokio::sync::mpsc;

use crate::harness::{OK, Peer, Serving, Upstream, with_host};

#[tokio::test]
async fn a_response_arrives_while_it_is_being_sent() {
    let (go_on, gate) = mpsc::unbounded_channel::<()>();
    let gate = std::sync::Arc::new(tokio::sync::Mutex::new(gate));
    let upstream = Upstream::start(move |mut peer: Peer, _| {
        let gate = std::sync::Arc::clone(&gate);
        async move {
            peer.head().await;
            peer.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
                .await;
            for _ in 0..3 {
                gate.lock().await.recv().await;
                peer.send("5\r\ntick \r\n").await;
            }
            gate.lock().await.recv().await;
            peer.send("0\r\n\r\n").await;
        }
    })
    .await;
    let serving = Serving::before(&upstream).await;
    let mut client = serving.client().await;
    client.send_head("GET /v1 HTTP/1.1", &with_host(&[])).await;
    assert_eq!(client.response_head().await.status, 200);
    for _ in 0..3 {
        // The upstream sends the next one only after this one has arrived.
        go_on.send(()).unwrap();
        assert_eq!(client.chunk().await.unwrap(), b"tick ");
    }
    go_on.send(()).unwrap();
    assert_eq!(client.chunk().await.unwrap(), b"");
}

#[tokio::test]
async fn a_request_arrives_while_it_is_being_sent() {
    let (arrived, mut arrivals) = mpsc::unbounded_channel();
    let upstream = Upstream::start(move |mut peer: Peer, _| {
        let arrived = arrived.clone();
        async move {
            peer.head().await;
            loop {
                let chunk = peer.chunk().await.unwrap();
                arrived.send(chunk.clone()).unwrap();
                if chunk.is_empty() {
                    break;
                }
            }
            peer.send(OK).await;
        }
    })
    .await;
    let serving = Serving::before(&upstream).await;
    let mut client = serving.client().await;
    client
        .send_head(
            "POST /v1 HTTP/1.1",
            &with_host(&["transfer-encoding: chunked"]),
        )
        .await;
    for _ in 0..3 {
        client.send("5\r\ntick \r\n").await;
        assert_eq!(arrivals.recv().await.unwrap(), b"tick ");
    }
    client.send("0\r\n\r\n").await;
    assert_eq!(client.response("POST").await.text(), "ok");
}

#[tokio::test]
async fn both_directions_run_at_the_same_time() {
    let upstream = Upstream::start(|mut peer: Peer, _| async move {
        peer.head().await;
        peer.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
            .await;
        loop {
            let chunk = peer.chunk().await.unwrap();
            peer.send(format!("{:x}\r\n", chunk.len())).await;
            peer.send([&chunk[..], b"\r\n"].concat()).await;
            if chunk.is_empty() {
                break;
            }
        }
    })
    .await;
    let serving = Serving::before(&upstream).await;
    let mut client = serving.client().await;
    client
        .send_head(
            "POST /v1 HTTP/1.1",
            &with_host(&["transfer-encoding: chunked"]),
        )
        .await;
    assert_eq!(client.response_head().await.status, 200);
    for word in ["ping", "pong"] {
        client.send(format!("4\r\n{word}\r\n")).await;
        assert_eq!(client.chunk().await.unwrap(), word.as_bytes());
    }
    client.send("0\r\n\r\n").await;
    assert_eq!(client.chunk().await.unwrap(), b"");
}

#[tokio::test]
async fn a_large_body_arrives_whole_both_ways() {
    let upstream = Upstream::start(|mut peer: Peer, _| async move {
        peer.head().await;
        let body = peer.bytes(LARGE).await.unwrap();
        peer.send(format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {LARGE}\r\n\r\n"
        ))
        .await;
        peer.send(body).await;
        assert!(peer.head().await.is_some(), "the connection is used again");
        peer.send(OK).await;
    })
    .await;
    let serving = Serving::before(&upstream).await;
    let mut client = serving.client().await;
    let body: Vec<u8> = (0..LARGE)
        .map(|at| u8::try_from(at % 251).unwrap())
        .collect();
    client
        .send_head(
            "POST /v1 HTTP/1.1",
            &with_host(&[&format!("content-length: {LARGE}")]),
        )
        .await;
    client.send(&body).await;
    let response = client.response("POST").await;
    assert!(response.body.unwrap() == body);
    serving.still_serves().await;
}

const LARGE: usize = 8 * 1024 * 1024;
