//! What goes through a proxy, and what does not get through.

use std::io::ErrorKind;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use corsac_fetch::client::{Client, ClientOptions, HttpProxy, HttpProxyError, Transport};
use corsac_fetch::{
    FetchRequest, Outgoing, OutgoingBody, Page, ProxyFailure, TransportFailure, UserAgent,
};
use http::{Response, Version};
use tokio::net::TcpSocket;

use super::forward_proxy::ForwardProxy;
use super::server::{Act, Server, answer};
use super::tls::{TlsListener, options};
use super::{get, header};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// `user:pa ss`
const CREDENTIALS: &str = "dXNlcjpwYSBzcw==";
const USER_INFO: &str = "user:pa%20ss@";

fn through(proxy: &str) -> ClientOptions {
    ClientOptions {
        proxy: Some(proxy.parse().expect("a proxy")),
        ..ClientOptions::default()
    }
}

async fn send(options: &ClientOptions, outgoing: &Outgoing) -> Result<String, TransportFailure> {
    let transport = Transport::new(options).expect("options");
    exchange(&transport, outgoing).await
}

async fn exchange(transport: &Transport, outgoing: &Outgoing) -> Result<String, TransportFailure> {
    let (head, body) = transport.send(outgoing, &mut None).await?;
    let bytes = body.bytes().await.expect("a body");
    let text = String::from_utf8(bytes.into()).expect("text");
    Ok(format!("{} {text}", head.status))
}

#[tokio::test]
async fn a_proxy_is_told_the_whole_url_and_the_server_its_part() {
    let mut proxy = ForwardProxy::start(None).await;
    let mut server = Server::answering(OK).await;
    let host = format!("api.invalid:{}", server.address.port());
    let mut outgoing = get(&format!("http://{host}/pets?tag=a#here"));
    outgoing.method = "PUT".into();
    outgoing.body = OutgoingBody::Bytes((*b"a pet").into());
    outgoing.headers.append(header("X-Of", b"the page"));
    let answered = send(&through(&proxy.url("")), &outgoing).await;
    assert_eq!(answered.as_deref(), Ok("200 ok"));
    let rest = format!(
        "HTTP/1.1\r\nHost: {host}\r\nConnection: keep-alive\r\nX-Of: the page\r\n\
         Content-Length: 5\r\n\r\na pet"
    );
    let to_proxy = format!("PUT http://{host}/pets?tag=a {rest}");
    assert_eq!(proxy.request().await, to_proxy);
    let to_server = format!("PUT /pets?tag=a {rest}");
    assert_eq!(server.request().await, to_server.as_bytes());
}

#[tokio::test]
async fn what_is_for_tls_goes_through_a_tunnel() {
    let mut proxy = ForwardProxy::start(None).await;
    let listener = TlsListener::new("api.test", &["http/1.1"]).await;
    let (url, root) = (listener.url("api.test"), listener.certificate.clone());
    let mut requests = listener.play(answer(OK));
    let trusting = ClientOptions {
        additional_roots: vec![root],
        ..through(&proxy.url(""))
    };
    let answered = send(&trusting, &get(&url)).await;
    assert_eq!(answered.as_deref(), Ok("200 ok"));
    let authority = &url["https://".len()..url.len() - 1];
    let connect = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n");
    assert_eq!(proxy.request().await, connect);
    let request = requests.recv().await.expect("a request");
    assert!(request.starts_with(b"GET / HTTP/1.1\r\n"));

    let untrusting = send(&through(&proxy.url("")), &get(&url)).await;
    assert!(matches!(untrusting, Err(TransportFailure::Tls(_))));
}

