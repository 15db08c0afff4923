//! Every byte that the standard allows in a header survives, there and back.

use std::sync::Arc;

use corsac::user_agent::is_header_value;
use corsac_fetch::{OutgoingBody, TransportFailure};

use super::server::{Act, Server, answer};
use super::{get, header, send};

/// Each byte that a header value may have, between two letters.
fn values() -> impl Iterator<Item = Vec<u8>> {
    (0..=255)
        .map(|byte| vec![b'a', byte, b'z'])
        .filter(|value| is_header_value(value))
}

#[tokio::test]
async fn a_server_gets_every_byte_of_a_value() {
    let mut server = Server::answering("HTTP/1.1 204 No Content\r\n\r\n").await;
    let mut outgoing = get(&server.url("/"));
    for value in values() {
        outgoing.headers.append(header("x-value", &value));
    }
    assert_eq!(values().count(), 253);
    send(&outgoing).await.expect("a response");
    let request = server.request().await;
    for value in values() {
        let line = [b"\r\nx-value: ", &value[..], b"\r\n"].concat();
        assert!(
            request.windows(line.len()).any(|it| it == line),
            "{value:?}"
        );
    }
}

#[tokio::test]
async fn a_page_gets_every_byte_of_a_value() {
    let mut response = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n".to_vec();
    for value in values() {
        response.extend([b"X-Value:", &value[..], b"\r\n"].concat());
    }
    response.extend(b"\r\n");
    let server = Server::answering(response).await;
    let (head, _) = send(&get(&server.url("/"))).await.expect("a response");
    assert_eq!(
        head.headers.lines(b"x-value").collect::<Vec<_>>(),
        values().collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn every_status_and_every_byte_of_a_reason_is_read() {
    for status in (0..=99).chain([101]).chain(200..=999) {
        let line = format!("HTTP/1.1 {status} ");
        let reason = b"\x01 \x7F\xFF:\t-".to_vec();
        let bytes = [line.as_bytes(), &reason, b"\r\nContent-Length: 0\r\n\r\n"].concat();
        let (head, _) = corsac_fetch::client::read_http1_response([&bytes[..]], b"GET")
            .unwrap_or_else(|failure| panic!("{status}: {failure:?}"));
        assert_eq!((head.status, head.status_text), (status, reason));
    }
}

#[tokio::test]
async fn the_request_is_written_as_it_is() {
    let mut server = Server::answering("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n").await;
    let mut outgoing = get(&server.url("/a%20b?c=%0D%0A#fragment"));
    outgoing.method = "pAtCh".into();
    outgoing.headers = [
        header("X-First", b"1"),
        header("x-second", b""),
        header("Content-Length", b"2"),
        header("X-FIRST", b"2"),
    ]
    .into_iter()
    .collect();
    outgoing.body = OutgoingBody::Bytes(Arc::from(*b"hi"));
    send(&outgoing).await.expect("a response");
    let request = String::from_utf8(server.request().await).expect("text");
    let expected = format!(
        "pAtCh /a%20b?c=%0D%0A HTTP/1.1\r\nHost: {}\r\nConnection: keep-alive\r\nX-First: 1\r\n\
         x-second: \r\nX-First: 2\r\nContent-Length: 2\r\n\r\nhi",
        server.address
    );
    assert_eq!(request, expected);
}

#[tokio::test]
async fn what_frames_the_request_is_not_taken_from_its_headers() {
    let mut server = Server::answering("HTTP/1.1 204\r\n\r\n").await;
    let mut outgoing = get(&server.url("/"));
    outgoing.headers = [
        header("host", b"other.test"),
        header("transfer-encoding", b"chunked"),
        header("content-length", b"17"),
        header("connection", b"close"),
    ]
    .into_iter()
    .collect();
    send(&outgoing).await.expect("a response");
    let request = String::from_utf8(server.request().await).expect("text");
    assert_eq!(
        request,
        format!(
            "GET / HTTP/1.1\r\nHost: {}\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
            server.address
        )
    );
}

#[tokio::test]
async fn a_method_that_is_no_token_is_not_sent() {
    let server = Server::start(vec![vec![Act::AwaitClose]; 4]).await;
    for method in [&b""[..], b"GET / HTTP/1.1\r\nX: ", b"A B", b"A\0"] {
        let mut outgoing = get(&server.url("/"));
        outgoing.method = method.into();
        let failure = send(&outgoing).await.expect_err("not a method");
        assert!(
            matches!(failure, TransportFailure::NotWritable(_)),
            "{failure:?}"
        );
    }
}

#[tokio::test]
async fn a_large_body_arrives_whole() {
    let body: Arc<[u8]> = (0..1_000_000_u32).map(|at| (at % 251) as u8).collect();
    let mut server = Server::start([answer("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n")]).await;
    let mut outgoing = get(&server.url("/"));
    outgoing.method = "POST".into();
    outgoing.body = OutgoingBody::Bytes(Arc::clone(&body));
    send(&outgoing).await.expect("a response");
    assert!(server.request().await.ends_with(&body));
}

#[tokio::test]
async fn a_server_may_answer_before_it_has_read_all() {
    let answer = Act::Write(b"HTTP/1.1 413\r\nContent-Length: 4\r\n\r\nfull".to_vec());
    let server = Server::start([vec![answer, Act::AwaitClose]]).await;
    let mut outgoing = get(&server.url("/"));
    outgoing.body = OutgoingBody::Bytes(vec![0; 64 << 20].into());
    let (head, body) = send(&outgoing).await.expect("a response");
    assert_eq!(head.status, 413);
    assert_eq!(body.bytes().await.as_deref(), Ok(&b"full"[..]));
}

#[tokio::test]
async fn a_stream_is_not_sent_over_http1() {
    let server = Server::start([vec![Act::AwaitClose]]).await;
    let mut outgoing = get(&server.url("/"));
    outgoing.body = OutgoingBody::Stream;
    let failure = send(&outgoing).await.expect_err("a stream");
    assert_eq!(failure, TransportFailure::StreamOverHttp1);
}
