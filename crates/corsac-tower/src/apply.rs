//! Applies a policy's answers to the types of the `http` crate.
//!
//! The core says what to do; here it is done. Nothing is decided: fields are looked up, bytes are
//! handed over, and the changes that come back are applied in their order. [`Cors`](crate::Cors)
//! is made of this, and whatever else handles `http` requests can be.
//!
//! # Examples
//!
//! ```
//! use corsac::{Answer, Policy};
//! use corsac_tower::apply::{Head, PreparedPolicy};
//! use http::{HeaderMap, HeaderValue, Method, header};
//!
//! let policy = PreparedPolicy::new(Policy::builder(["https://app.example"]).build()?);
//!
//! let mut request = HeaderMap::new();
//! request.insert(header::ORIGIN, HeaderValue::from_static("https://app.example"));
//! let head = Head::new(&Method::GET, &request);
//! let Answer::Forward(decoration) = policy.answer(&head) else { unreachable!() };
//! let origin = head.echoed_origin(&decoration).cloned();
//!
//! // Forward the request here, and take the response's fields.
//! let mut response = HeaderMap::new();
//! policy.decorate(&decoration, origin, &mut response);
//! assert_eq!(response[header::ACCESS_CONTROL_ALLOW_ORIGIN], "https://app.example");
//! assert_eq!(response[header::VARY], "Origin");
//! # Ok::<(), corsac::ConfigErrors>(())
//! ```

mod fields;
mod ready;

use corsac::server::{
    Change, Changes, Decoration, FieldValue, Prepared, Reply, requested_header_names,
};
use corsac::{Answer, Policy, RequestField, RequestHead};
use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, Response, StatusCode};

use self::fields::{Fields, RequestFields};
use self::ready::ReadyFields;

/// The head of an `http` request, as the core reads it.
#[derive(Debug)]
pub struct Head<'a> {
    method: &'a Method,
    fields: RequestFields<'a>,
}

impl<'a> Head<'a> {
    /// The head with this method and these fields.
    #[inline]
    pub fn new(method: &'a Method, headers: &'a HeaderMap) -> Self {
        Self {
            method,
            fields: RequestFields::of(headers),
        }
    }

    /// The request's origin, if the decoration echoes it.
    ///
    /// The request is usually gone when the response is there: this is what to keep of it.
    pub fn echoed_origin(&self, decoration: &Decoration) -> Option<&'a HeaderValue> {
        match decoration.changes().echo_origin() {
            true => self.origin(),
            false => None,
        }
    }

    pub(crate) fn origin(&self) -> Option<&'a HeaderValue> {
        self.fields.origin()
    }
}

impl RequestHead for Head<'_> {
    fn method(&self) -> &[u8] {
        self.method.as_str().as_bytes()
    }

    fn lines(&self, field: RequestField) -> impl Iterator<Item = &[u8]> {
        self.fields.lines(field).map(HeaderValue::as_bytes)
    }
}

/// A policy with its values as header values, ready to be cloned into responses.
#[derive(Clone, Debug)]
pub struct PreparedPolicy {
    policy: Policy,
    values: Prepared<HeaderValue>,
    /// The fields of the answers that do not depend on more than the origin.
    ready: Vec<ReadyFields>,
}

impl PreparedPolicy {
    /// Prepares a policy.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
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
        // In its place there will be the origin of a request.
        let origin = HeaderValue::from_static("null");
        let request = Request {
            origin: Some(&origin),
            head: None,
        };
        self.apply(changes, &request, Fields::of(&mut headers));
        ReadyFields::new(changes, headers)
    }

    #[inline]
    fn ready(&self, changes: Changes) -> Option<&ReadyFields> {
        self.ready.iter().find(|it| it.changes() == changes)
    }

    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Answers a request: see [`Policy::answer`].
    #[inline]
    pub fn answer(&self, head: &Head<'_>) -> Answer {
        self.policy.answer(head)
    }

    /// The response that a reply stands for; `head` is what was answered.
    pub fn reply<B: Default>(&self, reply: &Reply, head: &Head<'_>) -> Response<B> {
        let mut response = Response::new(B::default());
        *response.status_mut() =
            StatusCode::from_u16(reply.status()).expect("a policy's replies have valid statuses");
        if let Some(ready) = self.ready(reply.changes()) {
            *response.headers_mut() = ready.to_headers(head.origin());
            return response;
        }
        let request = Request {
            origin: head.origin(),
            head: Some(head),
        };
        self.apply(
            reply.changes(),
            &request,
            Fields::of(response.headers_mut()),
        );
        response
    }

    /// Applies a decoration to the fields of a response.
    ///
    /// `origin` is what [`Head::echoed_origin`] gave when the request was there.
    #[inline]
    pub fn decorate(
        &self,
        decoration: &Decoration,
        origin: Option<HeaderValue>,
        headers: &mut HeaderMap,
    ) {
        let fields = Fields::of(headers);
        if !fields.has_some()
            && let Some(ready) = self.ready(decoration.changes())
        {
            return fields.add(ready, origin);
        }
        self.merge(decoration, origin, fields);
    }

    /// Applies a decoration where some of the fields may be there already: kept out of the way of
    /// most responses.
    #[inline(never)]
    fn merge(&self, decoration: &Decoration, origin: Option<HeaderValue>, fields: Fields<'_>) {
        if decoration.keeps_allow_origin() && fields.contain(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
            return;
        }
        let request = Request {
            origin: origin.as_ref(),
            head: None,
        };
        self.apply(decoration.changes(), &request, fields);
    }

    fn apply(&self, changes: Changes, request: &Request<'_>, mut fields: Fields<'_>) {
        for change in changes {
            match change {
                Change::Set(field, value) => fields.set(field, self.value(value, request)),
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
                let fields = &request.head?.fields;
                let mut lines = fields.lines(RequestField::AccessControlRequestMethod);
                lines.next().cloned()
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
