//! Applies a policy's answers to the types of actix-web.
//!
//! The core says what to do; here it is done. Nothing is decided: fields are looked up, bytes are
//! handed over, and the changes that come back are applied in their order.

use actix_web::HttpResponse;
use actix_web::body::BoxBody;
use actix_web::dev::ServiceRequest;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use corsac::server::{
    Change, Decoration, FieldValue, Prepared, Reply, ResponseField, requested_header_names,
    vary_covers,
};
use corsac::{Answer, Policy, RequestField, RequestHead};

/// The head of a request, as the core reads it.
#[derive(Debug)]
pub(crate) struct Head<'a> {
    method: &'a Method,
    headers: &'a HeaderMap,
    /// Every policy asks for the origin, and an allowed one is echoed: it is looked up once.
    origin: std::slice::Iter<'a, HeaderValue>,
}

impl<'a> Head<'a> {
    pub(crate) fn of(request: &'a ServiceRequest) -> Self {
        let headers = request.headers();
        Self {
            method: request.method(),
            headers,
            origin: headers.get_all(&header::ORIGIN),
        }
    }

    /// The request's origin, if the decoration echoes it.
    pub(crate) fn echoed_origin(&self, decoration: &Decoration) -> Option<&'a HeaderValue> {
        let mut changes = decoration.changes().into_iter();
        let is_echo = |it| matches!(it, Change::Set(_, FieldValue::RequestOrigin));
        changes.any(is_echo).then(|| self.origin()).flatten()
    }

    fn origin(&self) -> Option<&'a HeaderValue> {
        self.origin.clone().next()
    }
}

impl RequestHead for Head<'_> {
    fn method(&self) -> &[u8] {
        self.method.as_str().as_bytes()
    }

    fn lines(&self, field: RequestField) -> impl Iterator<Item = &[u8]> {
        let lines = match field {
            RequestField::Origin => self.origin.clone(),
            RequestField::AccessControlRequestMethod => {
                self.headers.get_all(&header::ACCESS_CONTROL_REQUEST_METHOD)
            }
            RequestField::AccessControlRequestHeaders => self
                .headers
                .get_all(&header::ACCESS_CONTROL_REQUEST_HEADERS),
        };
        lines.map(HeaderValue::as_bytes)
    }
}

/// A policy with its values as header values, ready to be cloned into responses.
#[derive(Clone, Debug)]
pub(crate) struct PreparedPolicy {
    policy: Policy,
    values: Prepared<HeaderValue>,
}

impl PreparedPolicy {
    pub(crate) fn new(policy: Policy) -> Self {
        let values = policy.prepare(prepared_value);
        Self { policy, values }
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    pub(crate) fn answer(&self, head: &Head<'_>) -> Answer {
        self.policy.answer(head)
    }

    /// The response that a reply stands for; `head` is what was answered.
    pub(crate) fn reply(&self, reply: &Reply, head: &Head<'_>) -> HttpResponse<BoxBody> {
        let status =
            StatusCode::from_u16(reply.status()).expect("a policy's replies have valid statuses");
        let mut response = HttpResponse::new(status);
        let request = Request {
            origin: head.origin(),
            head: Some(head),
        };
        let mut fields = Fields::of(response.headers_mut());
        for change in reply.changes() {
            self.apply(change, &request, &mut fields);
        }
        response
    }

    /// Applies a decoration to a response; `origin` is what [`Head::echoed_origin`] gave.
    pub(crate) fn decorate<B>(
        &self,
        decoration: &Decoration,
        origin: Option<&HeaderValue>,
        response: &mut HttpResponse<B>,
    ) {
        let mut fields = Fields::of(response.headers_mut());
        if decoration.keeps_allow_origin() && fields.contain(&header::ACCESS_CONTROL_ALLOW_ORIGIN) {
            return;
        }
        let request = Request { origin, head: None };
        for change in decoration.changes() {
            self.apply(change, &request, &mut fields);
        }
    }

    fn apply(&self, change: Change, request: &Request<'_>, fields: &mut Fields<'_>) {
        match change {
            Change::Set(field, value) => {
                if let Some(value) = self.value(value, request) {
                    fields.headers.insert(name(field).clone(), value);
                }
            }
            Change::Remove(field) => fields.remove(name(field)),
            Change::Vary(value) => {
                if let Some(members) = self.values.get(value) {
                    fields.merge_vary(members);
                }
            }
        }
    }

    fn value(&self, value: FieldValue, request: &Request<'_>) -> Option<HeaderValue> {
        match value {
            FieldValue::Prepared(value) => self.values.get(value).cloned(),
            FieldValue::RequestOrigin => request.origin.cloned(),
            FieldValue::RequestMethod => {
                let headers = request.head?.headers;
                headers.get(&header::ACCESS_CONTROL_REQUEST_METHOD).cloned()
            }
            FieldValue::RequestHeaderNames => {
                HeaderValue::try_from(requested_header_names(request.head?)).ok()
            }
        }
    }
}

/// What is left of the request when its response is there: all of it for a reply, and for a
/// decoration the origin that it echoes.
struct Request<'a> {
    origin: Option<&'a HeaderValue>,
    head: Option<&'a Head<'a>>,
}

