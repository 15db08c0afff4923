//! Where a response points to, in the names that its client has for it.

use http::HeaderMap;
use http::header::{CONTENT_LOCATION, HeaderName, HeaderValue, LOCATION};

use corsac_config::{Extent, Route, Scheme};

use crate::path::has_dot_segment;

/// What the resources of an upstream are called there, and what they are called here.
///
/// `Host` is the upstream's own, so that an upstream that writes absolute URLs writes its own name
/// into them, which no client may be able to reach.
#[derive(Debug)]
pub(crate) struct Names {
    /// The upstream's names, without the ports that need not be written.
    authorities: Box<[String]>,
    prefix: Option<Prefix>,
}

/// The paths of a route, on both sides, without a slash at their ends.
#[derive(Debug)]
struct Prefix {
    here: Box<str>,
    there: Box<str>,
    extent: Extent,
}

impl Names {
    pub(crate) fn of(route: &Route) -> Self {
        let servers = route.upstream.servers.iter();
        let host = route.upstream.settings.host.as_deref();
        let authorities = servers.map(|it| {
            let authority = host.unwrap_or_else(|| it.authority());
            without_port_of(it.scheme(), authority).to_owned()
        });
        let trimmed = |path: &str| path.trim_end_matches('/').into();
        let prefix = route.replaced_by.as_deref().map(|there| Prefix {
            here: trimmed(&route.path),
            there: trimmed(there),
            extent: route.extent,
        });
        Self {
            authorities: authorities.collect(),
            prefix,
        }
    }

    /// Does it matter by which name the client knows the gateway?
    pub(crate) fn tell_paths_apart(&self) -> bool {
        self.prefix.is_some()
    }

    /// Renames what the fields of a response point to. `host` is the gateway, as the client calls
    /// it.
    pub(crate) fn rename(&self, headers: &mut HeaderMap, host: Option<&HeaderValue>) {
        for name in [LOCATION, CONTENT_LOCATION] {
            self.rename_field(&name, headers, host.and_then(|it| it.to_str().ok()));
        }
    }

    fn rename_field(&self, name: &HeaderName, headers: &mut HeaderMap, host: Option<&str>) {
        let Some(value) = headers.get_mut(name) else {
            return;
        };
        let renamed = value.to_str().ok().and_then(|it| self.renamed(it, host));
        if let Some(renamed) = renamed.and_then(|it| HeaderValue::try_from(it).ok()) {
            *value = renamed;
        }
    }

    /// The reference as it is here, if that is something else.
    fn renamed(&self, reference: &str, host: Option<&str>) -> Option<String> {
        // User agents drop tabs: behind them, two slashes may stand together.
        if reference.bytes().any(|byte| byte.is_ascii_control()) {
            return None;
        }
        let parts = Parts::of(reference)?;
        let Some(authority) = parts.authority else {
            return self.path_here(parts.path);
        };
        let names = |it: &str| parts.is_authority(authority, it);
        if self.authorities.iter().any(|it| names(it)) {
            let path = match parts.path.starts_with('/') {
                true => parts.path.to_owned(),
                false => format!("/{}", parts.path),
            };
            return match &self.prefix {
                Some(_) => self.path_here(&path),
                None => is_path(&path).then_some(path),
            };
        }
        let is_gateway = host.is_some_and(names);
        let path = self.path_here(parts.path).filter(|_| is_gateway)?;
        let start = reference.len() - parts.path.len();
        Some(format!("{}{path}", &reference[..start]))
    }

    /// The path with what follows it, as it is here.
    fn path_here(&self, path: &str) -> Option<String> {
        let Prefix {
            here,
            there,
            extent,
        } = self.prefix.as_ref()?;
        let rest = beneath(there, path)?;
        // Of two paths that have it beneath them, the longer one is meant: an upstream may know
        // what its resources are called here.
        if here.len() > there.len() && beneath(here, path).is_some() {
            return Some(path.to_owned());
        }
        let is_there_itself = rest.is_empty() || rest.starts_with(['?', '#']);
        if *extent == Extent::Exact && !is_there_itself {
            return None;
        }
        let slash = if here.is_empty() && is_there_itself {
            "/"
        } else {
            ""
        };
        let path = format!("{here}{slash}{rest}");
        is_path(&path).then_some(path)
    }
}

/// The parts of a reference that names a path from the root on.
struct Parts<'r> {
    scheme: Option<Scheme>,
    authority: Option<&'r str>,
    /// The path, with the query and the fragment.
    path: &'r str,
}

impl<'r> Parts<'r> {
    fn of(reference: &'r str) -> Option<Self> {
        let after = |scheme: &str| {
            let (start, rest) = reference.split_at_checked(scheme.len())?;
            start.eq_ignore_ascii_case(scheme).then_some(rest)
        };
        let (scheme, rest) = match (after("https:"), after("http:")) {
            (Some(rest), _) => (Some(Scheme::Https), rest),
            (None, Some(rest)) => (Some(Scheme::Http), rest),
            (None, None) => (None, reference),
        };
        let Some(rest) = rest.strip_prefix("//") else {
            let is_bare = scheme.is_none() && is_path(rest);
            return is_bare.then_some(Self {
                scheme,
                authority: None,
                path: rest,
            });
        };
        let end = rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        Some(Self {
            scheme,
            authority: Some(authority),
            path,
        })
    }

    /// Is this authority that one, if the ports that need not be written are left out?
    fn is_authority(&self, authority: &str, name: &str) -> bool {
        let is_same = |scheme| {
            let shortened = |it| without_port_of(scheme, it);
            shortened(authority).eq_ignore_ascii_case(shortened(name))
        };
        match self.scheme {
            Some(scheme) => is_same(scheme),
            None => is_same(Scheme::Http) || is_same(Scheme::Https),
        }
    }
}

/// Is it a path from the root on, for every user agent? Two slashes at the start, of either kind,
/// are the start of a host.
fn is_path(reference: &str) -> bool {
    let path = reference.split(['?', '#']).next().unwrap_or_default();
    let mut bytes = path.bytes();
    bytes.next() == Some(b'/')
        && !matches!(bytes.next(), Some(b'/' | b'\\'))
        && !has_dot_segment(path)
}

/// What follows a path in one that is the same or beneath it.
fn beneath<'p>(path: &str, other: &'p str) -> Option<&'p str> {
    let rest = other.strip_prefix(path)?;
    (rest.is_empty() || rest.starts_with(['/', '?', '#'])).then_some(rest)
}

fn without_port_of(scheme: Scheme, authority: &str) -> &str {
    let port = match scheme {
        Scheme::Http => ":80",
        Scheme::Https => ":443",
    };
    authority.strip_suffix(port).unwrap_or(authority)
}
