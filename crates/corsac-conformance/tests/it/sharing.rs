//! What requests, responses and clones share, and that none of them can change it for another.

use std::convert::Infallible;

use corsac::Policy;
use corsac::server::PreparedValue;
use corsac_tower::{Cors, CorsLayer};
use http::{HeaderMap, HeaderValue, Request, Response, header};
use tower::util::ServiceFn;
use tower::{Layer, Service, ServiceExt, service_fn};

fn policy(n_origins: usize) -> Policy {
    let origins = (0..n_origins).map(|number| format!("https://app-{number}.example"));
    let policy = Policy::builder(origins)
        .credentials()
        .expose_headers(["x-total-count"])
        .build();
    policy.unwrap_or_else(|errors| panic!("{errors}"))
}

type Handler = fn(Request<()>) -> std::future::Ready<Result<Response<()>, Infallible>>;

fn service(policy: Policy) -> Cors<ServiceFn<Handler>> {
    CorsLayer::new(policy).layer(service_fn(|_| std::future::ready(Ok(Response::new(())))))
}

async fn fields_of_an_allowed_request(service: &mut Cors<ServiceFn<Handler>>) -> HeaderMap {
    let mut request = Request::new(());
    request.headers_mut().insert(
        header::ORIGIN,
        HeaderValue::from_static("https://app-0.example"),
    );
    let service = service.ready().await.expect("it is always ready");
    let Ok(response) = service.call(request).await;
    response.headers().clone()
}

#[tokio::test]
async fn changing_the_fields_of_one_response_changes_no_other() {
    let mut service = service(policy(1));
    let mut first = fields_of_an_allowed_request(&mut service).await;
    let unchanged = first.clone();
    for value in first.values_mut() {
        *value = HeaderValue::from_static("changed");
    }
    first.clear();
    assert_eq!(fields_of_an_allowed_request(&mut service).await, unchanged);
}

#[test]
fn cloning_the_service_allocates_nothing_however_many_origins_there_are() {
    for n_origins in [1, 1000] {
        let service = service(policy(n_origins));
        let allocations =
            allocation_counter::measure(|| drop(std::hint::black_box(service.clone())));
        assert_eq!(allocations.count_total, 0, "{n_origins} origins");
    }
}

#[test]
fn restricting_a_policy_makes_another_and_changes_none() {
    let policy = Policy::builder(["https://app.example"])
        .methods(["PUT", "DELETE"])
        .build();
    let policy = policy.unwrap_or_else(|errors| panic!("{errors}"));
    let same = policy.clone();
    let restricted = policy.with_existing_methods(["PUT"]);
    let restricted = restricted.unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(restricted.value(PreparedValue::Methods), Some(&b"PUT"[..]));
    assert_eq!(
        policy.value(PreparedValue::Methods),
        Some(&b"PUT, DELETE"[..])
    );
    assert_eq!(
        same.value(PreparedValue::Methods),
        Some(&b"PUT, DELETE"[..])
    );
}
