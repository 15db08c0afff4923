//! Which upstream a request belongs to.

use std::sync::Arc;
use std::time::Duration;

use corsac::Policy;
use corsac_config::{Config, Extent, Front, Timeouts};
use corsac_tower::apply::PreparedPolicy;
use http::{HeaderMap, HeaderValue, Method, Uri};

use crate::api::Api;
use crate::location::Names;
use crate::path::Replacement;
use crate::sites::Sites;
use crate::statistics::{RouteCounts, Statistics};
use crate::upstream::{Patience, Servers, Upstream, UpstreamMaker};

/// The routes of a configuration, prepared for look-up.
#[derive(Debug)]
pub(crate) struct Routes {
    sites: Sites,
    pub(crate) servers: Servers,
    pub(crate) timeouts: Timeouts,
    pub(crate) front: Front,
    pub(crate) shutdown_delay: Duration,
}

/// A part of the site: an upstream, and the policy for it.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) upstream: Arc<Upstream>,
    pub(crate) policy: Option<PreparedPolicy>,
    pub(crate) patience: Patience,
    /// How long an exchange may take from its beginning to its end.
    pub(crate) exchange_timeout: Option<Duration>,
    pub(crate) max_body: u64,
    replacement: Option<Replacement>,
    /// What the upstream and the client call the same thing.
    pub(crate) names: Arc<Names>,
    /// What it is called in logs and metrics.
    pub(crate) name: Arc<str>,
    pub(crate) counts: Arc<RouteCounts>,
    /// The policy that decides too, and changes nothing.
    pub(crate) report_only: Option<Policy>,
    methods: Option<ExistingMethods>,
    /// What exists here, if that is known; this route is for everything else then.
    api: Option<Api>,
}

#[derive(Debug)]
struct ExistingMethods {
    methods: Vec<Method>,
    allow: HeaderValue,
}

impl Routes {
    /// The routes of `config`. Servers that `old` has too are taken over with their connections.
    pub(crate) fn new(config: &Config, statistics: &Statistics, old: Option<&Self>) -> Self {
        let mut sites = Sites::default();
        let mut upstreams =
            UpstreamMaker::new(old.map(|old| &old.servers), &statistics.server_events);
        for route in &config.routes {
            let upstream = Arc::new(upstreams.upstream(&route.upstream));
            let prepared = Route::new(route, upstream, &config.timeouts, statistics);
            let prepared = Arc::new(prepared.with_resources(route));
            let hosts = route.hosts.iter().map(Some);
            let every = route.hosts.is_empty().then_some(None);
            for host in hosts.chain(every) {
                let site = sites.of(host);
                site.insert(&route.path, route.extent, Arc::clone(&prepared));
            }
        }
        Self {
            sites,
            servers: upstreams.finish(),
            timeouts: config.timeouts,
            front: config.front.clone(),
            shutdown_delay: config.operations.shutdown_delay,
        }
    }

    /// The route of a request.
    pub(crate) fn find(&self, uri: &Uri, headers: &HeaderMap) -> Option<&Arc<Route>> {
        self.sites.find(uri, headers)
    }

    pub(crate) fn sweep(&self) {
        self.servers.sweep();
    }
}

impl Route {
    fn new(
        route: &corsac_config::Route,
        upstream: Arc<Upstream>,
        timeouts: &Timeouts,
        statistics: &Statistics,
    ) -> Self {
        let name: Arc<str> = name_of(route).into();
        let replaced_by = route.replaced_by.as_deref();
        Self {
            upstream,
            policy: route.policy.clone().map(PreparedPolicy::new),
            patience: Patience {
                connect: route.connect_timeout.unwrap_or(timeouts.connect),
                response: route.response_timeout.unwrap_or(timeouts.response),
            },
            counts: statistics.of_route(&name),
            name,
            report_only: route.report_only.clone(),
            exchange_timeout: route.exchange_timeout,
            max_body: route.max_body.unwrap_or(u64::MAX),
            replacement: replaced_by.map(|it| Replacement::new(&route.path, it)),
            names: Arc::new(Names::of(route)),
            methods: route.methods.as_deref().map(ExistingMethods::new),
            api: None,
        }
    }

    /// The same for a part of it that exists, with a policy that knows its methods.
    fn resource(&self, resource: &corsac_config::Resource) -> Self {
        Self {
            upstream: Arc::clone(&self.upstream),
            policy: resource.policy.clone().map(PreparedPolicy::new),
            patience: self.patience,
            exchange_timeout: self.exchange_timeout,
            max_body: self.max_body,
            replacement: self.replacement.clone(),
            names: Arc::clone(&self.names),
            name: Arc::clone(&self.name),
            counts: Arc::clone(&self.counts),
            report_only: self.report_only.clone(),
            methods: Some(ExistingMethods::new(&resource.methods)),
            api: None,
        }
    }

    fn with_resources(self, route: &corsac_config::Route) -> Self {
        let Some(resources) = &route.resources else {
            return self;
        };
        let mut api = Api::new(&route.path);
        for resource in resources {
            api.insert(&resource.path, Arc::new(self.resource(resource)));
        }
        let api = Some(api);
        Self { api, ..self }
    }

    /// The route of what exists at a path, or this one.
    pub(crate) fn at<'r>(self: &'r Arc<Self>, path: &str) -> &'r Arc<Self> {
        let found = self.api.as_ref().and_then(|api| api.find(path));
        found.unwrap_or(self)
    }

    /// Is it known that nothing exists here?
    pub(crate) fn is_nowhere(&self) -> bool {
        self.api.is_some()
    }

    /// The target of a request as the upstream gets it.
    pub(crate) fn target(&self, uri: Uri) -> Uri {
        match &self.replacement {
            Some(replacement) => replacement.applied(uri),
            None => uri,
        }
    }

    /// Does the method exist here? If not, this is what `Allow` says.
    pub(crate) fn method_refusal(&self, method: &Method) -> Option<&HeaderValue> {
        let existing = self.methods.as_ref()?;
        (!existing.methods.contains(method)).then_some(&existing.allow)
    }

    /// What `Allow` says, if the configuration says which methods exist.
    pub(crate) fn allow(&self) -> Option<&HeaderValue> {
        self.methods.as_ref().map(|existing| &existing.allow)
    }
}

impl ExistingMethods {
    /// Where `GET` exists, `HEAD` does: it asks for the same thing without the body.
    fn new(names: &[String]) -> Self {
        let mut methods: Vec<Method> = Vec::new();
        for name in names {
            let method = Method::from_bytes(name.as_bytes()).expect("a configuration has methods");
            let implied = (method == Method::GET).then_some(Method::HEAD);
            methods.extend([Some(method), implied].into_iter().flatten());
        }
        let mut listed: Vec<&str> = Vec::new();
        for method in &methods {
            if !listed.contains(&method.as_str()) {
                listed.push(method.as_str());
            }
        }
        let allow = HeaderValue::from_str(&listed.join(", ")).expect("methods are tokens");
        Self { methods, allow }
    }
}

/// What a route is called in logs and metrics: its hosts and its path, with a `=` before it where
/// it is meant alone.
fn name_of(route: &corsac_config::Route) -> String {
    let hosts: Vec<String> = route.hosts.iter().map(ToString::to_string).collect();
    let extent = match route.extent {
        Extent::Prefix => "",
        Extent::Exact => "=",
    };
    format!("{}{extent}{}", hosts.join(","), route.path)
}