#[tokio::test]
async fn http2_is_agreed_on_in_a_tunnel_and_shared() {
    let proxy = ForwardProxy::start(None).await;
    let listener = TlsListener::new("api.test", &["h2", "http/1.1"]).await;
    let (url, root) = (listener.url("api.test"), listener.certificate.clone());
    tokio::spawn(async move {
        let stream = listener.accept().await.expect("TLS");
        let mut connection = h2::server::handshake(stream).await.expect("HTTP/2");
        while let Some(Ok((request, mut respond))) = connection.accept().await {
            assert_eq!(request.version(), Version::HTTP_2);
            respond
                .send_response(Response::new(()), true)
                .expect("sent");
        }
    });
    let trusting = ClientOptions {
        additional_roots: vec![root],
        ..through(&proxy.url(""))
    };
    let transport = Transport::new(&trusting).expect("options");
    for _ in ["over a new tunnel", "over the same"] {
        let answered = exchange(&transport, &get(&url)).await;
        assert_eq!(answered.as_deref(), Ok("200 "));
    }
}

#[tokio::test]
async fn credentials_are_for_the_proxy_alone() {
    let mut proxy = ForwardProxy::start(Some(CREDENTIALS)).await;
    let authorization = format!("\r\nProxy-Authorization: Basic {CREDENTIALS}\r\n");
    let with_credentials = through(&proxy.url(USER_INFO));

    let mut server = Server::answering(OK).await;
    let answered = send(&with_credentials, &get(&server.url("/"))).await;
    assert_eq!(answered.as_deref(), Ok("200 ok"));
    assert!(proxy.request().await.contains(&authorization));
    let seen = server.request().await;

    let listener = TlsListener::new("api.test", &[]).await;
    let (url, root) = (listener.url("api.test"), listener.certificate.clone());
    let mut requests = listener.play(answer(OK));
    let trusting = ClientOptions {
        additional_roots: vec![root],
        ..with_credentials
    };
    let answered = send(&trusting, &get(&url)).await;
    assert_eq!(answered.as_deref(), Ok("200 ok"));
    assert!(proxy.request().await.contains(&authorization));
    let seen_in_tunnel = requests.recv().await.expect("a request");

    for request in [seen, seen_in_tunnel] {
        let request = String::from_utf8(request)
            .expect("text")
            .to_ascii_lowercase();
        assert!(!request.contains("proxy-"), "{request}");
    }
}

#[tokio::test]
async fn credentials_may_have_any_bytes_but_control_characters() {
    let all: Vec<u8> = (b' '..=b'~').chain(0x80..=0xFF).collect();
    let lengths = (0..5).map(|length| all[..length].to_vec());
    for password in lengths.chain([all.clone()]) {
        let escaped: String = password.iter().map(|it| format!("%{it:02x}")).collect();
        let encoded = STANDARD.encode([b"me:", &password[..]].concat());
        let mut server = Server::answering(OK).await;
        let options = through(&server.url("").replace("//", &format!("//me:{escaped}@")));
        let answered = send(&options, &get("http://api.invalid/")).await;
        assert_eq!(answered.as_deref(), Ok("200 ok"));
        let request = String::from_utf8(server.request().await).expect("text");
        let line = format!("\r\nProxy-Authorization: Basic {encoded}\r\n");
        assert!(request.contains(&line), "{request}");
    }
    // What is no escape stands for itself.
    let mut server = Server::answering(OK).await;
    let options = through(&server.url("").replace("//", "//me:1%zz%4@"));
    drop(send(&options, &get("http://api.invalid/")).await);
    let request = String::from_utf8(server.request().await).expect("text");
    assert!(request.contains(&STANDARD.encode("me:1%zz%4")), "{request}");
}

#[tokio::test]
async fn a_proxy_that_asks_for_credentials_gets_none_that_it_was_not_promised() {
    let mut proxy = ForwardProxy::start(Some(CREDENTIALS)).await;
    let url = proxy.url("");
    let plain = send(&through(&url), &get("http://api.invalid/")).await;
    assert_eq!(plain.as_deref(), Ok("407 "));
    let tunnel = send(&through(&url), &get("https://api.invalid/")).await;
    let refused = TransportFailure::Proxy {
        proxy: url.clone(),
        failure: ProxyFailure::Status(407),
    };
    assert_eq!(tunnel, Err(refused));
    for _ in ["http", "https"] {
        assert!(!proxy.request().await.contains("Proxy-"));
    }
}

