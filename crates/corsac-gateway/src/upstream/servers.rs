//! The servers of a configuration, each there once.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use corsac_config::{Scheme, UpstreamSettings};
use tokio::time::Instant;

use super::Upstream;
use super::server::Server;
use super::standing::{Budget, Standing};
use super::tls::ConnectorMaker;
use crate::server_event::Teller;

/// All servers of a configuration.
///
/// A server that several routes name has one pool of connections, and one standing.
#[derive(Debug, Default)]
pub(crate) struct Servers(HashMap<Key, Arc<Server>>);

type Key = (corsac_config::Server, Arc<UpstreamSettings>);

/// Makes the upstreams of a configuration.
pub(crate) struct UpstreamMaker<'o> {
    servers: Servers,
    old: Option<&'o Servers>,
    connectors: ConnectorMaker,
    events: &'o Teller,
}

impl<'o> UpstreamMaker<'o> {
    /// Servers that are among the old ones are taken over with their connections.
    pub(crate) fn new(old: Option<&'o Servers>, events: &'o Teller) -> Self {
        Self {
            events,
            servers: Servers::default(),
            old,
            connectors: ConnectorMaker::default(),
        }
    }

    pub(crate) fn upstream(&mut self, upstream: &corsac_config::Upstream) -> Upstream {
        let servers = upstream.servers.iter();
        Upstream {
            servers: servers
                .map(|it| self.server(it, &upstream.settings))
                .collect(),
            n_retries: upstream.retries,
            budget: Budget::new(),
        }
    }

    fn server(
        &mut self,
        server: &corsac_config::Server,
        settings: &Arc<UpstreamSettings>,
    ) -> Arc<Server> {
        let key = (server.clone(), Arc::clone(settings));
        if let Some(server) = self.servers.0.get(&key) {
            return Arc::clone(server);
        }
        let known = self.old.and_then(|old| old.0.get(&key)).map(Arc::clone);
        let made = known.unwrap_or_else(|| {
            let is_tls = server.scheme() == Scheme::Https;
            let connectors = is_tls.then(|| self.connectors.connectors(settings));
            let standing = Standing::new(server_name(server), self.events.clone());
            Arc::new(Server::new(server, settings, connectors, standing))
        });
        self.servers.0.insert(key, Arc::clone(&made));
        made
    }

    pub(crate) fn finish(self) -> Servers {
        self.servers
    }
}

/// The name of a server, with its port.
fn server_name(server: &corsac_config::Server) -> String {
    format!("{}:{}", server.host(), server.port())
}

/// What is counted of a server.
#[derive(Debug, Default)]
pub(crate) struct ServerNumbers {
    pub(crate) n_begun: u64,
    pub(crate) n_opened: u64,
    pub(crate) n_in_flight: u64,
    /// In how many of the ways in which it is known it is good to be asked.
    pub(crate) n_good: u64,
    /// In how many of them its health checks do not say that it is ill.
    pub(crate) n_well: u64,
    pub(crate) n_ejections: u64,
}

impl Servers {
    pub(crate) fn sweep(&self) {
        for server in self.0.values() {
            server.sweep();
        }
    }

    /// What is counted of each server. One that is known in several ways is one.
    pub(crate) fn numbers(&self) -> BTreeMap<String, ServerNumbers> {
        let now = Instant::now();
        let mut numbers: BTreeMap<String, ServerNumbers> = BTreeMap::new();
        for server in self.0.values() {
            let sum = numbers.entry(server.name().to_owned()).or_default();
            sum.n_begun += server.connections.n_begun.load(Ordering::Relaxed);
            sum.n_opened += server.connections.n_opened.load(Ordering::Relaxed);
            sum.n_in_flight += server.n_in_flight.load(Ordering::Relaxed) as u64;
            sum.n_good += u64::from(server.standing.is_good(now));
            sum.n_well += u64::from(!server.standing.is_ill());
            sum.n_ejections += server.standing.n_ejections();
        }
        numbers
    }

    /// Those that are asked whether they are well.
    pub(crate) fn checked(&self) -> Vec<Arc<Server>> {
        let checked = self.0.values().filter(|it| it.health_check.is_some());
        checked.map(Arc::clone).collect()
    }
}
