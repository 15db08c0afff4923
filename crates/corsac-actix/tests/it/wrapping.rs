//! What the middleware is around, and what it therefore answers and decorates.

use actix_web::dev::ServiceResponse;
use actix_web::error::ErrorUnauthorized;
use actix_web::middleware::{DefaultHeaders, NormalizePath};
use actix_web::test::{init_service, try_call_service};
use actix_web::{App, HttpResponse, get, web};
use corsac::Policy;
use corsac_actix::Cors;

use crate::exchange::exchange;

/// An app with everything that can answer, and its middleware around it.
async fn check(request: &str, expected: &str) {
    let app = App::new()
        .route("/", web::get().to(async || "hello"))
        .service(
            web::resource("/pets/{id}")
                .route(web::get().to(async |id: web::Path<u32>| format!("pet {id}")))
                .route(web::put().to(async || HttpResponse::NoContent())),
        )
        .route(
            "/asked",
            web::method(options()).to(async || "the app's own"),
        )
        .route("/fails", web::get().to(fails))
        .wrap(Cors::new(policy()));
    let app = init_service(app).await;
    assert_eq!(exchange(&app, request).await, expected, "{request}");
}

async fn fails() -> Result<&'static str, actix_web::Error> {
    Err(actix_web::error::ErrorInternalServerError("broken"))
}

fn options() -> actix_web::http::Method {
    actix_web::http::Method::OPTIONS
}

fn policy() -> Policy {
    let builder = Policy::builder([ORIGIN]).credentials();
    builder.methods(["PUT"]).build().unwrap()
}

const ORIGIN: &str = "https://app.example";

const SHARED: &str = "access-control-allow-credentials: true | \
                      access-control-allow-origin: https://app.example";

#[actix_web::test]
async fn a_handlers_response_is_decorated() {
    check(
        "GET / | origin: https://app.example",
        &format!("200 | {SHARED} | vary: Origin"),
    )
    .await;
    check("GET /", "200 | vary: Origin").await;
    check("GET / | origin: https://evil.test", "200 | vary: Origin").await;
}

#[actix_web::test]
async fn every_error_is_decorated() {
    for (request, status) in [
        ("GET /nothing", "404"),
        ("DELETE /pets/1", "405"),
        ("GET /pets/not-a-number", "404"),
        ("GET /fails", "500"),
    ] {
        check(
            &format!("{request} | origin: {ORIGIN}"),
            &format!("{status} | {SHARED} | vary: Origin"),
        )
        .await;
        check(request, &format!("{status} | vary: Origin")).await;
    }
}

#[actix_web::test]
async fn a_preflight_is_answered_wherever_it_goes() {
    for path in ["/", "/pets/1", "/nothing", "/asked"] {
        check(
            &format!("OPTIONS {path} | origin: {ORIGIN} | access-control-request-method: PUT"),
            "204 | access-control-allow-credentials: true | access-control-allow-methods: PUT | \
             access-control-allow-origin: https://app.example | vary: Origin",
        )
        .await;
    }
    check(
        "OPTIONS /pets/1 | origin: https://evil.test | access-control-request-method: PUT",
        "403 | vary: Origin",
    )
    .await;
}

#[actix_web::test]
async fn options_that_is_no_preflight_belongs_to_the_app() {
    check(
        &format!("OPTIONS /asked | origin: {ORIGIN}"),
        &format!("200 | {SHARED} | vary: Origin"),
    )
    .await;
    check("OPTIONS /asked", "200 | vary: Origin").await;
}

#[actix_web::test]
async fn the_error_of_a_middleware_inside_is_decorated_and_stays_an_error() {
    let app = App::new()
        .route("/", web::get().to(async || "hello"))
        .wrap_fn(|_, _| async { Err::<ServiceResponse, _>(ErrorUnauthorized("no token")) })
        .wrap(Cors::new(policy()));
    let app = init_service(app).await;
    let request = format!("GET / | origin: {ORIGIN}");
    let told = exchange(&app, &request).await;
    assert_eq!(told, format!("401 | {SHARED} | vary: Origin"));

    let request = crate::exchange::request_of(&request).to_request();
    let answer = try_call_service(&app, request).await;
    let error = answer.map(|_| ()).unwrap_err();
    assert_eq!(error.to_string(), "no token");
}

