//! What is told of an exchange when it is over.

use std::sync::Arc;
use std::time::Duration;

use corsac_gateway::{AnsweredBy, Ending, Failure, Gateway, Record};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::harness::{OK, Peer, Serving, Upstream, config, gateway, with_host};

/// What a test looks at of a record.
#[derive(Debug, PartialEq)]
struct Told {
    line: String,
    host: Option<String>,
    origin: Option<String>,
    traceparent: Option<String>,
    route: Option<String>,
    status: Option<u16>,
    by: Option<AnsweredBy>,
    cors: &'static str,
    refusal: Option<&'static str>,
    difference: Option<(&'static str, &'static str)>,
    bytes: u64,
    ending: Ending,
}

impl Told {
    fn new(record: &Record<'_>) -> Self {
        let text = |it: &http::HeaderValue| it.to_str().unwrap().to_owned();
        assert_eq!(record.client.to_string(), "127.0.0.1");
        assert!(record.duration >= record.upstream_duration.unwrap_or(Duration::ZERO));
        Self {
            line: format!("{} {}", record.method, record.uri),
            host: record.host.map(text),
            origin: record.origin.map(text),
            traceparent: record.traceparent.map(str::to_owned),
            route: record.route.map(str::to_owned),
            status: record.status.map(|it| it.as_u16()),
            by: record.answered_by,
            cors: record.verdict.as_str(),
            refusal: record.verdict.refusal().map(|it| it.code()),
            difference: record.difference.map(|it| (it.name(), it.refusal().code())),
            bytes: record.bytes,
            ending: record.ending,
        }
    }

    /// What is told of a request for `/v1` that the upstream has answered with [`OK`].
    fn usual() -> Self {
        Self {
            line: "GET /v1".to_owned(),
            host: Some("gateway.test".to_owned()),
            origin: None,
            traceparent: None,
            route: Some("/v1".to_owned()),
            status: Some(200),
            by: Some(AnsweredBy::Upstream),
            cors: "-",
            refusal: None,
            difference: None,
            bytes: 2,
            ending: Ending::Whole,
        }
    }
}

fn recorded(gateway: Gateway) -> (Gateway, UnboundedReceiver<Told>) {
    let (told, received) = unbounded_channel();
    let recorder = move |record: &Record<'_>| {
        let _ = told.send(Told::new(record));
    };
    (gateway.with_recorder(Arc::new(recorder)), received)
}

async fn check(line: &str, fields: &[&str], expected: Told) {
    let (upstream, _heads) = Upstream::recording().await;
    let (gateway, mut told) = recorded(gateway(&config(upstream.address, "")));
    let serving = Serving::start(&gateway).await;
    serving.request(&format!("{line} HTTP/1.1"), fields).await;
    assert_eq!(told.recv().await, Some(expected));
}

#[tokio::test]
async fn an_exchange_with_the_upstream() {
    check("GET /v1", &[], Told::usual()).await;
}

#[tokio::test]
async fn an_allowed_origin() {
    let expected = Told {
        origin: Some("https://app.example".to_owned()),
        cors: "allowed",
        ..Told::usual()
    };
    check("GET /v1", &["origin: https://app.example"], expected).await;
}

#[tokio::test]
async fn a_refused_preflight() {
    let fields = [
        "origin: https://app.example",
        "access-control-request-method: DELETE",
    ];
    let expected = Told {
        line: "OPTIONS /v1".to_owned(),
        origin: Some("https://app.example".to_owned()),
        status: Some(204),
        by: Some(AnsweredBy::Policy),
        cors: "refused",
        refusal: Some("method-not-allowed"),
        bytes: 0,
        ..Told::usual()
    };
    check("OPTIONS /v1", &fields, expected).await;
}

#[tokio::test]
async fn a_path_without_a_route() {
    let expected = Told {
        line: "GET /v2".to_owned(),
        route: None,
        status: Some(404),
        by: Some(AnsweredBy::Gateway(Failure::NoRoute)),
        bytes: 54,
        ..Told::usual()
    };
    check("GET /v2", &[], expected).await;
}

