//! What rides along with a policy: a second one in report-only mode, and whoever watches.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use super::answer::Answer;
use super::policy::Policy;
use super::refusal::Refusal;
use super::request::{RequestField, RequestHead};

/// What a policy decided about a request.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Decision<'a> {
    /// The request's method, byte for byte.
    pub method: &'a [u8],
    /// The first line of the request's `Origin`, byte for byte: it may be anything.
    pub origin: Option<&'a [u8]>,
    /// What the policy answers.
    pub answer: &'a Answer,
    /// What a policy in report-only mode would have said differently.
    pub difference: Option<Difference>,
}

/// What a policy in report-only mode would have said differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Difference {
    /// It would have refused what the live policy allows.
    WouldRefuse(Refusal),
    /// It would have allowed what the live policy refuses.
    WouldAllow(Refusal),
    /// It would have refused for this other reason.
    WouldRefuseFor(Refusal),
}

impl Difference {
    /// What another answer to the same request says differently about what is refused.
    #[must_use]
    pub fn between(live: &Answer, other: &Answer) -> Option<Self> {
        match (live.refusal(), other.refusal()) {
            (None, None) => None,
            (None, Some(refusal)) => Some(Self::WouldRefuse(refusal)),
            (Some(refusal), None) => Some(Self::WouldAllow(refusal)),
            (Some(live), Some(other)) => {
                (live.code() != other.code()).then_some(Self::WouldRefuseFor(other))
            }
        }
    }

    /// The stable name of what differs, for logs and counters.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::WouldRefuse(_) => "would-refuse",
            Self::WouldAllow(_) => "would-allow",
            Self::WouldRefuseFor(_) => "would-refuse-for",
        }
    }

    /// The refusal that only one of the two policies gives.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::WouldRefuse(refusal)
            | Self::WouldAllow(refusal)
            | Self::WouldRefuseFor(refusal) => *refusal,
        }
    }
}

/// Someone who is told of every decision, on the task that serves the request: it must not block.
pub type Observer = Arc<dyn Fn(&Decision<'_>) + Send + Sync>;

/// A second policy in report-only mode, and who is told what was decided.
///
/// The second policy decides every request too, and changes nothing: its differences from the live
/// one are told. So a stricter policy can be tried before it is in force.
#[derive(Clone, Default)]
pub struct Watch {
    report_only: Option<Policy>,
    observers: Vec<Observer>,
}

impl Watch {
    /// Lets this policy ride along in report-only mode.
    pub fn report_only(&mut self, policy: Policy) {
        self.report_only = Some(policy);
    }

    /// Tells this one too.
    pub fn observe(&mut self, observer: Observer) {
        self.observers.push(observer);
    }

    /// Tells what the live policy answers to a request.
    pub fn decided(&self, head: &impl RequestHead, answer: &Answer) {
        if self.observers.is_empty() {
            return;
        }
        let other = self.report_only.as_ref().map(|policy| policy.answer(head));
        let decision = Decision {
            method: head.method(),
            origin: head.lines(RequestField::Origin).next(),
            answer,
            difference: other.and_then(|other| Difference::between(answer, &other)),
        };
        for observer in &self.observers {
            observer(&decision);
        }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("report_only", &self.report_only)
            .field("observers", &self.observers.len())
            .finish()
    }
}
