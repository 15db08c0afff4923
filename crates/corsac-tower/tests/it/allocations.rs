//! What the layer allocates, counted: nothing for a decision, and for an answer what the header
//! map needs to hold it.

use std::convert::Infallible;
use std::future::{Future, Ready, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use allocation_counter::measure;
use bytes::Bytes;
use corsac::server::DynamicPolicy;
use corsac::{Policy, Refusal};
use corsac_tower::apply::{Head, PreparedPolicy};
use corsac_tower::{CorsLayer, DynamicCorsLayer, Verdicts};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, Response};
use tower::{Layer, Service};

#[test]
fn a_decision_allocates_nothing() {
    let endless = "a,".repeat(MEBIBYTE / 2);
    let requests = [
        (Method::GET, vec![]),
        (Method::GET, vec![origin(ALLOWED)]),
        (Method::GET, vec![origin("https://evil.test")]),
        (Method::GET, vec![origin("https://app.example/")]),
        (Method::GET, vec![origin(ALLOWED), origin(ALLOWED)]),
        (
            Method::OPTIONS,
            preflight(&["content-type, X-Requested-With"]),
        ),
        (Method::OPTIONS, preflight(&["x-refused"])),
        (Method::OPTIONS, preflight(&[&endless])),
        (Method::OPTIONS, preflight(&[""; 1024])),
    ];
    for policy in [listed(), anything()] {
        let policy = PreparedPolicy::new(policy);
        for (method, fields) in &requests {
            let fields = header_map(fields);
            let info = measure(|| {
                let head = Head::new(method, &fields);
                let _ = std::hint::black_box(policy.answer(&head));
            });
            assert_eq!(info.count_total, 0, "{method} {fields:.200?}");
        }
    }
}

#[test]
fn an_allowed_request_costs_what_the_header_map_needs_for_the_new_fields() {
    let fields = [origin(ALLOWED)];
    let by_hand = measure(|| {
        let mut headers = HeaderMap::new();
        for name in [
            "access-control-allow-origin",
            "access-control-allow-credentials",
        ] {
            headers.insert(name, HeaderValue::from_static("true"));
        }
        headers.insert(
            "access-control-expose-headers",
            HeaderValue::from_static("x"),
        );
        headers.insert("vary", HeaderValue::from_static("Origin"));
    });
    let bare = cost_of(Handler, &Method::GET, &fields);
    let decorated = cost(&listed(), &Method::GET, &fields);
    assert_eq!(bare.allocations, 0);
    assert_eq!(decorated.allocations, by_hand.count_total);
    assert_eq!(decorated.bytes, by_hand.bytes_total);
}

#[test]
fn a_refused_request_costs_what_the_header_map_needs_for_vary() {
    let by_hand = measure(|| {
        let mut headers = HeaderMap::new();
        headers.insert("vary", HeaderValue::from_static("Origin"));
    });
    let layer = CorsLayer::new(listed());
    let refused = [origin("https://evil.test")];
    let refused = cost_of(layer.layer(Handler), &Method::GET, &refused);
    assert_eq!(refused.allocations, by_hand.count_total);
    assert_eq!(refused.bytes, by_hand.bytes_total);
}

#[test]
fn a_hostile_preflight_costs_no_more_than_a_small_one_that_is_refused() {
    for hostile in [
        "a,".repeat(MEBIBYTE / 2),
        "accept,".repeat(MEBIBYTE / 7),
        "accept,".to_owned() + &" ".repeat(MEBIBYTE) + "content-type",
        "x".repeat(MEBIBYTE),
        ",".repeat(MEBIBYTE),
    ] {
        for policy in [listed(), anything()] {
            let [small, hostile] = ["(", &hostile].map(|names| preflight(&[names]));
            let [small, hostile] = [small, hostile].map(|it| cost(&policy, &Method::OPTIONS, &it));
            assert_eq!(hostile, small);
            assert!(small.is_refused);
        }
    }
}

#[test]
fn a_thousand_empty_lines_cost_no_more_than_none() {
    for policy in [listed(), anything()] {
        let none = cost(&policy, &Method::OPTIONS, &preflight(&[]));
        let thousand = cost(&policy, &Method::OPTIONS, &preflight(&[""; 1024]));
        assert_eq!(thousand, none);
        assert!(!none.is_refused);
    }
}

#[test]
fn a_hostile_origin_costs_no_more_than_a_small_malformed_one() {
    let long = format!("https://{}", "a".repeat(MEBIBYTE));
    for method in [Method::GET, Method::OPTIONS] {
        for policy in [listed(), anything()] {
            let small = cost(&policy, &method, &[origin("x"), REQUESTED_METHOD]);
            let hostile = cost(&policy, &method, &[origin(&long), REQUESTED_METHOD]);
            assert_eq!(hostile, small);
            assert!(small.is_refused);
        }
    }
}

#[test]
fn a_clone_costs_the_same_for_any_number_of_origins() {
    let origins = (0..10_000).map(|it| format!("https://app-{it}.example"));
    let policy = Policy::builder(origins).build().unwrap();
    let service = CorsLayer::new(policy).layer(Handler);
    assert_eq!(measure(|| drop(service.clone())).count_total, 0);
    assert_eq!(size_of_val(&service), 3 * size_of::<usize>());
}

