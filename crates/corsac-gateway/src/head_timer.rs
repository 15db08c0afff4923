//! The timer for the heads of requests.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};

use crate::deadline::Deadline;

/// A timer for one connection of a client.
///
/// hyper asks it for a new sleep before each head, and keeps one at a time. All of them are one
/// deadline, which is moved.
#[derive(Clone, Debug)]
pub(crate) struct HeadTimer(Arc<Mutex<Deadline>>);

impl HeadTimer {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Deadline::new(
            tokio::time::Instant::now(),
        ))))
    }

    fn deadline(&self) -> MutexGuard<'_, Deadline> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Timer for HeadTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        self.deadline().move_to(deadline.into());
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
