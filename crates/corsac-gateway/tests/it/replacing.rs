//! Another configuration while serving.

use std::sync::Arc;

use tokio::sync::Notify;

use crate::harness::{OK, ORIGIN, Peer, Serving, Upstream, config, gateway, with_host};

const OTHER: &str = "https://other.example";

#[tokio::test]
async fn a_new_policy_counts_from_the_next_request_on_also_on_open_connections() {
    let (upstream, _heads) = Upstream::recording().await;
    let old = config(upstream.address, "");
    let gateway = gateway(&old);
    let serving = Serving::start(&gateway).await;
    let mut client = serving.client().await;
    for (origin, is_allowed) in [(ORIGIN, true), (OTHER, false)] {
        check(&mut client, origin, is_allowed).await;
    }
    gateway.replace(&corsac_config::read(&old.replace(ORIGIN, OTHER)).unwrap());
    for (origin, is_allowed) in [(ORIGIN, false), (OTHER, true)] {
        check(&mut client, origin, is_allowed).await;
    }
}

async fn check(client: &mut Peer, origin: &str, is_allowed: bool) {
    client
        .send_head(
            "GET /v1 HTTP/1.1",
            &with_host(&[&format!("origin: {origin}")]),
        )
        .await;
    let response = client.response("GET").await;
    let expected = is_allowed.then_some(origin);
    assert_eq!(response.field("access-control-allow-origin"), expected);
}

#[tokio::test]
async fn a_request_under_way_is_finished_under_the_old_policy() {
    let (asked, answer) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let upstream = {
        let (asked, answer) = (Arc::clone(&asked), Arc::clone(&answer));
        Upstream::start(move |mut peer: Peer, _| {
            let (asked, answer) = (Arc::clone(&asked), Arc::clone(&answer));
            async move {
                while peer.head().await.is_some() {
                    asked.notify_one();
                    answer.notified().await;
                    peer.send(OK).await;
                }
            }
        })
        .await
    };
    let old = config(upstream.address, "");
    let gateway = gateway(&old);
    let serving = Serving::start(&gateway).await;
    let mut client = serving.client().await;
    client
        .send_head(
            "GET /v1 HTTP/1.1",
            &with_host(&[&format!("origin: {ORIGIN}")]),
        )
        .await;
    asked.notified().await;
    gateway.replace(&corsac_config::read(&old.replace(ORIGIN, OTHER)).unwrap());
    answer.notify_one();
    let response = client.response("GET").await;
    assert_eq!(response.field("access-control-allow-origin"), Some(ORIGIN));
}

#[tokio::test]
async fn an_upstream_that_stays_keeps_its_connections() {
    let upstream = Upstream::start(|mut peer: Peer, number| async move {
        while peer.head().await.is_some() {
            peer.send(format!(
                "HTTP/1.1 200 OK\r\nx-number: {number}\r\ncontent-length: 0\r\n\r\n"
            ))
            .await;
        }
    })
    .await;
    let old = config(upstream.address, "");
    let gateway = gateway(&old);
    let serving = Serving::start(&gateway).await;
    for _ in 0..3 {
        let response = serving.request("GET /v1 HTTP/1.1", &[]).await;
        assert_eq!(response.field("x-number"), Some("0"));
        gateway.replace(&corsac_config::read(&old.replace(ORIGIN, OTHER)).unwrap());
    }
}

#[tokio::test]
async fn a_route_that_is_gone_is_gone() {
    let (upstream, _heads) = Upstream::recording().await;
    let old = config(upstream.address, "");
    let gateway = gateway(&old);
    let serving = Serving::start(&gateway).await;
    serving.still_serves().await;
    gateway.replace(&corsac_config::read(&old.replace("/v1", "/v2")).unwrap());
    assert_eq!(serving.request("GET /v1 HTTP/1.1", &[]).await.status, 404);
    assert_eq!(serving.request("GET /v2 HTTP/1.1", &[]).await.status, 200);
}
