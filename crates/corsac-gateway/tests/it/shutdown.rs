//! How the gateway stops: no new clients, and no request cut short that can still be finished.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::harness::{OK, Peer, Serving, Upstream, config, gateway, with_host};

#[tokio::test]
async fn a_request_under_way_is_finished_and_its_connection_closed() {
    let (asked, answer) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let upstream = {
        let (asked, answer) = (Arc::clone(&asked), Arc::clone(&answer));
        Upstream::start(move |mut peer: Peer, _| {
            let (asked, answer) = (Arc::clone(&asked), Arc::clone(&answer));
            async move {
                peer.head().await;
                asked.notify_one();
                answer.notified().await;
                peer.send(OK).await;
            }
        })
        .await
    };
    let serving = Serving::before(&upstream).await;
    let address = serving.address;
    let mut idle = serving.client().await;
    let mut busy = serving.client().await;
    busy.send_head("GET /v1 HTTP/1.1", &with_host(&[])).await;
    asked.notified().await;
    let task = serving.stop();
    idle.gone().await;
    assert!(TcpStream::connect(address).await.is_err());
    assert!(!task.is_finished());
    answer.notify_one();
    let response = busy.response("GET").await;
    assert_eq!(response.text(), "ok");
    assert_eq!(response.field("connection"), Some("close"));
    busy.gone().await;
    task.await.unwrap();
}

#[tokio::test]
async fn a_request_that_does_not_finish_is_given_up_in_the_end() {
    let asked = Arc::new(Notify::new());
    let upstream = {
        let asked = Arc::clone(&asked);
        Upstream::start(move |mut peer: Peer, _| {
            let asked = Arc::clone(&asked);
            async move {
                peer.head().await;
                asked.notify_one();
                pending().await
            }
        })
        .await
    };
    let config = config(upstream.address, "shutdown-timeout = \"20ms\"");
    let serving = Serving::start(&gateway(&config)).await;
    let mut client = serving.client().await;
    client.send_head("GET /v1 HTTP/1.1", &with_host(&[])).await;
    asked.notified().await;
    serving.stop().await.unwrap();
    client.gone().await;
}

#[tokio::test]
async fn a_tunnel_is_given_up_in_the_end() {
    let upstream = Upstream::start(|mut peer: Peer, _| async move {
        peer.head().await;
        peer.send("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n")
            .await;
        peer.gone().await;
    })
    .await;
    let config = config(upstream.address, "shutdown-timeout = \"20ms\"");
    let serving = Serving::start(&gateway(&config)).await;
    let mut client = serving.client().await;
    client
        .send_head(
            "GET /v1 HTTP/1.1",
            &with_host(&["connection: upgrade", "upgrade: x"]),
        )
        .await;
    assert_eq!(client.response_head().await.status, 101);
    serving.stop().await.unwrap();
    client.gone().await;
}

#[tokio::test(start_paused = true)]
async fn a_tunnel_that_is_used_all_the_time_lasts_as_long_as_requests_may_and_no_longer() {
    let upstream = Upstream::start(|mut peer: Peer, _| async move {
        peer.head().await;
        peer.send("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n")
            .await;
        while let Some(byte) = peer.bytes(1).await {
            peer.send(byte).await;
        }
    })
    .await;
    let config = config(upstream.address, "shutdown-timeout = \"20s\"");
    let serving = Serving::start(&gateway(&config)).await;
    let mut client = serving.client().await;
    let fields = with_host(&["connection: upgrade", "upgrade: x"]);
    client.send_head("GET /v1 HTTP/1.1", &fields).await;
    assert_eq!(client.response_head().await.status, 101);
    let before = Instant::now();
    let task = serving.stop();
    let mut n_echoed = 0;
    loop {
        client.send("x").await;
        if client.bytes(1).await.is_none() {
            break;
        }
        n_echoed += 1;
        tokio::time::advance(Duration::from_secs(1)).await;
    }
    assert!((19..=21).contains(&n_echoed), "{n_echoed}");
    assert!(before.elapsed() < Duration::from_secs(22));
    task.await.unwrap();
}

#[tokio::test]
async fn a_gateway_that_is_dropped_lets_go_of_its_clients() {
    let (upstream, _heads) = Upstream::recording().await;
    let serving = Serving::before(&upstream).await;
    let mut client = serving.client().await;
    client.send_head("GET /v1 HTTP/1.1", &with_host(&[])).await;
    assert_eq!(client.response("GET").await.status, 200);
    serving.abort();
    client.gone().await;
}