#[test]
fn a_function_that_knows_at_once_costs_nothing() {
    let sync = DynamicCorsLayer::sync(dynamic(), |_: &HeaderValue, _: &Parts| true);
    let cost = cost_of(sync.layer(Handler), &Method::GET, &[origin(ALLOWED)]);
    assert_eq!(cost, cost_of_a_listed_origin());
}

#[test]
fn a_function_that_takes_its_time_costs_nothing_itself() {
    let asking = DynamicCorsLayer::new(dynamic(), |_: &HeaderValue, _: &Parts| async { true });
    let cost = cost_of(asking.layer(Handler), &Method::GET, &[origin(ALLOWED)]);
    assert_eq!(cost, cost_of_a_listed_origin());
}

#[test]
fn a_verdict_that_is_kept_costs_the_question() {
    let verdicts = Verdicts::kept_for(Duration::MAX);
    let asking = DynamicCorsLayer::new(dynamic(), |_: &HeaderValue, _: &Parts| async { true });
    let service = asking.with_verdicts(&verdicts).layer(Handler);
    cost_of(service.clone(), &Method::GET, &[origin(ALLOWED)]);
    assert_eq!(verdicts.len(), 1);
    let cost = cost_of(service, &Method::GET, &[origin(ALLOWED)]);
    let listed = cost_of_a_listed_origin();
    assert_eq!(cost.allocations, listed.allocations + 1);
    let question = ALLOWED.len() + "\n\r".len();
    assert_eq!(cost.bytes, listed.bytes + question as u64);
}

/// What the layer costs that has the origin in its list.
fn cost_of_a_listed_origin() -> Cost {
    let listed = Policy::builder([ALLOWED]).build().unwrap();
    let service = CorsLayer::new(listed).layer(Handler);
    cost_of(service, &Method::GET, &[origin(ALLOWED)])
}

fn dynamic() -> DynamicPolicy {
    let listed = Policy::builder(["https://other.example"]);
    listed.build_with_function([""; 0]).unwrap()
}

/// What an exchange costs, and whether the policy refuses something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cost {
    allocations: u64,
    bytes: u64,
    is_refused: bool,
}

fn cost(policy: &Policy, method: &Method, fields: &[Field<'_>]) -> Cost {
    let layer = CorsLayer::new(policy.clone()).refusals_in_extensions();
    cost_of(layer.layer(Handler), method, fields)
}

/// What an exchange with the service costs, the request itself aside.
fn cost_of<S>(mut service: S, method: &Method, fields: &[Field<'_>]) -> Cost
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible>,
{
    let mut request = Request::new(());
    *request.method_mut() = method.clone();
    *request.headers_mut() = header_map(fields);
    let mut request = Some(request);
    let mut is_refused = false;
    let info = measure(|| {
        let request = request.take().expect("it is measured once");
        let future = pin!(service.call(request));
        let answer = future.poll(&mut Context::from_waker(Waker::noop()));
        let Poll::Ready(Ok(response)) = answer else {
            unreachable!("the handler never waits")
        };
        is_refused = response.extensions().get::<Refusal>().is_some();
    });
    Cost {
        allocations: info.count_total,
        bytes: info.bytes_total,
        is_refused,
    }
}

/// A handler that answers without a field.
#[derive(Clone, Copy, Debug)]
struct Handler;

impl Service<Request<()>> for Handler {
    type Response = Response<()>;
    type Error = Infallible;
    type Future = Ready<Result<Response<()>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        ready(Ok(Response::new(())))
    }
}

type Field<'a> = (&'static str, &'a str);

fn origin(value: &str) -> Field<'_> {
    ("origin", value)
}

/// A preflight from an allowed origin with these `Access-Control-Request-Headers` lines.
fn preflight<'a>(names: &[&'a str]) -> Vec<Field<'a>> {
    let names = names
        .iter()
        .map(|names| ("access-control-request-headers", *names));
    [origin(ALLOWED), REQUESTED_METHOD]
        .into_iter()
        .chain(names)
        .collect()
}

/// The fields, with values as hyper makes them: slices of one buffer.
fn header_map(fields: &[Field<'_>]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        let buffer = Bytes::from([value.as_bytes(), b"\r\n"].concat());
        let value = HeaderValue::from_maybe_shared(buffer.slice(..value.len())).unwrap();
        headers.append(*name, value);
    }
    headers
}

fn listed() -> Policy {
    let builder = Policy::builder([ALLOWED, "https://*.example.com", "http://localhost:*"]);
    let builder = builder
        .credentials()
        .methods(["PUT"])
        .expose_headers(["x-total-count"]);
    builder
        .request_headers(["accept", "content-type", "a", "x-requested-with"])
        .build()
        .unwrap()
}

fn anything() -> Policy {
    let builder = Policy::builder([ALLOWED]).credentials();
    builder
        .methods(["*"])
        .request_headers(["*"])
        .build()
        .unwrap()
}

const ALLOWED: &str = "https://app.example";

const REQUESTED_METHOD: Field<'static> = ("access-control-request-method", "PUT");

const MEBIBYTE: usize = 1024 * 1024;
