//! How many events there may be.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// So many events of a kind are written at once.
///
/// A developer who tries something sees all that comes of it; a page of a forgotten origin makes a
/// handful of requests.
pub const BURST: u32 = 10;

/// After a burst, one event of a kind is written for each of these.
///
/// A kind then writes at most 8,640 events a day, whoever asks whatever: there are no more kinds
/// than there are codes of refusals, so that a day's log stays below a few megabytes.
pub const INTERVAL: Duration = Duration::from_secs(10);

/// Counts the events of each kind. Kinds are codes, so that there are few.
#[derive(Debug, Default)]
pub(crate) struct RateLimit {
    kinds: Mutex<Vec<Kind>>,
}

#[derive(Debug)]
struct Kind {
    name: &'static str,
    left: u32,
    /// When the last of what is left was given.
    filled: Duration,
    suppressed: u64,
}

impl RateLimit {
    /// May an event of this kind be written? If so, how many were not since the last that was?
    pub(crate) fn admit(&self, name: &'static str, now: Duration) -> Option<u64> {
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kinds.iter().position(|it| it.name == name);
        let at = at.unwrap_or_else(|| {
            kinds.push(Kind {
                name,
                left: BURST,
                filled: now,
                suppressed: 0,
            });
            kinds.len() - 1
        });
        kinds[at].admit(now)
    }
}

impl Kind {
    fn admit(&mut self, now: Duration) -> Option<u64> {
        let passed = now.saturating_sub(self.filled);
        let gained = passed.as_secs() / INTERVAL.as_secs();
        if gained > 0 {
            let gained = u32::try_from(gained).unwrap_or(BURST);
            self.left = self.left.saturating_add(gained).min(BURST);
            self.filled = now;
        }
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                Some(std::mem::take(&mut self.suppressed))
            }
            None => {
                self.suppressed = self.suppressed.saturating_add(1);
                None
            }
        }
    }
}
