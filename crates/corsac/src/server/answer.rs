//! What a policy answers, as changes to a response that an adapter applies.

use super::changes::Changes;
use super::refusal::Refusal;

/// What to do with a request.
///
/// An answer borrows nothing and is small: an adapter keeps it across the handler's work and
/// applies the changes when the response is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
#[expect(
    clippy::exhaustive_enums,
    reason = "an adapter must handle each of the three"
)]
pub enum Answer {
    /// Reply with this to the CORS-preflight request; the handler is not called.
    Preflight(Reply),
    /// Reply with this, because the policy rejects refused origins; the handler is not called.
    Reject(Reply),
    /// Call the handler, then apply the decoration to its response, whatever that is.
    Forward(Decoration),
}

impl Answer {
    /// Why the policy says no, if it does.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::Preflight(reply) | Self::Reject(reply) => reply.refusal,
            Self::Forward(decoration) => decoration.refusal,
        }
    }
}

/// A whole response: a status and fields, and no body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Reply {
    pub(super) status: u16,
    pub(super) refusal: Option<Refusal>,
    pub(super) changes: Changes,
}

impl Reply {
    /// The status: 204, or 403 if the origin is refused.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Why the policy says no, if it does.
    ///
    /// A preflight from an allowed origin is answered with the truth even if the method or a
    /// header is refused, so that the browser names the real cause.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        self.refusal
    }

    /// The fields of the response, each to be set or appended.
    #[must_use]
    pub fn changes(&self) -> Changes {
        self.changes
    }
}

/// The changes to a response that the handler produced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Decoration {
    pub(super) refusal: Option<Refusal>,
    pub(super) changes: Changes,
    pub(super) keeps_allow_origin: bool,
}

impl Decoration {
    /// Why the policy says no to the origin, if it does.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        self.refusal
    }

    /// Must a response be left as it is if it already carries `Access-Control-Allow-Origin`?
    #[must_use]
    pub fn keeps_allow_origin(&self) -> bool {
        self.keeps_allow_origin
    }

    /// The changes, to be applied in their order.
    #[must_use]
    pub fn changes(&self) -> Changes {
        self.changes
    }
}

/// One change to a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "an adapter must handle each of the three"
)]
pub enum Change {
    /// Let the field be there once, with this value.
    Set(ResponseField, FieldValue),
    /// Let the field not be there.
    Remove(ResponseField),
    /// Let `Vary` name what the value names: append it as a line of its own, unless
    /// [`vary_covers`](super::vary_covers) finds it in the lines that are there.
    Vary(PreparedValue),
}

/// The response fields that a policy changes, `Vary` aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the standard defines these six")]
pub enum ResponseField {
    /// [`Access-Control-Allow-Origin`](https://fetch.spec.whatwg.org/#http-access-control-allow-origin)
    AllowOrigin,
    /// [`Access-Control-Allow-Credentials`](https://fetch.spec.whatwg.org/#http-access-control-allow-credentials)
    AllowCredentials,
    /// [`Access-Control-Allow-Methods`](https://fetch.spec.whatwg.org/#http-access-control-allow-methods)
    AllowMethods,
    /// [`Access-Control-Allow-Headers`](https://fetch.spec.whatwg.org/#http-access-control-allow-headers)
    AllowHeaders,
    /// [`Access-Control-Expose-Headers`](https://fetch.spec.whatwg.org/#http-access-control-expose-headers)
    ExposeHeaders,
    /// [`Access-Control-Max-Age`](https://fetch.spec.whatwg.org/#http-access-control-max-age)
    MaxAge,
}

impl ResponseField {
    /// The field's name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AllowOrigin => "access-control-allow-origin",
            Self::AllowCredentials => "access-control-allow-credentials",
            Self::AllowMethods => "access-control-allow-methods",
            Self::AllowHeaders => "access-control-allow-headers",
            Self::ExposeHeaders => "access-control-expose-headers",
            Self::MaxAge => "access-control-max-age",
        }
    }
}

/// Where the value of a field comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "an adapter must handle each of the four"
)]
pub enum FieldValue {
    /// A value that the policy prepared when it was built: see [`Policy::prepare`](super::Policy::prepare).
    Prepared(PreparedValue),
    /// The value of the request's `Origin` field, which the policy has compared as a whole.
    RequestOrigin,
    /// The value of the request's `Access-Control-Request-Method` field, which is a method.
    RequestMethod,
    /// The names in the request's `Access-Control-Request-Headers` field, which are all valid:
    /// see [`requested_header_names`](super::requested_header_names).
    RequestHeaderNames,
}

/// The values that a policy prepares when it is built, by what they are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "adapters keep a table with a place for each"
)]
pub enum PreparedValue {
    /// `*`
    AnyOrigin,
    /// `true`
    True,
    /// The list of methods.
    Methods,
    /// The list of request headers.
    RequestHeaders,
    /// The list of exposed response headers.
    ExposedHeaders,
    /// The number of seconds for which a preflight's answer may be cached.
    MaxAge,
    /// What `Vary` must name on a preflight's answer.
    PreflightVary,
    /// What `Vary` must name on every other response: `Origin`.
    Vary,
}

impl PreparedValue {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::AnyOrigin,
        Self::True,
        Self::Methods,
        Self::RequestHeaders,
        Self::ExposedHeaders,
        Self::MaxAge,
        Self::PreflightVary,
        Self::Vary,
    ];
}
