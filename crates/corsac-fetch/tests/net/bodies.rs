//! Where a body ends.

use std::io::ErrorKind;

use corsac_fetch::client::{BodyFailure, ClientOptions, Transport, read_http1_response};
use corsac_fetch::{OutgoingBody, TransportFailure};

use super::server::{Act, Server};
use super::{get, send};

/// The body of a response to a GET.
fn body(response: &[u8]) -> Result<Result<Vec<u8>, BodyFailure>, TransportFailure> {
    read_http1_response([response], b"GET").map(|(_, body)| body)
}

fn check(headers: &str, rest: &str, expected: &str) {
    let response = format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n{rest}");
    let body = body(response.as_bytes()).expect(headers).expect(headers);
    assert_eq!(String::from_utf8_lossy(&body), expected, "{headers}");
}

fn refuse(headers: &str) {
    let response = format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n0123456789");
    let failure = body(response.as_bytes()).expect_err(headers);
    assert!(
        matches!(failure, TransportFailure::Malformed(_)),
        "{headers}"
    );
}

#[test]
fn a_length_says_where_a_body_ends() {
    check("Content-Length: 3", "0123456789", "012");
    check("Content-Length: 0003", "0123456789", "012");
    check(
        "Content-Length: 3\r\nContent-Length: 3",
        "0123456789",
        "012",
    );
    check("Content-Length: 3, 3", "0123456789", "012");
    check("Content-Length: 0", "0123456789", "");
}

#[test]
fn a_length_that_is_no_number_is_none() {
    for value in ["", "x", "-1", "+3", "3.0", "0x3", "3 3"] {
        check(
            &format!("Content-Length: {value}"),
            "0123456789",
            "0123456789",
        );
    }
}

#[test]
fn different_lengths_are_refused() {
    refuse("Content-Length: 3\r\nContent-Length: 4");
    refuse("Content-Length: 3, 4");
    refuse("Content-Length: 3,");
    refuse("Content-Length: 3\r\nContent-Length: 03");
    refuse("Content-Length: 3, 4\r\nTransfer-Encoding: chunked");
}

#[test]
fn a_length_that_no_body_reaches_is_an_early_end() {
    for length in ["11", "18446744073709551616", "99999999999999999999999999"] {
        let response = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n0123456789");
        assert_eq!(body(response.as_bytes()), Ok(Err(BodyFailure::Closed)));
    }
}

#[test]
fn some_responses_have_no_body_whatever_they_announce() {
    for status in ["101", "204", "304"] {
        let response = format!("HTTP/1.1 {status}\r\nContent-Length: 5\r\n\r\nhello");
        assert_eq!(body(response.as_bytes()), Ok(Ok(vec![])), "{status}");
    }
    let response = b"HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n";
    let (_, body) = read_http1_response([&response[..]], b"HEAD").expect("a response");
    assert_eq!(body, Ok(vec![]));
}

#[test]
fn chunks_are_put_together() {
    let chunked = "Transfer-Encoding: chunked";
    check(
        chunked,
        "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\nmore",
        "hello world",
    );
    check(chunked, "5;a=\"b\" ;c\r\nhello\r\n0;x\r\n\r\n", "hello");
    check(chunked, "5 \t\nhello\n0\n\n", "hello");
    check(
        chunked,
        "00000005\r\nhello\r\n000\r\na: 1\r\nb: 2\r\n\r\n",
        "hello",
    );
    check(chunked, "A\r\n0123456789\r\n0\r\n\r\n", "0123456789");
    check("Transfer-Encoding: , CHUNKED", "0\r\n\r\nmore", "");
    check(
        "Content-Length: 3\r\nTransfer-Encoding: chunked",
        "5\r\nhello\r\n0\r\n\r\n",
        "hello",
    );
}

#[test]
fn chunks_that_are_none_are_refused() {
    for chunks in [
        "\r\nhello",
        "x\r\nhello",
        "-5\r\nhello",
        " 5\r\nhello",
        "0x5\r\nhello",
        "5 5\r\nhello",
        "00000000000000005\r\nhello",
        "4\r\nhello\r\n0\r\n\r\n",
        "5\rhello",
        "5\r\nhello\r0\r\n\r\n",
        "5;\r;\r\nhello\r\n0\r\n\r\n",
        "0\r\n\rx",
    ] {
        let response = format!("HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}\n");
        let body = body(response.as_bytes()).expect(chunks);
        assert!(
            matches!(body, Err(BodyFailure::Malformed(_))),
            "{chunks:?}: {body:?}"
        );
    }
}

#[test]
fn chunks_without_an_end_are_an_early_end() {
    for chunks in [
        "",
        "5",
        "5\r\nhel",
        "5\r\nhello",
        "5\r\nhello\r\n0\r\n",
        "0\r\na: 1\r\n\r",
    ] {
        let response = format!("HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}");
        assert_eq!(
            body(response.as_bytes()),
            Ok(Err(BodyFailure::Closed)),
            "{chunks:?}"
        );
    }
}

