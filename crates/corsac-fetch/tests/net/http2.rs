//! HTTP/2, agreed on by ALPN.

use std::sync::Arc;

use bytes::Bytes;
use corsac_fetch::client::{RequestStream, Transport};
use corsac_fetch::{Outgoing, OutgoingBody, TransportFailure};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;

use super::tls::{TlsListener, options};
use super::{get, header, transport};

/// What a server saw: the number of the connection, the request, its body.
type Seen = (usize, Request<Vec<u8>>);

/// A server over HTTP/2 that answers every request with what was in its body.
struct EchoServer {
    url: String,
    transport: Transport,
    seen: mpsc::UnboundedReceiver<Seen>,
}

impl EchoServer {
    async fn start(response: fn() -> Response<()>) -> Self {
        let listener = TlsListener::new("api.test", &["h2"]).await;
        let url = listener.url("api.test");
        let transport = Transport::new(&options(&[&listener.certificate])).expect("options");
        let (sender, seen) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            for n_connection in 0.. {
                let Some(stream) = listener.accept().await else {
                    continue;
                };
                let sender = sender.clone();
                tokio::spawn(async move {
                    let mut connection = h2::server::handshake(stream).await.expect("HTTP/2");
                    while let Some(Ok(exchange)) = connection.accept().await {
                        tokio::spawn(echo(n_connection, exchange, response(), sender.clone()));
                    }
                });
            }
        });
        Self {
            url,
            transport,
            seen,
        }
    }

    async fn send(&self, outgoing: &Outgoing) -> Result<(u16, String), TransportFailure> {
        let (head, body) = self.transport.send(outgoing, &mut None).await?;
        let bytes = body.bytes().await.expect("a body");
        Ok((head.status, String::from_utf8(bytes.into()).expect("text")))
    }

    async fn seen(&mut self) -> Seen {
        self.seen.recv().await.expect("a request")
    }
}

async fn echo(
    n_connection: usize,
    (request, mut respond): (Request<h2::RecvStream>, h2::server::SendResponse<Bytes>),
    response: Response<()>,
    seen: mpsc::UnboundedSender<Seen>,
) {
    let (parts, mut received) = request.into_parts();
    let mut body = Vec::new();
    while let Some(Ok(data)) = received.data().await {
        let _ = received.flow_control().release_capacity(data.len());
        body.extend_from_slice(&data);
    }
    let echoed = Bytes::from(body.clone());
    let _ = seen.send((n_connection, Request::from_parts(parts, body)));
    let mut stream = respond.send_response(response, false).expect("a stream");
    stream.send_data(echoed, true).expect("a stream");
}

fn ok() -> Response<()> {
    Response::new(())
}

#[tokio::test]
async fn a_request_goes_over_http2_as_it_is() {
    let mut server = EchoServer::start(ok).await;
    let mut outgoing = get(&format!("{}path?query#fragment", server.url));
    outgoing.method = "patch".into();
    outgoing.headers = [
        header("X-First", b"1"),
        header("Content-Length", b"5"),
        header("X-Second", b"caf\xE9"),
        header("x-first", b"2"),
        header("Connection", b"close"),
    ]
    .into_iter()
    .collect();
    outgoing.body = OutgoingBody::Bytes(Arc::from(*b"hello"));
    let answer = server.send(&outgoing).await;
    assert_eq!(answer, Ok((200, "hello".to_owned())));
    let (_, request) = server.seen().await;
    assert_eq!(
        request.method(),
        Method::from_bytes(b"patch").expect("a method")
    );
    assert_eq!(
        request.uri().to_string(),
        format!("{}path?query", server.url)
    );
    let values: Vec<_> = request.headers().get_all("x-first").iter().collect();
    assert_eq!(values, ["1", "2"]);
    assert_eq!(request.headers()["x-second"].as_bytes(), b"caf\xE9");
    assert!(!request.headers().contains_key("connection"));
    assert!(!request.headers().contains_key("host"));
}

