//! Which host a request asks for, and the routes of that host.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use corsac_config::HostPattern;
use http::{HeaderMap, Uri};

use crate::fields::{self, Host};
use crate::path;
use crate::route_tree::Node;
use crate::routes::Route;

/// The routes of a configuration by host.
#[derive(Debug, Default)]
pub(crate) struct Sites {
    /// The routes that name no host.
    every: Node,
    named: HashMap<Box<str>, Node>,
    /// By the name below which they are.
    subdomains: HashMap<Box<str>, Node>,
}

impl Sites {
    /// Where the routes of a host are; those that name none are for every host.
    pub(crate) fn of(&mut self, host: Option<&HostPattern>) -> &mut Node {
        match host {
            None => &mut self.every,
            Some(HostPattern::Exact(name)) => self.named.entry(name.as_str().into()).or_default(),
            Some(HostPattern::Subdomains(name)) => {
                self.subdomains.entry(name.as_str().into()).or_default()
            }
        }
    }

    /// The route of a request.
    ///
    /// The host that is named more closely is asked first: the name itself, then the longest name
    /// that it is below, then those routes that name none.
    pub(crate) fn find(&self, uri: &Uri, headers: &HeaderMap) -> Option<&Arc<Route>> {
        let path = path::normalized(uri.path());
        if !self.named.is_empty() || !self.subdomains.is_empty() {
            let found = host(uri, headers).and_then(|host| self.find_below(&host, &path));
            if let Some(found) = found {
                return Some(found.at(&path));
            }
        }
        Some(self.every.find(&path)?.at(&path))
    }

    fn find_below(&self, host: &str, path: &str) -> Option<&Arc<Route>> {
        let named = self.named.get(host).and_then(|site| site.find(path));
        if named.is_some() || self.subdomains.is_empty() {
            return named;
        }
        let dots = host.match_indices('.').take(MAX_LABELS);
        let mut parents = dots.map(|(dot, _)| &host[dot + 1..]);
        parents.find_map(|parent| self.subdomains.get(parent)?.find(path))
    }
}

/// The host that a request asks for: in lower case, without its port and a dot at its end.
///
/// A target in absolute form stands above the field
/// ([RFC 9112, 3.2.2](https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2)).
fn host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<Cow<'a, str>> {
    let authority = match (uri.authority(), fields::host(headers)) {
        (Some(authority), _) => authority.as_str(),
        (None, Host::One(host)) => host.to_str().ok()?,
        (None, Host::None | Host::Several) => return None,
    };
    let host = without_port(authority);
    let host = host.strip_suffix('.').unwrap_or(host);
    Some(match host.bytes().any(|it| it.is_ascii_uppercase()) {
        true => Cow::Owned(host.to_ascii_lowercase()),
        false => Cow::Borrowed(host),
    })
}

fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        // The colons of an IPv6 address are in brackets.
        Some((host, port)) if !port.ends_with(']') => host,
        Some(_) | None => authority,
    }
}

/// Labels of a name that are looked at: a name of the DNS has at most 127.
const MAX_LABELS: usize = 127;
