//! Connections to upstreams: used again while they are good.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Notify, mpsc};

use crate::harness::{OK, Peer, Serving, Upstream, config, gateway, with_host};

#[tokio::test]
async fn one_connection_serves_request_after_request() {
    let (numbers, mut seen) = mpsc::unbounded_channel();
    let upstream = Upstream::start(move |mut peer: Peer, number| {
        let numbers = numbers.clone();
        async move {
            while peer.head().await.is_some() {
                numbers.send(number).unwrap();
                peer.send(OK).await;
            }
        }
    })
    .await;
    let serving = Serving::before(&upstream).await;
    for _ in 0..5 {
        serving.still_serves().await;
        assert_eq!(seen.recv().await, Some(0));
    }
}

/// A server that closes each connection, in one way or another, after each response or before
/// the second one.
async fn closing(close: fn(Peer)) -> (Serving, Upstream, mpsc::UnboundedReceiver<usize>) {
    let (closed, closings) = mpsc::unbounded_channel();
    let upstream = Upstream::start(move |mut peer: Peer, number| {
        let closed = closed.clone();
        async move {
            peer.head().await;
            peer.send(OK).await;
            close(peer);
            closed.send(number).unwrap();
        }
    })
    .await;
    (Serving::before(&upstream).await, upstream, closings)
}

#[tokio::test]
async fn a_connection_that_was_closed_while_idle_is_not_noticed_by_clients() {
    for close in [drop, Peer::reset] {
        let (serving, _upstream, mut closings) = closing(close).await;
        for _ in 0..20 {
            serving.still_serves().await;
            closings.recv().await;
        }
        // Without waiting, the close may fall anywhere into the next exchange.
        for _ in 0..50 {
            serving.still_serves().await;
        }
    }
}

#[tokio::test]
async fn a_connection_that_is_closed_after_a_while_is_not_noticed_by_clients() {
    let may_close = Arc::new(Notify::new());
    let (serving, _upstream, mut closings) = {
        let may_close = Arc::clone(&may_close);
        let (closed, closings) = mpsc::unbounded_channel();
        let upstream = Upstream::start(move |mut peer: Peer, number| {
            let (may_close, closed) = (Arc::clone(&may_close), closed.clone());
            async move {
                peer.head().await;
                peer.send(OK).await;
                may_close.notified().await;
                drop(peer);
                closed.send(number).unwrap();
            }
        })
        .await;
        let config = config(upstream.address, "response-timeout = '1s'");
        (Serving::start(&gateway(&config)).await, upstream, closings)
    };
    for _ in 0..3 {
        serving.still_serves().await;
        // The gateway keeps the connection by now.
        may_close.notify_one();
        closings.recv().await;
        serving.request("GET /elsewhere HTTP/1.1", &[]).await;
    }
}

#[tokio::test]
async fn a_request_with_a_body_survives_a_connection_that_was_closed_while_idle() {
    let (serving, _upstream, mut closings) = closing(drop).await;
    for _ in 0..20 {
        let mut client = serving.client().await;
        let line = "POST /v1 HTTP/1.1";
        client
            .send_head(line, &with_host(&["content-length: 2"]))
            .await;
        client.send("hi").await;
        assert_eq!(client.response(line).await.status, 200);
        closings.recv().await;
        // The gateway has handled an event after the close: it knows.
        serving.request("GET /elsewhere HTTP/1.1", &[]).await;
    }
}

#[tokio::test]
async fn a_request_that_may_be_repeated_is_sent_again() {
    for method in ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"] {
        let (heads, mut received) = mpsc::unbounded_channel();
        let upstream = Upstream::start(move |mut peer: Peer, number| {
            let heads = heads.clone();
            async move {
                heads.send(peer.head().await.unwrap()).unwrap();
                peer.send(OK).await;
                if number == 0 {
                    // The second request and the close cross each other.
                    heads.send(peer.head().await.unwrap()).unwrap();
                }
            }
        })
        .await;
        let serving = Serving::before(&upstream).await;
        serving.still_serves().await;
        received.recv().await.unwrap();
        let line = format!("{method} /v1/x?y HTTP/1.1");
        let response = serving
            .request(&line, &["x-custom: 1", "x-custom: 2"])
            .await;
        assert_eq!(response.status, 200, "{method}");
        let lost = received.recv().await.unwrap();
        assert_eq!(lost[0], line);
        assert_eq!(received.recv().await.unwrap(), lost);
    }
}

