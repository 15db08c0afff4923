//! Lets an embedder know when a server is left alone, and when it is asked again.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// A function that is called when the gateway thinks otherwise of a server than before.
///
/// It runs on the task that found out: it must not block.
pub type ServerObserver = Arc<dyn Fn(&ServerEvent<'_>) + Send + Sync>;

/// What the gateway has found out about a server.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServerEvent<'a> {
    /// Its name as the policy file has it, with its port.
    pub server: &'a str,
    /// What it was.
    pub change: ServerChange,
}

/// How a server does, if that is not as before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ServerChange {
    /// Too many exchanges failed in a row: it is left alone for so long.
    Ejected(Duration),
    /// An exchange succeeded, after it was left alone.
    Recovered,
    /// Too many health checks failed in a row: it gets no requests.
    Ill,
    /// A health check succeeded, after it was ill.
    Well,
}

impl fmt::Display for ServerEvent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let server = self.server;
        match self.change {
            ServerChange::Ejected(duration) => {
                let seconds = duration.as_secs();
                write!(
                    f,
                    "server {server} keeps failing: left alone for {seconds} s"
                )
            }
            ServerChange::Recovered => write!(f, "server {server} answers again"),
            ServerChange::Ill => write!(f, "server {server} fails its health checks: left alone"),
            ServerChange::Well => write!(f, "server {server} passes its health checks again"),
        }
    }
}

/// Who is told of events; known once the gateway serves.
#[derive(Clone, Default)]
pub(crate) struct Teller(Arc<OnceLock<ServerObserver>>);

impl Teller {
    /// Has this function told from now on, unless there is one already.
    pub(crate) fn set(&self, observer: ServerObserver) {
        let _ = self.0.set(observer);
    }

    pub(crate) fn tell(&self, server: &str, change: ServerChange) {
        if let Some(observer) = self.0.get() {
            observer(&ServerEvent { server, change });
        }
    }
}

impl fmt::Debug for Teller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Teller")
            .field(&self.0.get().is_some())
            .finish()
    }
}