/// The fields of a response.
struct Fields<'a> {
    headers: &'a mut HeaderMap,
    /// Are there any that policies change? Most responses have none, which one look at the names
    /// tells in less time than it takes to look them up.
    has_some: bool,
}

impl<'a> Fields<'a> {
    fn of(headers: &'a mut HeaderMap) -> Self {
        let has_some = headers.len_keys() > FEW_FIELDS || headers.keys().any(may_change);
        Self { headers, has_some }
    }

    fn contain(&self, name: &HeaderName) -> bool {
        self.has_some && self.headers.contains_key(name)
    }

    fn remove(&mut self, name: &HeaderName) {
        if self.has_some {
            self.headers.remove(name);
        }
    }

    /// Lets `Vary` name the members too, and loses none of the lines that are there.
    fn merge_vary(&mut self, members: &HeaderValue) {
        if self.contain(&header::VARY) {
            let lines = self.headers.get_all(&header::VARY);
            if vary_covers(lines.map(HeaderValue::as_bytes), members.as_bytes()) {
                return;
            }
        }
        self.headers.append(header::VARY, members.clone());
    }
}

/// Can it be a field that policies change?
fn may_change(name: &HeaderName) -> bool {
    let name = name.as_str();
    name == "vary" || name.starts_with("access-control-")
}

fn name(field: ResponseField) -> &'static HeaderName {
    match field {
        ResponseField::AllowOrigin => &header::ACCESS_CONTROL_ALLOW_ORIGIN,
        ResponseField::AllowCredentials => &header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
        ResponseField::AllowMethods => &header::ACCESS_CONTROL_ALLOW_METHODS,
        ResponseField::AllowHeaders => &header::ACCESS_CONTROL_ALLOW_HEADERS,
        ResponseField::ExposeHeaders => &header::ACCESS_CONTROL_EXPOSE_HEADERS,
        ResponseField::MaxAge => &header::ACCESS_CONTROL_MAX_AGE,
    }
}

/// A header value that costs no allocation to clone, not even the first time.
fn prepared_value(bytes: &[u8]) -> HeaderValue {
    match bytes {
        b"*" => HeaderValue::from_static("*"),
        b"true" => HeaderValue::from_static("true"),
        b"Origin" => HeaderValue::from_static("Origin"),
        // The first clone makes an owned buffer a shared one, which allocates. The clone itself is
        // shared from the start.
        _ => HeaderValue::from_bytes(bytes)
            .expect("a policy's values are field values")
            .clone(),
    }
}

/// So many names are looked at in the time in which the fields of a decoration are hashed.
const FEW_FIELDS: usize = 32;
