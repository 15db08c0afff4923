//! Where a middleware takes its policy from.

use std::ops::Deref;
use std::sync::Arc;

use arc_swap::Guard;

use crate::apply::PreparedPolicy;
use crate::handle::PolicyHandle;

/// A policy for good, or whatever policy a handle has.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    Fixed(Arc<PreparedPolicy>),
    Handle(PolicyHandle),
}

impl Source {
    /// The policy for one request.
    pub(crate) fn load(&self) -> Loaded<'_> {
        match self {
            Self::Fixed(policy) => Loaded::Fixed(policy),
            Self::Handle(handle) => Loaded::Handle(handle.load()),
        }
    }
}

/// A policy for one request. Only a request that is forwarded needs to own it.
pub(crate) enum Loaded<'a> {
    Fixed(&'a Arc<PreparedPolicy>),
    Handle(Guard<Arc<PreparedPolicy>>),
}

impl Loaded<'_> {
    pub(crate) fn into_owned(self) -> Arc<PreparedPolicy> {
        match self {
            Self::Fixed(policy) => Arc::clone(policy),
            Self::Handle(policy) => Guard::into_inner(policy),
        }
    }
}

impl Deref for Loaded<'_> {
    type Target = PreparedPolicy;

    fn deref(&self) -> &PreparedPolicy {
        match self {
            Self::Fixed(policy) => policy,
            Self::Handle(policy) => policy,
        }
    }
}
