//! A copy of a request over HTTP/2, to send it again.

use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Uri};

use super::request_body::RequestBody;

/// A copy of a request, to send it again if the connection turns out to be closed.
#[derive(Debug, Default)]
pub(super) struct Copy {
    line: Option<(Method, Uri)>,
    fields: Vec<(HeaderName, HeaderValue)>,
}

impl Copy {
    /// Copies the request, if it has no body: a server of HTTP/2 may say that it has not looked at
    /// it, and then even one that is not idempotent may be sent again.
    pub(super) fn of(request: &Request<RequestBody>) -> Self {
        if request.body().upload().is_some() {
            return Self::default();
        }
        let fields = request.headers().iter();
        Self {
            line: Some((request.method().clone(), request.uri().clone())),
            fields: fields
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        }
    }

    /// Makes it the request once more, if there is a copy and the server may have looked at it.
    pub(super) fn restore_idempotent(self, request: &mut Request<RequestBody>) -> bool {
        let may_be = |(method, _): &(Method, Uri)| is_idempotent(method);
        self.line.as_ref().is_some_and(may_be) && self.restore(request)
    }

    /// Makes it the request once more, if there is a copy.
    pub(super) fn restore(self, request: &mut Request<RequestBody>) -> bool {
        let Some((method, uri)) = self.line else {
            return false;
        };
        let mut headers = HeaderMap::with_capacity(self.fields.len());
        for (name, value) in self.fields {
            headers.append(name, value);
        }
        *request = Request::new(RequestBody::empty());
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        true
    }
}

/// May the request be sent twice
/// ([RFC 9110, 9.2.2](https://www.rfc-editor.org/rfc/rfc9110#name-idempotent-methods))?
pub(super) fn is_idempotent(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::PUT | Method::DELETE
    )
}
