//! Clients of HTTP/2 that begin something and do not go on.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::frames::{CONTINUATION, END_STREAM, GET, HEADERS, PREFACE, block, frame, get, receive};
use crate::harness::{Peer, Serving, Upstream, config, gateway};

async fn serving(upstream: &Upstream, root: &str) -> Serving {
    let root = format!("h2c = true\n{root}");
    Serving::start(&gateway(&config(upstream.address, &root))).await
}

async fn begin(serving: &Serving) -> TcpStream {
    let mut stream = TcpStream::connect(serving.address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream.write_all(PREFACE).await.unwrap();
    stream
}

/// A server that answers with a body that never ends, and sends of it what is taken.
async fn endless() -> Upstream {
    Upstream::start(|mut peer: Peer, _| async move {
        peer.head().await;
        peer.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
            .await;
        loop {
            let piece = vec![b'x'; 0x10000];
            peer.send("10000\r\n").await;
            peer.send(&piece).await;
            peer.send("\r\n").await;
        }
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn a_block_of_fields_that_is_not_finished_ends_the_connection() {
    // An answer that takes long, and is no reason to wait for the other request.
    let upstream = Upstream::start(|mut peer: Peer, _| async move {
        peer.head().await;
        peer.gone().await;
    })
    .await;
    let root = "request-head-timeout = \"10s\"\nidle-timeout = \"1h\"\nresponse-timeout = \"1h\"";
    let serving = serving(&upstream, root).await;
    let fields = block(&GET);
    for unfinished in [
        frame(HEADERS, END_STREAM, 3, &fields),
        frame(HEADERS, END_STREAM, 3, &fields)[..12].to_vec(),
        [
            frame(HEADERS, END_STREAM, 3, &fields),
            frame(CONTINUATION, 0, 3, b""),
        ]
        .concat(),
    ] {
        let mut stream = begin(&serving).await;
        stream.write_all(&get(1, &[])).await.unwrap();
        let before = Instant::now();
        stream.write_all(&unfinished).await.unwrap();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
        let waited = before.elapsed();
        let expected = Duration::from_secs(10)..Duration::from_secs(20);
        assert!(expected.contains(&waited), "{waited:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_block_of_fields_that_comes_in_time_is_taken_in_whatever_pieces() {
    let (upstream, _heads) = Upstream::recording().await;
    let serving = serving(&upstream, "request-head-timeout = \"10s\"").await;
    let mut stream = begin(&serving).await;
    let fields = block(&GET);
    for number in [1, 3, 5] {
        let request = [
            frame(HEADERS, END_STREAM, number, &fields[..7]),
            frame(CONTINUATION, 0, number, &fields[7..9]),
            frame(CONTINUATION, 4, number, &fields[9..]),
        ];
        for byte in request.concat() {
            stream.write_all(&[byte]).await.unwrap();
            tokio::task::yield_now().await;
        }
        while receive(&mut stream).await.unwrap().kind != HEADERS {}
        // Longer than a block may take: between two of them nobody waits for its end.
        tokio::time::advance(Duration::from_secs(15)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_takes_nothing_of_its_response_is_cut_off() {
    let upstream = endless().await;
    let serving = serving(&upstream, "idle-timeout = \"10s\"").await;
    let mut stream = begin(&serving).await;
    let before = Instant::now();
    // It gives no more room than every client gives at first.
    stream.write_all(&get(1, &[])).await.unwrap();
    let mut taken = Vec::new();
    let _ = stream.read_to_end(&mut taken).await;
    let waited = before.elapsed();
    let expected = Duration::from_secs(60)..Duration::from_secs(90);
    assert!(expected.contains(&waited), "{waited:?}");
    assert!(taken.len() > 0xffff, "{} bytes", taken.len());
}
