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
mod client_io;
mod connections;
mod deadline;
mod exchange;
mod failure;
mod fields;
mod head_timer;
mod limits;
mod observer;
mod path;
mod rewrite;
mod route_tree;
mod routes;
mod serve;
mod sites;
mod tunnel;
mod upstream;

pub use failure::Failure;
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
    observer: Option<Observer>,
}

impl Gateway {
    /// A gateway with the routes of a configuration.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let routes = Routes::new(config, None);
        Self {
            routes: Arc::new(ArcSwap::from_pointee(routes)),
            observer: None,
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
    /// Requests under way finish under the old ones. The address to listen on is the listener's
    /// and stays.
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
        serve::serve(self.clone(), listener, shutdown)
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway")
            .field("routes", &self.routes)
            .finish_non_exhaustive()
    }
}
