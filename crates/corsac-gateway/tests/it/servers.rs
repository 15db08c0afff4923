//! Several servers that do the same.

use std::collections::BTreeSet;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::harness::{OK, ORIGIN, Response, Serving, Upstream, gateway, with_host};

const PAGE: &str = "origin: https://app.example";

/// A gateway before these servers, whose upstream has these keys.
async fn serving(servers: &[SocketAddr], keys: &str) -> Serving {
    let servers: Vec<_> = servers
        .iter()
        .map(|it| format!("\"http://{it}\""))
        .collect();
    let servers = servers.join(", ");
    let config = format!(
        r#"
        [policy.shop]
        allow-origins = ["{ORIGIN}"]

        [upstream.shop]
        servers = [{servers}]
        {keys}

        [[route]]
        path = "/"
        upstream = "shop"
        policy = "shop"
        "#
    );
    Serving::start(&gateway(&config)).await
}

/// A server that answers with its name, and counts what it was asked.
async fn named(name: &'static str) -> (Upstream, Arc<AtomicUsize>) {
    let count = Arc::<AtomicUsize>::default();
    let counted = Arc::clone(&count);
    let upstream = Upstream::start(move |mut peer, _| {
        let counted = Arc::clone(&counted);
        async move {
            while peer.head().await.is_some() {
                counted.fetch_add(1, Ordering::SeqCst);
                let len = name.len();
                let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {len}\r\n\r\n{name}");
                peer.send(answer).await;
            }
        }
    })
    .await;
    (upstream, count)
}

/// An address at which nobody listens.
async fn nobody() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}

async fn get(serving: &Serving) -> Response {
    serving.request("GET /v1/x HTTP/1.1", &[PAGE]).await
}

async fn check_post(serving: &Serving, expected: u16) {
    let line = "POST /v1/x HTTP/1.1";
    let mut client = serving.client().await;
    let fields = ["content-length: 2", PAGE];
    client.send_head(line, &with_host(&fields)).await;
    client.send("hi").await;
    let response = client.response(line).await;
    assert_eq!(response.status, expected);
    assert_eq!(response.field("access-control-allow-origin"), Some(ORIGIN));
}

#[tokio::test]
async fn every_server_gets_requests() {
    let (a, _) = named("a").await;
    let (b, _) = named("b").await;
    let (c, _) = named("c").await;
    let serving = serving(&[a.address, b.address, c.address], "").await;
    let mut names = BTreeSet::new();
    while names.len() < 3 {
        names.insert(get(&serving).await.text().to_owned());
    }
}

#[tokio::test]
async fn a_list_of_urls_is_an_upstream() {
    let (a, _) = named("a").await;
    let (b, _) = named("b").await;
    let config = format!(
        "[[route]]\npath = '/'\nupstream = ['http://{}', 'http://{}']\n",
        a.address, b.address
    );
    let serving = Serving::start(&gateway(&config)).await;
    let mut names = BTreeSet::new();
    while names.len() < 2 {
        names.insert(get(&serving).await.text().to_owned());
    }
}

#[tokio::test]
async fn a_server_that_is_slow_gets_less() {
    let asked = Arc::new(Notify::new());
    let told = Arc::clone(&asked);
    let slow = Upstream::start(move |mut peer, _| {
        let told = Arc::clone(&told);
        async move {
            peer.head().await;
            told.notify_one();
            pending().await
        }
    })
    .await;
    let (fast, _) = named("fast").await;
    let serving = serving(&[slow.address, fast.address], "").await;
    let hanging = loop {
        let mut client = serving.client().await;
        client.send_head("GET / HTTP/1.1", &with_host(&[])).await;
        let is_hanging = tokio::select! {
            _ = client.head() => false,
            () = asked.notified() => true,
        };
        if is_hanging {
            break client;
        }
    };
    for _ in 0..20 {
        assert_eq!(get(&serving).await.text(), "fast");
    }
    drop(hanging);
}

#[tokio::test]
async fn a_request_that_a_server_does_not_take_goes_to_another() {
    let (there, _) = named("there").await;
    let serving = serving(&[nobody().await, there.address], "").await;
    for _ in 0..20 {
        assert_eq!(get(&serving).await.text(), "there");
    }
}

#[tokio::test]
async fn a_body_that_was_not_sent_goes_along() {
    let (there, count) = bodies().await;
    let serving = serving(&[nobody().await, there.address], "").await;
    for _ in 0..20 {
        check_post(&serving, 200).await;
    }
    assert_eq!(count.load(Ordering::SeqCst), 20);
}

/// A server that reads bodies of two bytes.
async fn bodies() -> (Upstream, Arc<AtomicUsize>) {
    let count = Arc::<AtomicUsize>::default();
    let counted = Arc::clone(&count);
    let upstream = Upstream::start(move |mut peer, _| {
        let counted = Arc::clone(&counted);
        async move {
            while peer.head().await.is_some() {
                assert_eq!(peer.bytes(2).await.unwrap(), b"hi");
                counted.fetch_add(1, Ordering::SeqCst);
                peer.send(OK).await;
            }
        }
    })
    .await;
    (upstream, count)
}

/// A server that does this after it was asked, and counts how often it was.
async fn failing(answer: &'static str) -> (Upstream, Arc<AtomicUsize>) {
    let count = Arc::<AtomicUsize>::default();
    let counted = Arc::clone(&count);
    let upstream = Upstream::start(move |mut peer, _| {
        let counted = Arc::clone(&counted);
        async move {
            if peer.head().await.is_some() {
                counted.fetch_add(1, Ordering::SeqCst);
                peer.send(answer).await;
            }
        }
    })
    .await;
    (upstream, count)
}

