//! The timer for the heads of requests.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};

use super::idleness::Idleness;
use crate::deadline::Deadline;

/// A timer for one connection of a client.
///
/// hyper asks it for a new sleep before each head, and keeps one at a time. All of them are one
/// deadline, which is moved. hyper has one patience for a client that says nothing and for one that
/// is in the middle of a head; the timer has two.
#[derive(Clone, Debug)]
pub(super) struct HeadTimer(Arc<State>);

#[derive(Debug)]
struct State {
    deadline: Mutex<Deadline>,
    /// Has a head begun? The first one has, as soon as there is a connection.
    is_in_head: AtomicBool,
    patience: Duration,
    idleness: Arc<Idleness>,
}

impl HeadTimer {
    /// A timer that allows so much for a head.
    pub(super) fn new(patience: Duration, idleness: &Arc<Idleness>) -> Self {
        let deadline = Deadline::new(tokio::time::Instant::now() + patience);
        Self(Arc::new(State {
            deadline: Mutex::new(deadline),
            is_in_head: AtomicBool::new(true),
            patience,
            idleness: Arc::clone(idleness),
        }))
    }

    /// The first bytes of a head are there, and not all.
    pub(super) fn head_begins(&self) {
        if !self.0.is_in_head.swap(true, Ordering::Relaxed) {
            let at = tokio::time::Instant::now() + self.0.patience;
            self.deadline().move_to(at);
        }
    }

    /// A head is whole: the next one has not begun.
    pub(super) fn head_ends(&self) {
        self.0.is_in_head.store(false, Ordering::Relaxed);
    }

    fn deadline(&self) -> MutexGuard<'_, Deadline> {
        self.0
            .deadline
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Timer for HeadTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        let now = tokio::time::Instant::now();
        // hyper asks when it begins to wait for a request.
        self.0.idleness.begins(now);
        let at = match self.0.is_in_head.load(Ordering::Relaxed) {
            true => now + self.0.patience,
            false => deadline.into(),
        };
        self.deadline().move_to(at);
        Box::pin(HeadSleep(self.clone()))
    }

    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }
}

/// Is over when the deadline of its timer is.
struct HeadSleep(HeadTimer);

impl Future for HeadSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.0.deadline().poll(cx)
    }
}

impl Sleep for HeadSleep {}
