//! Connections that wait to be used again.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio::time::Instant;
use url::Url;

use super::http1::Connection;
use super::http2::Session;
use super::limits::{IDLE_TIMEOUT, MAX_IDLE_CONNECTIONS};
use crate::machine::Outgoing;

/// What two requests have in common if they may share a connection.
///
/// Follows [connection pool](https://fetch.spec.whatwg.org/#concept-connection-pool): a connection
/// with credentials is not shared with requests without. Where a host name leads is the same for
/// all that share a pool.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct PoolKey {
    /// The origin, as scheme, host and port.
    origin: String,
    credentials: Credentials,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Credentials {
    Excluded,
    Included,
}

impl PoolKey {
    pub(super) fn of(outgoing: &Outgoing) -> Self {
        Self {
            origin: origin(&outgoing.url),
            credentials: match outgoing.includes_credentials {
                true => Credentials::Included,
                false => Credentials::Excluded,
            },
        }
    }
}

fn origin(url: &Url) -> String {
    let authority = &url[url::Position::BeforeHost..url::Position::AfterPort];
    [url.scheme(), "://", authority].concat()
}

/// Connections that wait to be used again.
#[derive(Default)]
pub(super) struct Pool(Mutex<Idle>);

#[derive(Default)]
struct Idle {
    http1: HashMap<PoolKey, Vec<Waiting>>,
    n_http1: usize,
    http2: HashMap<PoolKey, Session>,
    /// Where someone is connecting, and how to learn that it has ended.
    attempts: HashMap<PoolKey, watch::Receiver<()>>,
    /// Servers that were last seen to speak no HTTP/2, so that nobody waits to share.
    http1_only: HashSet<PoolKey>,
}

/// Whose turn it is to connect to a server that may speak HTTP/2.
pub(super) enum Turn<'a> {
    /// Ours: others wait until the attempt is dropped.
    First(Attempt<'a>),
    /// That of someone else, which we wait for.
    Later(watch::Receiver<()>),
    /// Everyone's.
    Any,
}

/// An attempt to connect, for which others wait.
pub(super) struct Attempt<'a> {
    pool: &'a Pool,
    key: &'a PoolKey,
    /// Dropping it tells the others.
    _ended: watch::Sender<()>,
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        self.pool.idle().attempts.remove(self.key);
    }
}

struct Waiting {
    connection: Connection,
    since: Instant,
}

impl Pool {
    /// Takes the connection that was used last, if it is still open.
    pub(super) fn take_http1(&self, key: &PoolKey) -> Option<Connection> {
        let oldest = Instant::now() - IDLE_TIMEOUT;
        loop {
            let waiting = self.idle().pop_http1(key)?;
            let mut connection = waiting.connection;
            if waiting.since >= oldest && connection.is_alive() {
                return Some(connection);
            }
        }
    }

    /// Keeps a connection for others.
    pub(super) fn put_http1(&self, key: &PoolKey, connection: Connection) {
        let since = Instant::now();
        let waiting = Waiting { connection, since };
        let mut idle = self.idle();
        if idle.n_http1 == MAX_IDLE_CONNECTIONS {
            idle.evict_http1();
        }
        idle.n_http1 += 1;
        match idle.http1.get_mut(key) {
            Some(others) => others.push(waiting),
            None => drop(idle.http1.insert(key.clone(), vec![waiting])),
        }
    }

    /// The connection over HTTP/2, which any number of requests use at a time.
    pub(super) fn http2(&self, key: &PoolKey) -> Option<Session> {
        self.idle().http2.get(key).cloned()
    }

    /// Keeps a connection for others.
    pub(super) fn put_http2(&self, key: &PoolKey, session: Session) {
        let mut idle = self.idle();
        if idle.http2.len() >= MAX_IDLE_CONNECTIONS
            && let Some(any) = idle.http2.keys().next().cloned()
        {
            idle.http2.remove(&any);
        }
        idle.http1_only.remove(key);
        idle.http2.insert(key.clone(), session);
    }

    /// Takes a turn at connecting.
    pub(super) fn turn<'a>(&'a self, key: &'a PoolKey) -> Turn<'a> {
        let mut idle = self.idle();
        if idle.http1_only.contains(key) {
            return Turn::Any;
        }
        if let Some(attempt) = idle.attempts.get(key) {
            return Turn::Later(attempt.clone());
        }
        let (ended, attempt) = watch::channel(());
        idle.attempts.insert(key.clone(), attempt);
        Turn::First(Attempt {
            pool: self,
            key,
            _ended: ended,
        })
    }

    /// Remembers that a server spoke HTTP/1.1 where it could have spoken HTTP/2.
    pub(super) fn note_http1_only(&self, key: &PoolKey) {
        let mut idle = self.idle();
        if idle.http1_only.len() >= MAX_IDLE_CONNECTIONS {
            idle.http1_only.clear();
        }
        idle.http1_only.insert(key.clone());
    }

    /// Forgets a connection over HTTP/2 that turned out to be closed.
    pub(super) fn remove_http2(&self, key: &PoolKey) {
        self.idle().http2.remove(key);
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Idle {
    fn pop_http1(&mut self, key: &PoolKey) -> Option<Waiting> {
        let waiting = self.http1.get_mut(key)?.pop();
        match waiting {
            Some(_) => self.n_http1 -= 1,
            None => drop(self.http1.remove(key)),
        }
        waiting
    }

    /// Makes room by closing the connection that has waited longest.
    fn evict_http1(&mut self) {
        let waiting_longest = self.http1.iter().filter_map(|(key, waiting)| {
            let since = waiting.first()?.since;
            Some((since, key))
        });
        let Some((_, key)) = waiting_longest.min_by_key(|(since, _)| *since) else {
            return;
        };
        if let Entry::Occupied(mut entry) = self.http1.entry(key.clone()) {
            entry.get_mut().remove(0);
            self.n_http1 -= 1;
            if entry.get().is_empty() {
                entry.remove();
            }
        }
    }
}
