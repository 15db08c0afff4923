//! Requests that servers read differently: what the gateway answers, and what nginx does.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use toml::de::DeTable;

use crate::harness::{OK, Peer, Serving, Upstream, config, gateway};
use crate::nginx::Nginx;

const CASES: &str = include_str!("smuggling.toml");

/// A request, and the statuses of the answers to it and to the one after it.
struct Case {
    name: String,
    request: String,
    corsac: String,
    nginx: String,
}

#[derive(Clone, Copy)]
enum Arrival {
    Whole,
    ByteByByte,
}

fn cases() -> Vec<Case> {
    let table = DeTable::parse(CASES).unwrap();
    let cases = table.get_ref()["case"].get_ref().as_array().unwrap();
    let cases = cases.iter().map(|case| {
        let text = |key| case.get_ref()[key].get_ref().as_str().unwrap().to_owned();
        Case {
            name: text("name"),
            request: text("request"),
            corsac: text("corsac"),
            nginx: text("nginx"),
        }
    });
    cases.collect()
}

/// Sends a request and the one that closes the connection: the statuses of what is answered.
async fn answers(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    request: &str,
    arrival: Arrival,
) -> String {
    let last = "GET /v1/last HTTP/1.1\r\nHost: gateway.test\r\nConnection: close\r\n\r\n";
    let bytes = [request, last].concat();
    match arrival {
        Arrival::Whole => stream.write_all(bytes.as_bytes()).await.unwrap(),
        Arrival::ByteByByte => {
            for byte in bytes.as_bytes() {
                // It fails once the connection is closed.
                let _ = stream.write_all(&[*byte]).await;
                tokio::task::yield_now().await;
            }
        }
    }
    let mut answer = Vec::new();
    // A reset after the answer is as good an end.
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer);
    let lines = answer.split("HTTP/1.").skip(1);
    let statuses = lines.filter_map(|line| line.get(2..5));
    statuses.collect::<Vec<_>>().join(" ")
}

/// A server that answers requests that are whole, and counts them.
async fn counting() -> (Upstream, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let upstream = {
        let count = Arc::clone(&count);
        Upstream::start(move |mut peer: Peer, _| {
            let count = Arc::clone(&count);
            let converse = async move {
                loop {
                    let head = peer.head().await?;
                    let has = |field: &str| head.iter().any(|it| it.eq_ignore_ascii_case(field));
                    if has("transfer-encoding: chunked") {
                        while !peer.chunk_with_trailers().await?.is_empty() {}
                    } else if has("content-length: 3") {
                        peer.bytes(3).await?;
                    }
                    count.fetch_add(1, Ordering::SeqCst);
                    peer.send(OK).await;
                }
            };
            async move {
                // Until there is no further request, or only a part of one.
                let _: Option<()> = converse.await;
            }
        })
        .await
    };
    (upstream, count)
}

#[tokio::test]
async fn the_gateway_answers_as_the_table_says() {
    check_gateway(Arrival::Whole).await;
}

#[tokio::test]
async fn the_gateway_answers_the_same_however_the_bytes_arrive() {
    check_gateway(Arrival::ByteByByte).await;
}

async fn check_gateway(arrival: Arrival) {
    let (upstream, count) = counting().await;
    let timeouts = "request-head-timeout = \"2s\"\nresponse-timeout = \"2s\"";
    let serving = Serving::start(&gateway(&config(upstream.address, timeouts))).await;
    let mut wrong = Vec::new();
    for case in cases() {
        let before = count.load(Ordering::SeqCst);
        let stream = TcpStream::connect(serving.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let answers = answers(stream, &case.request, arrival).await;
        if answers != case.corsac {
            wrong.push(format!("{}: {answers}", case.name));
        }
        // No request reaches the upstream that the client did not see answered.
        let n_forwarded = count.load(Ordering::SeqCst) - before;
        if n_forwarded != answers.matches("200").count() {
            wrong.push(format!("{}: {n_forwarded} were forwarded", case.name));
        }
    }
    assert!(
        wrong.is_empty(),
        "answered otherwise:\n{}",
        wrong.join("\n")
    );
}

#[tokio::test]
async fn nginx_answers_as_the_table_says() {
    let (upstream, _count) = counting().await;
    let Some(nginx) = Nginx::start(upstream.address).await else {
        return;
    };
    let mut wrong = Vec::new();
    for case in cases() {
        let answers = answers(nginx.connect().await, &case.request, Arrival::Whole).await;
        if answers != case.nginx {
            wrong.push(format!("{}: {answers}", case.name));
        }
    }
    assert!(
        wrong.is_empty(),
        "answered otherwise:\n{}",
        wrong.join("\n")
    );
}
