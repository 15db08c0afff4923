//! A copy of a request, to send it again.

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
    /// Copies the request, if it may be sent twice.
    ///
    /// By [RFC 9110, 9.2.2](https://www.rfc-editor.org/rfc/rfc9110#name-idempotent-methods) it may
    /// if its method is idempotent; and there must be no body, which is streamed and gone.
    pub(super) fn keep(&mut self, request: &Request<RequestBody>) {
        if is_idempotent(request.method()) {
            self.keep_any(request);
        }
    }

    /// Copies the request, if it has no body: a server of HTTP/2 may say that it has not looked at
    /// it, and then even one that is not idempotent may be sent again.
    pub(super) fn keep_any(&mut self, request: &Request<RequestBody>) {
        if request.body().upload().is_some() {
            return;
        }
        self.line = Some((request.method().clone(), request.uri().clone()));
        let fields = request.headers().iter();
        self.fields
            .extend(fields.map(|(name, value)| (name.clone(), value.clone())));
    }

    /// What can be read from the head of a request without a body, as it was sent.
    ///
    /// Nearly every request goes out over a connection that was there, and hardly any of them has
    /// to be sent again: to read the bytes then costs less than to copy each field before.
    pub(super) fn reread(head: &[u8]) -> Option<Self> {
        // It is hyper's own: lines that end in CRLF, one space or a colon and one between the parts.
        let head = head.strip_suffix(b"\r\n\r\n")?;
        let lines = head.split(|byte| *byte == b'\n');
        let mut lines = lines.map(<[u8]>::trim_ascii_end);
        let mut words = lines.next()?.split(|byte| *byte == b' ');
        let method = Method::from_bytes(words.next()?).ok()?;
        let target = Uri::try_from(words.next()?).ok()?;
        Some(Self {
            line: Some((method, target)),
            fields: lines.map(field).collect::<Option<_>>()?,
        })
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

fn field(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = line.split_at(colon);
    let value = value.strip_prefix(b":")?.trim_ascii_start();
    let name = HeaderName::from_bytes(name).ok()?;
    Some((name, HeaderValue::from_bytes(value).ok()?))
}

fn is_idempotent(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::PUT | Method::DELETE
    )
}
