//! What goes wrong behind the gateway. Each fault gets an answer that the page may read, if there
//! can still be one, and leaves the gateway serving others.

use std::future::{Future, pending};

use tokio::net::TcpListener;

use crate::harness::{ORIGIN, Peer, Response, Serving, Upstream, config, gateway, with_host};

const LINE: &str = "GET /v1/faulty HTTP/1.1";
const PAGE: &str = "origin: https://app.example";

/// Does this to a request, and returns what the client gets.
async fn answer_to<F, C>(extra: &str, fault: C) -> Response
where
    C: Fn(Peer) -> F + Send + Sync + Copy + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let upstream = Upstream::faulty(fault).await;
    let serving = Serving::start(&gateway(&config(upstream.address, extra))).await;
    let response = serving.request(LINE, &[PAGE]).await;
    assert_eq!(response.field("access-control-allow-origin"), Some(ORIGIN));
    assert_eq!(response.field("vary"), Some("Origin"));
    serving.still_serves().await;
    response
}

/// Neither answers nor goes away.
async fn silent(peer: Peer) {
    pending::<()>().await;
    drop(peer);
}

fn check(response: &Response, status: u16, code: &str) {
    assert_eq!(response.status, status);
    assert!(
        response.text().starts_with(&format!("{code}: ")),
        "{}",
        response.text()
    );
    assert_eq!(
        response.field("content-type"),
        Some("text/plain; charset=utf-8")
    );
}

#[tokio::test]
async fn an_upstream_that_refuses_is_a_bad_gateway() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let serving = Serving::start(&gateway(&config(address, ""))).await;
    let response = serving.request(LINE, &[PAGE]).await;
    check(&response, 502, "upstream-unreachable");
    assert_eq!(response.field("access-control-allow-origin"), Some(ORIGIN));
    assert!(!response.text().contains(&address.port().to_string()));
    let preflight = &[PAGE, "access-control-request-method: PUT"];
    let response = serving.request("OPTIONS /v1 HTTP/1.1", preflight).await;
    assert_eq!(response.status, 204);
}

#[tokio::test]
async fn an_upstream_that_closes_is_a_bad_gateway() {
    let response = answer_to("", |peer| async move { drop(peer) }).await;
    check(&response, 502, "upstream-closed");
}

#[tokio::test]
async fn an_upstream_that_resets_is_a_bad_gateway() {
    let response = answer_to("", |peer| async move { peer.reset() }).await;
    check(&response, 502, "upstream-closed");
}

#[tokio::test]
async fn an_upstream_that_closes_in_its_head_is_a_bad_gateway() {
    let response = answer_to("", |mut peer| async move {
        peer.send("HTTP/1.1 200 OK\r\nx: ").await
    })
    .await;
    check(&response, 502, "upstream-closed");
}

#[tokio::test]
async fn garbage_is_a_bad_gateway() {
    for garbage in [
        "220 mail.example ESMTP\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nbad name: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nx: a\rb\r\n\r\n",
        "HTTP/1.1 200 OK\r\nx: a\r\n folded\r\n\r\n",
        "HTTP/1.1 200 OK\r\nx : a\r\n\r\n",
        "HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n",
        "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.1 99 Low\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
    ] {
        let response = answer_to("", move |mut peer| async move {
            peer.send(garbage).await;
            peer.gone().await;
        })
        .await;
        check(&response, 502, "upstream-invalid-response");
    }
}

#[tokio::test]
async fn a_head_without_end_is_a_bad_gateway() {
    let response = answer_to("", |mut peer| async move {
        peer.send("HTTP/1.1 200 OK\r\nx: ").await;
        peer.send(vec![b'a'; 1 << 20]).await;
        peer.gone().await;
    })
    .await;
    check(&response, 502, "upstream-invalid-response");
}

#[tokio::test]
async fn an_upstream_that_never_answers_is_a_gateway_timeout() {
    let response = answer_to("response-timeout = \"500ms\"", silent).await;
    check(&response, 504, "upstream-response-timeout");
}

#[tokio::test]
async fn an_upstream_that_stops_in_its_head_is_a_gateway_timeout() {
    let response = answer_to("response-timeout = \"500ms\"", |mut peer| async move {
        peer.send("HTTP/1.1 200 OK\r\nx: ").await;
        pending().await
    })
    .await;
    check(&response, 504, "upstream-response-timeout");
}

