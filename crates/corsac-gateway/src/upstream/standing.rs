//! Which servers are trusted with requests, and how often a request may be tried again.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::limits::{EJECT_AFTER, EJECTION, MAX_EJECTION};
use crate::server_event::{ServerChange, Teller};

/// How a server has done lately.
#[derive(Debug)]
pub(super) struct Standing {
    /// Exchanges that failed since the last one that did not.
    n_failures: AtomicU32,
    /// Until when it is left alone, in milliseconds from `since`.
    ejected_until: AtomicU64,
    since: Instant,
    /// Whether the last health checks failed.
    is_ill: AtomicBool,
    n_ejections: AtomicU64,
    /// The name of the server.
    server: String,
    events: Teller,
}

impl Standing {
    pub(super) fn new(server: String, events: Teller) -> Self {
        Self {
            n_failures: AtomicU32::new(0),
            ejected_until: AtomicU64::new(0),
            since: Instant::now(),
            is_ill: AtomicBool::new(false),
            n_ejections: AtomicU64::new(0),
            server,
            events,
        }
    }

    pub(super) fn is_good(&self, now: Instant) -> bool {
        !self.is_ill() && self.ejected_until.load(Ordering::Relaxed) <= self.milliseconds(now)
    }

    pub(super) fn succeeded(&self) {
        // Nearly always it is zero already, and a line of memory that all share stays unwritten.
        if self.n_failures.load(Ordering::Relaxed) != 0
            && self.n_failures.swap(0, Ordering::Relaxed) >= EJECT_AFTER
        {
            self.tell(ServerChange::Recovered);
        }
    }

    /// Ejects the server if it has failed too often in a row: for twice as long as the last time,
    /// until it succeeds.
    ///
    /// After that a single failure ejects it again. What was sent before it was ejected, and fails
    /// late, does not count.
    pub(super) fn failed(&self, now: Instant) {
        let now = self.milliseconds(now);
        if self.ejected_until.load(Ordering::Relaxed) > now {
            return;
        }
        let n_failures = self.n_failures.fetch_add(1, Ordering::Relaxed) + 1;
        let Some(n_ejections) = n_failures.checked_sub(EJECT_AFTER) else {
            return;
        };
        let doubled = EJECTION.saturating_mul(1 << n_ejections.min(16));
        let ejection = doubled.min(MAX_EJECTION);
        let until = now + milliseconds(ejection);
        // Of several that fail at the same time, one is told.
        if self.ejected_until.swap(until, Ordering::Relaxed) <= now {
            self.n_ejections.fetch_add(1, Ordering::Relaxed);
            self.tell(ServerChange::Ejected(ejection));
        }
    }

    pub(super) fn set_ill(&self, is_ill: IsIll) {
        let was_ill = self.is_ill.swap(is_ill == IsIll::Yes, Ordering::Relaxed);
        match (was_ill, is_ill) {
            (false, IsIll::Yes) => self.tell(ServerChange::Ill),
            (true, IsIll::No) => self.tell(ServerChange::Well),
            (false, IsIll::No) | (true, IsIll::Yes) => {}
        }
    }

    pub(super) fn is_ill(&self) -> bool {
        self.is_ill.load(Ordering::Relaxed)
    }

    pub(super) fn n_ejections(&self) -> u64 {
        self.n_ejections.load(Ordering::Relaxed)
    }

    /// The name of the server, with its port.
    pub(super) fn server(&self) -> &str {
        &self.server
    }

    fn tell(&self, change: ServerChange) {
        self.events.tell(&self.server, change);
    }

    fn milliseconds(&self, now: Instant) -> u64 {
        milliseconds(now.duration_since(self.since))
    }
}

/// What health checks say of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IsIll {
    Yes,
    No,
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// How many requests may be tried again.
///
/// A burst may, and after that a tenth of all: when every server is in trouble, requests that are
/// tried again are what keeps it there.
#[derive(Debug)]
pub(super) struct Budget(AtomicI64);

impl Budget {
    pub(super) fn new() -> Self {
        Self(AtomicI64::new(FULL))
    }

    /// Counts a request that was answered.
    pub(super) fn earn(&self) {
        if self.0.load(Ordering::Relaxed) < FULL {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// May one more be tried again?
    pub(super) fn spend(&self) -> bool {
        let spent = |left: i64| (left >= RETRY).then(|| left - RETRY);
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, spent)
            .is_ok()
    }
}

/// What a retry costs, in requests that were answered.
const RETRY: i64 = 10;

/// As much as is saved: a hundred retries, as when a server with many connections goes away.
const FULL: i64 = 100 * RETRY;
