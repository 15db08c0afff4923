//! Applies a policy's answers to the types of actix-web.
//!
//! The core says what to do; here it is done. Nothing is decided: fields are looked up, bytes are
//! handed over, and the changes that come back are applied in their order.

mod fields;

use actix_web::HttpResponse;
use actix_web::body::BoxBody;
use actix_web::dev::ServiceRequest;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use corsac::server::{
    Change, Changes, Decoration, FieldValue, Prepared, Reply, requested_header_names,
};
use corsac::{Answer, Policy, RequestField, RequestHead};

use self::fields::{Fields, ReadyFields};

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
        match decoration.changes().echo_origin() {
            true => self.origin(),
            false => None,
        }
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
    /// The fields of the answers that do not depend on more than the origin.
    ready: Vec<ReadyFields>,
}

impl PreparedPolicy {
    pub(crate) fn new(policy: Policy) -> Self {
        let values = policy.prepare(prepared_value);
        let mut prepared = Self {
            policy,
            values,
            ready: Vec::new(),
        };
        let frequent = prepared.policy.frequent_changes();
        prepared.ready = frequent.map(|it| prepared.ready_fields(it)).collect();
        prepared
    }

    fn ready_fields(&self, changes: Changes) -> ReadyFields {
        let mut headers = HeaderMap::new();
        let request = Request {
            origin: None,
            head: None,
        };
        self.apply(changes, &request, Fields::of(&mut headers));
        ReadyFields::new(changes, &headers)
    }

    #[inline]
    fn ready(&self, changes: Changes) -> Option<&ReadyFields> {
        self.ready.iter().find(|it| it.changes() == changes)
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
        let headers = response.headers_mut();
        headers.reserve(Changes::MAX);
        self.change(reply.changes(), Some(head), head.origin().cloned(), headers);
        response
    }

    /// Applies a decoration to a response; `origin` is what [`Head::echoed_origin`] gave.
    pub(crate) fn decorate<B>(
        &self,
        decoration: &Decoration,
        origin: Option<HeaderValue>,
        response: &mut HttpResponse<B>,
    ) {
        let headers = response.headers_mut();
        if decoration.keeps_allow_origin()
            && headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN)
        {
            return;
        }
        self.change(decoration.changes(), None, origin, headers);
    }

    #[inline]
    fn change(
        &self,
        changes: Changes,
        head: Option<&Head<'_>>,
        origin: Option<HeaderValue>,
        headers: &mut HeaderMap,
    ) {
        let fields = Fields::of(headers);
        if !fields.has_some()
            && let Some(ready) = self.ready(changes)
        {
            return fields.add(ready, origin);
        }
        let request = Request {
            origin: origin.as_ref(),
            head,
        };
        self.apply(changes, &request, fields);
    }

    /// Applies changes where some of the fields may be there already, or have no ready ones: kept
    /// out of the way of most responses.
    #[inline(never)]
    fn apply(&self, changes: Changes, request: &Request<'_>, mut fields: Fields<'_>) {
        for change in changes {
            match change {
                Change::Set(field, value) => {
                    if let Some(value) = self.value(value, request) {
                        fields.set(field, value);
                    }
                }
                Change::Remove(field) => fields.remove(field),
                Change::Vary(value) => {
                    if let Some(members) = self.values.get(value) {
                        fields.merge_vary(members);
                    }
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
