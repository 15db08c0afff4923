//! One exchange with a service, as text: what is asked, and what of the answer concerns CORS.

use std::fmt::Debug;

use axum::body::Body;
use http::header::{HeaderName, HeaderValue};
use http::{Request, Response};
use tower::{Service, ServiceExt};

/// Sends a request and tells the status, the `Access-Control-*` and `Vary` lines of the response
/// and who answered, sorted by name.
///
/// A request is written `METHOD /path | name: value | …`, and a response
/// `STATUS | name: value | …`.
pub(crate) async fn exchange<S, B>(service: S, request: &str) -> String
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Debug,
{
    text_of(
        &service
            .oneshot(request_of(request))
            .await
            .expect("the service answers"),
    )
}

/// The request that a text stands for.
pub(crate) fn request_of(text: &str) -> Request<Body> {
    let mut parts = text.split(" | ");
    let start = parts.next().expect("a text has a first part");
    let (method, path) = start
        .split_once(' ')
        .expect("a request starts with method and path");
    let mut request = Request::builder().method(method).uri(path);
    let mut body = Body::empty();
    for part in parts {
        match part.split_once(": ") {
            Some(("body", text)) => body = Body::from(text.to_owned()),
            Some((name, value)) => request = request.header(name, value),
            None => panic!("a field is written `name: value`, not `{part}`"),
        }
    }
    request.body(body).expect("the test's requests are valid")
}

/// The text that stands for a response.
pub(crate) fn text_of<B>(response: &Response<B>) -> String {
    let mut lines: Vec<_> = response
        .headers()
        .iter()
        .filter(|(name, _)| is_told(name))
        .collect();
    lines.sort_by_key(|(name, _)| name.as_str());
    let lines = lines
        .iter()
        .map(|(name, value)| format!(" | {name}: {}", readable(value)));
    response.status().as_str().to_owned() + &lines.collect::<String>()
}

fn is_told(name: &HeaderName) -> bool {
    name.as_str().starts_with("access-control-") || matches!(name.as_str(), "vary" | "answered-by")
}

fn readable(value: &HeaderValue) -> &str {
    value.to_str().expect("the fields that are told are ASCII")
}
