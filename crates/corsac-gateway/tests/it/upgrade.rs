//! Tunnels: after a handshake the gateway copies bytes, and understands none of them.

#[cfg(target_os = "linux")]
use crate::harness::timers_towards;
use crate::harness::{ORIGIN, Peer, Serving, Upstream, config, field, gateway, with_host};

const HANDSHAKE: [&str; 6] = [
    "origin: https://app.example",
    "connection: keep-alive, Upgrade",
    "upgrade: websocket",
    "sec-websocket-version: 13",
    "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
    "sec-websocket-protocol: chat",
];

const AGREED: &str = "HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
                      sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

/// A server that agrees to a handshake, greets, and sends back what it receives.
async fn echoing() -> Upstream {
    Upstream::start(|mut peer: Peer, _| async move {
        let head = peer.head().await.unwrap();
        if field(&head, "upgrade") != Some("websocket") {
            return peer
                .send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
                .await;
        }
        assert_eq!(field(&head, "connection"), Some("upgrade"));
        assert_eq!(
            field(&head, "sec-websocket-key"),
            Some("dGhlIHNhbXBsZSBub25jZQ==")
        );
        // The first frame comes in the same packet as the head.
        peer.send(format!("{AGREED}hello")).await;
        while let Some(byte) = peer.bytes(1).await {
            peer.send(byte).await;
        }
        peer.send("bye").await;
    })
    .await
}

#[tokio::test]
async fn a_websocket_is_tunnelled_both_ways() {
    let upstream = echoing().await;
    let serving = Serving::before(&upstream).await;
    let mut client = serving.client().await;
    client
        .send_head("GET /v1 HTTP/1.1", &with_host(&HANDSHAKE))
        .await;
    let response = client.response_head().await;
    assert_eq!(response.status, 101);
    assert_eq!(response.field("connection"), Some("upgrade"));
    assert_eq!(response.field("upgrade"), Some("websocket"));
    assert_eq!(
        response.field("sec-websocket-accept"),
        Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    );
    assert_eq!(response.field("access-control-allow-origin"), Some(ORIGIN));
    assert_eq!(client.bytes(5).await.unwrap(), b"hello");
    for word in ["\x00\x01\u{7f}", "GET / HTTP/1.1\r\n\r\n"] {
        client.send(word).await;
        assert_eq!(client.bytes(word.len()).await.unwrap(), word.as_bytes());
    }
    // One direction ends before the other.
    client.finish().await;
    assert_eq!(client.rest().await.unwrap(), b"bye");
    serving.still_serves().await;
}

#[tokio::test]
async fn bytes_that_a_client_sends_along_with_its_handshake_are_not_lost() {
    let upstream = echoing().await;
    let serving = Serving::before(&upstream).await;
    let mut client = serving.client().await;
    let fields = with_host(&HANDSHAKE).join("\r\n");
    client
        .send(format!("GET /v1 HTTP/1.1\r\n{fields}\r\n\r\nearly"))
        .await;
    assert_eq!(client.response_head().await.status, 101);
    assert_eq!(client.bytes(10).await.unwrap(), b"helloearly");
}

#[tokio::test]
async fn a_policy_that_rejects_guards_the_handshake() {
    let upstream = echoing().await;
    let config = config(upstream.address, "")
        .replace("allow-methods ", "refuse = \"reject\"\nallow-methods ");
    let serving = Serving::start(&gateway(&config)).await;
    let opened = |origin: Option<&'static str>| {
        let mut fields = with_host(&HANDSHAKE[1..]);
        fields.extend(origin);
        let serving = &serving;
        async move {
            let mut client = serving.client().await;
            client.send_head("GET /v1 HTTP/1.1", &fields).await;
            client.response_head().await.status
        }
    };
    assert_eq!(opened(Some("origin: https://app.example")).await, 101);
    assert_eq!(opened(Some("origin: https://evil.example")).await, 403);
    assert_eq!(opened(Some("origin: null")).await, 403);
    // Who is no browser names no origin.
    assert_eq!(opened(None).await, 101);
}

#[tokio::test]
async fn a_policy_that_forwards_leaves_the_handshake_to_the_upstream() {
    let upstream = echoing().await;
    let serving = Serving::before(&upstream).await;
    let mut client = serving.client().await;
    let mut fields = with_host(&HANDSHAKE[1..]);
    fields.push("origin: https://evil.example");
    client.send_head("GET /v1 HTTP/1.1", &fields).await;
    assert_eq!(client.response_head().await.status, 101);
}

#[tokio::test]
async fn an_upstream_that_stays_with_http_is_heard() {
    let (upstream, _heads) = Upstream::recording().await;
    let serving = Serving::before(&upstream).await;
    let mut client = serving.client().await;
    for fields in [&HANDSHAKE[..], &[]] {
        client
            .send_head("GET /v1 HTTP/1.1", &with_host(fields))
            .await;
        let response = client.response("GET").await;
        assert_eq!(response.status, 200);
        assert_eq!(response.field("upgrade"), None);
        assert_eq!(response.text(), "ok");
    }
}

#[tokio::test]
async fn an_upgrade_that_the_connection_does_not_name_is_none() {
    let (upstream, mut heads) = Upstream::recording().await;
    let serving = Serving::before(&upstream).await;
    for fields in [
        &["upgrade: websocket"][..],
        &["connection: upgrade", "upgrade: h2c"],
        &["connection: upgrade"],
    ] {
        assert_eq!(
            serving.request("GET /v1 HTTP/1.1", fields).await.status,
            200
        );
        let head = heads.recv().await.unwrap();
        assert_eq!(field(&head, "upgrade"), None, "{fields:?}");
        assert_eq!(field(&head, "connection"), None, "{fields:?}");
    }
}

#[tokio::test]
async fn an_upstream_that_goes_away_ends_the_tunnel() {
    let upstream = Upstream::faulty(|mut peer| async move {
        peer.send(AGREED).await;
        peer.bytes(1).await;
    })
    .await;
    let serving = Serving::before(&upstream).await;
    let mut client = serving.client().await;
    client
        .send_head("GET /v1/faulty HTTP/1.1", &with_host(&HANDSHAKE))
        .await;
    assert_eq!(client.response_head().await.status, 101);
    client.send("x").await;
    assert_eq!(client.rest().await.unwrap(), b"");
    serving.still_serves().await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_system_asks_a_silent_upstream_whether_it_is_there() {
    let upstream = echoing().await;
    let serving = Serving::before(&upstream).await;
    let mut client = serving.client().await;
    client
        .send_head("GET /v1 HTTP/1.1", &with_host(&HANDSHAKE))
        .await;
    assert_eq!(client.response_head().await.status, 101);
    client.send("x").await;
    assert_eq!(client.bytes(6).await.unwrap(), b"hellox");
    let timers = timers_towards(upstream.address);
    assert!(
        matches!(&timers[..], [timer] if timer.starts_with("02:")),
        "{timers:?}"
    );
}
