//! One exchange with a service, as text: what is asked, and what of the answer concerns CORS.

use actix_http::Request;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderValue};
use actix_web::test::TestRequest;
use actix_web::{Error, HttpResponse};

/// Sends a request and tells the status, and the `Access-Control-*` and `Vary` lines of the
/// response, sorted by name.
///
/// A request is written `METHOD /path | name: value | …`, and a response
/// `STATUS | name: value | …`.
pub(crate) async fn exchange<S, B>(service: &S, request: &str) -> String
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    let request = request_of(request).to_request();
    text_of(&response_of(service.call(request).await))
}

/// The response that a client gets, as actix-web makes it of errors.
pub(crate) fn response_of<B>(answer: Result<ServiceResponse<B>, Error>) -> HttpResponse<()> {
    match answer {
        Ok(response) => response.into_parts().1.drop_body(),
        Err(error) => error.error_response().drop_body(),
    }
}

/// The request that a text stands for.
pub(crate) fn request_of(text: &str) -> TestRequest {
    let mut parts = text.split(" | ");
    let start = parts.next().expect("a text has a first part");
    let (method, path) = start
        .split_once(' ')
        .expect("a request starts with method and path");
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    let mut request = TestRequest::default().method(method).uri(path);
    for part in parts {
        let (name, value) = part
            .split_once(": ")
            .expect("a field is written `name: value`");
        // As the server makes it: a slice of a shared buffer, which is cloned without an allocation.
        let value = HeaderValue::from_str(value).expect("a value").clone();
        request = request.append_header((name, value));
    }
    request
}

fn text_of(response: &HttpResponse<()>) -> String {
    let lines = told(response.headers()).into_iter();
    let lines = lines.map(|line| format!(" | {line}"));
    response.status().as_str().to_owned() + &lines.collect::<String>()
}

fn told(headers: &HeaderMap) -> Vec<String> {
    let is_told = |name: &str| name.starts_with("access-control-") || name == "vary";
    let lines = headers.iter().filter(|(name, _)| is_told(name.as_str()));
    let mut lines: Vec<_> = lines
        .map(|(name, value)| format!("{name}: {}", readable(value)))
        .collect();
    lines.sort();
    lines
}

fn readable(value: &HeaderValue) -> &str {
    value.to_str().expect("the fields that are told are ASCII")
}