#[tokio::test]
async fn a_request_that_cannot_be_repeated_is_not_sent_twice() {
    let received = Arc::new(AtomicUsize::new(0));
    let upstream = {
        let received = Arc::clone(&received);
        Upstream::start(move |mut peer: Peer, _| {
            let received = Arc::clone(&received);
            async move {
                while peer.head().await.is_some() {
                    if received.fetch_add(1, Ordering::SeqCst) > 0 {
                        break;
                    }
                    peer.send(OK).await;
                }
            }
        })
        .await
    };
    let serving = Serving::before(&upstream).await;
    serving.still_serves().await;
    let response = serving
        .request("POST /v1 HTTP/1.1", &["content-length: 0"])
        .await;
    assert_eq!(response.status, 502);
    assert!(response.text().starts_with("upstream-closed: "));
    assert_eq!(
        received.load(Ordering::SeqCst),
        2,
        "one that is served, one that is not"
    );
}

#[tokio::test]
async fn an_upstream_that_says_close_is_taken_at_its_word() {
    let answer = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    let upstream = Upstream::start(move |mut peer: Peer, _| async move {
        peer.head().await;
        peer.send(answer).await;
        assert_eq!(peer.head().await, None, "there is no second request");
    })
    .await;
    let serving = Serving::before(&upstream).await;
    let mut client = serving.client().await;
    for _ in 0..3 {
        client.send_head("GET /v1 HTTP/1.1", &with_host(&[])).await;
        let response = client.response("GET").await;
        assert_eq!(response.status, 200);
        assert_eq!(response.field("connection"), None);
    }
}

#[tokio::test]
async fn an_upstream_that_reads_on_after_its_answer_gets_the_whole_request() {
    let whole = Arc::new(Notify::new());
    let upstream = {
        let whole = Arc::clone(&whole);
        Upstream::start(move |mut peer: Peer, number| {
            let whole = Arc::clone(&whole);
            async move {
                peer.head().await;
                peer.send(OK).await;
                if number == 0 {
                    assert_eq!(peer.bytes(8).await.unwrap(), b"one, two");
                    whole.notify_one();
                    assert!(peer.head().await.is_some(), "the connection is used again");
                    peer.send(OK).await;
                }
            }
        })
        .await
    };
    let serving = Serving::before(&upstream).await;
    let mut client = serving.client().await;
    client
        .send_head("POST /v1 HTTP/1.1", &with_host(&["content-length: 8"]))
        .await;
    client.send("one, ").await;
    assert_eq!(client.response("POST").await.status, 200);
    client.send("two").await;
    whole.notified().await;
    serving.still_serves().await;
}

#[tokio::test]
async fn clients_at_the_same_time_have_connections_of_their_own() {
    let meeting = Arc::new(tokio::sync::Barrier::new(8));
    let upstream = Upstream::start(move |mut peer: Peer, _| {
        let meeting = Arc::clone(&meeting);
        async move {
            peer.head().await;
            meeting.wait().await;
            peer.send(OK).await;
        }
    })
    .await;
    let serving = Arc::new(Serving::start(&gateway(&config(upstream.address, ""))).await);
    let clients: Vec<_> = (0..8)
        .map(|_| {
            let serving = Arc::clone(&serving);
            tokio::spawn(async move { serving.still_serves().await })
        })
        .collect();
    for client in clients {
        client.await.unwrap();
    }
}

#[tokio::test]
async fn what_nobody_asked_for_is_nobodys_answer() {
    let more = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\npoison";
    for answer in [
        format!("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok{more}"),
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n{more}"),
        format!("HTTP/1.1 204 No Content\r\n\r\n{more}"),
        format!("HTTP/1.1 304 Not Modified\r\ncontent-length: 6\r\n\r\n{more}"),
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok\r\n".to_owned(),
    ] {
        let upstream = Upstream::answering(answer).await;
        let serving = Serving::before(&upstream).await;
        let mut client = serving.client().await;
        for _ in 0..3 {
            client.send_head("GET /v1 HTTP/1.1", &with_host(&[])).await;
            let response = client.response("GET").await;
            assert!(["ok", ""].contains(&response.text()), "{response:?}");
        }
    }
}

#[tokio::test]
async fn what_comes_while_a_connection_is_idle_is_nobodys_answer() {
    let poisoned = Arc::new(Notify::new());
    let told = Arc::clone(&poisoned);
    let upstream = Upstream::start(move |mut peer: Peer, _| {
        let told = Arc::clone(&told);
        async move {
            while peer.head().await.is_some() {
                peer.send(OK).await;
                peer.send("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\npoison")
                    .await;
                told.notify_one();
            }
        }
    })
    .await;
    let serving = Serving::before(&upstream).await;
    for _ in 0..5 {
        let response = serving.request("GET /v1 HTTP/1.1", &[]).await;
        assert_eq!(response.text(), "ok");
        poisoned.notified().await;
        // The gateway's own socket is read by then: what was sent before it has arrived there.
        serving
            .request("OPTIONS /v1 HTTP/1.1", &["max-forwards: 0"])
            .await;
    }
}
