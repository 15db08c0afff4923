//! Which upstream a path belongs to.

use std::sync::Arc;

use corsac_config::{Config, Timeouts};
use corsac_tower::apply::PreparedPolicy;
use http::{HeaderValue, Method};

use crate::path;
use crate::upstream::{Patience, Upstream};

/// The routes of a configuration, prepared for look-up.
#[derive(Debug)]
pub(crate) struct Routes {
    root: Node,
    upstreams: Vec<Arc<Upstream>>,
    pub(crate) timeouts: Timeouts,
}

/// A part of the site: an upstream, and the policy for it.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) upstream: Arc<Upstream>,
    pub(crate) policy: Option<PreparedPolicy>,
    pub(crate) patience: Patience,
    methods: Option<ExistingMethods>,
}

#[derive(Debug)]
struct ExistingMethods {
    methods: Vec<Method>,
    allow: HeaderValue,
}

/// A place in the tree of paths, one level per segment.
#[derive(Debug, Default)]
struct Node {
    route: Option<Arc<Route>>,
    /// Sorted by segment.
    children: Vec<(Box<[u8]>, Self)>,
}

impl Routes {
    /// The routes of `config`. Upstreams that `old` has too are taken over with their connections.
    pub(crate) fn new(config: &Config, old: Option<&Self>) -> Self {
        let mut routes = Self {
            root: Node::default(),
            upstreams: Vec::new(),
            timeouts: config.timeouts,
        };
        for route in &config.routes {
            let upstream = routes.upstream(&route.upstream, old);
            let patience = Patience {
                connect: config.timeouts.connect,
                response: config.timeouts.response,
            };
            let policy = route.policy.clone().map(PreparedPolicy::new);
            let methods = route.methods.as_deref().map(ExistingMethods::new);
            let route_at = Arc::new(Route {
                upstream,
                policy,
                patience,
                methods,
            });
            routes.root.at(&route.path).route = Some(route_at);
        }
        routes
    }

    /// The route whose path is the longest prefix of `path`, on whole segments.
    ///
    /// It looks at as many segments as the longest route has, however long the path is.
    pub(crate) fn find(&self, path: &str) -> Option<&Arc<Route>> {
        let path = path::normalized(path);
        let mut node = &self.root;
        let mut found = node.route.as_ref();
        for segment in segments(path.strip_prefix('/')?) {
            let Some(child) = node.child(segment) else {
                break;
            };
            node = child;
            found = node.route.as_ref().or(found);
        }
        found
    }

    pub(crate) fn sweep(&self) {
        for upstream in &self.upstreams {
            upstream.sweep();
        }
    }

    fn upstream(&mut self, target: &corsac_config::Upstream, old: Option<&Self>) -> Arc<Upstream> {
        let is_target = |it: &&Arc<Upstream>| it.authority() == target.authority();
        if let Some(upstream) = self.upstreams.iter().find(is_target) {
            return Arc::clone(upstream);
        }
        let known = old.and_then(|old| old.upstreams.iter().find(is_target));
        let upstream = known.map_or_else(|| Arc::new(Upstream::new(target)), Arc::clone);
        self.upstreams.push(Arc::clone(&upstream));
        upstream
    }
}

impl Route {
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

impl Node {
    /// The place of a route's path, made if it is not there.
    fn at(&mut self, path: &str) -> &mut Self {
        let mut node = self;
        for segment in segments(path).filter(|segment| !segment.is_empty()) {
            let position = match node.position(segment) {
                Ok(position) => position,
                Err(position) => {
                    node.children
                        .insert(position, (segment.into(), Self::default()));
                    position
                }
            };
            node = &mut node.children[position].1;
        }
        node
    }

    fn child(&self, segment: &[u8]) -> Option<&Self> {
        Some(&self.children[self.position(segment).ok()?].1)
    }

    fn position(&self, segment: &[u8]) -> Result<usize, usize> {
        self.children
            .binary_search_by(|(it, _)| (**it).cmp(segment))
    }
}

fn segments(path: &str) -> impl Iterator<Item = &[u8]> {
    path.as_bytes().split(|byte| *byte == b'/')
}
