//! Which connections are idle, so that those that are it the longest can make room.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use tokio::time::Instant;

/// The connections that there are.
#[derive(Debug)]
pub(super) struct Register {
    since: Instant,
    entries: Mutex<HashMap<u64, Arc<Idleness>>>,
    /// The number of the next connection.
    next: AtomicU64,
}

/// A connection's entry in the register, while it lives.
#[derive(Debug)]
pub(super) struct Entry {
    register: Arc<Register>,
    number: u64,
    idleness: Arc<Idleness>,
}

/// Whether a connection is idle, and whether it is to make room.
#[derive(Debug)]
pub(crate) struct Idleness {
    /// What the times below are counted from.
    origin: Instant,
    /// In microseconds; [`BUSY`] if a request is under way.
    since: AtomicU64,
    is_reclaimed: AtomicBool,
    task: Mutex<Waker>,
}

const BUSY: u64 = u64::MAX;

impl Register {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            since: now,
            entries: Mutex::default(),
            next: AtomicU64::new(0),
        }
    }

    /// Enters a connection, which has not sent anything yet.
    pub(super) fn enter(self: &Arc<Self>, now: Instant) -> Entry {
        let idleness = Arc::new(Idleness {
            origin: self.since,
            since: AtomicU64::new(BUSY),
            is_reclaimed: AtomicBool::new(false),
            task: Mutex::new(Waker::noop().clone()),
        });
        idleness.begins(now);
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        lock(&self.entries).insert(number, Arc::clone(&idleness));
        Entry {
            register: Arc::clone(self),
            number,
            idleness,
        }
    }

    /// Has the longest idle connections make room, unless as many as `most` are doing so already.
    ///
    /// Returns how many were told.
    pub(super) fn reclaim(&self, most: usize) -> usize {
        let entries = lock(&self.entries);
        let is_leaving = |it: &&Arc<Idleness>| it.is_reclaimed();
        let n_leaving = entries.values().filter(is_leaving).count();
        let most = most.saturating_sub(n_leaving);
        let staying = entries.values().filter(|it| !it.is_reclaimed());
        let mut idle: Vec<_> = staying
            .map(|it| (it.since.load(Ordering::SeqCst), it))
            .filter(|(since, _)| *since != BUSY)
            .collect();
        if most == 0 {
            return 0;
        }
        if most < idle.len() {
            idle.select_nth_unstable_by_key(most - 1, |(since, _)| *since);
            idle.truncate(most);
        }
        for (_, idleness) in &idle {
            idleness.make_room();
        }
        idle.len()
    }
}

impl Entry {
    pub(super) fn idleness(&self) -> &Arc<Idleness> {
        &self.idleness
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        lock(&self.register.entries).remove(&self.number);
    }
}

impl Idleness {
    /// No request is under way from now on.
    pub(crate) fn begins(&self, now: Instant) {
        let since = (now - self.origin).as_micros();
        let since = u64::try_from(since).map_or(BUSY - 1, |it| it.min(BUSY - 1));
        self.since.store(since, Ordering::Relaxed);
    }

    /// Since when no request is under way, if none is.
    pub(super) fn since(&self) -> Option<Instant> {
        let since = self.since.load(Ordering::Relaxed);
        (since != BUSY).then(|| self.origin + Duration::from_micros(since))
    }

    /// There is a request.
    pub(crate) fn ends(&self) {
        self.since.store(BUSY, Ordering::Relaxed);
    }

    pub(super) fn is_idle(&self) -> bool {
        self.since.load(Ordering::SeqCst) != BUSY
    }

    /// Is the connection to make room?
    pub(super) fn is_reclaimed(&self) -> bool {
        self.is_reclaimed.load(Ordering::Relaxed)
    }

    /// Names the task that is woken if the connection is to make room.
    pub(super) fn is_awaited_by(&self, task: &Waker) {
        lock(&self.task).clone_from(task);
    }

    /// Waits until the connection is to make room.
    pub(super) async fn reclaimed(&self) {
        poll_fn(|cx| {
            self.is_awaited_by(cx.waker());
            match self.is_reclaimed() {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        })
        .await;
    }

    fn make_room(&self) {
        self.is_reclaimed.store(true, Ordering::SeqCst);
        lock(&self.task).wake_by_ref();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
