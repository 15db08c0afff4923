//! Where a message ends: what is framed one way on one side arrives whole on the other.

use crate::harness::{OK, Peer, Response, Serving, Upstream, field, with_host};

async fn exchange(line: &str, answer: &str) -> Response {
    let upstream = Upstream::answering(answer).await;
    let serving = Serving::before(&upstream).await;
    let mut client = serving.client().await;
    client
        .send_head(line, &with_host(&["te: trailers", "connection: te"]))
        .await;
    let response = client.response(line).await;
    // The client's connection is still in order.
    client.send_head("HEAD /v1 HTTP/1.1", &with_host(&[])).await;
    client.response("HEAD").await;
    response
}

#[tokio::test]
async fn a_response_to_head_keeps_its_content_length() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 1234\r\n\r\n";
    let response = exchange("HEAD /v1 HTTP/1.1", answer).await;
    assert_eq!(response.field("content-length"), Some("1234"));
    assert_eq!(response.field("transfer-encoding"), None);
}

#[tokio::test]
async fn a_chunked_response_to_head_gets_no_length() {
    let answer = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let response = exchange("HEAD /v1 HTTP/1.1", answer).await;
    assert_eq!(response.field("content-length"), None);
}

#[tokio::test]
async fn a_response_without_content_has_none() {
    for answer in [
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\netag: \"x\"\r\n\r\n",
    ] {
        let response = exchange("GET /v1 HTTP/1.1", answer).await;
        assert!(answer.contains(&response.status.to_string()));
        assert_eq!(response.field("content-length"), None);
        assert_eq!(response.field("transfer-encoding"), None);
    }
}

#[tokio::test]
async fn an_empty_body_is_empty() {
    let response = exchange(
        "GET /v1 HTTP/1.1",
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
    )
    .await;
    assert_eq!(response.text(), "");
}

#[tokio::test]
async fn a_chunked_body_arrives_whole() {
    let answer =
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n";
    let response = exchange("GET /v1 HTTP/1.1", answer).await;
    assert_eq!(response.text(), "abcde");
    assert_eq!(response.field("transfer-encoding"), Some("chunked"));
}

#[tokio::test]
async fn a_body_that_ends_with_the_connection_arrives_whole() {
    let upstream = Upstream::start(|mut peer: Peer, _| async move {
        peer.head().await;
        peer.send("HTTP/1.0 200 OK\r\n\r\nto the end").await;
    })
    .await;
    let serving = Serving::before(&upstream).await;
    let mut client = serving.client().await;
    for _ in 0..2 {
        client.send_head("GET /v1 HTTP/1.1", &with_host(&[])).await;
        let response = client.response("GET").await;
        assert_eq!(response.text(), "to the end");
        assert_eq!(response.field("transfer-encoding"), Some("chunked"));
    }
}

#[tokio::test]
async fn trailers_of_a_response_reach_a_client_that_takes_them() {
    let upstream = Upstream::answering(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-checksum\r\n\r\n\
         2\r\nab\r\n0\r\nx-checksum: 7\r\n\r\n",
    )
    .await;
    let serving = Serving::before(&upstream).await;
    let mut client = serving.client().await;
    client
        .send_head(
            "GET /v1 HTTP/1.1",
            &with_host(&["te: trailers", "connection: te"]),
        )
        .await;
    let response = client.response_head().await;
    assert_eq!(response.field("trailer"), Some("x-checksum"));
    assert_eq!(client.chunk().await.unwrap(), b"ab");
    assert_eq!(client.line().await.unwrap(), "0");
    assert_eq!(client.head().await.unwrap(), ["x-checksum: 7"]);
}

#[tokio::test]
async fn a_chunked_request_arrives_whole_with_its_trailers() {
    let upstream = Upstream::start(|mut peer: Peer, _| async move {
        let head = peer.head().await.unwrap();
        assert_eq!(field(&head, "transfer-encoding"), Some("chunked"));
        assert_eq!(peer.chunk().await.unwrap(), b"abc");
        assert_eq!(peer.line().await.unwrap(), "0");
        assert_eq!(peer.head().await.unwrap(), ["x-checksum: 7"]);
        peer.send(OK).await;
    })
    .await;
    let serving = Serving::before(&upstream).await;
    let mut client = serving.client().await;
    let fields = with_host(&["transfer-encoding: chunked", "trailer: x-checksum"]);
    client.send_head("PUT /v1 HTTP/1.1", &fields).await;
    client.send("3\r\nabc\r\n0\r\nx-checksum: 7\r\n\r\n").await;
    assert_eq!(client.response("PUT").await.text(), "ok");
}

