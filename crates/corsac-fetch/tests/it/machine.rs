//! Whole fetches, driven by hand: what goes over the wire and what the page sees.

use std::time::Duration;

use corsac::origin::Origin;
use corsac::user_agent::{Header, HeaderList, RequestOrigin, TupleOrigin};
use corsac_fetch::{
    Body, FetchRequest, NetworkError, Outcome, Page, Pending, Profile, ReferrerPolicy,
    ResponseHead, Step, StepOutcome, TransportFailure, UserAgent, fetch,
};
use url::Url;

use crate::support::url;

const NOW: Duration = Duration::from_secs(1_800_000_000);

fn page() -> Page {
    let origin = Origin::parse(b"https://app.example").expect("an origin");
    Page {
        origin: RequestOrigin::Tuple(TupleOrigin::new(&origin)),
        url: url("https://app.example/dir/page.html").into(),
        referrer_policy: ReferrerPolicy::default(),
        address: None,
    }
}

fn request(method: &str, url: &str) -> FetchRequest {
    FetchRequest {
        method: method.into(),
        ..FetchRequest::new(url)
    }
}

/// A response of lines: a status, then `name: value`.
fn response(text: &str) -> ResponseHead {
    let mut lines = text.lines();
    let status = lines
        .next()
        .and_then(|it| it.parse().ok())
        .expect("a status");
    let split = |line: &str| {
        let (name, value) = line.split_once(": ").expect("a colon");
        Header::new(name.as_bytes(), value.as_bytes()).expect("a header")
    };
    ResponseHead {
        status,
        status_text: Vec::new(),
        headers: lines.map(split).collect(),
        address: None,
    }
}

/// Drives a fetch with these responses, one after the other, and tells what was sent.
fn drive(ua: &mut UserAgent, request: FetchRequest, responses: &[&str]) -> (Vec<String>, Outcome) {
    let mut step = fetch(ua, &page(), request, NOW).expect("a request");
    let mut sent = Vec::new();
    let mut responses = responses.iter();
    loop {
        match step {
            Step::Send(outgoing, pending) => {
                let method = String::from_utf8_lossy(&outgoing.method).into_owned();
                let origin = shown(&outgoing.headers, "origin");
                sent.push(format!("{method} {} {origin}", outgoing.url));
                let next = responses.next().expect("a response for each request");
                step = pending.receive(ua, response(next), NOW);
            }
            Step::Done(outcome) => {
                assert_eq!(
                    responses.next(),
                    None,
                    "every response is asked for: {sent:?}"
                );
                return (sent, *outcome);
            }
        }
    }
}

fn shown(headers: &HeaderList, name: &str) -> String {
    let value = headers.get(name.as_bytes());
    value.map_or_else(
        || "-".into(),
        |value| String::from_utf8_lossy(&value).into_owned(),
    )
}

fn code(outcome: &Outcome) -> &'static str {
    outcome
        .result
        .as_ref()
        .err()
        .map_or("ok", NetworkError::code)
}

const ALLOWED: &str = "200\naccess-control-allow-origin: https://app.example\nx-a: 1";

#[test]
fn a_safelisted_request_is_sent_and_checked() {
    let mut ua = UserAgent::default();
    let (sent, outcome) = drive(&mut ua, request("get", "https://api.example/"), &[ALLOWED]);
    assert_eq!(sent, ["GET https://api.example/ https://app.example"]);
    let response = outcome.result.expect("shared");
    assert_eq!(response.status, 200);
    assert!(!response.headers.contains(b"x-a"));
    let (_, outcome) = drive(&mut ua, request("GET", "https://api.example/"), &["200"]);
    assert_eq!(code(&outcome), "cors-check/missing-allow-origin");
}

#[test]
fn a_preflight_is_sent_once_and_kept() {
    let mut ua = UserAgent::default();
    let preflight = "204\naccess-control-allow-origin: *\naccess-control-allow-methods: PUT";
    let put = || request("PUT", "https://api.example/");
    let (sent, outcome) = drive(&mut ua, put(), &[preflight, ALLOWED]);
    assert_eq!(sent.len(), 2);
    assert!(sent[0].starts_with("OPTIONS") && sent[1].starts_with("PUT"));
    assert_eq!(code(&outcome), "ok");
    let (sent, _) = drive(&mut ua, put(), &[ALLOWED]);
    assert_eq!(sent.len(), 1, "the second is answered from the cache");
    let (_, outcome) = drive(&mut ua, put(), &["200"]);
    assert_eq!(code(&outcome), "cors-check/missing-allow-origin");
    let (sent, _) = drive(&mut ua, put(), &[preflight, ALLOWED]);
    assert_eq!(sent.len(), 2, "a failure clears what was allowed");
}

