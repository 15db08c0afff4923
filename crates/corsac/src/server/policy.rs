//! A policy: what a server allows, in the form in which it is asked.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::answer::{Answer, Change, Decoration, FieldValue, PreparedValue, Reply, ResponseField};
use super::builder::{self, PolicyBuilder};
use super::changes::Changes;
use super::origin_set::OriginSet;
use super::refusal::Refusal;
use super::remark::{ConfigErrors, Warning};
use super::request::{Lines, RequestHead, RequestKind};
use crate::origin::{MalformedOrigin, OriginFault};

/// What a server allows the pages of other origins.
///
/// A policy is immutable and cheap to clone. It is made by [`Policy::builder`], which refuses
/// insecure and dead settings, and asked by [`Policy::answer`].
#[derive(Clone, Debug)]
pub struct Policy(pub(super) Arc<Settings>);

/// What the builder made of the operator's words.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) origins: Arc<OriginSet>,
    pub(super) methods: AllowedMethods,
    pub(super) request_headers: AllowedRequestHeaders,
    pub(super) credentials: bool,
    pub(super) refused_origins: RefusedOrigins,
    pub(super) handler_fields: HandlerFields,
    pub(super) values: PreparedValues,
    pub(super) frequent: Frequent,
    pub(super) warnings: Vec<Warning>,
}

/// The changes of the answers that a policy gives most, which follow from its settings.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Frequent {
    /// To a request without an origin.
    undecided: Changes,
    /// To an allowed origin.
    shared: Changes,
    /// To a preflight from an allowed origin, if they are the same whatever it asks for.
    pub(super) preflight: Option<Changes>,
}

/// The methods that a policy allows beside the CORS-safelisted ones.
#[derive(Clone, Debug)]
pub(super) enum AllowedMethods {
    Any,
    Listed(Box<[String]>),
}

/// The request headers that a policy allows.
#[derive(Clone, Debug)]
pub(super) enum AllowedRequestHeaders {
    /// Every header. Without credentials a `*` says so, which does not cover `Authorization`.
    Any { with_authorization: bool },
    /// The names in lower case, in the order of [`shorter_first`](super::preflight::shorter_first).
    Listed(Box<[String]>),
}

/// What becomes of a request from a refused origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RefusedOrigins {
    Forward,
    Reject,
}

/// What becomes of the CORS fields that the handler set itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HandlerFields {
    Override,
    Keep,
}

impl Policy {
    /// Starts a policy that allows these origins, and the CORS-safelisted methods and headers.
    ///
    /// An origin is a pattern as [`OriginPattern`](super::OriginPattern) describes it.
    pub fn builder<S: Into<String>>(origins: impl IntoIterator<Item = S>) -> PolicyBuilder {
        PolicyBuilder::new(origins)
    }

    /// The policy with these settings, whose answers are prepared.
    pub(super) fn of(mut settings: Settings) -> Self {
        let shared = settings.changes_to_share();
        settings.frequent = Frequent {
            undecided: if settings.origins.is_any() {
                shared
            } else {
                WITHHELD
            },
            shared,
            preflight: settings.preflight_changes(),
        };
        Self(Arc::new(settings))
    }

    /// Answers a request.
    ///
    /// # Security
    ///
    /// CORS tells browsers what a page may read. It keeps nobody else from sending a request, so
    /// it replaces neither authentication nor protection against request forgery.
    #[inline]
    pub fn answer(&self, head: &impl RequestHead) -> Answer {
        match RequestKind::of(head) {
            RequestKind::NotCors => Answer::Forward(self.0.undecided()),
            RequestKind::Preflight { origin, method } => {
                self.0.answer_preflight(head, origin, method)
            }
            RequestKind::Cors { origin } => self.0.answer_cors(origin),
        }
    }

