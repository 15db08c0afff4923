//! Which policy was in force when.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

/// Which policy was in force when, as far as it can be known from outside.
#[derive(Debug)]
pub(crate) struct Timeline(Mutex<Vec<Span>>);

#[derive(Debug)]
struct Span {
    policy: usize,
    /// When it had gone at the latest.
    until: Option<Instant>,
}

impl Timeline {
    pub(crate) fn new(policy: usize) -> Self {
        let until = None;
        Self(Mutex::new(vec![Span { policy, until }]))
    }

    /// From now on this policy may be in force; the one before may still be.
    pub(crate) fn may_begin(&self, policy: usize) {
        let mut spans = self.lock();
        spans.push(Span {
            policy,
            until: None,
        });
        let surplus = spans.len().saturating_sub(MAX_SPANS);
        spans.drain(..surplus);
    }

    /// The policy that may have begun last is in force, and no other.
    pub(crate) fn has_begun(&self) {
        let mut spans = self.lock();
        let now = Instant::now();
        if let Some((_, old)) = spans.split_last_mut() {
            for span in old.iter_mut().filter(|it| it.until.is_none()) {
                span.until = Some(now);
            }
        }
    }

    /// The policies that may have been in force at some time from then on.
    pub(crate) fn since(&self, start: Instant) -> Vec<usize> {
        let spans = self.lock();
        let there = spans
            .iter()
            .filter(|it| it.until.is_none_or(|it| it >= start));
        there.map(|it| it.policy).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Span>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A minute's worth: no request takes as long.
const MAX_SPANS: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn while_one_policy_follows_another_both_may_be_in_force() {
        let timeline = Timeline::new(0);
        let start = Instant::now();
        assert_eq!(timeline.since(start), [0]);
        timeline.may_begin(1);
        assert_eq!(timeline.since(start), [0, 1]);
        timeline.has_begun();
        assert_eq!(timeline.since(start), [0, 1]);
        assert_eq!(timeline.since(Instant::now()), [1]);
    }
}
