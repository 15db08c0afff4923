//! A reverse proxy that enforces a corsac policy file.
//!
//! It stands in front of an HTTP API in any language, answers CORS-preflight requests by the
//! policy of their route, forwards everything else, and decorates every response, its own errors
//! included. It decides nothing about CORS: that is [`corsac::Policy`]'s business.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let config = corsac_config::read(r#"
//!     [policy.shop]
//!     allow-origins = ["https://app.example"]
//!
//!     [[route]]
//!     path = "/v1"
//!     upstream = "http://127.0.0.1:3001"
//!     policy = "shop"
//! "#)?;
//! let listener = tokio::net::TcpListener::bind(config.listen).await?;
//! let gateway = corsac_gateway::Gateway::new(&config);
//! let shutdown = std::future::pending(); // or a signal
//! gateway.serve(listener, shutdown).await;
//! # Ok(())
//! # }
//! ```
//!
//! # What happens to a message
//!
//! Bodies are streamed both ways and never collected. Fields that belong to one connection are
//! removed, `Via` is appended both ways, and the upstream learns from `X-Forwarded-For`,
//! `X-Forwarded-Proto` and `X-Forwarded-Host` who asked, how, and by which name; `Host` is the
//! upstream's own. A client that asks for another protocol, as a WebSocket does, is tunnelled if
//! the upstream agrees. An upstream's interim responses end here, except that one:
//! a client of HTTP/1.1 that expects `100 (Continue)` gets it from the gateway.
//!
//! A response that breaks off on the upstream's side breaks off on the client's side too. A client
//! that goes away takes its exchange with the upstream along.
#![warn(clippy::unwrap_used)]

mod account;
mod admin;
mod answering;
mod api;
mod body;
mod deadline;
mod exchange;
mod failure;
mod fields;
mod front;
mod keepalive;
mod limits;
mod location;
mod observer;
mod path;
mod record;
mod rewrite;
mod route_tree;
mod routes;
mod server_event;
mod sites;
mod statistics;
mod tunnel;
mod upstream;

pub use admin::{Admin, Explanation, explanation};
pub use failure::Failure;
pub use front::{CertificateError, CertificateErrors, CertificateFault, Certificates};
pub use observer::{AnsweredBy, Exchange, Observer};
pub use record::{Ending, Record, Recorder, Verdict};
pub use server_event::{ServerChange, ServerEvent, ServerObserver};
pub use upstream::{RecordedResponse, read_http1_response};

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use arc_swap::ArcSwap;
use corsac_config::Config;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use account::Watch;
use routes::Routes;
use statistics::{Stage, Statistics};

/// A gateway: routes, the policies that guard them, and connections to what is behind.
///
/// A clone is the same gateway.
#[derive(Clone)]
pub struct Gateway {
    routes: Arc<ArcSwap<Routes>>,
    /// There if clients must speak TLS.
    certificates: Option<Arc<ArcSwap<Certificates>>>,
    observer: Option<Observer>,
    statistics: Arc<Statistics>,
    watch: Option<Arc<Watch>>,
    shares_port: bool,
    /// Told when the routes are replaced.
    change: Arc<Notify>,
}

