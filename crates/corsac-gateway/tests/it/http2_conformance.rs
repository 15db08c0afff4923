//! HTTP/2, frame by frame.

use tokio::net::TcpStream;
use toml::de::DeTable;

use crate::frames::outcome;
use crate::harness::{OK, Peer, Serving, Upstream, config, gateway};
use crate::http2_cases::cases;
use crate::nginx::Nginx;

/// What comes of each case, by its name.
const OUTCOMES: &str = include_str!("http2.toml");

/// A server that answers once it has the whole of a request.
async fn upstream() -> Upstream {
    Upstream::start(|mut peer: Peer, _| async move {
        while let Some(head) = peer.head().await {
            let has = |field: &str| head.iter().any(|it| it.eq_ignore_ascii_case(field));
            if has("transfer-encoding: chunked") {
                while peer
                    .chunk_with_trailers()
                    .await
                    .is_some_and(|it| !it.is_empty())
                {}
            }
            peer.send(OK).await;
        }
    })
    .await
}

fn expected(name: &str, server: &str) -> String {
    let table = DeTable::parse(OUTCOMES).unwrap();
    let outcomes = table.get_ref().get(name);
    let outcome = outcomes.and_then(|it| it.get_ref().get(server));
    let outcome = outcome.and_then(|it| it.get_ref().as_str());
    outcome.unwrap_or_default().to_owned()
}

/// Those of which something else comes than the table says.
fn wrong(server: &str, outcomes: Vec<(&str, String)>) -> String {
    let wrong = outcomes
        .into_iter()
        .filter(|(name, outcome)| *outcome != expected(name, server));
    let wrong = wrong.map(|(name, outcome)| format!("{name}: {outcome}\n"));
    wrong.collect()
}

#[tokio::test]
async fn the_gateway_does_as_the_table_says() {
    let upstream = upstream().await;
    let extra = "h2c = true\nresponse-timeout = \"2s\"\nidle-timeout = \"1s\"";
    let serving = Serving::start(&gateway(&config(upstream.address, extra))).await;
    let mut outcomes = Vec::new();
    for (name, frames) in cases() {
        let stream = TcpStream::connect(serving.address).await.unwrap();
        outcomes.push((name, outcome(stream, &frames).await));
    }
    let wrong = wrong("corsac", outcomes);
    assert!(wrong.is_empty(), "otherwise:\n{wrong}");
}

#[tokio::test]
async fn nginx_does_as_the_table_says() {
    let upstream = upstream().await;
    let Some(nginx) = Nginx::start(upstream.address).await else {
        return;
    };
    let mut pending = Vec::new();
    // It would never end to wait for silence.
    for (name, frames) in cases() {
        if expected(name, "nginx") != "silence" {
            let stream = nginx.connect_http2().await;
            let outcome = tokio::spawn(async move { outcome(stream, &frames).await });
            pending.push((name, outcome));
        }
    }
    let mut outcomes = Vec::new();
    for (name, outcome) in pending {
        outcomes.push((name, outcome.await.unwrap()));
    }
    let wrong = wrong("nginx", outcomes);
    assert!(wrong.is_empty(), "otherwise:\n{wrong}");
}
