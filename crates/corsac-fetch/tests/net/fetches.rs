//! Whole fetches over real sockets: what a page gets, and what a server saw.

use std::sync::Arc;
use std::time::Duration;

use corsac::origin::Origin;
use corsac::user_agent::{RequestMode, RequestOrigin, TupleOrigin};
use corsac_fetch::client::{BodyFailure, Client, ClientOptions, Response};
use corsac_fetch::{
    Body, FetchRequest, NetworkError, Page, ReferrerPolicy, TransportFailure, UserAgent,
};

use super::server::{Act, Server, answer};

fn page() -> Page {
    let origin = Origin::parse(b"http://page.test").expect("an origin");
    Page {
        origin: RequestOrigin::Tuple(TupleOrigin::new(&origin)),
        url: Arc::new("http://page.test/".parse().expect("a URL")),
        referrer_policy: ReferrerPolicy::default(),
        address: None,
    }
}

fn request(url: String) -> FetchRequest {
    FetchRequest::new(url)
}

fn put(url: String) -> FetchRequest {
    FetchRequest {
        method: b"PUT".to_vec(),
        ..request(url)
    }
}

fn client(options: &ClientOptions) -> Client {
    Client::new(UserAgent::default(), options).expect("options")
}

async fn fetch(client: &Client, request: FetchRequest) -> Response {
    client.fetch(&page(), request).await.expect("a request")
}

/// The status and the body that the page sees.
async fn seen(client: &Client, request: FetchRequest) -> (u16, String) {
    let response = fetch(client, request).await;
    let seen = response.outcome.result.expect("a response");
    let body = match response.body {
        Some(body) => body.bytes().await.expect("a body"),
        None => return (seen.status, String::new()),
    };
    (seen.status, String::from_utf8(body.into()).expect("text"))
}

const SHARED: &str = "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n";

