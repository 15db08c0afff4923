//! The client connections: how many there are, and how they end.

use std::future::{Future, poll_fn};
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::Poll;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use corsac_config::Limits;

use super::clients::{Clients, Share};
use crate::limits::{ACCEPT_PAUSE, IDLE_GRACE};

/// The client connections of one listener.
#[derive(Debug)]
pub(super) struct Connections {
    free: Arc<Semaphore>,
    n_places: u32,
    stage: Arc<Stage>,
    clients: Arc<Clients>,
}

/// The place that a connection takes, and gives back when it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    stage: Arc<Stage>,
    clients: Arc<Clients>,
    /// None until it is known who the client is.
    share: Option<Share>,
    _permit: OwnedSemaphorePermit,
}

/// How far the shutdown has come.
#[derive(Debug, Default)]
struct Stage {
    /// One of the numbers below; it only grows.
    current: AtomicU8,
    change: Notify,
}

const SERVING: u8 = 0;
const FINISHING: u8 = 1;
const ENDED: u8 = 2;

impl Connections {
    pub(super) fn new(limits: &Limits) -> Self {
        let n_places = u32::try_from(limits.connections).unwrap_or(u32::MAX);
        Self {
            free: Arc::new(Semaphore::new(limits.connections)),
            n_places,
            stage: Arc::default(),
            clients: Arc::default(),
        }
    }

    /// Waits for a client, and for a place.
    pub(super) async fn accept(&self, listener: &TcpListener) -> (TcpStream, SocketAddr, Place) {
        let permit = Arc::clone(&self.free).acquire_owned().await;
        let permit = permit.expect("the semaphore is never closed");
        loop {
            match listener.accept().await {
                Ok((stream, address)) => {
                    let place = Place {
                        stage: Arc::clone(&self.stage),
                        clients: Arc::clone(&self.clients),
                        share: None,
                        _permit: permit,
                    };
                    return (stream, address, place);
                }
                // A client that is gone already concerns nobody; if there is no descriptor left,
                // the next attempt fails just as soon.
                Err(_) => sleep(ACCEPT_PAUSE).await,
            }
        }
    }

    /// A client that waits in the kernel's queue, if there is one, and a place for it.
    ///
    /// The runtime's listener would ask the kernel only after it has been told of a client.
    pub(super) fn accept_waiting(
        &self,
        listener: &std::net::TcpListener,
    ) -> Option<(TcpStream, SocketAddr, Place)> {
        let permit = Arc::clone(&self.free).try_acquire_owned().ok()?;
        let (stream, address) = listener.accept().ok()?;
        stream.set_nonblocking(true).ok()?;
        let stream = TcpStream::from_std(stream).ok()?;
        let place = Place {
            stage: Arc::clone(&self.stage),
            clients: Arc::clone(&self.clients),
            share: None,
            _permit: permit,
        };
        Some((stream, address, place))
    }

    /// Lets the requests under way finish, for so long, and then ends what is left.
    pub(super) async fn finish(self, patience: Duration) {
        self.stage.reach(FINISHING);
        let _ = timeout(patience, self.free.acquire_many(self.n_places)).await;
    }
}

impl Drop for Connections {
    fn drop(&mut self) {
        self.stage.reach(ENDED);
    }
}

impl Place {
    /// Takes the place for a client, unless it has `most` of them already.
    pub(super) fn belongs_to(&mut self, client: IpAddr, most: usize) -> bool {
        self.share = self.clients.share(client, most);
        self.share.is_some()
    }

    /// Must the connection end soon?
    pub(crate) fn is_finishing(&self) -> bool {
        self.stage.current() != SERVING
    }

    /// Runs a connection. It is told when to finish, and dropped when all must end.
    ///
    /// The next response tells the client that it is the last. A client that asks for nothing more
    /// is told by the end of the connection, a little later: what it sent in the meantime would
    /// be lost otherwise.
    pub(super) async fn run<C: Future>(&self, connection: C, finish: impl Fn(Pin<&mut C>)) {
        let mut connection = pin!(connection);
        let mut change = pin!(self.stage.change.notified());
        let mut seen = None;
        let mut grace = None;
        poll_fn(|cx| {
            // To ask a `Notified` costs a lock. It is asked once per stage, which leaves the waker
            // with it; from then on it is enough to compare a number.
            if seen != Some(self.stage.current()) {
                change.set(self.stage.change.notified());
                while change.as_mut().poll(cx).is_ready() {
                    change.set(self.stage.change.notified());
                }
                let current = self.stage.current();
                seen = Some(current);
                match current {
                    SERVING => {}
                    FINISHING => grace = Some(Box::pin(sleep(IDLE_GRACE))),
                    _ => return Poll::Ready(()),
                }
            }
            if let Some(waiting) = &mut grace
                && waiting.as_mut().poll(cx).is_ready()
            {
                grace = None;
                finish(connection.as_mut());
            }
            connection.as_mut().poll(cx).map(drop)
        })
        .await;
    }

    /// Runs a future that is dropped when all must end.
    pub(crate) async fn unless_ended<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            result = future => Some(result),
            () = self.reached(ENDED) => None,
        }
    }

    /// Runs a future that is dropped a little after there shall be no further requests.
    pub(super) async fn unless_finishing<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let finished = async {
            self.reached(FINISHING).await;
            sleep(IDLE_GRACE).await;
        };
        tokio::select! {
            result = future => Some(result),
            () = finished => None,
        }
    }

    async fn reached(&self, stage: u8) {
        loop {
            let change = self.stage.change.notified();
            if self.stage.current() >= stage {
                return;
            }
            change.await;
        }
    }
}

impl Stage {
    fn current(&self) -> u8 {
        self.current.load(Ordering::SeqCst)
    }

    fn reach(&self, stage: u8) {
        self.current.fetch_max(stage, Ordering::SeqCst);
        self.change.notify_waiters();
    }
}
