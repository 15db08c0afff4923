//! Clients that speak plain HTTP where TLS is spoken.

use crate::admin;
use crate::harness::{Serving, Upstream, config, with_host};
use crate::tls_harness::{Files, tls_client, tls_gateway, tls_table};

const TEXT: &str = "tls-missing: this port speaks https; ask for the same URL with https instead\n";

#[tokio::test]
async fn a_client_without_tls_can_read_what_is_wrong() {
    let (upstream, _heads) = Upstream::recording().await;
    let files = Files::new();
    let pair = files.pair("gateway", &["gateway.test"]);
    let config = format!("{}\n{}", config(upstream.address, ""), tls_table("gateway"));
    let (gateway, admin) = tls_gateway(&config, &files).with_admin(&[]);
    let admin = admin::listen(&admin).await;
    let serving = Serving::start(&gateway).await;

    let body = "x".repeat(1024 * 1024);
    for (line, body) in [
        ("GET /v1/x HTTP/1.1", ""),
        ("post /v1/x HTTP/1.0", ""),
        ("PUT /v1/x HTTP/1.1", &body),
    ] {
        let mut client = serving.client().await;
        client.send_head(line, &with_host(&[])).await;
        client.send(body).await;
        let response = client.response(line).await;
        assert_eq!(response.status, 400, "{line}");
        assert_eq!(response.field("connection"), Some("close"), "{line}");
        assert_eq!(response.text(), TEXT, "{line}");
        assert_eq!(client.rest().await, Some(Vec::new()), "{line}");
    }

    let metrics = admin::ask(admin, "GET /metrics HTTP/1.1", &["host: localhost"]).await;
    let count = "\ncorsac_connections_without_tls_total 3\n";
    assert!(metrics.text().contains(count), "{}", metrics.text());
    let client = tls_client(serving.address, "gateway.test", &pair).await;
    assert!(client.is_some());
}

#[tokio::test]
async fn what_is_neither_tls_nor_http_is_told_so_by_tls() {
    let (upstream, _heads) = Upstream::recording().await;
    let files = Files::new();
    files.pair("gateway", &["gateway.test"]);
    let config = format!("{}\n{}", config(upstream.address, ""), tls_table("gateway"));
    let serving = Serving::start(&tls_gateway(&config, &files)).await;
    let mut client = serving.client().await;
    client.send([0; 64]).await;
    let alert = client.bytes(1).await.unwrap();
    assert_eq!(alert, [21]);
}