/// Checks how often a request is sent before it gets 502.
async fn check_attempts(line: &str, answer: &'static str, expected: usize) {
    let (a, asked_a) = failing(answer).await;
    let (b, asked_b) = failing(answer).await;
    let serving = serving(&[a.address, b.address], "").await;
    let fields = ["content-length: 0", PAGE];
    let response = serving.request(line, &fields).await;
    assert_eq!(response.status, 502, "{line}");
    assert_eq!(response.field("access-control-allow-origin"), Some(ORIGIN));
    let asked = asked_a.load(Ordering::SeqCst) + asked_b.load(Ordering::SeqCst);
    assert_eq!(asked, expected, "{line} {answer:?}");
}

#[tokio::test]
async fn a_request_that_may_have_been_heard_is_sent_again_only_if_that_does_no_harm() {
    for (method, expected) in [
        ("GET", 2),
        ("PUT", 2),
        ("DELETE", 2),
        ("POST", 1),
        ("PATCH", 1),
    ] {
        check_attempts(&format!("{method} /v1/x HTTP/1.1"), "", expected).await;
    }
}

#[tokio::test]
async fn an_answer_that_has_begun_is_not_asked_for_again() {
    let line = "GET /v1/x HTTP/1.1";
    check_attempts(line, "H", 1).await;
    check_attempts(line, "HTTP/1.1 200 OK\r\nx: ", 1).await;
    check_attempts(line, "nonsense\r\n\r\n", 1).await;
}

#[tokio::test]
async fn without_retries_a_request_is_sent_once() {
    let serving = serving(&[nobody().await, nobody().await], "retries = 0").await;
    assert_eq!(get(&serving).await.status, 502);
    check_post(&serving, 502).await;
}

#[tokio::test]
async fn a_server_that_keeps_failing_is_left_alone_for_a_while() {
    let (broken, count) = failing("").await;
    let (there, _) = named("there").await;
    let serving = serving(&[broken.address, there.address], "").await;
    while count.load(Ordering::SeqCst) < 3 {
        assert_eq!(get(&serving).await.text(), "there");
    }
    for _ in 0..20 {
        assert_eq!(get(&serving).await.text(), "there");
    }
    assert_eq!(count.load(Ordering::SeqCst), 3);
    // And then it is asked again.
    while count.load(Ordering::SeqCst) == 3 {
        assert_eq!(get(&serving).await.text(), "there");
    }
}

#[tokio::test]
async fn where_no_server_is_well_all_are_asked() {
    let serving = serving(&[nobody().await, nobody().await], "").await;
    for _ in 0..20 {
        let response = get(&serving).await;
        assert_eq!(response.status, 502);
        assert!(response.text().starts_with("upstream-unreachable: "));
    }
}

#[tokio::test]
async fn a_server_that_says_that_it_is_ill_gets_nothing_until_it_is_well() {
    let is_ill = Arc::new(AtomicBool::new(false));
    let (checks, asked) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
    let sick = {
        let (is_ill, checks, asked) = (is_ill.clone(), checks.clone(), asked.clone());
        Upstream::start(move |mut peer, _| {
            let (is_ill, checks, asked) = (is_ill.clone(), checks.clone(), asked.clone());
            async move {
                while let Some(head) = peer.head().await {
                    match head[0] == "GET /healthz HTTP/1.1" {
                        true if is_ill.load(Ordering::SeqCst) => {
                            checks.fetch_add(1, Ordering::SeqCst);
                            let answer = "HTTP/1.1 503 Ill\r\ncontent-length: 0\r\n\r\n";
                            peer.send(answer).await;
                        }
                        true => peer.send(OK).await,
                        false => {
                            asked.fetch_add(1, Ordering::SeqCst);
                            peer.send(OK).await;
                        }
                    }
                }
            }
        })
        .await
    };
    let (there, _) = named("there").await;
    let keys = "health-path = '/healthz'\nhealth-interval = '20ms'";
    let serving = serving(&[sick.address, there.address], keys).await;
    while asked.load(Ordering::SeqCst) == 0 {
        get(&serving).await;
    }
    is_ill.store(true, Ordering::SeqCst);
    // A third check begins after the second has been judged.
    while checks.load(Ordering::SeqCst) < 3 {
        get(&serving).await;
    }
    let before = asked.load(Ordering::SeqCst);
    for _ in 0..20 {
        assert_eq!(get(&serving).await.text(), "there");
    }
    assert_eq!(asked.load(Ordering::SeqCst), before);
    is_ill.store(false, Ordering::SeqCst);
    while asked.load(Ordering::SeqCst) == before {
        get(&serving).await;
    }
}

#[tokio::test]
async fn health_checks_end_with_the_gateway() {
    let connected = Arc::<AtomicUsize>::default();
    let counted = Arc::clone(&connected);
    let (gone, mut all_gone) = tokio::sync::mpsc::unbounded_channel();
    let upstream = Upstream::start(move |mut peer, _| {
        let (counted, gone) = (Arc::clone(&counted), gone.clone());
        async move {
            counted.fetch_add(1, Ordering::SeqCst);
            // Each check waits here until it is given up.
            peer.gone().await;
            let _ = gone.send(());
        }
    })
    .await;
    let keys = "health-path = '/healthz'\nhealth-interval = '1h'";
    let serving = serving(&[upstream.address], keys).await;
    while connected.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    serving.stop().await.unwrap();
    all_gone.recv().await.unwrap();
}
