//! The client connections: how many there are, and how they end.

use std::future::{Future, poll_fn};
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep, timeout};

use corsac_config::Limits;

use super::clients::{Clients, Share};
use super::idleness::{Entry, Idleness, Register};
use crate::limits::{
    ACCEPT_PAUSE, IDLE_GRACE, MAX_RECLAIMED, PLACES_PER_RECLAIMED, RECLAIM_PERIOD,
};
use crate::statistics::Statistics;

/// The client connections of one listener.
#[derive(Debug)]
pub(super) struct Connections {
    free: Arc<Semaphore>,
    n_places: u32,
    stage: Arc<Stage>,
    clients: Arc<Clients>,
    register: Arc<Register>,
    statistics: Arc<Statistics>,
    /// A client for which there is no place yet.
    waiting: Option<(TcpStream, SocketAddr)>,
}

/// The place that a connection takes, and gives back when it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    stage: Arc<Stage>,
    clients: Arc<Clients>,
    /// None until it is known who the client is.
    share: Option<Share>,
    entry: Entry,
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
    pub(super) fn new(limits: &Limits, statistics: &Arc<Statistics>) -> Self {
        let n_places = u32::try_from(limits.connections).unwrap_or(u32::MAX);
        Self {
            free: Arc::new(Semaphore::new(limits.connections)),
            n_places,
            stage: Arc::default(),
            clients: Arc::default(),
            register: Arc::new(Register::new(Instant::now())),
            statistics: Arc::clone(statistics),
            waiting: None,
        }
    }

    /// Waits for a client, and for a place.
    ///
    /// If it is given up, the client goes on waiting.
    pub(super) async fn accept(
        &mut self,
        listener: &TcpListener,
    ) -> (TcpStream, SocketAddr, Place) {
        if self.waiting.is_none() {
            self.waiting = Some(accepted(listener).await);
        }
        let place = self.free_place().await;
        let (stream, address) = self.waiting.take().expect("a client waits");
        (stream, address, place)
    }

    /// Waits for a place. If there is none, those who do nothing with theirs make room.
    async fn free_place(&self) -> Place {
        let permit = match Arc::clone(&self.free).try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => loop {
                self.reclaim();
                let permit = Arc::clone(&self.free).acquire_owned();
                if let Ok(permit) = timeout(RECLAIM_PERIOD, permit).await {
                    break permit.expect("the semaphore is never closed");
                }
            },
        };
        self.place(permit)
    }

    fn reclaim(&self) {
        let n_places = self.n_places as usize;
        let most = (n_places / PLACES_PER_RECLAIMED).clamp(1, MAX_RECLAIMED);
        let n_reclaimed = self.register.reclaim(most) as u64;
        let count = &self.statistics.connections_reclaimed;
        count.fetch_add(n_reclaimed, Ordering::Relaxed);
    }

    fn place(&self, permit: OwnedSemaphorePermit) -> Place {
        Place {
            stage: Arc::clone(&self.stage),
            clients: Arc::clone(&self.clients),
            share: None,
            entry: self.register.enter(Instant::now()),
            _permit: permit,
        }
    }

    /// A client that waits in the kernel's queue, if there is one, and a place for it.
    ///
    /// The runtime's listener would ask the kernel only after it has been told of a client.
    pub(super) fn accept_waiting(
        &mut self,
        listener: &std::net::TcpListener,
    ) -> Option<(TcpStream, SocketAddr, Place)> {
        let permit = Arc::clone(&self.free).try_acquire_owned().ok()?;
        let (stream, address) = match self.waiting.take() {
            Some(waiting) => waiting,
            None => accepted_already(listener)?,
        };
        Some((stream, address, self.place(permit)))
    }

    /// Lets the requests under way finish, for so long, and then ends what is left.
    pub(super) async fn finish(self, patience: Duration) {
        self.stage.reach(FINISHING);
        let _ = timeout(patience, self.free.acquire_many(self.n_places)).await;
    }
}

async fn accepted(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            // A client that is gone already concerns nobody; if there is no descriptor left, the
            // next attempt fails just as soon.
            Err(_) => sleep(ACCEPT_PAUSE).await,
        }
    }
}

fn accepted_already(listener: &std::net::TcpListener) -> Option<(TcpStream, SocketAddr)> {
    let (stream, address) = listener.accept().ok()?;
    stream.set_nonblocking(true).ok()?;
    Some((TcpStream::from_std(stream).ok()?, address))
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

    /// Whether it is idle, as others see it.
    pub(crate) fn idleness(&self) -> &Arc<Idleness> {
        self.entry.idleness()
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
    ///
    /// If it is idle and another client needs its place, it is told at once.
    pub(super) async fn run<C: Future>(&self, connection: C, finish: impl Fn(Pin<&mut C>)) {
        let mut connection = pin!(connection);
        let mut change = pin!(self.stage.change.notified());
        let mut seen = None;
        let mut grace = None;
        let mut eviction = Eviction::new(self.idleness());
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
            match eviction.poll(cx) {
                Evicted::No => {}
                Evicted::Told => finish(connection.as_mut()),
                Evicted::Gone => return Poll::Ready(()),
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

    /// Runs a future that is dropped a little after there shall be no further requests, or if
    /// another client needs the place.
    pub(super) async fn unless_finishing<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let finished = async {
            self.reached(FINISHING).await;
            sleep(IDLE_GRACE).await;
        };
        tokio::select! {
            result = future => Some(result),
            () = finished => None,
            () = self.idleness().reclaimed() => None,
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

/// How a connection makes room for another.
struct Eviction<'a> {
    idleness: &'a Idleness,
    progress: Progress,
}

enum Progress {
    /// Nobody is woken yet if there is a call.
    Unheard,
    Staying,
    Leaving(Pin<Box<Sleep>>),
}

enum Evicted {
    No,
    Told,
    Gone,
}

impl<'a> Eviction<'a> {
    fn new(idleness: &'a Idleness) -> Self {
        Self {
            idleness,
            progress: Progress::Unheard,
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Evicted {
        match &mut self.progress {
            Progress::Unheard => {
                self.idleness.is_awaited_by(cx.waker());
                self.progress = Progress::Staying;
                self.poll(cx)
            }
            Progress::Staying if self.idleness.is_reclaimed() => {
                let mut grace = Box::pin(sleep(IDLE_GRACE));
                // It goes off later; here it learns whom to wake.
                let _: Poll<()> = grace.as_mut().poll(cx);
                self.progress = Progress::Leaving(grace);
                Evicted::Told
            }
            Progress::Staying => Evicted::No,
            // A request that came at the last moment is answered.
            Progress::Leaving(grace) => match grace.as_mut().poll(cx) {
                Poll::Ready(()) if self.idleness.is_idle() => Evicted::Gone,
                Poll::Ready(()) => {
                    grace.as_mut().reset(Instant::now() + IDLE_GRACE);
                    let _: Poll<()> = grace.as_mut().poll(cx);
                    Evicted::No
                }
                Poll::Pending => Evicted::No,
            },
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
