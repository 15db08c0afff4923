//! Servers that speak TLS, and HTTP/2.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use h2::server::SendResponse;
use http::{Request, Response, Version};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::server::TlsStream;

use crate::harness::{self, OK, ORIGIN, Peer, Response as Received, Serving, with_host};
use crate::tls_harness::Pair;

const PAGE: &str = "origin: https://app.example";

/// A gateway before a server, whose upstream has these keys and trusts this certificate.
async fn serving(server: &str, keys: &str, pair: &Pair) -> Serving {
    let config = format!(
        r#"
        [policy.shop]
        allow-origins = ["{ORIGIN}"]

        [upstream.shop]
        servers = ["{server}"]
        {keys}

        [[route]]
        path = "/"
        upstream = "shop"
        policy = "shop"
        "#
    );
    let files = |_: &str| Ok(pair.certificate_text.clone().into_bytes());
    let config = corsac_config::read_with_files(&config, &files).unwrap();
    Serving::start(&corsac_gateway::Gateway::new(&config)).await
}

const TRUSTED: &str = "host = 'shop.test'\nroots = 'ca.pem'";

fn acceptor(pair: &Pair, protocols: &[&str]) -> TlsAcceptor {
    let key = PrivateKeyDer::from_pem_slice(pair.key_text.as_bytes()).unwrap();
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![pair.certificate.clone()], key)
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|it| it.as_bytes().to_vec()).collect();
    TlsAcceptor::from(Arc::new(config))
}

/// A server that hands out each connection once its TLS stands.
async fn tls_server(
    pair: &Pair,
    protocols: &[&str],
) -> (SocketAddr, mpsc::UnboundedReceiver<TlsStream<TcpStream>>) {
    let acceptor = acceptor(pair, protocols);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (streams, received) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).unwrap();
            if let Ok(stream) = acceptor.accept(stream).await {
                let _ = streams.send(stream);
            }
        }
    });
    (address, received)
}

/// What a server of HTTP/2 does, and what it saw.
pub(crate) struct Http2Server {
    max_streams: u32,
    n_connections: AtomicUsize,
    pub(crate) n_requests: AtomicUsize,
    /// Requests for `/wait` are answered once it is told.
    pub(crate) go: Notify,
}

impl Http2Server {
    pub(crate) fn new(max_streams: u32) -> Arc<Self> {
        Arc::new(Self {
            max_streams,
            n_connections: AtomicUsize::new(0),
            n_requests: AtomicUsize::new(0),
            go: Notify::new(),
        })
    }

    async fn serve(self: Arc<Self>, stream: impl AsyncRead + AsyncWrite + Unpin) {
        self.n_connections.fetch_add(1, Ordering::SeqCst);
        let mut builder = h2::server::Builder::new();
        builder.max_concurrent_streams(self.max_streams);
        let Ok(mut connection) = builder.handshake(stream).await else {
            return;
        };
        while let Some(Ok((request, respond))) = connection.accept().await {
            self.n_requests.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(Arc::clone(&self).answer(request, respond));
        }
    }

    async fn answer(
        self: Arc<Self>,
        request: Request<h2::RecvStream>,
        mut respond: SendResponse<Bytes>,
    ) {
        let (head, mut body) = request.into_parts();
        if head.uri.path() == "/reset" {
            return respond.send_reset(h2::Reason::INTERNAL_ERROR);
        }
        if head.uri.path() == "/refuse" && self.n_requests.load(Ordering::SeqCst) == 1 {
            return respond.send_reset(h2::Reason::REFUSED_STREAM);
        }
        let mut len = 0;
        while let Some(Ok(data)) = body.data().await {
            len += data.len();
            body.flow_control().release_capacity(data.len()).unwrap();
        }
        if head.uri.path() == "/wait" {
            self.go.notified().await;
        }
        assert_eq!(head.version, Version::HTTP_2);
        let uri = head.uri.to_string();
        let fields = [head.headers.get("host"), head.headers.get("connection")];
        assert_eq!(fields, [None, None]);
        let response = Response::builder()
            .header("x-uri", uri)
            .header("x-len", len.to_string());
        let mut stream = respond
            .send_response(response.body(()).unwrap(), false)
            .unwrap();
        stream.send_data(Bytes::from_static(b"ok"), true).unwrap();
    }
}

/// A gateway before a server of HTTP/2 over TLS.
pub(crate) async fn before_http2(server: &Arc<Http2Server>) -> Serving {
    let pair = Pair::new(&["shop.test"]);
    let (address, mut streams) = tls_server(&pair, &["h2", "http/1.1"]).await;
    let server = Arc::clone(server);
    tokio::spawn(async move {
        while let Some(stream) = streams.recv().await {
            tokio::spawn(Arc::clone(&server).serve(stream));
        }
    });
    serving(&format!("https://{address}"), TRUSTED, &pair).await
}

