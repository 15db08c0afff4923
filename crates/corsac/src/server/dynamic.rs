//! Policies whose origins a function knows: a table of tenants, a service that can be asked.

use alloc::string::String;
use alloc::sync::Arc;

use super::policy::Policy;
use super::request::{Lines, RequestHead, RequestKind};

/// A policy whose origins are decided by a function of the caller's, beside those it lists.
///
/// The policy does not know the function. It says what to ask about, and the verdict says which
/// policy answers; so the function may be synchronous or not, cached or not. It is made by
/// [`PolicyBuilder::build_with_function`](super::PolicyBuilder::build_with_function).
///
/// # Examples
///
/// ```
/// # use corsac::{Policy, RequestField, RequestHead};
/// use corsac::server::{DynamicPolicy, Verdict};
///
/// # struct Request;
/// # impl RequestHead for Request {
/// #     fn method(&self) -> &[u8] { b"GET" }
/// #     fn lines(&self, field: RequestField) -> impl Iterator<Item = &[u8]> {
/// #         (field == RequestField::Origin).then_some(&b"https://shop.example"[..]).into_iter()
/// #     }
/// # }
/// # let head = Request;
/// let policy: DynamicPolicy =
///     Policy::builder(["https://app.example"]).build_with_function(["host"])?;
///
/// let answer = match policy.asks_about(&head) {
///     None => policy.given(Verdict::Refused).answer(&head),
///     Some(origin) => {
///         assert_eq!(origin, b"https://shop.example"); // ask the database here
///         policy.given(Verdict::Allowed).answer(&head)
///     }
/// };
/// assert_eq!(answer.refusal(), None);
/// # Ok::<(), corsac::ConfigErrors>(())
/// ```
#[derive(Clone, Debug)]
pub struct DynamicPolicy {
    /// Allows what is listed.
    pub(super) listed: Policy,
    /// Allows whatever origin asks, because the function allowed it.
    pub(super) allowing: Policy,
    pub(super) varies_on: Arc<[String]>,
}

/// What a function says about an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a function says yes or no")]
pub enum Verdict {
    /// The origin is allowed.
    Allowed,
    /// The origin is not allowed.
    Refused,
}

impl DynamicPolicy {
    /// The origin that the function must be asked about before this request can be answered.
    ///
    /// It is a well-formed origin, and not `null`. There is none if the request has no origin, if
    /// that is malformed, or if the policy lists it: then the verdict does not matter.
    pub fn asks_about<'a>(&self, head: &'a impl RequestHead) -> Option<&'a [u8]> {
        let origin = match RequestKind::of(head) {
            RequestKind::Preflight { origin, .. }
            | RequestKind::Cors {
                origin: Lines::One(origin),
            } => origin,
            RequestKind::NotCors | RequestKind::Cors { .. } => return None,
        };
        let is_listed = self.listed.0.origins.contains(origin);
        (is_listed == Ok(false) && origin != b"null").then_some(origin)
    }

    /// The policy that answers once the function has spoken.
    ///
    /// # Security
    ///
    /// What is given for [`Verdict::Allowed`] allows the origin of any request: it is for the one
    /// request that the function was asked about.
    #[must_use]
    pub fn given(&self, verdict: Verdict) -> &Policy {
        match verdict {
            Verdict::Allowed => &self.allowing,
            Verdict::Refused => &self.listed,
        }
    }

    /// The request fields that the verdict depends on beside `Origin`, in lower case.
    #[must_use]
    pub fn varies_on(&self) -> &[String] {
        &self.varies_on
    }
}
