//! The refusal, for the handler and for the middleware around.

use std::cell::Cell;
use std::rc::Rc;

use actix_web::dev::Service;
use actix_web::test::{init_service, try_call_service};
use actix_web::{App, HttpMessage, HttpRequest, HttpResponse, web};
use corsac::{Policy, PolicyBuilder, Refusal};
use corsac_actix::Cors;

use crate::exchange::request_of;

/// What the handler and what is around the middleware learn; the handler's is none if it was not
/// called.
async fn check(builder: PolicyBuilder, request: &str, expected: [Option<&str>; 2]) {
    let handler = async |request: HttpRequest| {
        let code = code_of(request.extensions().get()).unwrap_or("none");
        HttpResponse::Ok().insert_header(("x-code", code)).finish()
    };
    let app = App::new()
        .default_service(web::to(handler))
        .wrap(Cors::new(builder.build().unwrap()).refusals_in_extensions());
    let app = init_service(app).await;
    let answer = try_call_service(&app, request_of(request).to_request()).await;
    let response = answer.unwrap();
    let in_handler = response.headers().get("x-code");
    let in_handler = in_handler.map(|it| it.to_str().unwrap());
    assert_eq!(in_handler, expected[0], "{request}");
    let outside = response.request().extensions();
    assert_eq!(code_of(outside.get()), expected[1], "{request}");
}

fn policy() -> PolicyBuilder {
    Policy::builder(["https://app.example"])
}

#[actix_web::test]
async fn the_handler_and_what_is_outside_learn_why_an_origin_is_refused() {
    for (origin, code) in [
        ("https://evil.test", "origin-not-allowed"),
        ("https://app.example/", "malformed-origin"),
    ] {
        let request = format!("GET / | origin: {origin}");
        check(policy(), &request, [Some(code), Some(code)]).await;
    }
}

#[actix_web::test]
async fn where_nothing_is_refused_nobody_hears_of_a_refusal() {
    let request = "GET / | origin: https://app.example";
    check(policy(), request, [Some("none"), None]).await;
    check(policy(), "GET /", [Some("none"), None]).await;
}

#[actix_web::test]
async fn unless_asked_for_no_refusal_is_in_extensions() {
    let app = App::new().wrap(Cors::new(policy().build().unwrap()));
    let app = init_service(app).await;
    let request = request_of("GET / | origin: https://evil.test").to_request();
    let response = try_call_service(&app, request).await.unwrap();
    let extensions = response.request().extensions();
    assert_eq!(extensions.get::<Refusal>(), None);
}

#[actix_web::test]
async fn what_is_outside_learns_why_a_preflight_is_refused() {
    let request = "OPTIONS / | origin: https://app.example | access-control-request-method: DELETE";
    check(policy(), request, [None, Some("method-not-allowed")]).await;
}

#[actix_web::test]
async fn a_policy_that_rejects_keeps_refused_origins_from_the_handler() {
    let rejecting = policy().reject_refused_origins();
    let request = "GET / | origin: https://evil.test";
    check(rejecting, request, [None, Some("origin-not-allowed")]).await;
}

#[actix_web::test]
async fn what_is_outside_of_an_error_learns_why_an_origin_is_refused() {
    let learned = Rc::new(Cell::new(None));
    let outside = Rc::clone(&learned);
    let app = App::new()
        .wrap_fn(|_, _| async {
            let error = actix_web::error::ErrorUnauthorized("");
            Err::<actix_web::dev::ServiceResponse, _>(error)
        })
        .wrap(Cors::new(policy().build().unwrap()).refusals_in_extensions())
        .wrap_fn(move |request, service| {
            let (asked, outside) = (request.request().clone(), Rc::clone(&outside));
            let answer = service.call(request);
            async move {
                let answer = answer.await;
                outside.set(asked.extensions().get().copied());
                answer
            }
        });
    let app = init_service(app).await;
    let request = request_of("GET / | origin: https://evil.test").to_request();
    assert!(try_call_service(&app, request).await.is_err());
    assert_eq!(learned.get(), Some(Refusal::OriginNotAllowed));
}

fn code_of(refusal: Option<&Refusal>) -> Option<&'static str> {
    refusal.map(Refusal::code)
}
