//! Clients that come over TLS.

use std::fs;
use std::net::SocketAddr;

use corsac_gateway::Certificates;

use crate::harness::{ORIGIN, Peer, Serving, Upstream, config, field, gateway, with_host};
use crate::tls_harness::{Files, Pair, tls_client, tls_gateway, tls_stream, tls_table};

/// A gateway with one certificate, for `gateway.test`.
async fn serving(upstream: &Upstream, extra: &str) -> (Serving, Pair, Files) {
    let files = Files::new();
    let pair = files.pair("gateway", &["gateway.test"]);
    let config = format!(
        "{}\n{}",
        config(upstream.address, extra),
        tls_table("gateway")
    );
    let serving = Serving::start(&tls_gateway(&config, &files)).await;
    (serving, pair, files)
}

async fn shows(address: SocketAddr, host: &str, pair: &Pair) -> bool {
    tls_client(address, host, pair).await.is_some()
}

#[tokio::test]
async fn the_upstream_learns_that_the_client_came_over_tls() {
    let (upstream, mut heads) = Upstream::recording().await;
    let (serving, pair, _files) = serving(&upstream, "").await;
    let mut client = tls_client(serving.address, "gateway.test", &pair)
        .await
        .unwrap();
    let fields = with_host(&["origin: https://app.example", "x-forwarded-proto: http"]);
    client.send_head("GET /v1/x HTTP/1.1", &fields).await;
    let response = client.response("GET").await;
    assert_eq!(response.text(), "ok");
    assert_eq!(response.field("access-control-allow-origin"), Some(ORIGIN));
    let head = heads.recv().await.unwrap();
    assert_eq!(field(&head, "x-forwarded-proto"), Some("https"));
    assert_eq!(field(&head, "x-forwarded-host"), Some("gateway.test"));
}

#[tokio::test]
async fn the_name_that_a_client_asks_for_chooses_the_certificate() {
    let (upstream, _heads) = Upstream::recording().await;
    let files = Files::new();
    let first = files.pair("first", &["first.test"]);
    let second = files.pair("second", &["second.test", "*.wild.test"]);
    let tables = [tls_table("first"), tls_table("second")].concat();
    let config = format!("{}\n{tables}", config(upstream.address, ""));
    let serving = Serving::start(&tls_gateway(&config, &files)).await;
    assert!(shows(serving.address, "first.test", &first).await);
    assert!(shows(serving.address, "second.test", &second).await);
    assert!(shows(serving.address, "a.wild.test", &second).await);
    assert!(shows(serving.address, "A.Wild.test", &second).await);
    // An unknown name gets the first, and whoever asked says that it is not its own.
    for unknown in ["other.test", "a.b.wild.test", "wild.test"] {
        assert!(!shows(serving.address, unknown, &second).await, "{unknown}");
        assert!(!shows(serving.address, unknown, &first).await, "{unknown}");
    }
}

#[tokio::test]
async fn http_2_is_offered_unless_the_file_says_no() {
    let (upstream, _heads) = Upstream::recording().await;
    for (extra, offered, chosen) in [
        ("", &["h2", "http/1.1"][..], Some("h2")),
        ("", &["http/1.1"], Some("http/1.1")),
        ("", &[], None),
        ("http2 = false", &["h2", "http/1.1"], Some("http/1.1")),
    ] {
        let (serving, pair, _files) = serving(&upstream, extra).await;
        let stream = tls_stream(serving.address, "gateway.test", &pair, offered).await;
        let stream = stream.unwrap();
        let protocol = stream.get_ref().1.alpn_protocol();
        assert_eq!(protocol, chosen.map(str::as_bytes), "{extra} {offered:?}");
    }
    let (serving, pair, _files) = serving(&upstream, "").await;
    let stream = tls_stream(serving.address, "gateway.test", &pair, &["spdy/3"]).await;
    assert!(stream.is_none(), "no protocol in common");
}

#[tokio::test]
async fn a_websocket_over_tls_is_tunnelled() {
    let upstream = Upstream::start(|mut peer: Peer, _| async move {
        let head = peer.head().await.unwrap();
        assert_eq!(field(&head, "upgrade"), Some("websocket"));
        peer.send(
            "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
        )
        .await;
        // Bytes that would be no HTTP, in either direction.
        assert_eq!(peer.bytes(4).await.unwrap(), b"\n\0\n\r");
        peer.send("\n\r\n\0").await;
    })
    .await;
    let (serving, pair, _files) = serving(&upstream, "").await;
    let mut client = tls_client(serving.address, "gateway.test", &pair)
        .await
        .unwrap();
    let fields = with_host(&["connection: upgrade", "upgrade: websocket"]);
    client.send_head("GET /v1 HTTP/1.1", &fields).await;
    assert_eq!(client.response_head().await.status, 101);
    client.send("\n\0\n\r").await;
    assert_eq!(client.bytes(4).await.unwrap(), b"\n\r\n\0");
}