fn shared(body: &str) -> Vec<u8> {
    format!("{SHARED}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn preflight_answer(rest: &str) -> Vec<u8> {
    format!("{SHARED}Access-Control-Allow-Methods: PUT\r\n{rest}\r\n").into_bytes()
}

#[tokio::test]
async fn a_page_sees_a_response_that_is_shared_with_it() {
    let server = Server::answering(shared("hello")).await;
    let client = client(&ClientOptions::default());
    let seen = seen(&client, request(server.url("/"))).await;
    assert_eq!(seen, (200, "hello".to_owned()));
}

#[tokio::test]
async fn a_page_sees_nothing_of_a_response_that_is_not() {
    let server = Server::answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello").await;
    let client = client(&ClientOptions::default());
    let response = fetch(&client, request(server.url("/"))).await;
    let error = response.outcome.result.expect_err("it is not shared");
    assert_eq!(error.code(), "cors-check/missing-allow-origin");
    assert!(response.body.is_none());
}

#[tokio::test]
async fn a_preflight_comes_first_and_shares_the_connection() {
    let script = vec![
        Act::Read,
        Act::Write([preflight_answer("Content-Length: 4\r\n"), b"skip".to_vec()].concat()),
    ];
    let script = [script, answer(shared("done"))].concat();
    let mut server = Server::start([script]).await;
    let client = client(&ClientOptions::default());
    let seen = seen(&client, put(server.url("/"))).await;
    assert_eq!(seen, (200, "done".to_owned()));
    assert!(server.request().await.starts_with(b"OPTIONS / "));
    assert!(server.request().await.starts_with(b"PUT / "));
}

#[tokio::test]
async fn the_body_of_a_preflight_is_not_waited_for() {
    let endless = vec![
        Act::Read,
        Act::Write(preflight_answer("")),
        Act::WriteForever(b"more and more ".to_vec()),
    ];
    let silent = vec![
        Act::Read,
        Act::Write(preflight_answer("Content-Length: 1\r\n")),
        Act::AwaitClose,
    ];
    for preflight in [endless, silent] {
        let server = Server::start([preflight, answer(shared("done"))]).await;
        let client = client(&ClientOptions::default());
        let seen = seen(&client, put(server.url("/"))).await;
        assert_eq!(seen, (200, "done".to_owned()));
    }
}

#[tokio::test]
async fn a_preflight_is_remembered_until_the_clock_says_otherwise() {
    let preflight = || {
        answer(preflight_answer(
            "Access-Control-Max-Age: 60\r\nContent-Length: 0\r\n",
        ))
    };
    let script = [
        preflight(),
        answer(shared("1")),
        answer(shared("2")),
        preflight(),
        answer(shared("3")),
        preflight(),
        answer(shared("4")),
    ]
    .concat();
    let mut server = Server::start([script]).await;
    let client = client(&ClientOptions::default());
    for (seconds, expected) in [(0, "1"), (59, "2"), (2, "3")] {
        client.advance(Duration::from_secs(seconds));
        assert_eq!(seen(&client, put(server.url("/"))).await.1, expected);
    }
    client.user_agent().reset();
    assert_eq!(seen(&client, put(server.url("/"))).await.1, "4");
    let mut methods = Vec::new();
    for _ in 0..7 {
        let request = server.request().await;
        methods.push(request[..3].to_vec());
    }
    assert_eq!(methods.concat(), b"OPTPUTPUTOPTPUTOPTPUT");
}

#[tokio::test]
async fn a_redirect_is_followed_to_another_server() {
    let target = Server::answering(shared("there")).await;
    let redirect = format!(
        "{SHARED}Content-Length: 4\r\nLocation: {}\r\n\r\nhere",
        target.url("/")
    )
    .replace("200 OK", "307");
    let server = Server::answering(redirect).await;
    let client = client(&ClientOptions::default());
    let post = FetchRequest {
        method: b"POST".to_vec(),
        body: Some(Body::Bytes {
            bytes: Arc::from(*b"payload"),
            content_type: None,
        }),
        ..request(server.url("/"))
    };
    let seen = seen(&client, post).await;
    assert_eq!(seen, (200, "there".to_owned()));
    let mut target = target;
    let request = target.request().await;
    assert!(request.ends_with(b"payload"));
    assert!(request.windows(16).any(|it| it == b"\r\nOrigin: null\r\n"));
}

#[tokio::test]
async fn an_opaque_response_has_no_body() {
    let server = Server::answering(shared("hello")).await;
    let client = client(&ClientOptions::default());
    let no_cors = FetchRequest {
        mode: RequestMode::NoCors,
        ..request(server.url("/"))
    };
    let response = fetch(&client, no_cors).await;
    assert_eq!(response.outcome.result.expect("a response").status, 0);
    assert!(response.body.is_none());
}

#[tokio::test]
async fn a_data_url_needs_no_network() {
    let client = client(&ClientOptions::default());
    let seen = seen(&client, request("data:,hello".to_owned())).await;
    assert_eq!(seen, (200, "hello".to_owned()));
}

#[tokio::test]
async fn a_page_gets_bytes_that_other_clients_refuse() {
    let server = Server::answering(
        "HTTP/1.1 099 \x01\r\nAccess-Control-Allow-Origin: *\r\nContent-Language: a\x01\x0B\x7Fz\r\n\
         Content-Length: 0\r\n\r\n",
    )
    .await;
    let client = client(&ClientOptions::default());
    let response = fetch(&client, request(server.url("/"))).await;
    let seen = response.outcome.result.expect("a response");
    assert_eq!((seen.status, &seen.status_text[..]), (99, &b"\x01"[..]));
    let language = seen.headers.get(b"content-language");
    assert_eq!(language.as_deref(), Some(&b"a\x01\x0B\x7Fz"[..]));
}

#[tokio::test]
async fn a_connection_that_ends_is_a_network_error() {
    let server = Server::start([vec![Act::Read]]).await;
    let client = client(&ClientOptions::default());
    let response = fetch(&client, request(server.url("/"))).await;
    let error = response.outcome.result.expect_err("no response");
    assert_eq!(error, NetworkError::Transport(TransportFailure::Closed));
}

#[tokio::test(start_paused = true)]
async fn a_fetch_ends_when_its_time_is_up() {
    let silent = vec![Act::Read, Act::AwaitClose];
    let stalls = vec![
        Act::Read,
        Act::Write(format!("{SHARED}Content-Length: 5\r\n\r\nhel").into_bytes()),
        Act::AwaitClose,
    ];
    let server = Server::start([silent, stalls]).await;
    let client = client(&ClientOptions {
        total_timeout: Some(Duration::from_secs(10)),
        ..ClientOptions::default()
    });
    let response = fetch(&client, request(server.url("/"))).await;
    let error = response.outcome.result.expect_err("no response");
    assert_eq!(error, NetworkError::Transport(TransportFailure::Timeout));
    let response = fetch(&client, request(server.url("/"))).await;
    let body = response.body.expect("a body").bytes().await;
    assert_eq!(body, Err(BodyFailure::Timeout));
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let server = Server::start([answer(shared("12345")), answer(shared("123456"))]).await;
    let client = client(&ClientOptions {
        body_limit: Some(5),
        ..ClientOptions::default()
    });
    assert_eq!(seen(&client, request(server.url("/"))).await.1, "12345");
    client.reset();
    let response = fetch(&client, request(server.url("/"))).await;
    let body = response.body.expect("a body").bytes().await;
    assert_eq!(body, Err(BodyFailure::TooLarge));
}

#[tokio::test]
async fn fetches_of_one_client_go_on_at_once() {
    let script: Vec<_> = (0..20).map(|_| answer(shared("ok"))).collect();
    let server = Server::start(script).await;
    let client = Arc::new(client(&ClientOptions::default()));
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (client, url) = (Arc::clone(&client), server.url("/"));
            tokio::spawn(async move { seen(&client, request(url)).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.expect("an answer"), (200, "ok".to_owned()));
    }
}

const HELLO_SHA256: &str = "sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";

/// What the page gets of a response, if it asks for these digests.
async fn with_integrity(response: &str, integrity: &str) -> Result<(u16, String), NetworkError> {
    let server = Server::answering(format!("{SHARED}{response}")).await;
    let asked = FetchRequest {
        integrity: integrity.to_owned(),
        ..request(server.url("/"))
    };
    let response = fetch(&client(&ClientOptions::default()), asked).await;
    let status = response.outcome.result?.status;
    let body = response.body.expect("a body");
    let bytes = body.bytes().await.expect("it was read before");
    Ok((status, String::from_utf8(bytes.into()).expect("text")))
}

#[tokio::test]
async fn a_page_gets_the_bytes_that_it_asks_for_or_none() {
    let hello = "Content-Length: 5\r\n\r\nhello";
    let seen = Ok((200, "hello".to_owned()));
    assert_eq!(with_integrity(hello, HELLO_SHA256).await, seen);
    assert_eq!(with_integrity(hello, "md5-x").await, seen);
    let sha384 = "sha384-WeF0h3dEjGnea4ANejO7+5/xtGPkQ1TDVTvNucZm+pASWjx5+QOXvfX2oT3oKGhP";
    let is_mismatch = |seen: &Result<_, NetworkError>| matches!(seen, Err(error) if error.code() == "integrity/mismatch");
    assert_eq!(with_integrity(hello, sha384).await, seen);
    let hallo = "Content-Length: 5\r\n\r\nhallo";
    assert!(is_mismatch(&with_integrity(hallo, HELLO_SHA256).await));
    let cut = with_integrity("Content-Length: 6\r\n\r\nhello", HELLO_SHA256).await;
    assert_eq!(cut.expect_err("it is cut").code(), "integrity/incomplete");
}
