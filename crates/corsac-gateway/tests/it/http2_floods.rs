//! Clients of HTTP/2 that make work for the sake of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::frames::{
    CONTINUATION, END_STREAM, GET, HEADERS, PING, PREFACE, RST_STREAM, SETTINGS, WINDOW_UPDATE,
    block, frame, get, outcome, receive,
};
use crate::harness::{Peer, Serving, Upstream, config, gateway};

async fn serving(upstream: &Upstream) -> Serving {
    Serving::start(&gateway(&config(upstream.address, "h2c = true"))).await
}

fn reset(stream: u32) -> Vec<u8> {
    frame(RST_STREAM, 0, stream, &8_u32.to_be_bytes())
}

#[tokio::test]
async fn requests_that_are_cancelled_at_once_end_the_connection() {
    let upstream = Upstream::faulty(|mut peer| async move { peer.gone().await }).await;
    let serving = serving(&upstream).await;
    let stream = TcpStream::connect(serving.address).await.unwrap();
    let requests = (0..1000).map(|it| [get(2 * it + 1, &[]), reset(2 * it + 1)].concat());
    let requests: Vec<u8> = requests.flatten().collect();
    assert_eq!(
        outcome(stream, &requests).await,
        "connection ENHANCE_YOUR_CALM"
    );
    serving.still_serves().await;
}

#[tokio::test]
async fn requests_that_are_cancelled_when_they_are_under_way_end_the_connection() {
    let count = Arc::new(AtomicUsize::new(0));
    let upstream = {
        let count = Arc::clone(&count);
        Upstream::start(move |mut peer: Peer, _| {
            let count = Arc::clone(&count);
            async move {
                while let Some(head) = peer.head().await {
                    match head[0].contains("healthy") {
                        true => peer.send(crate::harness::OK).await,
                        false => {
                            count.fetch_add(1, Ordering::SeqCst);
                        }
                    }
                }
            }
        })
        .await
    };
    let serving = serving(&upstream).await;
    let mut stream = TcpStream::connect(serving.address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream.write_all(PREFACE).await.unwrap();
    let mut n_sent = 0;
    for number in 0..2000 {
        let before = count.load(Ordering::SeqCst);
        if stream.write_all(&get(2 * number + 1, &[])).await.is_err() {
            break;
        }
        // Once it is at the upstream, it is no longer waiting to be looked at.
        while count.load(Ordering::SeqCst) == before && stream.peek_closed().await {
            tokio::task::yield_now().await;
        }
        if stream.write_all(&reset(2 * number + 1)).await.is_err() {
            break;
        }
        n_sent = number;
    }
    assert!(
        (200..1000).contains(&n_sent),
        "{n_sent} requests were taken"
    );
    serving.still_serves().await;
}

/// Is the connection still there, as far as can be told without waiting?
trait PeekClosed {
    async fn peek_closed(&mut self) -> bool;
}

impl PeekClosed for TcpStream {
    async fn peek_closed(&mut self) -> bool {
        let mut bytes = [0; 4096];
        loop {
            match self.try_read(&mut bytes) {
                Ok(0) => return false,
                Ok(_) => {}
                Err(error) => return error.kind() == std::io::ErrorKind::WouldBlock,
            }
        }
    }
}

#[tokio::test]
async fn a_block_of_fields_without_an_end_ends_the_connection() {
    let (upstream, _heads) = Upstream::recording().await;
    let serving = serving(&upstream).await;
    for part in [block(&[("x", "y")]), Vec::new()] {
        let stream = TcpStream::connect(serving.address).await.unwrap();
        let start = frame(HEADERS, END_STREAM, 1, &block(&GET));
        let flood = frame(CONTINUATION, 0, 1, &part).repeat(1000);
        let outcome = outcome(stream, &[start, flood].concat()).await;
        assert_eq!(outcome, "connection ENHANCE_YOUR_CALM", "{part:?}");
    }
    serving.still_serves().await;
}

#[tokio::test]
async fn who_makes_mistake_after_mistake_is_let_go() {
    let (upstream, _heads) = Upstream::recording().await;
    let serving = serving(&upstream).await;
    let mut stream = TcpStream::connect(serving.address).await.unwrap();
    let requests = (0..1000).flat_map(|it| get(2 * it + 1, &[("Capital", "x")]));
    let requests: Vec<u8> = requests.collect();
    stream
        .write_all(&[PREFACE, &requests].concat())
        .await
        .unwrap();
    let mut n_resets = 0;
    while let Some(received) = receive(&mut stream).await {
        n_resets += usize::from(received.kind == RST_STREAM);
    }
    assert!(n_resets <= 300, "{n_resets} mistakes were answered");
    serving.still_serves().await;
}

#[tokio::test]
async fn who_takes_no_answers_is_not_read_from_any_more() {
    let (upstream, _heads) = Upstream::recording().await;
    let serving = serving(&upstream).await;
    for (name, flood) in [
        ("pings", frame(PING, 0, 0, b"pingpong")),
        ("settings", frame(SETTINGS, 0, 0, &[])),
    ] {
        let mut stream = TcpStream::connect(serving.address).await.unwrap();
        stream.write_all(PREFACE).await.unwrap();
        let written = Arc::new(AtomicUsize::new(0));
        let flooding = {
            let written = Arc::clone(&written);
            let part = flood.repeat(1000);
            tokio::spawn(async move {
                while written.load(Ordering::SeqCst) < TOO_MUCH {
                    if stream.write_all(&part).await.is_err() {
                        break;
                    }
                    written.fetch_add(part.len(), Ordering::SeqCst);
                }
            })
        };
        // Others are the clock: the flood has stopped when they are served and it does not move.
        let mut before = usize::MAX;
        while written.load(Ordering::SeqCst) != before {
            before = written.load(Ordering::SeqCst);
            for _ in 0..50 {
                serving.still_serves().await;
            }
        }
        assert!(before < TOO_MUCH, "{before} bytes of {name} were taken");
        flooding.abort();
    }
}

/// More than the buffers of both sockets hold.
const TOO_MUCH: usize = 64 * 1024 * 1024;

#[tokio::test]
async fn windows_that_are_opened_again_and_again_disturb_nobody() {
    let (upstream, _heads) = Upstream::recording().await;
    let serving = serving(&upstream).await;
    let stream = TcpStream::connect(serving.address).await.unwrap();
    let flood = frame(WINDOW_UPDATE, 0, 0, &1_u32.to_be_bytes()).repeat(10_000);
    let outcome = outcome(stream, &[flood, get(1, &[])].concat()).await;
    assert_eq!(outcome, "200");
}