#[tokio::test]
async fn a_response_over_http2_keeps_its_headers() {
    let server = EchoServer::start(|| {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("vary", "a"),
            ("x-b", "1"),
            ("vary", "b"),
            ("x-b", "\u{e9}"),
        ] {
            headers.append(name, value.parse().expect("a value"));
        }
        let mut response = Response::builder().status(StatusCode::IM_A_TEAPOT);
        *response.headers_mut().expect("a response") = headers;
        response.body(()).expect("a response")
    })
    .await;
    let answer = server.transport.send(&get(&server.url), &mut None).await;
    let (head, _) = answer.expect("a response");
    assert_eq!((head.status, &head.status_text[..]), (418, &b""[..]));
    assert_eq!(head.headers.get(b"vary").as_deref(), Some(&b"a, b"[..]));
    let lines: Vec<_> = head.headers.lines(b"x-b").collect();
    assert_eq!(lines, [&b"1"[..], "\u{e9}".as_bytes()]);
}

#[tokio::test]
async fn requests_share_a_connection_over_http2() {
    let mut server = EchoServer::start(ok).await;
    let outgoing = get(&server.url);
    server.send(&outgoing).await.expect("a response");
    let (first, second) = tokio::join!(server.send(&outgoing), server.send(&outgoing));
    assert!(first.is_ok() && second.is_ok());
    for _ in 0..3 {
        assert_eq!(server.seen().await.0, 0);
    }
}

#[tokio::test]
async fn the_first_requests_at_once_share_a_connection_too() {
    let mut server = EchoServer::start(ok).await;
    let outgoing = get(&server.url);
    let transport = std::mem::replace(&mut server.transport, transport());
    assert_eq!(send_all(20, transport, &outgoing).await, vec![Ok(200); 20]);
    for _ in 0..20 {
        assert_eq!(server.seen().await.0, 0, "the number of the connection");
    }
}

#[tokio::test]
async fn who_waits_for_a_connection_that_fails_connects_too() {
    let listener = TlsListener::new("api.test", &["h2"]).await;
    let transport = Transport::new(&options(&[])).expect("options");
    let outgoing = get(&listener.url("api.test"));
    let accepting = tokio::spawn(async move {
        for _ in 0..5 {
            assert!(listener.accept().await.is_none(), "an unknown certificate");
        }
    });
    for answer in send_all(5, transport, &outgoing).await {
        assert!(matches!(answer, Err(TransportFailure::Tls(_))));
    }
    accepting.await.expect("five attempts");
}

#[tokio::test]
async fn who_waits_for_a_connection_that_is_given_up_connects_too() {
    let listener = TlsListener::new("api.test", &["http/1.1"]).await;
    let transport = Transport::new(&options(&[&listener.certificate])).expect("options");
    let outgoing = get(&listener.url("api.test"));
    let mut no_stream = None;
    let given_up = async {
        tokio::select! {
            biased;
            _ = transport.send(&outgoing, &mut no_stream) => panic!("nobody has answered"),
            () = tokio::task::yield_now() => {}
        }
    };
    let (requests, _) = mpsc::unbounded_channel();
    let serving = tokio::spawn(async move {
        loop {
            // The first is gone before TLS is agreed on.
            if let Some(stream) = listener.accept().await {
                let acts = super::server::answer("HTTP/1.1 204\r\n\r\n");
                return super::server::play(stream, acts, requests).await;
            }
        }
    });
    let mut stream = None;
    let waiting = transport.send(&outgoing, &mut stream);
    let ((), answer) = tokio::join!(given_up, waiting);
    assert_eq!(answer.expect("an answer").0.status, 204);
    serving.await.expect("a server");
}

