//! The timer for the heads of requests.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};

use super::idleness::Idleness;
use crate::deadline::Deadline;

/// How long a client may take for a head, and until it begins one.
#[derive(Debug)]
pub(super) struct HeadTimer {
    deadline: Deadline,
    /// Since when a head is under way. The first one is, as soon as there is a connection.
    begun: Option<tokio::time::Instant>,
    patience: Patience,
    idleness: Arc<Idleness>,
}

/// How long a client may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    pub(super) for_head: Duration,
    /// From the end of a response to the first byte of a head.
    pub(super) between: Duration,
}

impl HeadTimer {
    pub(super) fn new(patience: Patience, idleness: &Arc<Idleness>) -> Self {
        let now = tokio::time::Instant::now();
        Self {
            deadline: Deadline::new(now + patience.for_head),
            begun: Some(now),
            patience,
            idleness: Arc::clone(idleness),
        }
    }

    /// The first bytes of a head are there, and not all.
    pub(super) fn head_begins(&mut self) {
        self.begun.get_or_insert_with(tokio::time::Instant::now);
    }

    /// A head is whole: the next one has not begun.
    pub(super) fn head_ends(&mut self) {
        self.begun = None;
    }

    /// Is ready once the client has taken too long. While a request is under way, it has time: what
    /// it sends of the next one is waited for afterwards.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(waiting) = self.idleness.since() else {
            return Poll::Pending;
        };
        self.deadline.move_to(match self.begun {
            Some(begun) => begun.max(waiting) + self.patience.for_head,
            None => waiting + self.patience.between,
        });
        self.deadline.poll(cx)
    }
}

/// Hears from hyper when it begins to wait for a head.
///
/// hyper asks its timer for a sleep then, keeps it until the head is there, and asks for another
/// one before the next. These take no memory and never end: it is the [`HeadTimer`] that does.
#[derive(Debug)]
pub(super) struct WaitForHead {
    idleness: Arc<Idleness>,
    /// What hyper gets whenever it asks for the time, of which nothing depends.
    now: Instant,
}

impl WaitForHead {
    pub(super) fn new(idleness: &Arc<Idleness>) -> Self {
        Self {
            idleness: Arc::clone(idleness),
            now: tokio::time::Instant::now().into_std(),
        }
    }
}

impl Timer for WaitForHead {
    fn sleep(&self, _: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(self.now)
    }

    fn sleep_until(&self, _: Instant) -> Pin<Box<dyn Sleep>> {
        self.idleness.begins(tokio::time::Instant::now());
        Box::pin(Endless)
    }

    fn now(&self) -> Instant {
        self.now
    }
}

struct Endless;

impl Future for Endless {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }
}

impl Sleep for Endless {}