/// A gateway before two servers that are this one, without TLS.
async fn before_http2_twice(server: &Arc<Http2Server>) -> Serving {
    let mut addresses = Vec::new();
    for _ in 0..2 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        addresses.push(listener.local_addr().unwrap());
        let server = Arc::clone(server);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(Arc::clone(&server).serve(stream));
            }
        });
    }
    let servers = format!("http://{}\", \"http://{}", addresses[0], addresses[1]);
    serving(&servers, "http2 = true", &Pair::new(&["shop.test"])).await
}

async fn get(serving: &Serving, path: &str) -> Received {
    let line = format!("GET {path} HTTP/1.1");
    serving.request(&line, &[PAGE]).await
}

fn check_failed(response: &Received, code: &str) {
    assert_eq!(response.status, 502, "{response:?}");
    assert!(response.text().starts_with(code), "{}", response.text());
    assert_eq!(response.field("access-control-allow-origin"), Some(ORIGIN));
}

#[tokio::test]
async fn a_server_is_asked_for_its_name_over_tls() {
    let pair = Pair::new(&["shop.test"]);
    let (address, mut streams) = tls_server(&pair, &[]).await;
    let serving = serving(&format!("https://{address}"), TRUSTED, &pair).await;
    let server = tokio::spawn(async move {
        let stream = streams.recv().await.unwrap();
        let name = stream.get_ref().1.server_name().map(str::to_owned);
        assert_eq!(name.as_deref(), Some("shop.test"));
        let mut peer = Peer::over(stream);
        for _ in 0..2 {
            let head = peer.head().await.unwrap();
            assert_eq!(harness::field(&head, "host"), Some("shop.test"));
            peer.send(OK).await;
        }
    });
    for _ in 0..2 {
        let response = get(&serving, "/x").await;
        assert_eq!(response.text(), "ok");
        assert_eq!(response.field("access-control-allow-origin"), Some(ORIGIN));
    }
    server.await.unwrap();
}

#[tokio::test]
async fn a_server_that_cannot_prove_who_it_is_gets_nothing() {
    let pair = Pair::new(&["shop.test"]);
    let (address, mut streams) = tls_server(&pair, &[]).await;
    let server = format!("https://{address}");
    for (keys, trusted) in [
        ("host = 'other.test'\nroots = 'ca.pem'", &pair),
        ("roots = 'ca.pem'", &pair),
        (TRUSTED, &Pair::new(&["shop.test"])),
        ("host = 'shop.test'", &pair),
    ] {
        let serving = serving(&server, keys, trusted).await;
        check_failed(&get(&serving, "/x").await, "upstream-untrusted: ");
    }
    assert!(streams.try_recv().is_err());
}

#[tokio::test]
async fn a_server_without_tls_is_not_spoken_to_without_it() {
    let upstream = harness::Upstream::start(|mut peer, _| async move {
        peer.send("HTTP/1.1 400 Bad Request\r\n\r\n").await;
        peer.gone().await;
    })
    .await;
    let pair = Pair::new(&["shop.test"]);
    let server = format!("https://{}", upstream.address);
    let serving = serving(&server, TRUSTED, &pair).await;
    check_failed(&get(&serving, "/x").await, "upstream-untrusted: ");
}