/// Sends so many requests at once.
async fn send_all(
    n_requests: usize,
    transport: Transport,
    outgoing: &Outgoing,
) -> Vec<Result<u16, TransportFailure>> {
    let transport = Arc::new(transport);
    let sending = (0..n_requests).map(|_| {
        let (transport, outgoing) = (Arc::clone(&transport), outgoing.clone());
        tokio::spawn(async move {
            let (head, _) = transport.send(&outgoing, &mut None).await?;
            Ok(head.status)
        })
    });
    let sending: Vec<_> = sending.collect();
    let mut answers = Vec::new();
    for task in sending {
        answers.push(task.await.expect("an answer or a failure"));
    }
    answers
}

#[tokio::test]
async fn a_stream_is_sent_over_http2() {
    let server = EchoServer::start(ok).await;
    let mut outgoing = get(&server.url);
    outgoing.method = "POST".into();
    outgoing.body = OutgoingBody::Stream;
    let (sender, stream) = RequestStream::channel(1);
    let piece = Bytes::from(vec![b'x'; 100_000]);
    let sending = tokio::spawn(async move {
        for _ in 0..10 {
            sender.send(piece.clone()).await.expect("a reader");
        }
    });
    let (_, body) = server
        .transport
        .send(&outgoing, &mut Some(stream))
        .await
        .expect("a response");
    sending.await.expect("all of it is sent");
    assert_eq!(body.bytes().await.expect("a body").len(), 1_000_000);
}

#[tokio::test]
async fn a_large_body_goes_both_ways_over_http2() {
    let server = EchoServer::start(ok).await;
    let mut outgoing = get(&server.url);
    outgoing.method = "POST".into();
    outgoing.body = OutgoingBody::Bytes(vec![b'x'; 10_000_000].into());
    let (_, body) = server.send(&outgoing).await.expect("a response");
    assert_eq!(body.len(), 10_000_000);
}

#[tokio::test]
async fn bytes_that_http2_does_not_carry_go_over_http1() {
    let listener = TlsListener::new("api.test", &["h2", "http/1.1"]).await;
    let transport = Transport::new(&options(&[&listener.certificate])).expect("options");
    let mut outgoing = get(&listener.url("api.test"));
    outgoing.headers.append(header("x-odd", b"a\x01\x7Fb"));
    let (requests, mut seen) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let stream = listener.accept().await.expect("TLS");
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
        let acts = super::server::answer("HTTP/1.1 204\r\n\r\n");
        super::server::play(stream, acts, requests).await;
    });
    let (head, _) = transport
        .send(&outgoing, &mut None)
        .await
        .expect("a response");
    assert_eq!(head.status, 204);
    let request = seen.recv().await.expect("a request");
    let line = b"x-odd: a\x01\x7Fb\r\n";
    assert!(request.windows(line.len()).any(|it| it == line));
}

#[tokio::test]
async fn a_connection_over_http2_that_was_closed_is_replaced() {
    let listener = TlsListener::new("api.test", &["h2"]).await;
    let transport = Transport::new(&options(&[&listener.certificate])).expect("options");
    let outgoing = get(&listener.url("api.test"));
    let (answered, mut answers) = mpsc::channel(1);
    tokio::spawn(async move {
        for _ in 0..2 {
            let stream = listener.accept().await.expect("TLS");
            answer_once(stream, &mut answers).await;
        }
    });
    for _ in 0..2 {
        let (head, _) = transport
            .send(&outgoing, &mut None)
            .await
            .expect("a response");
        assert_eq!(head.status, 200);
        answered.send(()).await.expect("a server");
    }
}

/// Closes the connection when its answer has been seen.
async fn answer_once(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    answers: &mut mpsc::Receiver<()>,
) {
    let mut connection = h2::server::handshake(stream).await.expect("HTTP/2");
    let exchange = connection.accept().await.expect("a request");
    let (_, mut respond) = exchange.expect("a request");
    respond.send_response(ok(), true).expect("a stream");
    tokio::select! {
        _ = connection.accept() => panic!("there is one request for each connection"),
        answer = answers.recv() => answer.expect("an answer"),
    }
}
