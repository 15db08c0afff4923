//! Who does nothing with a connection makes room for others, when there is no place left.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

#[cfg(target_os = "linux")]
use crate::harness::timers_towards;
use crate::harness::{OK, Peer, Serving, Upstream, config, gateway, with_host};
use crate::http2_client::{Http2, request};
use crate::tls_harness::{Files, tls_client, tls_gateway, tls_table};

fn limited(upstream: &Upstream, root: &str, n_connections: usize) -> String {
    let config = config(upstream.address, root);
    format!("{config}\n[limits]\nconnections = {n_connections}")
}

async fn serving(upstream: &Upstream, root: &str, n_connections: usize) -> Serving {
    Serving::start(&gateway(&limited(upstream, root, n_connections))).await
}

async fn is_served(client: &mut Peer) {
    client.send_head("GET /v1 HTTP/1.1", &with_host(&[])).await;
    assert_eq!(client.response("GET").await.status, 200);
}

/// The value of a metric of this name.
async fn metric(admin: SocketAddr, name: &str) -> String {
    let mut peer = Peer::connect(admin).await;
    let host = format!("host: {admin}");
    peer.send_head("GET /metrics HTTP/1.1", &[&host, "connection: close"])
        .await;
    let response = peer.response("GET").await;
    let line = response.text().lines().find(|it| it.starts_with(name));
    line.unwrap().rsplit(' ').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_longest_idle_one_makes_room() {
    let (upstream, _heads) = Upstream::recording().await;
    let (gateway, admin) = gateway(&limited(&upstream, "", 2)).with_admin(&[]);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { admin.serve(listener).await });
    let serving = Serving::start(&gateway).await;
    let mut first = serving.client().await;
    is_served(&mut first).await;
    let mut second = serving.client().await;
    is_served(&mut second).await;
    // The first is no longer the one that has been idle the longest.
    is_served(&mut first).await;
    let mut third = serving.client().await;
    is_served(&mut third).await;
    assert_eq!(second.rest().await.as_deref(), Some(&b""[..]));
    is_served(&mut first).await;
    let reclaimed = metric(address, "corsac_connections_reclaimed_total").await;
    assert_eq!(reclaimed, "1");
}

#[tokio::test]
async fn who_has_sent_nothing_or_half_a_handshake_makes_room() {
    let (upstream, _heads) = Upstream::recording().await;
    let serving_plain = serving(&upstream, "", 1).await;
    let mut silent = serving_plain.client().await;
    let mut second = serving_plain.client().await;
    is_served(&mut second).await;
    silent.gone().await;

    let files = Files::new();
    let pair = files.pair("gateway", &["gateway.test"]);
    let config = limited(&upstream, &tls_root(), 1) + "\n" + &tls_table("gateway");
    let serving_tls = Serving::start(&tls_gateway(&config, &files)).await;
    let mut silent = serving_tls.client().await;
    silent.send([22, 3, 1]).await;
    let client = tls_client(serving_tls.address, "gateway.test", &pair).await;
    let mut client = client.unwrap();
    client.send_head("GET /v1 HTTP/1.1", &with_host(&[])).await;
    assert_eq!(client.response("GET").await.status, 200);
    silent.gone().await;
}

/// Silence is not what ends such a connection.
fn tls_root() -> String {
    "request-head-timeout = \"1h\"".to_owned()
}

#[tokio::test]
async fn an_idle_client_of_http_2_makes_room() {
    let (upstream, _heads) = Upstream::recording().await;
    let serving = serving(&upstream, "h2c = true", 1).await;
    let client = Http2::over(TcpStream::connect(serving.address).await.unwrap()).await;
    let answer = client.request(request("GET", "/v1", &[])).await.unwrap();
    assert_eq!(answer.status, 200);
    is_served(&mut serving.client().await).await;
    assert!(client.request(request("GET", "/v1", &[])).await.is_err());
}

#[tokio::test]
async fn a_client_of_http_2_that_does_not_listen_makes_room_too() {
    let (upstream, _heads) = Upstream::recording().await;
    let serving = serving(&upstream, "h2c = true", 1).await;
    let mut deaf = serving.client().await;
    deaf.send(crate::frames::PREFACE).await;
    is_served(&mut serving.client().await).await;
}

/// A server that answers when it is told to.
async fn waiting(asked: &Arc<Notify>, answer: &Arc<Notify>) -> Upstream {
    let (asked, answer) = (Arc::clone(asked), Arc::clone(answer));
    Upstream::start(move |mut peer: Peer, number| {
        let (asked, answer) = (Arc::clone(&asked), Arc::clone(&answer));
        async move {
            while peer.head().await.is_some() {
                if number == 0 {
                    asked.notify_one();
                    answer.notified().await;
                }
                peer.send(OK).await;
            }
        }
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_an_answer_keeps_its_place() {
    let (asked, answer) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let upstream = waiting(&asked, &answer).await;
    let serving = serving(&upstream, "response-timeout = \"1h\"", 1).await;
    let mut first = serving.client().await;
    first.send_head("GET /v1 HTTP/1.1", &with_host(&[])).await;
    asked.notified().await;
    let mut second = serving.client().await;
    second.send_head("GET /v1 HTTP/1.1", &with_host(&[])).await;
    // Time enough to look for the longest idle one a hundred times.
    tokio::time::advance(std::time::Duration::from_secs(10)).await;
    answer.notify_one();
    assert_eq!(first.response("GET").await.status, 200);
    // It goes over the same connection to the upstream.
    asked.notified().await;
    answer.notify_one();
    assert_eq!(second.response("GET").await.status, 200);
    first.gone().await;
}

#[tokio::test(start_paused = true)]
async fn a_tunnel_is_not_idle_however_silent_it_is() {
    let upstream = Upstream::start(|mut peer: Peer, number| async move {
        peer.head().await;
        if number > 0 {
            return peer.send(OK).await;
        }
        let agreed = "connection: upgrade\r\nupgrade: websocket\r\n\r\n";
        peer.send(format!("HTTP/1.1 101 Switching Protocols\r\n{agreed}"))
            .await;
        while let Some(byte) = peer.bytes(1).await {
            peer.send(byte).await;
        }
    })
    .await;
    let serving = serving(&upstream, "", 1).await;
    let mut first = serving.client().await;
    let fields = with_host(&["connection: upgrade", "upgrade: websocket"]);
    first.send_head("GET /v1 HTTP/1.1", &fields).await;
    assert_eq!(first.response_head().await.status, 101);
    let mut second = serving.client().await;
    second.send_head("GET /v1 HTTP/1.1", &with_host(&[])).await;
    tokio::time::advance(std::time::Duration::from_secs(3600)).await;
    first.send("x").await;
    assert_eq!(first.bytes(1).await.as_deref(), Some(&b"x"[..]));
    drop(first);
    assert_eq!(second.response("GET").await.status, 200);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_system_asks_silent_clients_whether_they_are_there() {
    let (upstream, _heads) = Upstream::recording().await;
    let serving = Serving::before(&upstream).await;
    serving.still_serves().await;
    let mut client = serving.client().await;
    is_served(&mut client).await;
    let timers = timers_towards(client.address());
    assert!(
        matches!(&timers[..], [timer] if timer.starts_with("02:")),
        "{timers:?}"
    );
}
