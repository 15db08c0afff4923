//! Server-sent events arrive one by one, whatever the client speaks.

use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{Mutex, mpsc};
use tokio_rustls::client::TlsStream;

use crate::harness::{ORIGIN, Peer, Serving, Upstream, config, gateway, with_host};
use crate::http2_client::{Http2, request};
use crate::tls_harness::{Files, tls_gateway, tls_stream, tls_table};

const EVENT: &str = "event: tick\ndata: 1\n\n";

/// A server that sends an event each time that it is told to.
async fn ticking(framing: &'static str) -> (Upstream, mpsc::UnboundedSender<()>) {
    let (tick, ticks) = mpsc::unbounded_channel::<()>();
    let ticks = Arc::new(Mutex::new(ticks));
    let upstream = Upstream::start(move |mut peer: Peer, _| {
        let ticks = Arc::clone(&ticks);
        async move {
            peer.head().await;
            peer.send(format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n{framing}\r\n"
            ))
            .await;
            while ticks.lock().await.recv().await.is_some() {
                match framing.is_empty() {
                    true => peer.send(EVENT).await,
                    false => peer.send(format!("{:x}\r\n{EVENT}\r\n", EVENT.len())).await,
                }
            }
        }
    })
    .await;
    (upstream, tick)
}

const FRAMINGS: [&str; 2] = ["transfer-encoding: chunked\r\n", ""];

/// The next event is sent only after this one has arrived.
async fn check_http1<S>(stream: S, tick: &mpsc::UnboundedSender<()>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut client = Peer::over(stream);
    let fields = with_host(&["origin: https://app.example", "accept: text/event-stream"]);
    client.send_head("GET /v1/events HTTP/1.1", &fields).await;
    let head = client.response_head().await;
    assert_eq!(head.field("content-type"), Some("text/event-stream"));
    assert_eq!(head.field("access-control-allow-origin"), Some(ORIGIN));
    assert_eq!(head.field("content-length"), None);
    for _ in 0..3 {
        tick.send(()).unwrap();
        assert_eq!(client.chunk().await.unwrap(), EVENT.as_bytes());
    }
}

async fn check_http2<S>(stream: S, tick: &mpsc::UnboundedSender<()>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let client = Http2::over(stream).await;
    let asked = request("GET", "/v1/events", &[("origin", ORIGIN)]);
    let mut sender = client.0.ready().await.unwrap();
    let (response, _) = sender.send_request(asked, true).unwrap();
    let (head, mut body) = response.await.unwrap().into_parts();
    assert_eq!(head.headers["access-control-allow-origin"], ORIGIN);
    for _ in 0..3 {
        tick.send(()).unwrap();
        let data = body.data().await.unwrap().unwrap();
        assert_eq!(data, EVENT);
    }
}

#[tokio::test]
async fn events_arrive_one_by_one_without_tls() {
    for framing in FRAMINGS {
        let (upstream, tick) = ticking(framing).await;
        let serving = Serving::before(&upstream).await;
        let stream = TcpStream::connect(serving.address).await.unwrap();
        check_http1(stream, &tick).await;

        let (upstream, tick) = ticking(framing).await;
        let serving = Serving::start(&gateway(&config(upstream.address, "h2c = true"))).await;
        let stream = TcpStream::connect(serving.address).await.unwrap();
        check_http2(stream, &tick).await;
    }
}

#[tokio::test]
async fn events_arrive_one_by_one_over_tls() {
    for framing in FRAMINGS {
        let (_serving, tick, stream) = over_tls(framing, "http/1.1").await;
        check_http1(stream, &tick).await;
        let (_serving, tick, stream) = over_tls(framing, "h2").await;
        check_http2(stream, &tick).await;
    }
}

/// A gateway in front of such a server, and a connection to it over TLS.
async fn over_tls(
    framing: &'static str,
    protocol: &str,
) -> (
    (Serving, Upstream),
    mpsc::UnboundedSender<()>,
    TlsStream<TcpStream>,
) {
    let (upstream, tick) = ticking(framing).await;
    let files = Files::new();
    let pair = files.pair("gateway", &["gateway.test"]);
    let config = format!("{}\n{}", config(upstream.address, ""), tls_table("gateway"));
    let serving = Serving::start(&tls_gateway(&config, &files)).await;
    let stream = tls_stream(serving.address, "gateway.test", &pair, &[protocol]).await;
    ((serving, upstream), tick, stream.unwrap())
}