impl Gateway {
    /// A gateway with the routes of a configuration.
    ///
    /// If the configuration names certificates, [`with_certificates`](Self::with_certificates) must
    /// hand them in; until then no client is served, rather than any without TLS.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let statistics = Arc::<Statistics>::default();
        let routes = Routes::new(config, &statistics, None);
        let is_tls = !config.front.certificates.is_empty();
        let none = is_tls.then(|| Arc::new(ArcSwap::from_pointee(Certificates::none())));
        Self {
            routes: Arc::new(ArcSwap::from_pointee(routes)),
            certificates: none,
            observer: None,
            statistics,
            watch: None,
            shares_port: false,
            change: Arc::default(),
        }
    }

    /// Hands in the certificates that the configuration names.
    ///
    /// If it names none, nothing changes.
    #[must_use]
    pub fn with_certificates(self, certificates: Certificates) -> Self {
        self.replace_certificates(certificates);
        self
    }

    /// Replaces the certificates, all at once, also while serving.
    ///
    /// Connections that are there go on. [`Certificates::read`] has seen to it that the new ones
    /// are in order: to reload them is to read them, and to hand them in if that succeeds; else the
    /// old ones stay, and [`CertificateErrors`] says which file is wrong, and why. Whether clients
    /// speak TLS at all is the listener's, and stays.
    pub fn replace_certificates(&self, certificates: Certificates) {
        if let Some(current) = self
            .certificates
            .as_ref()
            .filter(|_| certificates.is_some())
        {
            current.store(Arc::new(certificates));
        }
    }

    /// Lets a function see every exchange of what this gateway serves from now on.
    #[must_use]
    pub fn with_observer(self, observer: Observer) -> Self {
        Self {
            observer: Some(observer),
            ..self
        }
    }

    /// Lets a function know of every exchange that is over, of what this gateway serves from now
    /// on.
    #[must_use]
    pub fn with_recorder(self, recorder: Recorder) -> Self {
        self.watched(Some(recorder))
    }

    /// Lets a function know when a server is left alone, and when it is asked again.
    ///
    /// Of several functions the first is told.
    #[must_use]
    pub fn with_server_observer(self, observer: ServerObserver) -> Self {
        self.statistics.server_events.set(observer);
        self
    }

    /// What an operator asks; from now on, what this gateway serves is counted.
    ///
    /// It answers requests for an IP address, `localhost`, and these names.
    #[must_use]
    pub fn with_admin(self, hosts: &[String]) -> (Self, Admin) {
        let admin = Admin::new(&self.statistics, &self.routes, hosts);
        (self.watched(None), admin)
    }

    fn watched(self, recorder: Option<Recorder>) -> Self {
        let present = self.watch.as_ref().and_then(|it| it.recorder.clone());
        let watch = Watch {
            statistics: Arc::clone(&self.statistics),
            recorder: recorder.or(present),
        };
        Self {
            watch: Some(Arc::new(watch)),
            ..self
        }
    }

    /// Says that the listener is this process's alone, and its port is not: another process listens
    /// there too, with `SO_REUSEPORT`.
    ///
    /// When this one ends, it leaves new clients to the others before it closes its listener. On a
    /// socket that other processes have too, that would leave them without clients.
    #[must_use]
    pub fn on_shared_port(self) -> Self {
        Self {
            shares_port: true,
            ..self
        }
    }

    /// Counts lines that a log could not take.
    pub fn count_dropped_log_lines(&self, n_lines: u64) {
        let dropped = &self.statistics.log_lines_dropped;
        dropped.fetch_add(n_lines, Ordering::Relaxed);
    }

    /// Counts a configuration that had mistakes, so that the old one goes on.
    pub fn count_failed_reload(&self) {
        self.statistics
            .failed_reloads
            .fetch_add(1, Ordering::Relaxed);
    }

    /// Replaces routes, policies and timeouts, all at once, also while serving.
    ///
    /// Requests under way finish under the old ones, and connections that are there keep their
    /// limits and timeouts. The address to listen on and the number of connections are the
    /// listener's, and stay; certificates are [replaced](Self::replace_certificates) beside it.
    pub fn replace(&self, config: &Config) {
        let statistics = &self.statistics;
        self.routes
            .rcu(|old| Routes::new(config, statistics, Some(old)));
        statistics.reloads.fetch_add(1, Ordering::Relaxed);
        self.change.notify_waiters();
    }

    /// Serves the clients of a listener until `shutdown` is ready.
    ///
    /// Then it says that it is no longer ready, and goes on for as long as the configuration's
    /// `shutdown-delay` says. Then it accepts no more clients, closes idle connections, and lets
    /// requests under way finish for as long as `shutdown-timeout` says. If the future is dropped,
    /// every connection is closed at once.
    pub fn serve<S: Future<Output = ()>>(
        &self,
        listener: TcpListener,
        shutdown: S,
    ) -> impl Future<Output = ()> + use<S> {
        front::serve(self.clone(), listener, self.clone().left(shutdown))
    }
}

impl Gateway {
    /// Is ready once whoever looks has had the time to see that the gateway is not.
    async fn left(self, shutdown: impl Future<Output = ()>) {
        self.statistics.enter(Stage::Ready);
        shutdown.await;
        self.statistics.enter(Stage::Leaving);
        let delay = self.routes.load().shutdown_delay;
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway")
            .field("routes", &self.routes)
            .finish_non_exhaustive()
    }
}
