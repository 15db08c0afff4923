//! The servers of a configuration, each there once.

use std::collections::HashMap;
use std::sync::Arc;

use corsac_config::{Scheme, UpstreamSettings};

use super::server::Server;
use super::tls::ConnectorMaker;
use super::{Upstream, standing::Budget};

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
}

impl<'o> UpstreamMaker<'o> {
    /// Servers that are among the old ones are taken over with their connections.
    pub(crate) fn new(old: Option<&'o Servers>) -> Self {
        Self {
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
            Arc::new(Server::new(server, settings, connectors))
        });
        self.servers.0.insert(key, Arc::clone(&made));
        made
    }

    pub(crate) fn finish(self) -> Servers {
        self.servers
    }
}

impl Servers {
    pub(crate) fn sweep(&self) {
        for server in self.0.values() {
            server.sweep();
        }
    }

    /// Those that are asked whether they are well.
    pub(crate) fn checked(&self) -> Vec<Arc<Server>> {
        let checked = self.0.values().filter(|it| it.health_check.is_some());
        checked.map(Arc::clone).collect()
    }
}