    /// The same policy for a resource where only these methods exist.
    ///
    /// A preflight for a method that does not exist there is then answered with the truth. It
    /// takes methods as [`PolicyBuilder::methods`] does, without `*`.
    pub fn with_existing_methods<S: Into<String>>(
        &self,
        methods: impl IntoIterator<Item = S>,
    ) -> Result<Self, ConfigErrors> {
        let existing = builder::parse_existing_methods(methods.into_iter().map(Into::into))?;
        let mut settings = Settings::clone(&self.0);
        let listed = match &settings.methods {
            AllowedMethods::Any => existing,
            AllowedMethods::Listed(listed) => listed
                .iter()
                .filter(|it| existing.contains(it))
                .cloned()
                .collect(),
        };
        settings
            .values
            .set(PreparedValue::Methods, Some(methods_value(&listed)));
        settings.methods = AllowedMethods::Listed(listed.into());
        Ok(Self::of(settings))
    }

    /// The changes of the answers that depend on no more of a request than its origin: nearly all
    /// that the policy gives.
    ///
    /// An adapter can have the fields of these ready.
    pub fn frequent_changes(&self) -> impl Iterator<Item = Changes> {
        let frequent = self.0.frequent;
        [frequent.undecided, frequent.shared, WITHHELD]
            .into_iter()
            .chain(frequent.preflight)
    }

    /// A value that the policy prepared, if it has one.
    #[must_use]
    pub fn value(&self, value: PreparedValue) -> Option<&[u8]> {
        self.0.values.get(value)
    }

    /// Turns every value that the policy prepared into an adapter's own type, once.
    pub fn prepare<V>(&self, mut convert: impl FnMut(&[u8]) -> V) -> Prepared<V> {
        Prepared(PreparedValue::ALL.map(|it| self.value(it).map(&mut convert)))
    }

    /// What is legal but doubtful about the policy.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.0.warnings
    }
}

impl Settings {
    /// Answers a CORS request that is no preflight.
    #[inline]
    fn answer_cors(&self, origin: Lines<'_>) -> Answer {
        match self.origin_refusal(origin) {
            None => Answer::Forward(self.shared()),
            Some(refusal) => match self.refused_origins {
                RefusedOrigins::Forward => Answer::Forward(self.withheld(refusal)),
                RefusedOrigins::Reject => {
                    Answer::Reject(self.forbidden(refusal, PreparedValue::Vary))
                }
            },
        }
    }

    /// Answers a preflight. It is kept out of the way of other requests, which are more.
    #[inline(never)]
    fn answer_preflight(&self, head: &impl RequestHead, origin: &[u8], method: &[u8]) -> Answer {
        Answer::Preflight(match self.origin_refusal(Lines::One(origin)) {
            Some(refusal) => self.forbidden(refusal, self.preflight_vary()),
            None => self.preflight_reply(head, method),
        })
    }

    /// Why the origin is refused, if it is.
    fn origin_refusal(&self, origin: Lines<'_>) -> Option<Refusal> {
        let contained = match origin {
            Lines::One(value) => self.origins.contains(value),
            Lines::None | Lines::Several => Err(MalformedOrigin {
                position: 0,
                fault: OriginFault::SeveralLines,
            }),
        };
        match contained {
            Ok(true) => None,
            Ok(false) => Some(Refusal::OriginNotAllowed),
            Err(error) => Some(Refusal::MalformedOrigin(error)),
        }
    }

    /// The decoration of a response to a request without an origin.
    ///
    /// With `*` the answer is the same for everyone, and is given to everyone: else a cache could
    /// keep an answer without it and hand that to a page later. The standard advises it under
    /// [CORS protocol and HTTP caches](https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches).
    #[inline]
    fn undecided(&self) -> Decoration {
        self.decoration(None, self.frequent.undecided)
    }

    /// The decoration of a response that an allowed origin may read.
    fn shared(&self) -> Decoration {
        self.decoration(None, self.frequent.shared)
    }

    fn changes_to_share(&self) -> Changes {
        let allow_credentials = match self.credentials {
            true => set(ResponseField::AllowCredentials, PreparedValue::True),
            false => Change::Remove(ResponseField::AllowCredentials),
        };
        let expose_headers = match self.values.get(PreparedValue::ExposedHeaders) {
            Some(_) => set(ResponseField::ExposeHeaders, PreparedValue::ExposedHeaders),
            None => Change::Remove(ResponseField::ExposeHeaders),
        };
        let vary = self
            .varies_by_origin()
            .then_some(Change::Vary(PreparedValue::Vary));
        Changes::NONE
            .with(self.allow_origin())
            .with(allow_credentials)
            .with(expose_headers)
            .and(vary)
    }