#[test]
fn what_surrounds_chunks_has_a_bound() {
    let head = "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n";
    let long_line = format!("{head}1;{}", "a".repeat(2000));
    let many_extensions = format!(
        "{head}{}",
        format!("1;{}\r\nx\r\n", "a".repeat(900)).repeat(100)
    );
    let long_trailers = format!("{head}0\r\n{}", "a: 1\r\n".repeat(20_000));
    for response in [long_line, many_extensions, long_trailers] {
        let body = body(response.as_bytes()).expect("a head");
        assert!(matches!(body, Err(BodyFailure::Malformed(_))), "{body:?}");
    }
}

#[test]
fn another_transfer_coding_is_refused() {
    refuse("Transfer-Encoding: gzip, chunked");
    refuse("Transfer-Encoding: gzip");
    refuse("Transfer-Encoding: chunked, chunked");
}

#[test]
fn http_1_0_has_no_chunks() {
    let response = b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    assert_eq!(body(response), Ok(Ok(b"0\r\n\r\n".to_vec())));
}

#[tokio::test]
async fn a_body_without_a_length_ends_with_its_connection() {
    let server = Server::answering("HTTP/1.1 200 OK\r\n\r\nuntil the end").await;
    let (_, body) = send(&get(&server.url("/"))).await.expect("a response");
    assert_eq!(body.bytes().await.as_deref(), Ok(&b"until the end"[..]));
}

#[tokio::test]
async fn a_connection_that_ends_early_is_told_from_the_end_of_a_body() {
    for response in [
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    ] {
        let server = Server::answering(response).await;
        let (_, mut body) = send(&get(&server.url("/"))).await.expect("a response");
        assert_eq!(body.chunk().await, Ok(Some("hello".into())));
        assert_eq!(body.chunk().await, Err(BodyFailure::Closed));
        assert_eq!(body.chunk().await, Err(BodyFailure::Closed));
    }
}

#[tokio::test]
async fn a_body_arrives_while_the_server_still_sends() {
    let script = vec![
        Act::Read,
        Act::Write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec()),
        Act::WriteForever(b"5\r\nhello\r\n".to_vec()),
    ];
    let server = Server::start([script]).await;
    let (_, mut body) = send(&get(&server.url("/"))).await.expect("a response");
    let mut n_bytes = 0;
    while n_bytes < 1 << 20 {
        n_bytes += body.chunk().await.expect("no end").expect("no end").len();
    }
}

#[tokio::test]
async fn a_response_that_trickles_in_is_read_like_any_other() {
    let response = "HTTP/1.1 100\r\n\r\nHTTP/1.1 200 OK\r\na : b\r\nTransfer-Encoding: chunked\r\n\
                    \r\n3\r\nabc\r\n0\r\nx: y\r\n\r\n";
    let script = vec![Act::Read, Act::Trickle(response.into()), Act::AwaitClose];
    let server = Server::start([script]).await;
    let (head, body) = send(&get(&server.url("/"))).await.expect("a response");
    assert_eq!(head.headers.get(b"a").as_deref(), Some(&b"b"[..]));
    assert_eq!(body.bytes().await.as_deref(), Ok(&b"abc"[..]));
}

#[tokio::test]
async fn interim_responses_without_end_are_not_waited_for() {
    let hints = Act::WriteForever(b"HTTP/1.1 103 Early Hints\r\n\r\n".to_vec());
    let server = Server::start([vec![Act::Read, hints]]).await;
    let failure = send(&get(&server.url("/"))).await.expect_err("no answer");
    assert!(
        matches!(failure, TransportFailure::Malformed(_)),
        "{failure:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_nothing_runs_into_the_timeout() {
    let server = Server::start([vec![Act::Read, Act::AwaitClose]]).await;
    let failure = send(&get(&server.url("/"))).await.expect_err("no answer");
    assert_eq!(failure, TransportFailure::Timeout);
}

#[tokio::test]
async fn nobody_there_is_no_connection() {
    let server = Server::start([]).await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let free = listener.local_addr().expect("an address");
    drop(listener);
    for body in [OutgoingBody::None, OutgoingBody::Stream] {
        let mut outgoing = get(&format!("http://{free}/"));
        outgoing.body = body;
        let failure = send(&outgoing).await.expect_err("nobody");
        assert_eq!(
            failure,
            TransportFailure::Connect(ErrorKind::ConnectionRefused)
        );
    }
    drop(server);
    let options = ClientOptions::default();
    let transport = Transport::new(&options).expect("the default options");
    let failure = transport
        .send(&get("http://does-not-exist.invalid/"), &mut None)
        .await;
    assert_eq!(failure.expect_err("no such host"), TransportFailure::Dns);
}