#[tokio::test]
async fn a_traceparent_is_told_if_it_is_one() {
    const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    for (value, is_one) in [
        (TRACE, true),
        (
            "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            true,
        ),
        (
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            false,
        ),
        (
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            false,
        ),
        (
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            false,
        ),
        (
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            false,
        ),
        (
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            false,
        ),
        (
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            false,
        ),
        ("nonsense", false),
    ] {
        let expected = Told {
            traceparent: is_one.then(|| value.to_owned()),
            ..Told::usual()
        };
        check("GET /v1", &[&format!("traceparent: {value}")], expected).await;
    }
}

#[tokio::test]
async fn a_traceparent_is_passed_on_and_none_is_made() {
    let (upstream, mut heads) = Upstream::recording().await;
    let serving = Serving::before(&upstream).await;
    let field = "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    serving
        .request("GET /v1 HTTP/1.1", &[field, "tracestate: a=1"])
        .await;
    let head = heads.recv().await.unwrap();
    assert!(head.contains(&field.to_owned()), "{head:?}");
    assert!(head.contains(&"tracestate: a=1".to_owned()), "{head:?}");
    serving.request("GET /v1 HTTP/1.1", &[]).await;
    let head = heads.recv().await.unwrap();
    assert!(!head.iter().any(|it| it.starts_with("trace")), "{head:?}");
}

#[tokio::test]
async fn the_answer_to_head_is_whole_without_a_body() {
    let expected = Told {
        line: "HEAD /v1".to_owned(),
        bytes: 0,
        ..Told::usual()
    };
    let upstream = Upstream::answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n").await;
    let (gateway, mut told) = recorded(gateway(&config(upstream.address, "")));
    let serving = Serving::start(&gateway).await;
    serving.request("HEAD /v1 HTTP/1.1", &[]).await;
    assert_eq!(told.recv().await, Some(expected));
}

#[tokio::test]
async fn a_response_that_breaks_off_is_told_so() {
    let upstream = Upstream::start(|mut peer: Peer, _| async move {
        peer.head().await;
        peer.send("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nsome")
            .await;
    })
    .await;
    let (gateway, mut told) = recorded(gateway(&config(upstream.address, "")));
    let serving = Serving::start(&gateway).await;
    let mut client = serving.client().await;
    client.send_head("GET /v1 HTTP/1.1", &with_host(&[])).await;
    client.gone().await;
    let expected = Told {
        bytes: 4,
        ending: Ending::CutOff,
        ..Told::usual()
    };
    assert_eq!(told.recv().await, Some(expected));
}

#[tokio::test]
async fn a_client_that_goes_away_before_there_is_a_response_is_told_of() {
    let upstream = Upstream::start(|mut peer: Peer, _| async move {
        peer.head().await;
        peer.gone().await;
    })
    .await;
    let (gateway, mut told) = recorded(gateway(&config(upstream.address, "")));
    let serving = Serving::start(&gateway).await;
    let mut client = serving.client().await;
    client.send_head("GET /v1 HTTP/1.1", &with_host(&[])).await;
    drop(client);
    let expected = Told {
        status: None,
        by: None,
        bytes: 0,
        ending: Ending::CutOff,
        ..Told::usual()
    };
    assert_eq!(told.recv().await, Some(expected));
}

#[tokio::test]
async fn a_policy_in_report_only_mode_tells_what_it_would_do() {
    let upstream = Upstream::answering(OK).await;
    let file = format!(
        "[policy.live]\nallow-origins = ['https://app.example']\nreport-only = 'next'\n\
         [policy.next]\nallow-origins = ['https://new.example']\n\
         [[route]]\npath = '/v1'\nupstream = 'http://{}'\npolicy = 'live'\n",
        upstream.address
    );
    let (gateway, mut told) = recorded(gateway(&file));
    let serving = Serving::start(&gateway).await;
    for (origin, shares, difference) in [
        (
            "https://app.example",
            true,
            Some(("would-refuse", "origin-not-allowed")),
        ),
        (
            "https://new.example",
            false,
            Some(("would-allow", "origin-not-allowed")),
        ),
        ("https://evil.example", false, None),
    ] {
        let field = format!("origin: {origin}");
        let response = serving.request("GET /v1 HTTP/1.1", &[&field]).await;
        let allowed = response.field("access-control-allow-origin");
        assert_eq!(allowed.is_some(), shares, "{origin}");
        assert_eq!(
            told.recv().await.unwrap().difference,
            difference,
            "{origin}"
        );
    }
}
