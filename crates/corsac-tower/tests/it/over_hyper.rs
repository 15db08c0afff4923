//! The layer under hyper, without a framework.

use bytes::Bytes;
use corsac::Policy;
use corsac_tower::CorsLayer;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower::{Layer, service_fn};

#[tokio::test]
async fn a_request_is_decorated() {
    let answer = answer_to("GET / HTTP/1.1\r\nHost: api\r\nOrigin: https://app.example\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(
        answer.contains("access-control-allow-origin: https://app.example\r\n"),
        "{answer}"
    );
    assert!(answer.contains("vary: Origin\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nhello"), "{answer}");
}

#[tokio::test]
async fn a_preflight_is_answered_without_a_body() {
    let answer = answer_to(
        "OPTIONS / HTTP/1.1\r\nHost: api\r\nOrigin: https://app.example\r\n\
         Access-Control-Request-Method: PUT\r\n",
    )
    .await;
    assert!(
        answer.starts_with("HTTP/1.1 204 No Content\r\n"),
        "{answer}"
    );
    assert!(
        answer.contains("access-control-allow-methods: PUT\r\n"),
        "{answer}"
    );
    assert!(answer.ends_with("\r\n\r\n"), "{answer}");
}

/// What a hyper server writes on a connection on which this head comes, until it closes it.
async fn answer_to(head: &str) -> String {
    let policy = Policy::builder(["https://app.example"])
        .methods(["PUT"])
        .build()
        .unwrap();
    let handler = service_fn(async |_: Request<Incoming>| {
        Ok::<_, std::convert::Infallible>(Response::new(Full::new(Bytes::from_static(b"hello"))))
    });
    let service = TowerToHyperService::new(CorsLayer::new(policy).layer(handler));
    let (mut client, server) = tokio::io::duplex(4096);
    let connection =
        hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(server), service);
    let conversation = async {
        let request = format!("{head}Connection: close\r\n\r\n");
        client.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let (served, answer) = tokio::join!(connection, conversation);
    served.unwrap();
    answer
}
