//! Answers a CORS-preflight request from an allowed origin, with the truth.
//!
//! The browser goes through the same steps with the answer in its hands
//! ([CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0), step 7): origin,
//! method, headers. The answer does not stop at the first no. It carries the policy's lists, so
//! that the browser's console names the method or the header that was refused, and so that one
//! cached preflight serves every later request.

use alloc::string::String;
use core::cmp::Ordering;

use super::answer::{Change, FieldValue, PreparedValue, Reply, ResponseField};
use super::changes::Changes;
use super::policy::{AllowedMethods, AllowedRequestHeaders, Settings, set};
use super::refusal::Refusal;
use super::request::{RequestField, RequestHead};
use super::request_headers::{Element, MAX_REQUEST_HEADERS, requested_headers};
use crate::header::{is_cors_non_wildcard_request_header_name, is_forbidden_request_header_name};
use crate::method::{MAX_METHOD_LEN, is_cors_safelisted_method, is_forbidden_method, is_method};

impl Settings {
    /// The reply to a preflight from an allowed origin for `method`.
    pub(super) fn preflight_reply(&self, head: &impl RequestHead, method: &[u8]) -> Reply {
        let method_refusal = self.method_refusal(method);
        let requested = self.requested_headers(head);
        let changes = match self.frequent.preflight {
            Some(changes) => changes,
            None => self.changes_to_preflight(method_refusal, requested),
        };
        let refusal = method_refusal.or(match requested {
            RequestedHeaders::Refused(refusal) => Some(refusal),
            RequestedHeaders::None | RequestedHeaders::Allowed => None,
        });
        Reply {
            status: 204,
            refusal,
            changes,
        }
    }

    /// The changes of every reply to a preflight from an allowed origin, if it is the same for all.
    pub(super) fn preflight_changes(&self) -> Option<Changes> {
        let echoes_method = matches!(self.methods, AllowedMethods::Any);
        let echoes_names = matches!(self.request_headers, AllowedRequestHeaders::Any { .. });
        let depends_on_request = self.credentials && (echoes_method || echoes_names);
        (!depends_on_request).then(|| self.changes_to_preflight(None, RequestedHeaders::None))
    }

    fn changes_to_preflight(
        &self,
        method_refusal: Option<Refusal>,
        requested: RequestedHeaders,
    ) -> Changes {
        let allow_credentials = self
            .credentials
            .then(|| set(ResponseField::AllowCredentials, PreparedValue::True));
        let vary = self.values.get(PreparedValue::PreflightVary);
        Changes::NONE
            .with(self.allow_origin())
            .and(allow_credentials)
            .and(self.allow_methods(method_refusal))
            .and(self.allow_headers(requested))
            .and(self.prepared(ResponseField::MaxAge, PreparedValue::MaxAge))
            .and(vary.map(|_| PREFLIGHT_VARY))
    }

    /// Why the method is refused, if it is.
    fn method_refusal(&self, method: &[u8]) -> Option<Refusal> {
        // What is listed is a method, so that it need not be read as one.
        if let AllowedMethods::Listed(methods) = &self.methods
            && methods.iter().any(|it| it.as_bytes() == method)
        {
            return None;
        }
        if method.len() > MAX_METHOD_LEN || !is_method(method) {
            return Some(Refusal::MalformedRequestMethod);
        }
        let is_allowed = is_cors_safelisted_method(method)
            || match &self.methods {
                AllowedMethods::Any => !is_forbidden_method(method),
                AllowedMethods::Listed(_) => false,
            };
        (!is_allowed).then_some(Refusal::MethodNotAllowed)
    }

    /// Reads which request headers are asked for, up to the first that is refused.
    fn requested_headers(&self, head: &impl RequestHead) -> RequestedHeaders {
        if self.lists_every_requested_header(head) {
            return RequestedHeaders::Allowed;
        }
        let mut requested = RequestedHeaders::None;
        for element in requested_headers(head) {
            match element {
                Element::Name(name, _) if self.is_request_header_allowed(name) => {
                    requested = RequestedHeaders::Allowed;
                }
                Element::Name(_, at) => {
                    return RequestedHeaders::Refused(Refusal::RequestHeaderNotAllowed(at));
                }
                Element::Malformed(at) => {
                    return RequestedHeaders::Refused(Refusal::MalformedRequestHeader(at));
                }
                Element::TooMany => {
                    return RequestedHeaders::Refused(Refusal::TooManyRequestHeaders);
                }
            }
        }
        requested
    }

