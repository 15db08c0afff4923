//! A copy of a request, to send it again.

use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Uri};

use super::request_body::RequestBody;

/// A copy of a request, to send it again if the connection turns out to be closed.
///
/// It is made for nearly every request and used for hardly any: its fields go into a list whose
/// memory stays with the connection.
#[derive(Debug, Default)]
pub(super) struct Copy {
    line: Option<(Method, Uri)>,
    fields: Vec<(HeaderName, HeaderValue)>,
}

impl Copy {
    /// Copies the request, if it may be sent twice.
    ///
    /// By [RFC 9110, 9.2.2](https://www.rfc-editor.org/rfc/rfc9110#name-idempotent-methods) it may
    /// if its method is idempotent; and there must be no body, which is streamed and gone.
    pub(super) fn keep(&mut self, request: &Request<RequestBody>) {
        match is_idempotent(request.method()) {
            true => self.keep_any(request),
            false => self.clear(),
        }
    }

    /// Copies the request, if it has no body: a server of HTTP/2 may say that it has not looked at
    /// it, and then even one that is not idempotent may be sent again.
    pub(super) fn keep_any(&mut self, request: &Request<RequestBody>) {
        self.clear();
        if request.body().upload().is_some() {
            return;
        }
        self.line = Some((request.method().clone(), request.uri().clone()));
        let fields = request.headers().iter();
        self.fields
            .extend(fields.map(|(name, value)| (name.clone(), value.clone())));
    }

    pub(super) fn clear(&mut self) {
        self.line = None;
        self.fields.clear();
    }

    /// The request once more, if there is a copy and the server may have looked at it.
    pub(super) fn take_idempotent(&mut self) -> Option<Request<RequestBody>> {
        let (method, _) = self.line.as_ref()?;
        is_idempotent(method).then(|| self.take_request()).flatten()
    }

    /// The request once more, if there is a copy.
    pub(super) fn take_request(&mut self) -> Option<Request<RequestBody>> {
        let (method, uri) = self.line.take()?;
        let mut headers = HeaderMap::with_capacity(self.fields.len());
        for (name, value) in self.fields.drain(..) {
            headers.append(name, value);
        }
        let mut request = Request::new(RequestBody::empty());
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        Some(request)
    }
}

fn is_idempotent(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::PUT | Method::DELETE
    )
}