    /// The decoration of a response that a refused origin may not read.
    ///
    /// It names `Origin` in `Vary` even if the policy allows `*`, where only a malformed origin is
    /// refused: a cache must not give this response to anyone else.
    fn withheld(&self, refusal: Refusal) -> Decoration {
        self.decoration(Some(refusal), WITHHELD)
    }

    #[inline]
    fn decoration(&self, refusal: Option<Refusal>, changes: Changes) -> Decoration {
        Decoration {
            refusal,
            changes,
            keeps_allow_origin: self.handler_fields == HandlerFields::Keep,
        }
    }

    /// The reply to a refused origin: 403, and no field of the CORS protocol.
    fn forbidden(&self, refusal: Refusal, vary: PreparedValue) -> Reply {
        Reply {
            status: 403,
            refusal: Some(refusal),
            changes: Changes::NONE.with(Change::Vary(vary)),
        }
    }

    /// What the refusal of a preflight varies on: where `*` is allowed, still the origin.
    fn preflight_vary(&self) -> PreparedValue {
        match self.values.get(PreparedValue::PreflightVary) {
            Some(_) => PreparedValue::PreflightVary,
            None => PreparedValue::Vary,
        }
    }

    /// `Access-Control-Allow-Origin` for an allowed origin.
    pub(super) fn allow_origin(&self) -> Change {
        match self.origins.is_any() {
            true => set(ResponseField::AllowOrigin, PreparedValue::AnyOrigin),
            false => Change::Set(ResponseField::AllowOrigin, FieldValue::RequestOrigin),
        }
    }

    /// Does the answer depend on which origin asks?
    pub(super) fn varies_by_origin(&self) -> bool {
        !self.origins.is_any()
    }
}

/// No field of the CORS protocol, whatever the handler set, and the truth about why.
const WITHHELD: Changes = Changes::NONE
    .with(Change::Remove(ResponseField::AllowOrigin))
    .with(Change::Remove(ResponseField::AllowCredentials))
    .with(Change::Remove(ResponseField::ExposeHeaders))
    .with(Change::Vary(PreparedValue::Vary));

/// Sets a field to a value that the policy prepared.
pub(super) fn set(field: ResponseField, value: PreparedValue) -> Change {
    Change::Set(field, FieldValue::Prepared(value))
}

/// The values that a policy prepared, in an adapter's own type: see [`Policy::prepare`].
#[derive(Clone, Debug)]
pub struct Prepared<V>([Option<V>; PreparedValue::ALL.len()]);

impl<V> Prepared<V> {
    /// The value, if the policy has one.
    ///
    /// It has every value that its own answers name.
    #[inline]
    pub fn get(&self, value: PreparedValue) -> Option<&V> {
        self.0[value as usize].as_ref()
    }
}

/// The bytes of the prepared values.
#[derive(Clone, Debug, Default)]
pub(super) struct PreparedValues([Option<Box<[u8]>>; PreparedValue::ALL.len()]);

impl PreparedValues {
    pub(super) fn get(&self, value: PreparedValue) -> Option<&[u8]> {
        self.0[value as usize].as_deref()
    }

    pub(super) fn set(&mut self, value: PreparedValue, bytes: Option<Box<[u8]>>) {
        self.0[value as usize] = bytes;
    }
}

/// The list as a field value; `None` if there is nothing to list.
pub(super) fn joined(items: &[String]) -> Option<Box<[u8]>> {
    (!items.is_empty()).then(|| items.join(", ").into_bytes().into())
}

/// `Access-Control-Allow-Methods` for a list of methods.
///
/// It is never left out. A preflight that a page's upload listener or stream made necessary would
/// take its absence for a permission of whatever method was asked for
/// ([CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0), step 7.4).
pub(super) fn methods_value(methods: &[String]) -> Box<[u8]> {
    joined(methods).unwrap_or_else(|| Box::from(*b"GET, HEAD, POST"))
}