#[actix_web::test]
async fn preflights_do_not_reach_what_refuses_them_when_it_is_inside() {
    let app = App::new()
        .wrap_fn(|_, _| async { Err::<ServiceResponse, _>(ErrorUnauthorized("")) })
        .wrap(Cors::new(policy()));
    let app = init_service(app).await;
    let preflight = format!("OPTIONS / | origin: {ORIGIN} | access-control-request-method: GET");
    let told = exchange(&app, &preflight).await;
    assert!(told.starts_with("204 "), "{told}");
}

#[actix_web::test]
async fn a_scope_and_a_resource_have_policies_of_their_own() {
    let everyone = Cors::new(Policy::builder(["*"]).build().unwrap());
    let shop = web::scope("/shop")
        .route("/orders", web::get().to(async || "[]"))
        .wrap(Cors::new(policy()));
    let catalogue = web::resource("/catalogue")
        .route(web::get().to(async || "tea"))
        .wrap(everyone);
    let app = init_service(App::new().service(shop).service(catalogue)).await;
    for (request, expected) in [
        ("GET /shop/orders", format!("200 | {SHARED} | vary: Origin")),
        (
            "GET /shop/nothing",
            format!("404 | {SHARED} | vary: Origin"),
        ),
        (
            "DELETE /catalogue",
            "405 | access-control-allow-origin: *".to_owned(),
        ),
        (
            "GET /catalogue",
            "200 | access-control-allow-origin: *".to_owned(),
        ),
        ("GET /nothing", "404".to_owned()),
    ] {
        let told = exchange(&app, &format!("{request} | origin: {ORIGIN}")).await;
        assert_eq!(told, expected, "{request}");
    }
    for (path, expected) in [
        (
            "/shop/orders",
            "204 | access-control-allow-credentials: true | access-control-allow-methods: PUT | access-control-allow-origin: https://app.example | vary: Origin",
        ),
        (
            "/catalogue",
            "204 | access-control-allow-methods: GET, HEAD, POST | access-control-allow-origin: *",
        ),
    ] {
        let request =
            format!("OPTIONS {path} | origin: {ORIGIN} | access-control-request-method: GET");
        assert_eq!(exchange(&app, &request).await, expected, "{path}");
    }
}

#[get("/by-attribute", wrap = "Cors::new(policy())")]
async fn by_attribute() -> &'static str {
    "hello"
}

/// The documentation says so: the resource is for `GET` alone.
#[actix_web::test]
async fn a_preflight_does_not_reach_a_resource_for_one_method() {
    let app = init_service(App::new().service(by_attribute)).await;
    let request = format!("GET /by-attribute | origin: {ORIGIN}");
    assert_eq!(
        exchange(&app, &request).await,
        format!("200 | {SHARED} | vary: Origin")
    );
    let preflight =
        format!("OPTIONS /by-attribute | origin: {ORIGIN} | access-control-request-method: PUT");
    assert_eq!(exchange(&app, &preflight).await, "404");
}

#[actix_web::test]
async fn what_the_handler_varies_on_is_kept() {
    let handler = async || {
        HttpResponse::Ok()
            .append_header(("vary", "accept-encoding"))
            .append_header(("vary", "cookie"))
            .append_header(("access-control-allow-origin", "https://evil.test"))
            .finish()
    };
    let app = App::new()
        .route("/", web::get().to(handler))
        .wrap(Cors::new(policy()));
    let app = init_service(app).await;
    assert_eq!(
        exchange(&app, "GET / | origin: https://evil.test").await,
        "200 | vary: Origin | vary: accept-encoding | vary: cookie"
    );
}

#[actix_web::test]
async fn it_goes_with_other_middleware() {
    let app = App::new()
        .route("/", web::get().to(async || "hello"))
        .wrap(DefaultHeaders::new().add(("x-version", "1")))
        .wrap(Cors::new(policy()))
        .wrap(NormalizePath::trim());
    let app = init_service(app).await;
    let told = exchange(&app, &format!("GET / | origin: {ORIGIN}")).await;
    assert!(told.contains(SHARED), "{told}");
}