#[tokio::test]
async fn requests_share_a_connection_of_http_2() {
    let server = Http2Server::new(100);
    let serving = before_http2(&server).await;
    let mut waiting = Vec::new();
    for number in 1..=20 {
        let mut client = serving.client().await;
        client
            .send_head("GET /wait HTTP/1.1", &with_host(&[PAGE]))
            .await;
        waiting.push(client);
        while server.n_requests.load(Ordering::SeqCst) < number {
            tokio::task::yield_now().await;
        }
    }
    for client in &mut waiting {
        server.go.notify_one();
        assert_eq!(client.response_head().await.status, 200);
    }
    let response = get(&serving, "/x?q").await;
    assert_eq!(response.field("x-uri"), Some("https://shop.test/x?q"));
    assert_eq!(response.text(), "ok");
    assert_eq!(response.field("via"), Some("2.0 corsac"));
    assert_eq!(server.n_connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn another_connection_is_opened_when_one_has_no_stream_left() {
    let server = Http2Server::new(2);
    let serving = before_http2(&server).await;
    get(&serving, "/x").await;
    let mut waiting = Vec::new();
    for number in 2..=7 {
        let mut client = serving.client().await;
        client
            .send_head("GET /wait HTTP/1.1", &with_host(&[]))
            .await;
        waiting.push(client);
        while server.n_requests.load(Ordering::SeqCst) < number {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(server.n_connections.load(Ordering::SeqCst), 3);
    for client in &mut waiting {
        server.go.notify_one();
        assert_eq!(client.response_head().await.status, 200);
    }
    for _ in 0..4 {
        assert_eq!(get(&serving, "/x").await.text(), "ok");
    }
}

#[tokio::test]
async fn bodies_go_over_http_2() {
    let server = Http2Server::new(100);
    let serving = before_http2(&server).await;
    let body = "x".repeat(300_000);
    let line = "POST /x HTTP/1.1";
    let mut client = serving.client().await;
    let fields = [&format!("content-length: {}", body.len()), PAGE];
    client.send_head(line, &with_host(&fields)).await;
    client.send(&body).await;
    let response = client.response(line).await;
    assert_eq!(response.field("x-len"), Some("300000"));
    client
        .send_head(line, &with_host(&["transfer-encoding: chunked", PAGE]))
        .await;
    client.send("3\r\nabc\r\n0\r\n\r\n").await;
    assert_eq!(client.response(line).await.field("x-len"), Some("3"));
}

#[tokio::test]
async fn a_stream_that_is_reset_is_a_bad_gateway_and_harms_no_other() {
    let server = Http2Server::new(100);
    let serving = before_http2(&server).await;
    check_failed(&get(&serving, "/reset").await, "upstream-closed: ");
    assert_eq!(get(&serving, "/x").await.text(), "ok");
    assert_eq!(server.n_connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_stream_that_is_refused_is_asked_for_again() {
    for line in ["GET /refuse HTTP/1.1", "POST /refuse HTTP/1.1"] {
        let server = Http2Server::new(100);
        for serving in [
            before_http2(&server).await,
            before_http2_twice(&server).await,
        ] {
            server.n_requests.store(0, Ordering::SeqCst);
            let response = serving.request(line, &["content-length: 0", PAGE]).await;
            assert_eq!(response.text(), "ok", "{line}");
            assert_eq!(server.n_requests.load(Ordering::SeqCst), 2);
        }
    }
}

#[tokio::test]
async fn a_connection_of_http_2_that_is_gone_is_replaced() {
    let pair = Pair::new(&["shop.test"]);
    let (address, mut streams) = tls_server(&pair, &["h2"]).await;
    let serving = serving(&format!("https://{address}"), TRUSTED, &pair).await;
    let server = Http2Server::new(100);
    for _ in 0..3 {
        let asked = async {
            let stream = streams.recv().await.unwrap();
            let serving = tokio::spawn(Arc::clone(&server).serve(stream));
            serving.abort_handle()
        };
        let (response, stream) = tokio::join!(get(&serving, "/x"), asked);
        assert_eq!(response.text(), "ok");
        stream.abort();
    }
}

#[tokio::test]
async fn nonsense_instead_of_http_2_is_a_bad_gateway() {
    let pair = Pair::new(&["shop.test"]);
    let (address, mut streams) = tls_server(&pair, &["h2"]).await;
    let serving = serving(&format!("https://{address}"), TRUSTED, &pair).await;
    tokio::spawn(async move {
        while let Some(stream) = streams.recv().await {
            let mut peer = Peer::over(stream);
            peer.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
                .await;
            peer.gone().await;
        }
    });
    let response = get(&serving, "/x").await;
    assert_eq!(response.status, 502);
    assert_eq!(response.field("access-control-allow-origin"), Some(ORIGIN));
}

#[tokio::test]
async fn who_leaves_http_gets_a_connection_of_http_1() {
    let pair = Pair::new(&["shop.test"]);
    let (address, mut streams) = tls_server(&pair, &["h2", "http/1.1"]).await;
    let serving = serving(&format!("https://{address}"), TRUSTED, &pair).await;
    tokio::spawn(async move {
        let stream = streams.recv().await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
        let mut peer = Peer::over(stream);
        peer.head().await.unwrap();
        let answer =
            "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n";
        peer.send(answer).await;
        let echo = peer.bytes(2).await.unwrap();
        peer.send(echo).await;
    });
    let mut client = serving.client().await;
    let line = "GET /socket HTTP/1.1";
    let fields = ["connection: upgrade", "upgrade: x"];
    client.send_head(line, &with_host(&fields)).await;
    assert_eq!(client.response(line).await.status, 101);
    client.send("hi").await;
    assert_eq!(client.bytes(2).await.unwrap(), b"hi");
}

#[tokio::test]
async fn http_2_is_spoken_without_tls_if_the_file_says_so() {
    let server = Http2Server::new(100);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    {
        let server = Arc::clone(&server);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(Arc::clone(&server).serve(stream));
            }
        });
    }
    let pair = Pair::new(&["shop.test"]);
    let serving = serving(&format!("http://{address}"), "http2 = true", &pair).await;
    let response = get(&serving, "/x").await;
    let expected = format!("http://{address}/x");
    assert_eq!(response.field("x-uri"), Some(expected.as_str()));
}

#[tokio::test]
async fn http_2_is_not_offered_if_the_file_says_so() {
    let pair = Pair::new(&["shop.test"]);
    let (address, mut streams) = tls_server(&pair, &["h2", "http/1.1"]).await;
    let keys = format!("{TRUSTED}\nhttp2 = false");
    let serving = serving(&format!("https://{address}"), &keys, &pair).await;
    tokio::spawn(async move {
        let stream = streams.recv().await.unwrap();
        let mut peer = Peer::over(stream);
        peer.head().await.unwrap();
        peer.send(OK).await;
    });
    assert_eq!(get(&serving, "/x").await.text(), "ok");
}