    /// Does the request ask for listed headers alone, in the spelling of browsers?
    ///
    /// What is in the list is a header name, so that it need not be read as one.
    fn lists_every_requested_header(&self, head: &impl RequestHead) -> bool {
        let AllowedRequestHeaders::Listed(listed) = &self.request_headers else {
            return false;
        };
        let mut lines = head.lines(RequestField::AccessControlRequestHeaders);
        let (Some(line), None) = (lines.next(), lines.next()) else {
            return false;
        };
        let is_listed = |name: &[u8]| {
            let found = listed.binary_search_by(|it| shorter_first(it.as_bytes(), name));
            found.is_ok()
        };
        line.len() <= MAX_USUAL_LEN && line.split(|byte| *byte == b',').all(is_listed)
    }

    fn is_request_header_allowed(&self, name: &[u8]) -> bool {
        match &self.request_headers {
            AllowedRequestHeaders::Any { with_authorization } => {
                let is_covered = *with_authorization
                    || self.credentials
                    || !is_cors_non_wildcard_request_header_name(name);
                is_covered && !is_forbidden_request_header_name(name)
            }
            AllowedRequestHeaders::Listed(names) => contains_ignore_case(names, name),
        }
    }

    /// `Access-Control-Allow-Methods`. With credentials a `*` is taken literally, so that "any"
    /// is answered by naming the method that was asked for.
    fn allow_methods(&self, refusal: Option<Refusal>) -> Option<Change> {
        match (&self.methods, self.credentials, refusal) {
            (AllowedMethods::Any, true, None) => Some(Change::Set(
                ResponseField::AllowMethods,
                FieldValue::RequestMethod,
            )),
            (AllowedMethods::Any, true, Some(_)) => None,
            (AllowedMethods::Any, false, _) | (AllowedMethods::Listed(_), _, _) => {
                self.prepared(ResponseField::AllowMethods, PreparedValue::Methods)
            }
        }
    }

    /// `Access-Control-Allow-Headers`, likewise.
    fn allow_headers(&self, requested: RequestedHeaders) -> Option<Change> {
        match (&self.request_headers, self.credentials, requested) {
            (AllowedRequestHeaders::Any { .. }, true, RequestedHeaders::Allowed) => Some(
                Change::Set(ResponseField::AllowHeaders, FieldValue::RequestHeaderNames),
            ),
            (AllowedRequestHeaders::Any { .. }, true, _) => None,
            (AllowedRequestHeaders::Any { .. }, false, _)
            | (AllowedRequestHeaders::Listed(_), _, _) => {
                self.prepared(ResponseField::AllowHeaders, PreparedValue::RequestHeaders)
            }
        }
    }

    fn prepared(&self, field: ResponseField, value: PreparedValue) -> Option<Change> {
        self.values.get(value).map(|_| set(field, value))
    }
}

/// Is the name in the list, which is in lower case and in the order of [`shorter_first`]?
///
/// Browsers ask in lower case, so that whole names are compared first.
fn contains_ignore_case(names: &[String], name: &[u8]) -> bool {
    let found = names.binary_search_by(|it| shorter_first(it.as_bytes(), name));
    if found.is_ok() || !name.iter().any(u8::is_ascii_uppercase) {
        return found.is_ok();
    }
    let in_lower_case = name.iter().map(u8::to_ascii_lowercase);
    let found = names.binary_search_by(|it| {
        let by_length = it.len().cmp(&name.len());
        by_length.then_with(|| it.bytes().cmp(in_lower_case.clone()))
    });
    found.is_ok()
}

/// The order in which names are searched: two of different lengths differ without a look at them.
pub(super) fn shorter_first(a: &[u8], b: &[u8]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// What a preflight asks for by `Access-Control-Request-Headers`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RequestedHeaders {
    None,
    Allowed,
    Refused(Refusal),
}

/// In so many bytes there are no more names than are read.
const MAX_USUAL_LEN: usize = 2 * MAX_REQUEST_HEADERS - 1;

const PREFLIGHT_VARY: Change = Change::Vary(PreparedValue::PreflightVary);
