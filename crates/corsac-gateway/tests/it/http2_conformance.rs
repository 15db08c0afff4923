//! HTTP/2, frame by frame.

use tokio::net::TcpStream;
use toml::de::DeTable;

use crate::frames::outcome;
use crate::harness::{OK, Peer, Serving, Upstream, config, gateway};
use crate::http2_cases::cases;

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

fn expected(name: &str) -> String {
    let table = DeTable::parse(OUTCOMES).unwrap();
    let outcome = table.get_ref().get(name);
    let outcome = outcome.and_then(|it| it.get_ref().as_str());
    outcome.unwrap_or_default().to_owned()
}

#[tokio::test]
async fn the_gateway_does_as_the_table_says() {
    let upstream = upstream().await;
    let extra = "h2c = true\nresponse-timeout = \"2s\"\nidle-timeout = \"1s\"";
    let serving = Serving::start(&gateway(&config(upstream.address, extra))).await;
    let mut wrong = Vec::new();
    for (name, frames) in cases() {
        let stream = TcpStream::connect(serving.address).await.unwrap();
        let outcome = outcome(stream, &frames).await;
        if outcome != expected(name) {
            wrong.push(format!("{name}: {outcome}"));
        }
    }
    assert!(wrong.is_empty(), "otherwise:\n{}", wrong.join("\n"));
}
