//! Replaces the policy of a middleware while it serves.

use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};
use corsac::Policy;

use crate::apply::PreparedPolicy;

/// A policy that can be replaced while requests are served.
///
/// All clones are one handle: what one replaces, the middleware of every worker follows. Each
/// request is answered and its response decorated by the one policy that was there when the
/// request came, so that no response is a mixture of two.
///
/// # Examples
///
/// ```
/// use corsac::Policy;
/// use corsac_actix::{Cors, PolicyHandle};
///
/// let handle = PolicyHandle::new(Policy::builder(["https://app.example"]).build()?);
/// let cors = Cors::from_handle(&handle);
///
/// // A broken policy is an error before it gets here: the old one goes on serving.
/// handle.replace(Policy::builder(["https://app.example", "https://new.example"]).build()?);
/// # let _ = cors;
/// # Ok::<(), corsac::ConfigErrors>(())
/// ```
#[derive(Clone, Debug)]
pub struct PolicyHandle(Arc<ArcSwap<PreparedPolicy>>);

impl PolicyHandle {
    /// A handle on this policy.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(PreparedPolicy::new(policy))))
    }

    /// Lets every request that comes from now on be answered by this policy.
    pub fn replace(&self, policy: Policy) {
        self.0.store(Arc::new(PreparedPolicy::new(policy)));
    }

    /// The present policy.
    #[must_use]
    pub fn policy(&self) -> Policy {
        self.0.load().policy().clone()
    }

    /// The present policy, for as long as one request takes.
    pub(crate) fn load(&self) -> Guard<Arc<PreparedPolicy>> {
        self.0.load()
    }
}
