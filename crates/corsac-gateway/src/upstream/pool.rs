//! Idle connections to one upstream.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::http1::Connection;
use crate::limits::{MAX_IDLE_PER_UPSTREAM, UPSTREAM_IDLE_TIMEOUT};

/// Idle connections, the one that was used last on top.
///
/// The newest is taken first: it is the least likely to be closed, and the old ones get older
/// until they are swept.
#[derive(Debug, Default)]
pub(super) struct Pool(Mutex<Idle>);

/// A connection moves in and out for each exchange: a pointer does.
type Idle = Vec<Box<Connection>>;

impl Pool {
    pub(super) fn take(&self, now: Instant) -> Option<Box<Connection>> {
        let connection = self.lock().pop()?;
        is_young(&connection, now).then_some(connection)
    }

    pub(super) fn put(&self, mut connection: Box<Connection>) {
        connection.rest();
        let mut idle = self.lock();
        if idle.len() < MAX_IDLE_PER_UPSTREAM {
            idle.push(connection);
        }
    }

    pub(super) fn sweep(&self) {
        let now = Instant::now();
        self.lock()
            .retain_mut(|connection| is_young(connection, now) && connection.is_quiet());
    }

    fn lock(&self) -> MutexGuard<'_, Idle> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_young(connection: &Connection, now: Instant) -> bool {
    now.duration_since(connection.last_used) < UPSTREAM_IDLE_TIMEOUT
}
