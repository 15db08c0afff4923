//! Which connection a request goes over.

use std::sync::Arc;

use corsac_fetch::client::{ClientOptions, HostOverride, Transport};
use corsac_fetch::{ConnectionChoice, Outgoing, OutgoingBody, TransportFailure};

use tokio::sync::Notify;

use super::server::{Act, Server, answer};
use super::{get, transport};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// Sends and reads all.
async fn exchange(transport: &Transport, outgoing: &Outgoing) -> String {
    let (_, body) = transport
        .send(outgoing, &mut None)
        .await
        .expect("a response");
    let bytes = body.bytes().await.expect("a body");
    String::from_utf8(bytes.into()).expect("text")
}

fn say(text: &str) -> Act {
    let length = text.len();
    Act::Write(format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{text}").into())
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let script = vec![
        Act::Read,
        say("one"),
        Act::Read,
        say("two"),
        Act::Read,
        say("three"),
    ];
    let server = Server::start([script]).await;
    let transport = transport();
    let outgoing = get(&server.url("/"));
    for expected in ["one", "two", "three"] {
        assert_eq!(exchange(&transport, &outgoing).await, expected);
    }
}

#[tokio::test]
async fn a_connection_with_credentials_is_not_shared_with_requests_without() {
    let first = vec![Act::Read, say("first"), Act::Read, say("first again")];
    let second = vec![Act::Read, say("second")];
    let server = Server::start([first, second]).await;
    let transport = transport();
    let without = get(&server.url("/"));
    let mut with = without.clone();
    with.includes_credentials = true;
    assert_eq!(exchange(&transport, &without).await, "first");
    assert_eq!(exchange(&transport, &with).await, "second");
    assert_eq!(exchange(&transport, &without).await, "first again");
}

/// What a connection is not used again after.
async fn check_closed_after(response: &[u8], method: &str) {
    let first = vec![Act::Read, Act::Write(response.to_vec()), Act::AwaitClose];
    let server = Server::start([first, vec![Act::Read, say("new")]]).await;
    let transport = transport();
    let mut outgoing = get(&server.url("/"));
    outgoing.method = method.into();
    let (_, body) = transport
        .send(&outgoing, &mut None)
        .await
        .expect("a response");
    drop(body);
    let outgoing = get(&server.url("/"));
    assert_eq!(exchange(&transport, &outgoing).await, "new", "{response:?}");
}

#[tokio::test]
async fn a_connection_is_not_used_after_what_says_so() {
    for response in [
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nConnection: x, CLOSE\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
    ] {
        check_closed_after(response.as_bytes(), "GET").await;
    }
}

#[tokio::test]
async fn a_connection_is_not_used_when_it_is_unclear_where_a_body_ends() {
    for response in [
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n",
        "HTTP/1.1 204\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ] {
        check_closed_after(response.as_bytes(), "GET").await;
    }
    let response = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
    check_closed_after(response, "HEAD").await;
}

#[tokio::test]
async fn a_body_that_nobody_reads_to_its_end_closes_the_connection() {
    let response = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nstart";
    check_closed_after(response, "GET").await;
}

#[tokio::test]
async fn a_body_that_has_arrived_need_not_be_read() {
    let script = vec![Act::Read, say("unread"), Act::Read, say("read")];
    let server = Server::start([script]).await;
    let transport = transport();
    let outgoing = get(&server.url("/"));
    let (_, body) = transport
        .send(&outgoing, &mut None)
        .await
        .expect("a response");
    drop(body);
    assert_eq!(exchange(&transport, &outgoing).await, "read");
}

#[tokio::test]
async fn a_request_is_sent_again_when_its_old_connection_was_closed() {
    for method in ["GET", "POST"] {
        let first = vec![Act::Read, say("first")];
        let mut server = Server::start([first, vec![Act::Read, say("second")]]).await;
        let transport = transport();
        let mut outgoing = get(&server.url("/"));
        outgoing.method = method.into();
        outgoing.body = OutgoingBody::Bytes(Arc::from(*b"payload"));
        assert_eq!(exchange(&transport, &outgoing).await, "first");
        assert_eq!(exchange(&transport, &outgoing).await, "second");
        server.request().await;
        assert!(server.request().await.ends_with(b"payload"));
    }
}

#[tokio::test]
async fn a_request_that_the_server_read_and_dropped_is_sent_again_once() {
    let closes = vec![Act::Read, say("first"), Act::Read];
    let server = Server::start([closes, vec![Act::Read]]).await;
    let transport = transport();
    let outgoing = get(&server.url("/"));
    assert_eq!(exchange(&transport, &outgoing).await, "first");
    let failure = transport.send(&outgoing, &mut None).await;
    assert_eq!(failure.expect_err("closed"), TransportFailure::Closed);
}

#[tokio::test]
async fn a_request_is_not_sent_again_after_a_byte_of_its_response() {
    let script = vec![
        Act::Read,
        say("first"),
        Act::Read,
        Act::Write(b"H".to_vec()),
    ];
    let server = Server::start([script, answer(OK)]).await;
    let transport = transport();
    let outgoing = get(&server.url("/"));
    assert_eq!(exchange(&transport, &outgoing).await, "first");
    let failure = transport.send(&outgoing, &mut None).await;
    assert_eq!(failure.expect_err("closed"), TransportFailure::Closed);
}

#[tokio::test]
async fn a_new_connection_that_closes_at_once_is_a_failure() {
    let server = Server::start([vec![Act::Read], answer(OK)]).await;
    let failure = transport().send(&get(&server.url("/")), &mut None).await;
    assert_eq!(failure.expect_err("closed"), TransportFailure::Closed);
}

#[tokio::test]
async fn what_a_server_says_unasked_is_not_an_answer() {
    let timed_out = "HTTP/1.1 408 Request Timeout\r\nContent-Length: 4\r\n\r\nlate";
    let is_read = Arc::new(Notify::new());
    let first = vec![
        Act::Read,
        say("first"),
        Act::Await(Arc::clone(&is_read)),
        Act::Write(timed_out.into()),
        Act::Report,
        Act::AwaitClose,
    ];
    let mut server = Server::start([first, vec![Act::Read, say("second")]]).await;
    let transport = transport();
    let outgoing = get(&server.url("/"));
    assert_eq!(exchange(&transport, &outgoing).await, "first");
    is_read.notify_one();
    for _ in ["the request", "the report"] {
        server.request().await;
    }
    // Lets the runtime see what has arrived.
    tokio::task::yield_now().await;
    assert_eq!(exchange(&transport, &outgoing).await, "second");
}

#[tokio::test]
async fn connections_can_be_forgotten() {
    let first = vec![Act::Read, say("first"), Act::Read, say("stale")];
    let server = Server::start([first, vec![Act::Read, say("new")]]).await;
    let transport = transport();
    let outgoing = get(&server.url("/"));
    let (_, under_way) = transport
        .send(&outgoing, &mut None)
        .await
        .expect("a response");
    transport.forget_connections();
    assert_eq!(under_way.bytes().await.as_deref(), Ok(&b"first"[..]));
    assert_eq!(exchange(&transport, &outgoing).await, "new");
}

#[tokio::test]
async fn many_requests_at_once_each_get_their_own_answer() {
    let script: Vec<_> = (0..50).map(|_| answer(OK)).collect();
    let server = Server::start(script).await;
    let transport = Arc::new(transport());
    let outgoing = get(&server.url("/"));
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let (transport, outgoing) = (Arc::clone(&transport), outgoing.clone());
            tokio::spawn(async move { exchange(&transport, &outgoing).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.expect("an answer"), "ok");
    }
}

#[tokio::test]
async fn a_host_leads_where_an_override_says() {
    let mut server = Server::start([answer(OK), answer(OK), answer(OK)]).await;
    let port = server.address.port();
    for (overriding, host) in [
        ("*.test=127.0.0.1".to_owned(), "www1.web-platform.test"),
        (format!("api.invalid:{port}:127.0.0.1"), "API.invalid"),
        ("*=127.0.0.1".to_owned(), "any.invalid"),
    ] {
        let options = ClientOptions {
            host_overrides: vec![overriding.parse().expect("an override")],
            ..ClientOptions::default()
        };
        let transport = Transport::new(&options).expect("options");
        let outgoing = get(&format!("http://{host}:{port}/"));
        assert_eq!(exchange(&transport, &outgoing).await, "ok");
        let request = String::from_utf8(server.request().await).expect("text");
        let line = format!("Host: {}:{port}\r\n", host.to_ascii_lowercase());
        assert!(request.contains(&line), "{request}");
    }
}

#[tokio::test]
async fn an_override_for_another_port_does_not_count() {
    let server = Server::start([answer(OK)]).await;
    let options = ClientOptions {
        host_overrides: vec!["api.invalid:1:127.0.0.1".parse().expect("an override")],
        ..ClientOptions::default()
    };
    let transport = Transport::new(&options).expect("options");
    let outgoing = get(&format!("http://api.invalid:{}/", server.address.port()));
    let failure = transport.send(&outgoing, &mut None).await;
    assert_eq!(failure.expect_err("no such host"), TransportFailure::Dns);
}

#[tokio::test]
async fn localhost_is_this_machine() {
    let server = Server::start([answer(OK), answer(OK)]).await;
    for host in ["localhost", "app.localhost"] {
        let url = format!("http://{host}:{}/", server.address.port());
        assert_eq!(exchange(&transport(), &get(&url)).await, "ok");
    }
}

#[test]
fn an_override_that_is_none_is_refused() {
    for text in [
        "",
        "a",
        "a=",
        "=127.0.0.1",
        "a=b",
        "a:x:127.0.0.1",
        "*a=127.0.0.1",
        "a:1",
    ] {
        let error = text.parse::<HostOverride>().expect_err(text);
        assert!(error.to_string().contains(&format!("{text:?}")), "{error}");
    }
}

#[tokio::test]
async fn a_request_that_needs_a_new_connection_gets_one() {
    let first = vec![Act::Read, say("first"), Act::Read, say("first again")];
    let second = vec![Act::Read, say("second")];
    let server = Server::start([first, second]).await;
    let transport = transport();
    let outgoing = get(&server.url("/"));
    let mut misdirected = outgoing.clone();
    misdirected.connection = ConnectionChoice::New;
    assert_eq!(exchange(&transport, &outgoing).await, "first");
    assert_eq!(exchange(&transport, &misdirected).await, "second");
}
