//! Why a policy says no.

use core::fmt;

use super::request_headers::RequestedName;
use crate::origin::MalformedOrigin;

/// The step of a policy that said no to a request.
///
/// A refusal is a value: the same one is counted, logged, tested and shown. It is small and
/// [`Copy`], and points into the request's fields rather than copying from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// The `Origin` field is not a serialized origin, or came more than once.
    MalformedOrigin(MalformedOrigin),
    /// No pattern of the policy contains the request's origin.
    OriginNotAllowed,
    /// `Access-Control-Request-Method` is not a method.
    MalformedRequestMethod,
    /// `Access-Control-Request-Method` names a method that the policy does not allow.
    MethodNotAllowed,
    /// `Access-Control-Request-Headers` has an element that is not a header name.
    MalformedRequestHeader(RequestedName),
    /// `Access-Control-Request-Headers` names a header that the policy does not allow.
    RequestHeaderNotAllowed(RequestedName),
    /// `Access-Control-Request-Headers` has more bytes or names than are read.
    TooManyRequestHeaders,
}

impl Refusal {
    /// The stable name of the refusal, for logs, counters and tests.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::MalformedOrigin(_) => "malformed-origin",
            Self::OriginNotAllowed => "origin-not-allowed",
            Self::MalformedRequestMethod => "malformed-request-method",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::MalformedRequestHeader(_) => "malformed-request-header",
            Self::RequestHeaderNotAllowed(_) => "request-header-not-allowed",
            Self::TooManyRequestHeaders => "too-many-request-headers",
        }
    }

    /// Is it the origin that was refused, whatever else was asked?
    #[must_use]
    pub fn is_of_origin(&self) -> bool {
        match self {
            Self::MalformedOrigin(_) | Self::OriginNotAllowed => true,
            Self::MalformedRequestMethod
            | Self::MethodNotAllowed
            | Self::MalformedRequestHeader(_)
            | Self::RequestHeaderNotAllowed(_)
            | Self::TooManyRequestHeaders => false,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MalformedOrigin(error) => write!(f, "the origin is malformed: {error}"),
            Self::OriginNotAllowed => f.write_str("the policy does not allow this origin"),
            Self::MalformedRequestMethod => {
                f.write_str("`Access-Control-Request-Method` is not a method")
            }
            Self::MethodNotAllowed => f.write_str("the policy does not allow this method"),
            Self::MalformedRequestHeader(name) => {
                write!(
                    f,
                    "`Access-Control-Request-Headers` has a name that is not one, at {name}"
                )
            }
            Self::RequestHeaderNotAllowed(name) => {
                write!(f, "the policy does not allow the request header at {name}")
            }
            Self::TooManyRequestHeaders => {
                f.write_str("`Access-Control-Request-Headers` has more than is read")
            }
        }
    }
}