#[tokio::test]
async fn requests_sent_in_one_go_are_answered_in_order() {
    let (upstream, mut heads) = Upstream::recording().await;
    let serving = Serving::before(&upstream).await;
    let mut client = serving.client().await;
    client
        .send("GET /v1/a HTTP/1.1\r\nhost: x\r\n\r\nGET /v1/b HTTP/1.1\r\nhost: x\r\n\r\n")
        .await;
    for path in ["/v1/a", "/v1/b"] {
        assert_eq!(client.response("GET").await.text(), "ok");
        assert_eq!(
            heads.recv().await.unwrap()[0],
            format!("GET {path} HTTP/1.1")
        );
    }
}

#[tokio::test]
async fn requests_that_come_together_in_any_pieces_are_answered_one_by_one() {
    let upstream = Upstream::answering(OK).await;
    let serving = Serving::before(&upstream).await;
    let preflight = "OPTIONS /v1 HTTP/1.1\r\nhost: gateway.test\r\n\
                     origin: https://app.example\r\naccess-control-request-method: PUT\r\n\r\n";
    for n_bytes_ahead in [1, 7, 40, preflight.len() - 1, preflight.len()] {
        let mut client = serving.client().await;
        let (ahead, rest) = preflight.split_at(n_bytes_ahead);
        client.send([preflight, preflight, ahead].concat()).await;
        for _ in 0..2 {
            assert_eq!(client.response("OPTIONS /v1").await.status, 204);
        }
        client.send(rest).await;
        assert_eq!(client.response("OPTIONS /v1").await.status, 204);
        client.send_head("GET /v1 HTTP/1.1", &with_host(&[])).await;
        assert_eq!(client.response("GET /v1").await.status, 200);
    }
}

/// A server that tells the framing of a request and its content, which ends with `end`.
async fn framing_of(line: &str, fields: &[&str], content: &str, end: &'static str) -> String {
    let upstream = Upstream::start(move |mut peer: Peer, _| async move {
        while let Some(head) = peer.head().await {
            let mut seen = String::new();
            for name in ["content-length", "transfer-encoding"] {
                if let Some(value) = field(&head, name) {
                    seen.push_str(&format!("{name}: {value}|"));
                }
            }
            while !seen.ends_with(end) {
                let byte = peer.bytes(1).await.unwrap();
                seen.push_str(&byte.escape_ascii().to_string());
            }
            let len = seen.len();
            peer.send(format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {len}\r\n\r\n{seen}"
            ))
            .await;
        }
    })
    .await;
    let serving = Serving::before(&upstream).await;
    let mut client = serving.client().await;
    client.send_head(line, &with_host(fields)).await;
    client.send(content).await;
    client.response(line).await.text().to_owned()
}

#[tokio::test]
async fn content_of_a_request_is_framed_by_what_it_is() {
    let length = ["content-length: 2"];
    let chunked = ["transfer-encoding: chunked"];
    let chunks = "2\r\nhi\r\n1;x\r\n!\r\n0\r\n\r\n";
    for method in ["GET", "POST", "DELETE", "OPTIONS"] {
        let line = format!("{method} /v1 HTTP/1.1");
        let framed = framing_of(&line, &length, "hi", "hi").await;
        assert_eq!(framed, "content-length: 2|hi");
        let framed = framing_of(&line, &chunked, chunks, "0\\r\\n\\r\\n").await;
        assert!(
            framed.starts_with("transfer-encoding: chunked|"),
            "{framed}"
        );
        assert!(framed.contains("hi") && framed.contains('!'), "{framed}");
        let framed = framing_of(&line, &["content-length: 0"], "", "").await;
        assert_eq!(framed, "content-length: 0|");
        let framed = framing_of(&line, &[], "", "").await;
        assert_eq!(framed, "");
    }
}

#[tokio::test]
async fn trailers_that_were_not_announced_stay_behind() {
    let framed = framing_of(
        "POST /v1 HTTP/1.1",
        &["transfer-encoding: chunked", "trailer: x-a, x-b"],
        "1\r\na\r\n0\r\nx-b: 1\r\nx-c: 2\r\n\r\n",
        "\\r\\n\\r\\n",
    )
    .await;
    assert!(framed.ends_with("0\\r\\nx-b: 1\\r\\n\\r\\n"), "{framed}");
}
