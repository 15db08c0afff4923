//! The rows of actix-web: a handler, fields by hand, actix-cors and corsac.

mod by_hand;

use std::future::{Future, ready};
use std::hint::black_box;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use actix_cors::Cors as ActixCors;
use actix_web::body::BoxBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, fn_service};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::{Next, from_fn};
use actix_web::rt::System;
use actix_web::test::TestRequest;
use actix_web::{Error, HttpResponse};
use by_hand::LayerByHand;
use corsac::Policy;
use corsac_actix::Cors;

use crate::{AS_A_FUNCTION, AS_A_LAYER, HANDLER_ALONE, IN_THE_HANDLER, Row};

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
        let key = (kind, n_origins);
        let handler = Rc::new(fn_service(|request| ready(handle(request))));
        let in_the_handler = fn_service(move |request| ready(in_the_handler(kind, request)));
        let as_a_layer = middleware(LayerByHand(kind));
        let as_a_function = middleware(from_fn(move |request, next| {
            as_a_function(kind, request, next)
        }));
        rows.push(row(key, HANDLER_ALONE, handler));
        rows.push(row(key, IN_THE_HANDLER, Rc::new(in_the_handler)));
        rows.push(row(key, AS_A_LAYER, Rc::new(as_a_layer)));
        rows.push(row(key, AS_A_FUNCTION, Rc::new(as_a_function)));
        rows.push(row(key, "actix-cors", Rc::clone(&peer)));
        rows.push(row(key, "corsac-actix", Rc::clone(&corsac)));
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

/// The floor: the right fields for one kind of request, inserted without a question in the
/// handler.
fn in_the_handler(kind: Kind, request: ServiceRequest) -> Answer {
    let origin = match kind {
        Kind::Allowed | Kind::AllowedPreflight => request.headers().get(&header::ORIGIN).cloned(),
        Kind::Refused | Kind::WithoutOrigin => None,
    };
    let mut response = match kind {
        Kind::AllowedPreflight => request.into_response(HttpResponse::new(StatusCode::NO_CONTENT)),
        Kind::Allowed | Kind::Refused | Kind::WithoutOrigin => handle(request)?,
    };
    insert_by_hand(kind, origin, response.headers_mut());
    Ok(response)
}

/// The floor as most write it: a function around the handler, whose future is in a box.
async fn as_a_function(
    kind: Kind,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse, Error> {
    let origin = match kind {
        Kind::Allowed | Kind::AllowedPreflight => request.headers().get(&header::ORIGIN).cloned(),
        Kind::Refused | Kind::WithoutOrigin => None,
    };
    let mut response = match kind {
        Kind::AllowedPreflight => request.into_response(HttpResponse::new(StatusCode::NO_CONTENT)),
        Kind::Allowed | Kind::Refused | Kind::WithoutOrigin => next.call(request).await?,
    };
    insert_by_hand(kind, origin, response.headers_mut());
    Ok(response)
}

fn insert_by_hand(kind: Kind, origin: Option<HeaderValue>, headers: &mut HeaderMap) {
    if let Some(origin) = origin {
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