#[test]
fn a_redirect_from_one_foreign_origin_to_another_taints() {
    let mut ua = UserAgent::default();
    let redirect = "302\naccess-control-allow-origin: *\nlocation: https://other.test/";
    let (sent, outcome) = drive(
        &mut ua,
        request("GET", "https://api.example/"),
        &[redirect, "200\naccess-control-allow-origin: null"],
    );
    assert_eq!(sent[1], "GET https://other.test/ null");
    let response = outcome.result.expect("shared");
    assert!(response.redirected);
    assert_eq!(
        response.url.as_deref().map(Url::as_str),
        Some("https://other.test/")
    );
}

#[test]
fn a_redirect_without_permission_is_not_followed() {
    let mut ua = UserAgent::default();
    let redirect = "302\nlocation: https://app.example/";
    let get = request("GET", "https://api.example/");
    let (sent, outcome) = drive(&mut ua, get, &[redirect]);
    assert_eq!(
        (sent.len(), code(&outcome)),
        (1, "cors-check/missing-allow-origin")
    );
}

#[test]
fn a_redirected_request_is_preflighted_anew() {
    let mut ua = UserAgent::default();
    let mut put = request("PUT", "https://api.example/a");
    put.body = Some(Body::Bytes {
        bytes: (*b"x").into(),
        content_type: None,
    });
    put.headers
        .push((b"Authorization".to_vec(), b"secret".to_vec()));
    let allow = "204\naccess-control-allow-origin: *\naccess-control-allow-methods: PUT\naccess-control-allow-headers: authorization";
    let redirect = "307\naccess-control-allow-origin: *\nlocation: https://other.test/";
    let (sent, outcome) = drive(
        &mut ua,
        put,
        &[
            allow,
            redirect,
            allow,
            "200\naccess-control-allow-origin: *",
        ],
    );
    assert_eq!(
        sent,
        [
            "OPTIONS https://api.example/a https://app.example",
            "PUT https://api.example/a https://app.example",
            "OPTIONS https://other.test/ null",
            "PUT https://other.test/ null",
        ]
    );
    let dropped = outcome
        .trace
        .events()
        .iter()
        .any(|event| event.outcome == StepOutcome::AuthorizationDropped);
    assert!(dropped);
    let last = &outcome.trace.exchanges()[3];
    assert!(!last.sent.headers.contains(b"authorization"));
}

#[test]
fn twenty_redirects_are_followed_and_not_one_more() {
    let mut ua = UserAgent::default();
    let redirect = "301\nlocation: /next";
    let responses = [vec![redirect; 20], vec!["200"]].concat();
    let (sent, outcome) = drive(&mut ua, request("GET", "https://app.example/"), &responses);
    assert_eq!((sent.len(), code(&outcome)), (21, "ok"));
    let responses = vec![redirect; 21];
    let (_, outcome) = drive(&mut ua, request("GET", "https://app.example/"), &responses);
    assert_eq!(code(&outcome), "redirect/too-many");
}

#[test]
fn a_failed_preflight_says_which_bytes_are_wrong() {
    let mut ua = UserAgent::default();
    let preflight = "204\naccess-control-allow-origin: https://app.example/";
    let (_, outcome) = drive(
        &mut ua,
        request("PUT", "https://api.example/"),
        &[preflight],
    );
    assert_eq!(code(&outcome), "preflight/allow-origin-mismatch");
    let comparison = outcome
        .trace
        .events()
        .iter()
        .find_map(|event| match &event.outcome {
            StepOutcome::Compared(comparison) => Some(comparison),
            _ => None,
        });
    let comparison = comparison.expect("the origin was compared");
    assert_eq!((comparison.span.clone(), comparison.holds), (19..20, false));
}

#[test]
fn no_response_is_a_network_error() {
    let mut ua = UserAgent::new(Profile::Chromium);
    let step = fetch(
        &mut ua,
        &page(),
        request("GET", "https://api.example/"),
        NOW,
    );
    let Ok(Step::Send(_, pending)) = step else {
        panic!("a request is sent")
    };
    let pending: Pending = pending;
    let Step::Done(outcome) = pending.fail(&mut ua, TransportFailure::Dns) else {
        panic!("the fetch is over")
    };
    assert_eq!(code(&outcome), "transport/no-response");
}
