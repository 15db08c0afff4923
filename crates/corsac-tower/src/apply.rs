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
//! policy.decorate(&decoration, origin.as_ref(), &mut response);
//! assert_eq!(response[header::ACCESS_CONTROL_ALLOW_ORIGIN], "https://app.example");
//! assert_eq!(response[header::VARY], "Origin");
//! # Ok::<(), corsac::ConfigErrors>(())
//! ```

use corsac::server::{
    Change, Decoration, FieldValue, Prepared, Reply, ResponseField, requested_header_names,
    vary_covers,
};
use corsac::{Answer, Policy, RequestField, RequestHead};
use http::header::{self, GetAll, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Response, StatusCode};

/// The head of an `http` request, as the core reads it.
#[derive(Debug)]
pub struct Head<'a> {
    method: &'a Method,
    headers: &'a HeaderMap,
    /// Every policy asks for the origin, and an allowed one is echoed: it is looked up once.
    origin: GetAll<'a, HeaderValue>,
}

impl<'a> Head<'a> {
    /// The head with this method and these fields.
    pub fn new(method: &'a Method, headers: &'a HeaderMap) -> Self {
        Self {
            method,
            headers,
            origin: headers.get_all(header::ORIGIN),
        }
    }

    /// The request's origin, if the decoration echoes it.
    ///
    /// The request is usually gone when the response is there: this is what to keep of it.
    pub fn echoed_origin(&self, decoration: &Decoration) -> Option<&'a HeaderValue> {
        let mut changes = decoration.changes().into_iter();
        changes
            .any(|change| is_echo(&change))
            .then(|| self.origin())
            .flatten()
    }

    fn origin(&self) -> Option<&'a HeaderValue> {
        self.origin.iter().next()
    }
}

impl RequestHead for Head<'_> {
    fn method(&self) -> &[u8] {
        self.method.as_str().as_bytes()
    }

    fn lines(&self, field: RequestField) -> impl Iterator<Item = &[u8]> {
        let lines = match field {
            RequestField::Origin => self.origin.iter(),
            RequestField::AccessControlRequestMethod => self
                .headers
                .get_all(header::ACCESS_CONTROL_REQUEST_METHOD)
                .iter(),
            RequestField::AccessControlRequestHeaders => self
                .headers
                .get_all(header::ACCESS_CONTROL_REQUEST_HEADERS)
                .iter(),
        };
        lines.map(HeaderValue::as_bytes)
    }
}

/// A policy with its values as header values, ready to be cloned into responses.
#[derive(Clone, Debug)]
pub struct PreparedPolicy {
    policy: Policy,
    values: Prepared<HeaderValue>,
}

impl PreparedPolicy {
    /// Prepares a policy.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        let values = policy.prepare(prepared_value);
        Self { policy, values }
    }

    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Answers a request: see [`Policy::answer`].
    pub fn answer(&self, head: &Head<'_>) -> Answer {
        self.policy.answer(head)
    }

    /// The response that a reply stands for; `head` is what was answered.
    ///
    /// Its extensions hold the [`Refusal`](corsac::Refusal), if there is one.
    pub fn reply<B: Default>(&self, reply: &Reply, head: &Head<'_>) -> Response<B> {
        let mut response = Response::new(B::default());
        *response.status_mut() =
            StatusCode::from_u16(reply.status()).expect("a policy's replies have valid statuses");
        let request = Request {
            origin: head.origin(),
            head: Some(head),
        };
        for change in reply.changes() {
            self.apply(change, &request, response.headers_mut());
        }
        if let Some(refusal) = reply.refusal() {
            response.extensions_mut().insert(refusal);
        }
        response
    }

    /// Applies a decoration to the fields of a response.
    ///
    /// `origin` is what [`Head::echoed_origin`] gave when the request was there.
    pub fn decorate(
        &self,
        decoration: &Decoration,
        origin: Option<&HeaderValue>,
        headers: &mut HeaderMap,
    ) {
        if decoration.keeps_allow_origin()
            && is_there(headers, &header::ACCESS_CONTROL_ALLOW_ORIGIN)
        {
            return;
        }
        let request = Request { origin, head: None };
        for change in decoration.changes() {
            self.apply(change, &request, headers);
        }
    }

    fn apply(&self, change: Change, request: &Request<'_>, headers: &mut HeaderMap) {
        match change {
            Change::Set(field, value) => set(headers, field, self.value(value, request)),
            Change::Remove(field) => {
                if is_there(headers, name(field)) {
                    headers.remove(name(field));
                }
            }
            Change::Vary(value) => {
                if let Some(members) = self.values.get(value) {
                    merge_vary(headers, members);
                }
            }
        }
    }

    fn value(&self, value: FieldValue, request: &Request<'_>) -> Option<HeaderValue> {
        match value {
            FieldValue::Prepared(value) => self.values.get(value).cloned(),
            FieldValue::RequestOrigin => request.origin.cloned(),
            FieldValue::RequestMethod => {
                let head = request.head?;
                head.headers
                    .get(header::ACCESS_CONTROL_REQUEST_METHOD)
                    .cloned()
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

fn is_echo(change: &Change) -> bool {
    matches!(change, Change::Set(_, FieldValue::RequestOrigin))
}

/// Lets the field be there once. A map that is full loses the field rather than keep what the
/// handler set.
fn set(headers: &mut HeaderMap, field: ResponseField, value: Option<HeaderValue>) {
    let name = name(field);
    let is_set = value.is_some_and(|value| headers.try_insert(name, value).is_ok());
    if !is_set {
        headers.remove(name);
    }
}

/// Lets `Vary` name the members too, and loses none of the lines that are there. A map that is full
/// takes no further line.
fn merge_vary(headers: &mut HeaderMap, members: &HeaderValue) {
    if is_there(headers, &header::VARY) {
        let lines = headers.get_all(header::VARY);
        if vary_covers(lines.iter().map(HeaderValue::as_bytes), members.as_bytes()) {
            return;
        }
    }
    let _ = headers.try_append(header::VARY, members.clone());
}

/// Is the field there? Most responses have so few that to compare names is quicker than to hash
/// one.
fn is_there(headers: &HeaderMap, name: &HeaderName) -> bool {
    match headers.keys_len() <= FEW_FIELDS {
        true => headers.keys().any(|it| it == name),
        false => headers.contains_key(name),
    }
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

/// A name is compared with this many in the time in which it is hashed.
const FEW_FIELDS: usize = 16;
