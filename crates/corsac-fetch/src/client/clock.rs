//! The time of a client, which can be moved.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// The time since the Unix epoch, as this client has it.
#[derive(Debug)]
pub(super) struct Clock {
    /// The time since the Unix epoch at `start`, and how far it was moved since.
    base: Mutex<Duration>,
    start: Instant,
}

impl Clock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the client is where the machine gets its time from"
    )]
    pub(super) fn new() -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Self {
            base: Mutex::new(now.unwrap_or_default()),
            start: Instant::now(),
        }
    }

    pub(super) fn now(&self) -> Duration {
        let base = *self.base.lock().unwrap_or_else(PoisonError::into_inner);
        base.saturating_add(self.start.elapsed())
    }

    pub(super) fn advance(&self, duration: Duration) {
        let mut base = self.base.lock().unwrap_or_else(PoisonError::into_inner);
        *base = base.saturating_add(duration);
    }
}
