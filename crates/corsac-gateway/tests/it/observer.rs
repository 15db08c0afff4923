//! What an embedder sees of the exchanges.

use std::sync::{Arc, Mutex};

use corsac::Refusal;
use corsac_gateway::{AnsweredBy, Exchange, Failure};

use crate::harness::{Serving, Upstream, config, gateway};

#[derive(Debug, PartialEq)]
struct Seen {
    line: String,
    via: bool,
    status: u16,
    allow_origin: Option<String>,
    by: AnsweredBy,
    refusal: Option<Refusal>,
}

impl Seen {
    fn new(exchange: &Exchange<'_>) -> Self {
        let allow_origin = exchange.response_headers.get("access-control-allow-origin");
        Self {
            line: format!("{} {}", exchange.method, exchange.uri),
            via: exchange.request_headers.contains_key("via"),
            status: exchange.status.as_u16(),
            allow_origin: allow_origin.map(|it| it.to_str().unwrap().to_owned()),
            by: exchange.answered_by,
            refusal: exchange.refusal,
        }
    }
}

async fn check(line: &str, fields: &[&str], expected: Seen) {
    let (upstream, _heads) = Upstream::recording().await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let observer = {
        let seen = Arc::clone(&seen);
        Arc::new(move |exchange: &Exchange<'_>| seen.lock().unwrap().push(Seen::new(exchange)))
    };
    let gateway = gateway(&config(upstream.address, "")).with_observer(observer);
    let serving = Serving::start(&gateway).await;
    serving.request(&format!("{line} HTTP/1.1"), fields).await;
    assert_eq!(*seen.lock().unwrap(), [expected]);
}

fn seen(line: &str, status: u16, by: AnsweredBy) -> Seen {
    Seen {
        line: line.to_owned(),
        via: false,
        status,
        allow_origin: None,
        by,
        refusal: None,
    }
}

#[tokio::test]
async fn an_observer_sees_what_the_upstream_answers() {
    let expected = Seen {
        allow_origin: Some("https://app.example".into()),
        ..seen("GET /v1/pets?page=2", 200, AnsweredBy::Upstream)
    };
    check(
        "GET /v1/pets?page=2",
        &["origin: https://app.example"],
        expected,
    )
    .await;
}

#[tokio::test]
async fn an_observer_sees_what_the_policy_refuses() {
    let refusal = Some(Refusal::OriginNotAllowed);
    let stranger = "origin: https://stranger.example";
    let expected = Seen {
        refusal,
        ..seen("GET /v1", 200, AnsweredBy::Upstream)
    };
    check("GET /v1", &[stranger], expected).await;
    let preflight = [stranger, "access-control-request-method: PUT"];
    let expected = Seen {
        refusal,
        ..seen("OPTIONS /v1", 403, AnsweredBy::Policy)
    };
    check("OPTIONS /v1", &preflight, expected).await;
}

#[tokio::test]
async fn an_observer_sees_what_the_gateway_answers_itself() {
    let by = AnsweredBy::Gateway(Failure::NoRoute);
    check("GET /elsewhere", &[], seen("GET /elsewhere", 404, by)).await;
    let expected = seen("OPTIONS /v1", 204, AnsweredBy::Itself);
    check("OPTIONS /v1", &["max-forwards: 0"], expected).await;
}