#[tokio::test]
async fn a_timeout_is_over_for_the_next_request_on_the_same_connection() {
    let upstream = Upstream::faulty(silent).await;
    let config = config(upstream.address, "response-timeout = \"500ms\"");
    let serving = Serving::start(&gateway(&config)).await;
    let mut client = serving.client().await;
    for (path, status) in [("faulty", 504), ("x", 200), ("faulty", 504), ("x", 200)] {
        client
            .send_head(&format!("GET /v1/{path} HTTP/1.1"), &with_host(&[]))
            .await;
        assert_eq!(client.response("GET").await.status, status);
    }
}

#[tokio::test]
async fn an_upstream_that_accepts_no_connection_is_a_gateway_timeout() {
    // The kernel accepts as many as its queue holds; past that it lets clients wait.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queue = Vec::new();
    loop {
        let connect = tokio::net::TcpStream::connect(address);
        match tokio::time::timeout(std::time::Duration::from_millis(100), connect).await {
            Ok(stream) => queue.push(stream.unwrap()),
            Err(_elapsed) => break,
        }
    }
    let serving = Serving::start(&gateway(&config(address, "connect-timeout = \"20ms\""))).await;
    let response = serving.request(LINE, &[PAGE]).await;
    check(&response, 504, "upstream-connect-timeout");
    assert_eq!(response.field("access-control-allow-origin"), Some(ORIGIN));
}

/// The response breaks off in its body: the client sees that it is not whole.
async fn check_broken_off(start: &'static str, end: fn(Peer)) {
    let upstream = Upstream::start(move |mut peer, number| async move {
        while peer.head().await.is_some() {
            match number {
                0 => {
                    peer.send(start).await;
                    return end(peer);
                }
                _ => {
                    peer.send("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                        .await
                }
            }
        }
    })
    .await;
    let serving = Serving::before(&upstream).await;
    let response = serving.request(LINE, &[PAGE]).await;
    assert_eq!(response.status, 200);
    assert_eq!(response.field("access-control-allow-origin"), Some(ORIGIN));
    assert_eq!(response.body, None, "{start}");
    serving.still_serves().await;
}

#[tokio::test]
async fn a_response_that_breaks_off_does_not_look_whole() {
    for start in [
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nha",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\nnonsense\r\n",
    ] {
        check_broken_off(start, drop).await;
        check_broken_off(start, Peer::reset).await;
    }
}

#[tokio::test]
async fn a_response_that_breaks_off_does_not_look_whole_to_a_client_of_http_1_0() {
    let upstream = Upstream::faulty(|mut peer| async move {
        peer.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n")
            .await;
    })
    .await;
    let serving = Serving::before(&upstream).await;
    let mut client = serving.client().await;
    client.send_head("GET /v1/faulty HTTP/1.0", &[]).await;
    let response = client.response("GET").await;
    assert_eq!(response.status, 200);
    assert_eq!(response.body, None);
    serving.still_serves().await;
}

#[tokio::test]
async fn an_answer_that_comes_before_the_body_is_read_reaches_the_client() {
    let upstream = Upstream::faulty(|mut peer| async move {
        peer.send("HTTP/1.1 413 Content Too Large\r\ncontent-length: 3\r\n\r\nbig")
            .await;
        peer.gone().await;
    })
    .await;
    let serving = Serving::before(&upstream).await;
    let mut client = serving.client().await;
    let line = "POST /v1/faulty HTTP/1.1";
    client
        .send_head(line, &with_host(&["content-length: 1000000", PAGE]))
        .await;
    client.send("just the start").await;
    let response = client.response(line).await;
    assert_eq!(response.status, 413);
    assert_eq!(response.text(), "big");
    assert_eq!(response.field("access-control-allow-origin"), Some(ORIGIN));
    serving.still_serves().await;
}

#[tokio::test]
async fn interim_responses_do_not_disturb() {
    let response = answer_to("", |mut peer| async move {
        peer.send("HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n")
            .await;
        peer.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
            .await;
    })
    .await;
    assert_eq!(response.text(), "ok");
    assert_eq!(response.field("link"), None);
}
