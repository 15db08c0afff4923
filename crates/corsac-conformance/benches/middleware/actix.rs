//! The rows of actix-web: a handler, fields by hand, actix-cors and corsac.

use std::future::{Future, ready};
use std::hint::black_box;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use actix_cors::Cors as ActixCors;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, fn_service};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::rt::System;
use actix_web::test::TestRequest;
use actix_web::{Error, HttpResponse};
use corsac::Policy;
use corsac_actix::Cors;

use crate::Row;

type Answer = Result<ServiceResponse, Error>;

/// The kinds of requests that are measured, as for tower.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Allowed,
    Refused,
    WithoutOrigin,
    AllowedPreflight,
}

impl Kind {
    const ALL: [Self; 4] = [
        Self::Allowed,
        Self::Refused,
        Self::WithoutOrigin,
        Self::AllowedPreflight,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed request",
            Self::Refused => "refused request",
            Self::WithoutOrigin => "without Origin",
            Self::AllowedPreflight => "allowed preflight",
        }
    }

    fn request(self, n_origins: usize) -> ServiceRequest {
        let mut request = TestRequest::default();
        for (name, value) in [
            (header::HOST, "api.example"),
            (header::USER_AGENT, "Mozilla/5.0 (X11; Linux x86_64)"),
            (header::ACCEPT, "*/*"),
            (header::REFERER, "https://app.example/"),
            (header::ACCEPT_ENCODING, "gzip, deflate, br, zstd"),
            (header::ACCEPT_LANGUAGE, "en-US,en;q=0.9"),
        ] {
            request = request.insert_header((name, shared(value)));
        }
        let origin = match self {
            Self::Allowed | Self::AllowedPreflight => Some(origin(n_origins / 2)),
            Self::Refused => Some("https://evil.test".to_owned()),
            Self::WithoutOrigin => None,
        };
        if let Some(origin) = origin {
            request = request.insert_header((header::ORIGIN, shared(&origin)));
        }
        if self == Self::AllowedPreflight {
            let names = shared("authorization,content-type");
            request = request
                .method(Method::OPTIONS)
                .insert_header((header::ACCESS_CONTROL_REQUEST_METHOD, shared("PUT")))
                .insert_header((header::ACCESS_CONTROL_REQUEST_HEADERS, names));
        }
        request.to_srv_request()
    }
}

pub(crate) fn rows(n_origins: usize) -> Vec<Row> {
    let corsac = Rc::new(middleware(corsac(n_origins)));
    let peer = Rc::new(middleware(actix_cors(n_origins)));
    let mut rows = Vec::new();
    for kind in Kind::ALL {
        let handler = Rc::new(fn_service(|request| ready(handle(request))));
        let by_hand = Rc::new(fn_service(move |request| ready(by_hand(kind, request))));
        rows.push(row((kind, n_origins), "handler alone", handler));
        rows.push(row((kind, n_origins), "by hand", by_hand));
        rows.push(row((kind, n_origins), "actix-cors", Rc::clone(&peer)));
        rows.push(row((kind, n_origins), "corsac-actix", Rc::clone(&corsac)));
    }
    rows
}

fn row<S, B>((kind, n_origins): (Kind, usize), subject: &'static str, service: Rc<S>) -> Row
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
{
    Row {
        framework: "actix",
        subject,
        request: kind.name(),
        exchanges: Box::new(move |n_exchanges| {
            let service = Rc::clone(&service);
            let requests = (0..n_exchanges).map(|_| kind.request(n_origins));
            let requests: Vec<_> = requests.collect();
            Box::new(move || {
                for request in requests {
                    let future = pin!(service.call(request));
                    let answer = future.poll(&mut Context::from_waker(Waker::noop()));
                    let Poll::Ready(Ok(response)) = answer else {
                        unreachable!("the bench's handler never waits or fails")
                    };
                    drop(black_box(response));
                }
            })
        }),
    }
}

fn handle(request: ServiceRequest) -> Answer {
    let mut response = HttpResponse::new(StatusCode::OK);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("17"));
    Ok(request.into_response(response))
}

/// The floor: the right fields for one kind of request, inserted without a question.
fn by_hand(kind: Kind, request: ServiceRequest) -> Answer {
    let is_allowed = matches!(kind, Kind::Allowed | Kind::AllowedPreflight);
    let origin = is_allowed.then(|| request.headers().get(&header::ORIGIN).cloned());
    let mut response = match kind {
        Kind::AllowedPreflight => request.into_response(HttpResponse::new(StatusCode::NO_CONTENT)),
        Kind::Allowed | Kind::Refused | Kind::WithoutOrigin => handle(request)?,
    };
    let headers = response.headers_mut();
    if let Some(origin) = origin.flatten() {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    let set: &[(HeaderName, &'static str)] = match kind {
        Kind::Allowed => &[
            (header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true"),
            (header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED),
        ],
        Kind::AllowedPreflight => &[
            (header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true"),
            (header::ACCESS_CONTROL_ALLOW_METHODS, "PUT, DELETE"),
            (
                header::ACCESS_CONTROL_ALLOW_HEADERS,
                "authorization, content-type",
            ),
            (header::ACCESS_CONTROL_MAX_AGE, "7200"),
        ],
        Kind::Refused | Kind::WithoutOrigin => &[],
    };
    for (name, value) in set {
        headers.insert(name.clone(), HeaderValue::from_static(value));
    }
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    Ok(response)
}

/// The middleware around the handler.
fn middleware<T, B>(transform: T) -> T::Transform
where
    T: Transform<BoxedHandler, ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    let handler: BoxedHandler = Box::new(fn_service(|request| ready(handle(request))));
    let made = System::new().block_on(transform.new_transform(handler));
    made.ok().expect("the bench's policies are valid")
}

type BoxedHandler =
    Box<dyn Service<ServiceRequest, Response = ServiceResponse, Error = Error, Future = Handled>>;

type Handled = std::future::Ready<Answer>;

fn corsac(n_origins: usize) -> Cors {
    let policy = Policy::builder((0..n_origins).map(origin))
        .credentials()
        .methods(["PUT", "DELETE"])
        .request_headers(["authorization", "content-type"])
        .expose_headers([EXPOSED])
        .max_age(std::time::Duration::from_secs(7200));
    Cors::new(policy.build().expect("the bench's policy is valid"))
}

/// The same policy, as far as actix-cors has it.
fn actix_cors(n_origins: usize) -> ActixCors {
    let cors = (0..n_origins).fold(ActixCors::default(), |cors, it| {
        cors.allowed_origin(&origin(it))
    });
    cors.supports_credentials()
        .allowed_methods(["PUT", "DELETE"])
        .allowed_headers(["authorization", "content-type"])
        .expose_headers([EXPOSED])
        .max_age(7200)
}

fn origin(number: usize) -> String {
    format!("https://app-{number:03}.example")
}

/// A value as the server makes it: one that is cloned without an allocation.
fn shared(value: &str) -> HeaderValue {
    let value = HeaderValue::from_str(value).expect("the bench's values are field values");
    value.clone()
}

const EXPOSED: &str = "x-total-count";