/// What a page gets that fetches over `https`, if the proxy says this to `CONNECT`.
async fn check(script: Vec<Act>, code: &str, message: &str) {
    let reads = !script.is_empty();
    let mut server = Server::start([script]).await;
    let proxy = server.url("");
    let client = Client::new(UserAgent::default(), &through(&proxy)).expect("options");
    let page = Page::new("https://app.example/".parse().expect("a URL"));
    let request = FetchRequest::new("https://api.invalid/");
    let response = client.fetch(&page, request).await.expect("a request");
    let error = response.outcome.result.expect_err("no tunnel");
    assert_eq!(error.to_string(), message.replace("PROXY", &proxy));
    assert_eq!(error.code(), code);
    drop(client);
    let connect = b"CONNECT api.invalid:443 HTTP/1.1\r\nHost: api.invalid:443\r\n\r\n";
    let asked = server.last_request().await;
    assert_eq!(asked, reads.then(|| connect.to_vec()));
}

#[tokio::test]
async fn a_proxy_that_refuses_is_named() {
    for (status, says) in [
        (
            "407 Proxy Authentication Required",
            "it asks for credentials (407)",
        ),
        ("502 Bad Gateway", "it answered 502"),
        (
            "302 Found\r\nLocation: https://elsewhere.example/",
            "it answered 302",
        ),
        ("101 Switching Protocols", "it answered 101"),
        (
            "100 Continue\r\n\r\nHTTP/1.1 403 Forbidden",
            "it answered 403",
        ),
    ] {
        let refusal = format!("HTTP/1.1 {status}\r\nContent-Length: 4\r\n\r\nbody");
        let message = format!("the proxy PROXY opens no tunnel: {says}");
        check(answer(refusal), "transport/proxy-refused", &message).await;
    }
}

