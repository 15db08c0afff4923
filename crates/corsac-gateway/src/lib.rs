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
//! a client that expects `100 (Continue)` gets it from the gateway.
//!
//! A response that breaks off on the upstream's side breaks off on the client's side too. A client
//! that goes away takes its exchange with the upstream along.
#![warn(clippy::unwrap_used)]

mod body;
mod deadline;
mod exchange;
mod failure;
mod fields;
mod front;
mod limits;
mod observer;
mod path;
mod rewrite;
mod route_tree;
mod routes;
mod sites;
mod tunnel;
mod upstream;

pub use failure::Failure;
pub use front::{CertificateError, CertificateErrors, CertificateFault, Certificates};
pub use observer::{AnsweredBy, Exchange, Observer};

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use arc_swap::ArcSwap;
use corsac_config::Config;
use tokio::net::TcpListener;

use routes::Routes;

/// A gateway: routes, the policies that guard them, and connections to what is behind.
///
/// A clone is the same gateway.
#[derive(Clone)]
pub struct Gateway {
    routes: Arc<ArcSwap<Routes>>,
    /// There if clients must speak TLS.
    certificates: Option<Arc<ArcSwap<Certificates>>>,
    observer: Option<Observer>,
}

impl Gateway {
    /// A gateway with the routes of a configuration.
    ///
    /// If the configuration names certificates, [`with_certificates`](Self::with_certificates) must
    /// hand them in; until then no client is served, rather than any without TLS.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let routes = Routes::new(config, None);
        let is_tls = !config.front.certificates.is_empty();
        let none = is_tls.then(|| Arc::new(ArcSwap::from_pointee(Certificates::none())));
        Self {
            routes: Arc::new(ArcSwap::from_pointee(routes)),
            certificates: none,
            observer: None,
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

    /// Replaces routes, policies and timeouts, all at once, also while serving.
    ///
    /// Requests under way finish under the old ones, and connections that are there keep their
    /// limits and timeouts. The address to listen on and the number of connections are the
    /// listener's, and stay; certificates are [replaced](Self::replace_certificates) beside it.
    pub fn replace(&self, config: &Config) {
        self.routes.rcu(|old| Routes::new(config, Some(old)));
    }

    /// Serves the clients of a listener until `shutdown` is ready.
    ///
    /// Then it accepts no more clients, closes idle connections, and lets requests under way
    /// finish for as long as the configuration's `shutdown-timeout` says. If the future is dropped,
    /// every connection is closed at once.
    pub fn serve<S: Future<Output = ()>>(
        &self,
        listener: TcpListener,
        shutdown: S,
    ) -> impl Future<Output = ()> + use<S> {
        front::serve(self.clone(), listener, shutdown)
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway")
            .field("routes", &self.routes)
            .finish_non_exhaustive()
    }
}
