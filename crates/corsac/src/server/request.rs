//! Which request is what: the one question that most CORS code gets wrong.

/// The head of a request, as far as CORS reads it.
///
/// An adapter implements it for its own request type. It hands out bytes and decides nothing;
/// which fields are read, and whether at all, is up to the policy.
pub trait RequestHead {
    /// The method, byte for byte.
    fn method(&self) -> &[u8];

    /// The values of every line of a field, in the order in which they came.
    ///
    /// Values are without the white space around them, as HTTP parsers give them.
    fn lines(&self, field: RequestField) -> impl Iterator<Item = &[u8]>;
}

impl<T: RequestHead> RequestHead for &T {
    fn method(&self) -> &[u8] {
        T::method(self)
    }

    fn lines(&self, field: RequestField) -> impl Iterator<Item = &[u8]> {
        T::lines(self, field)
    }
}

/// The request fields that CORS reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the standard defines these three")]
pub enum RequestField {
    /// [`Origin`](https://fetch.spec.whatwg.org/#origin-header): which page asks.
    Origin,
    /// [`Access-Control-Request-Method`](https://fetch.spec.whatwg.org/#http-access-control-request-method):
    /// the method that a preflight asks about.
    AccessControlRequestMethod,
    /// [`Access-Control-Request-Headers`](https://fetch.spec.whatwg.org/#http-access-control-request-headers):
    /// the header names that a preflight asks about.
    AccessControlRequestHeaders,
}

impl RequestField {
    /// The field's name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Origin => "origin",
            Self::AccessControlRequestMethod => "access-control-request-method",
            Self::AccessControlRequestHeaders => "access-control-request-headers",
        }
    }
}

/// What a request is to CORS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the standard defines these three")]
pub enum RequestKind<'a> {
    /// No `Origin` field: not a CORS request.
    NotCors,
    /// A [CORS-preflight request](https://fetch.spec.whatwg.org/#cors-preflight-request): the
    /// browser asks on its own whether the page may send the request that it wants to send.
    Preflight {
        /// The value of the one `Origin` line.
        origin: &'a [u8],
        /// The value of the one `Access-Control-Request-Method` line.
        method: &'a [u8],
    },
    /// Any other [CORS request](https://fetch.spec.whatwg.org/#cors-request), `OPTIONS` included.
    Cors {
        /// The `Origin` lines.
        origin: Lines<'a>,
    },
}

impl<'a> RequestKind<'a> {
    /// Tells what a request is.
    ///
    /// Only an `OPTIONS` request with exactly one `Origin` and exactly one
    /// `Access-Control-Request-Method` is a preflight. Every other `OPTIONS` request belongs to
    /// the application.
    #[inline]
    pub fn of(head: &'a impl RequestHead) -> Self {
        let origin = Lines::of(head.lines(RequestField::Origin));
        let Lines::One(value) = origin else {
            return match origin {
                Lines::None => Self::NotCors,
                Lines::One(_) | Lines::Several => Self::Cors { origin },
            };
        };
        if head.method() != b"OPTIONS" {
            return Self::Cors { origin };
        }
        match Lines::of(head.lines(RequestField::AccessControlRequestMethod)) {
            Lines::One(method) => Self::Preflight {
                origin: value,
                method,
            },
            Lines::None | Lines::Several => Self::Cors { origin },
        }
    }
}

/// How often a field came, and its value if it came once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "none, one and several are all there is"
)]
pub enum Lines<'a> {
    /// The field is absent.
    None,
    /// The field came once, with this value.
    One(&'a [u8]),
    /// The field came on more than one line.
    Several,
}

impl<'a> Lines<'a> {
    #[inline]
    fn of(mut lines: impl Iterator<Item = &'a [u8]>) -> Self {
        match (lines.next(), lines.next()) {
            (None, _) => Self::None,
            (Some(value), None) => Self::One(value),
            (Some(_), Some(_)) => Self::Several,
        }
    }
}