#[tokio::test]
async fn a_proxy_that_does_not_answer_is_named() {
    let closed = "the connection ended before the answer";
    let not_http = "the answer is not HTTP: it does not start with HTTP/1";
    for (said, says) in [
        ("".to_owned(), closed),
        ("HTTP/1.1 200 OK\r\n".to_owned(), closed),
        ("HTTP/1.1 100\r\n\r\n".to_owned(), closed),
        ("SSH-2.0-OpenSSH\r\n".to_owned(), not_http),
        ("\u{5}\u{0}".to_owned(), not_http),
        (
            "HTTP/1.1 200 OK\r\n\r\n\u{16}".to_owned(),
            "the answer is not HTTP: more comes than the answer",
        ),
        (
            "HTTP/1.1 100\r\n\r\n".repeat(40),
            "the answer is not HTTP: there is no final response",
        ),
        (
            "HTTP/1.1 200 OK\r\na: ".to_owned() + &"a".repeat(256 * 1024),
            "the head of the answer is too large",
        ),
    ] {
        let message = format!("the proxy PROXY opens no tunnel: {says}");
        check(answer(said), "transport/proxy-refused", &message).await;
    }
    check(
        vec![],
        "transport/proxy-refused",
        &format!("the proxy PROXY opens no tunnel: {closed}"),
    )
    .await;
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_named() {
    // Nobody listens, and nobody else gets the port.
    let socket = TcpSocket::new_v4().expect("a socket");
    let any_port = ([127, 0, 0, 1], 0).into();
    socket.bind(any_port).expect("a port");
    let proxy = format!("http://{}", socket.local_addr().expect("an address"));
    for (url, reason) in [
        (
            proxy.as_str(),
            TransportFailure::Connect(ErrorKind::ConnectionRefused),
        ),
        ("http://proxy.invalid:3128", TransportFailure::Dns),
    ] {
        for target in ["http://127.0.0.1:1/", "https://127.0.0.1:1/"] {
            let unreachable = TransportFailure::Proxy {
                proxy: url.to_owned(),
                failure: ProxyFailure::Unreachable(Box::new(reason.clone())),
            };
            assert_eq!(send(&through(url), &get(target)).await, Err(unreachable));
        }
    }
}

#[tokio::test]
async fn an_answer_to_connect_may_come_in_pieces_and_with_headers() {
    let head = "HTTP/1.0 299 Fine\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n";
    let script = vec![Act::Read, Act::Trickle(head.into())];
    let mut server = Server::start([script]).await;
    let sent = send(&through(&server.url("")), &get("https://[::1]:8443/")).await;
    // The tunnel was there, and ended.
    assert!(matches!(sent, Err(TransportFailure::Tls(_))), "{sent:?}");
    let connect = b"CONNECT [::1]:8443 HTTP/1.1\r\nHost: [::1]:8443\r\n\r\n";
    assert_eq!(server.request().await, connect);
}

#[tokio::test]
async fn a_connection_to_a_proxy_is_used_again_for_the_same_server() {
    let script = vec![
        Act::Read,
        Act::Write(OK.into()),
        Act::Read,
        Act::Write(OK.into()),
    ];
    let mut server = Server::start([script]).await;
    let transport = Transport::new(&through(&server.url(""))).expect("options");
    for path in ["one", "two"] {
        let outgoing = get(&format!("http://api.invalid/{path}"));
        assert_eq!(
            exchange(&transport, &outgoing).await.as_deref(),
            Ok("200 ok")
        );
        let request = String::from_utf8(server.request().await).expect("text");
        let line = format!("GET http://api.invalid/{path} HTTP/1.1\r\n");
        assert!(request.starts_with(&line), "{request}");
    }
}

#[tokio::test]
async fn overrides_lead_to_the_proxy_and_not_past_it() {
    let mut server = Server::answering(OK).await;
    let proxy = format!("http://proxy.test:{}", server.address.port());
    let options = ClientOptions {
        proxy: Some(proxy.parse().expect("a proxy")),
        ..options(&[])
    };
    let answered = send(&options, &get("http://api.test:1/")).await;
    assert_eq!(answered.as_deref(), Ok("200 ok"));
    let request = server.request().await;
    assert!(request.starts_with(b"GET http://api.test:1/ HTTP/1.1\r\nHost: api.test:1\r\n"));
}

#[test]
fn a_text_that_is_no_proxy_is_refused_without_its_password() {
    for (text, message) in [
        (
            "proxy.example:3128",
            "a proxy is written `http://HOST:PORT`",
        ),
        (
            "user:secret@proxy.example",
            "a proxy is written `http://HOST:PORT`",
        ),
        (
            "socks5://user:secret@proxy.example:1080",
            "a proxy is spoken to over `http`, not over `socks5`; it carries https all the same",
        ),
        (
            "https://proxy.example",
            "a proxy is spoken to over `http`, not over `https`; it carries https all the same",
        ),
        ("http://user:secret@", "a proxy is a URL: empty host"),
        (
            "http://proxy.example:secret",
            "a proxy is a URL: invalid port number",
        ),
        (
            "http://proxy.example/secret",
            "the URL of a proxy ends after the port",
        ),
        (
            "http://proxy.example/?secret",
            "the URL of a proxy ends after the port",
        ),
        (
            "http://proxy.example/#secret",
            "the URL of a proxy ends after the port",
        ),
        (
            "http://us%3Aer:secret@proxy.example",
            "a user name has no colon, and neither it nor a password a control character",
        ),
        (
            "http://user:secret%0D%0A@proxy.example",
            "a user name has no colon, and neither it nor a password a control character",
        ),
    ] {
        let error: HttpProxyError = text.parse::<HttpProxy>().expect_err(text);
        assert_eq!(error.to_string(), message, "{text}");
        assert!(!format!("{error:?}").contains("secret"), "{text}");
    }
}

#[test]
fn a_proxy_shows_no_password() {
    for (text, shown) in [
        (
            "http://user:secret@Proxy.Example:3128",
            "http://proxy.example:3128",
        ),
        ("http://:secret@[::1]:3128/", "http://[::1]:3128"),
        ("http://secret@127.0.0.1", "http://127.0.0.1:80"),
    ] {
        let proxy: HttpProxy = text.parse().expect(text);
        assert_eq!(proxy.to_string(), shown);
        assert_eq!(format!("{proxy:?}"), format!("HttpProxy({shown:?})"));
    }
}
