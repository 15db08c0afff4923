//! What the middleware allocates, counted: what the header map needs to hold the fields, and
//! nothing else.

use std::future::{Future, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, fn_service};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::rt::System;
use actix_web::{Error, HttpResponse};
use allocation_counter::{AllocationInfo, measure};
use corsac::Policy;
use corsac_actix::Cors;

use crate::exchange::request_of;

type Fields = &'static [(&'static str, &'static str)];

/// A request costs with the middleware what it costs when its fields are inserted by hand.
fn check(request: &str, status: u16, by_hand: Fields) {
    let policy = Policy::builder(["https://app.example", "https://*.example.com"]);
    let policy = policy
        .credentials()
        .methods(["PUT"])
        .request_headers(["content-type"])
        .expose_headers(["x-total-count"]);
    let middleware = System::new().block_on(
        Cors::new(policy.build().unwrap())
            .new_transform(fn_service(|request| ready(answer(request, 200, &[])))),
    );
    let middleware = middleware.unwrap();
    let floor = cost(
        &fn_service(move |it| ready(answer(it, status, by_hand))),
        request,
    );
    let with_policy = cost(&middleware, request);
    assert_eq!(
        (with_policy.count_total, with_policy.bytes_total),
        (floor.count_total, floor.bytes_total),
        "{request}"
    );
}

fn answer(request: ServiceRequest, status: u16, fields: Fields) -> Result<ServiceResponse, Error> {
    let mut response = HttpResponse::new(StatusCode::from_u16(status).unwrap());
    for (name, value) in fields {
        let name = HeaderName::from_static(name);
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    Ok(request.into_response(response))
}

/// What an exchange allocates, the second time: the first fills the pools of actix-web.
fn cost<S, B>(service: &S, request: &str) -> AllocationInfo
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    let [_, second] = [(); 2].map(|()| {
        let mut request = Some(request_of(request).to_srv_request());
        measure(|| {
            let request = request.take().expect("it is measured once");
            let future = pin!(service.call(request));
            let answer = future.poll(&mut Context::from_waker(Waker::noop()));
            assert!(matches!(answer, Poll::Ready(Ok(_))));
        })
    });
    second
}

#[test]
fn an_allowed_request_costs_what_the_header_map_needs_for_the_new_fields() {
    check(
        "GET / | origin: https://app.example",
        200,
        &[
            ("access-control-allow-origin", "https://app.example"),
            ("access-control-allow-credentials", "true"),
            ("access-control-expose-headers", "x-total-count"),
            ("vary", "Origin"),
        ],
    );
}

#[test]
fn a_request_without_an_origin_costs_what_vary_needs() {
    check("GET /", 200, &[("vary", "Origin")]);
}

#[test]
fn a_refused_request_costs_what_vary_needs() {
    let request = "GET / | origin: https://evil.test";
    check(request, 200, &[("vary", "Origin")]);
}

#[test]
fn a_preflight_costs_what_its_fields_need() {
    check(
        "OPTIONS / | origin: https://app.example | access-control-request-method: PUT | \
         access-control-request-headers: content-type",
        204,
        &[
            ("access-control-allow-origin", "https://app.example"),
            ("access-control-allow-credentials", "true"),
            ("access-control-allow-methods", "PUT"),
            ("access-control-allow-headers", "content-type"),
            ("vary", "Origin"),
        ],
    );
}