#[tokio::test]
async fn new_certificates_are_for_new_connections() {
    let (upstream, _heads) = Upstream::recording().await;
    let files = Files::new();
    let old = files.pair("gateway", &["gateway.test"]);
    let text = format!("{}\n{}", config(upstream.address, ""), tls_table("gateway"));
    let config = corsac_config::read(&text).unwrap();
    let gateway = tls_gateway(&text, &files);
    let serving = Serving::start(&gateway).await;
    let mut client = tls_client(serving.address, "gateway.test", &old)
        .await
        .unwrap();

    let new = files.pair("gateway", &["gateway.test"]);
    gateway.replace_certificates(Certificates::read(&config, files.path()).unwrap());
    assert!(shows(serving.address, "gateway.test", &new).await);
    assert!(!shows(serving.address, "gateway.test", &old).await);
    client.send_head("GET /v1 HTTP/1.1", &with_host(&[])).await;
    assert_eq!(client.response("GET").await.status, 200);

    // Half of a new pair is no pair: there is nothing to hand in, and the last good one stays.
    files.write("gateway.pem", Pair::new(&["gateway.test"]).certificate_text);
    let errors = Certificates::read(&config, files.path()).unwrap_err();
    assert_eq!(errors.iter().count(), 1);
    assert!(shows(serving.address, "gateway.test", &new).await);
}

#[test]
fn every_mistake_with_certificates_names_its_file() {
    let files = Files::new();
    let good = files.pair("good", &["good.test"]);
    let other = files.pair("other", &["other.test"]);
    let broken = good.certificate_text.replace("\nMII", "\nMIJ");
    let unknown = good.key_text.replace("\nM", "\nA");
    for (certificate, key, expected) in [
        (None, Some(&good.key_text), "a.pem: certificate-unreadable"),
        (
            None,
            Some(&unknown),
            "a.pem: certificate-unreadable, a.key: certificate-key-unsupported",
        ),
        (
            Some(&good.certificate_text),
            None,
            "a.key: certificate-unreadable",
        ),
        (
            Some(&good.key_text),
            Some(&good.key_text),
            "a.pem: certificate-missing",
        ),
        (
            Some(&broken),
            Some(&good.key_text),
            "a.pem: certificate-malformed",
        ),
        (
            Some(&"-".repeat(2 << 20)),
            None,
            "a.pem: certificate-too-long, a.key: certificate-unreadable",
        ),
        (
            Some(&good.certificate_text),
            Some(&good.certificate_text),
            "a.key: certificate-key-missing",
        ),
        (
            Some(&good.certificate_text),
            Some(&unknown),
            "a.key: certificate-key-unsupported",
        ),
        (
            Some(&good.certificate_text),
            Some(&other.key_text),
            "a.key: certificate-key-mismatch",
        ),
    ] {
        check_mistake(&files, [certificate, key], expected);
    }
}

/// Checks what is told of a pair with these texts, beside one in order and one that is not there.
fn check_mistake(files: &Files, [certificate, key]: [Option<&String>; 2], expected: &str) {
    for (name, text) in [("a.pem", certificate), ("a.key", key)] {
        let _ = fs::remove_file(files.path().join(name));
        if let Some(text) = text {
            files.write(name, text);
        }
    }
    let tables = [tls_table("a"), tls_table("good"), tls_table("none")].concat();
    let text = format!("{}\n{tables}", config("127.0.0.1:1".parse().unwrap(), ""));
    let config = corsac_config::read(&text).unwrap();
    let errors = Certificates::read(&config, files.path()).unwrap_err();
    let told = errors.iter().map(|error| {
        let file = error.file.file_name().unwrap().to_str().unwrap();
        format!("{file}: {}", error.fault.code())
    });
    let told: Vec<String> = told.collect();
    let both = "none.pem: certificate-unreadable, none.key: certificate-unreadable";
    assert_eq!(told.join(", "), format!("{expected}, {both}"), "{errors}");
}

#[tokio::test]
async fn without_its_certificates_a_gateway_serves_nobody() {
    let (upstream, _heads) = Upstream::recording().await;
    let config = format!("{}\n{}", config(upstream.address, ""), tls_table("gateway"));
    let serving = Serving::start(&gateway(&config)).await;
    let mut client = serving.client().await;
    client.send_head("GET /v1 HTTP/1.1", &with_host(&[])).await;
    assert_eq!(client.head().await, None);
}

#[tokio::test]
async fn who_does_not_finish_the_handshake_is_let_go() {
    let (upstream, _heads) = Upstream::recording().await;
    let (serving, _pair, _files) = serving(&upstream, "request-head-timeout = \"50ms\"").await;
    let mut silent = serving.client().await;
    silent.gone().await;
    let mut plain = serving.client().await;
    plain.send_head("GET /v1 HTTP/1.1", &with_host(&[])).await;
    plain.gone().await;
}
