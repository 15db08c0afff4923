//! What is measured: a handler alone, the same fields inserted by hand, and the two layers.

use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use corsac::Policy;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use tower::Service;

/// The body of requests and responses: nothing of it is measured.
pub(crate) type Body = ();

/// What a handler answers: 200, with the fields of a small JSON body or with none.
#[derive(Clone)]
pub(crate) struct Handler {
    pub(crate) fields: HandlerFields,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum HandlerFields {
    None,
    Json,
}

impl Service<Request<Body>> for Handler {
    type Response = Response<Body>;
    type Error = std::convert::Infallible;
    type Future = Ready<Result<Response<Body>, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        drop(request);
        let mut response = Response::new(());
        if self.fields == HandlerFields::Json {
            let headers = response.headers_mut();
            headers.insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/json"),
            );
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("17"));
        }
        ready(Ok(response))
    }
}

/// The floor: the right fields for one kind of request, inserted without a question.
#[derive(Clone)]
pub(crate) struct ByHand {
    pub(crate) handler: Handler,
    pub(crate) fields: Arc<FieldsByHand>,
}

pub(crate) struct FieldsByHand {
    pub(crate) status_without_handler: Option<StatusCode>,
    pub(crate) echoes_origin: bool,
    pub(crate) set: Vec<(HeaderName, HeaderValue)>,
    pub(crate) vary: HeaderValue,
}

impl Service<Request<Body>> for ByHand {
    type Response = Response<Body>;
    type Error = std::convert::Infallible;
    type Future = Ready<Result<Response<Body>, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let fields = &*self.fields;
        let origin = match fields.echoes_origin {
            true => request.headers().get(header::ORIGIN).cloned(),
            false => None,
        };
        let mut response = match fields.status_without_handler {
            Some(status) => {
                drop(request);
                let mut response = Response::new(());
                *response.status_mut() = status;
                response
            }
            None => self
                .handler
                .call(request)
                .into_inner()
                .expect("the handler never fails"),
        };
        insert_by_hand(fields, origin, response.headers_mut());
        ready(Ok(response))
    }
}

pub(crate) fn insert_by_hand(
    fields: &FieldsByHand,
    origin: Option<HeaderValue>,
    headers: &mut HeaderMap,
) {
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    for (name, value) in &fields.set {
        headers.insert(name, value.clone());
    }
    headers.append(header::VARY, fields.vary.clone());
}

/// The fields of each kind of answer, as the two layers give them.
pub(crate) fn fields_by_hand(request: RequestKind) -> FieldsByHand {
    let allowed = request == RequestKind::Allowed || request == RequestKind::AllowedPreflight;
    let mut set = Vec::new();
    if allowed {
        set.push((
            header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
            HeaderValue::from_static("true"),
        ));
    }
    if request == RequestKind::Allowed {
        set.push((
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static(EXPOSED),
        ));
    }
    let is_preflight = request == RequestKind::AllowedPreflight;
    if is_preflight {
        set.push((
            header::ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("PUT, DELETE"),
        ));
        let names = HeaderValue::from_static("authorization, content-type");
        set.push((header::ACCESS_CONTROL_ALLOW_HEADERS, names));
        set.push((
            header::ACCESS_CONTROL_MAX_AGE,
            HeaderValue::from_static("7200"),
        ));
    }
    FieldsByHand {
        status_without_handler: is_preflight.then_some(StatusCode::NO_CONTENT),
        echoes_origin: allowed,
        set,
        vary: HeaderValue::from_static("Origin"),
    }
}

/// The kinds of requests that are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestKind {
    Allowed,
    Refused,
    WithoutOrigin,
    AllowedPreflight,
}

impl RequestKind {
    pub(crate) const ALL: [Self; 4] = [
        Self::Allowed,
        Self::Refused,
        Self::WithoutOrigin,
        Self::AllowedPreflight,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed request",
            Self::Refused => "refused request",
            Self::WithoutOrigin => "without Origin",
            Self::AllowedPreflight => "allowed preflight",
        }
    }

    /// A request as a browser sends it, with its values as hyper makes them: slices of one buffer.
    pub(crate) fn request(self, n_origins: usize) -> Request<Body> {
        let origin = match self {
            Self::Allowed | Self::AllowedPreflight => {
                Some(origins(n_origins).swap_remove(n_origins / 2))
            }
            Self::Refused => Some("https://evil.test".to_owned()),
            Self::WithoutOrigin => None,
        };
        let mut request = browser_request();
        if let Some(origin) = origin {
            request
                .headers_mut()
                .insert(header::ORIGIN, shared(origin.as_bytes()));
        }
        if self == Self::AllowedPreflight {
            *request.method_mut() = Method::OPTIONS;
            let headers = request.headers_mut();
            headers.insert(header::ACCESS_CONTROL_REQUEST_METHOD, shared(b"PUT"));
            let names = shared(b"authorization,content-type");
            headers.insert(header::ACCESS_CONTROL_REQUEST_HEADERS, names);
        }
        request
    }
}

pub(crate) fn browser_request() -> Request<Body> {
    let mut request = Request::new(());
    let headers = request.headers_mut();
    for (name, value) in [
        (header::HOST, "api.example"),
        (header::CONNECTION, "keep-alive"),
        (
            header::USER_AGENT,
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101",
        ),
        (header::ACCEPT, "*/*"),
        (header::REFERER, "https://app.example/"),
        (header::ACCEPT_ENCODING, "gzip, deflate, br, zstd"),
        (header::ACCEPT_LANGUAGE, "en-US,en;q=0.9"),
    ] {
        headers.insert(name, shared(value.as_bytes()));
    }
    request
}

/// A value as hyper makes it: a slice of a shared buffer, which is cloned without an allocation.
pub(crate) fn shared(bytes: &[u8]) -> HeaderValue {
    let buffer = Bytes::from([bytes, b"\r\n"].concat());
    let value = buffer.slice(..bytes.len());
    HeaderValue::from_maybe_shared(value).expect("the bench's values are field values")
}

pub(crate) fn origins(n_origins: usize) -> Vec<String> {
    (0..n_origins)
        .map(|it| format!("https://app-{it:03}.example"))
        .collect()
}

pub(crate) fn policy(n_origins: usize) -> Policy {
    let builder = Policy::builder(origins(n_origins))
        .credentials()
        .methods(["PUT", "DELETE"])
        .request_headers(["authorization", "content-type"])
        .expose_headers([EXPOSED])
        .max_age(MAX_AGE);
    builder.build().expect("the bench's policy is valid")
}

/// The same policy, as far as tower-http has it.
pub(crate) fn tower_http(n_origins: usize) -> tower_http::cors::CorsLayer {
    let origins = origins(n_origins)
        .into_iter()
        .map(|it| shared(it.as_bytes()));
    tower_http::cors::CorsLayer::new()
        .allow_origin(tower_http::cors::AllowOrigin::list(origins))
        .allow_credentials(true)
        .allow_methods([Method::PUT, Method::DELETE])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .expose_headers([HeaderName::from_static(EXPOSED)])
        .max_age(MAX_AGE)
}

const EXPOSED: &str = "x-total-count";

const MAX_AGE: Duration = Duration::from_secs(2 * 60 * 60);
