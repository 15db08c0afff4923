//! What is behind a route: one server, or several that do the same.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use toml::de::{DeTable, DeValue};

use crate::config::{Usage, read_timeout};
use crate::document::Document;
use crate::files::Files;
use crate::nearest::nearest;
use crate::problem::{MAX_PROBLEMS, Problem, quoted};
use crate::route_host::HostPattern;
use crate::server::{Scheme, Server};
use crate::table::{Kind, Table};
use crate::text::Text;
use crate::value::{Value, wrong_type};

/// Servers that requests are forwarded to, and how.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Upstream {
    /// The servers, of which each can answer every request; there is at least one.
    pub servers: Vec<Server>,
    /// What they all have in common.
    pub settings: Arc<UpstreamSettings>,
    /// At how many other servers a request is tried that one did not take.
    pub retries: u32,
}

/// How the servers of an upstream are spoken to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct UpstreamSettings {
    /// The name that they are asked for, and that their certificates prove, if it is not their own.
    pub host: Option<String>,
    /// The certificates that theirs must be signed with, as PEM; those of the system if none.
    pub roots: Option<Vec<u8>>,
    /// Whether they speak HTTP/2, if that is not left to TLS to find out.
    pub http2: Option<Http2>,
    /// How it is found out whether they are well, if it is.
    pub health_check: Option<HealthCheck>,
}

/// Whether a server is spoken to over HTTP/2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "it is or it is not")]
pub enum Http2 {
    /// Always, also without TLS, as far as the request allows.
    Always,
    /// Never.
    Never,
}

/// A request that a server answers if it is well.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct HealthCheck {
    /// Its path.
    pub path: String,
    /// How often it is sent; the answer may take as long.
    pub interval: Duration,
}

impl From<Server> for Upstream {
    fn from(server: Server) -> Self {
        Self {
            servers: vec![server],
            settings: Arc::default(),
            retries: DEFAULT_RETRIES,
        }
    }
}

/// The upstreams of a file, by name.
pub(crate) type Upstreams = BTreeMap<String, NamedUpstream>;

/// An upstream of the file that routes can name.
pub(crate) struct NamedUpstream {
    /// The upstream, unless there is an error in it.
    upstream: Option<Upstream>,
    usage: Usage,
    span: std::ops::Range<usize>,
}

pub(crate) fn read_all<'s>(
    table: &Table<'_, 's>,
    document: &mut Document<'s>,
    files: &mut Files<'_>,
) -> Upstreams {
    match table.value("upstream") {
        None => Upstreams::new(),
        Some(value) => match value.get_ref() {
            DeValue::Table(upstreams) => read_named(upstreams, document, files),
            _ => {
                let expected = "a table for each upstream: `[upstream.name]`";
                document.report(wrong_type(value, expected));
                Upstreams::new()
            }
        },
    }
}

fn read_named<'s>(
    table: &DeTable<'s>,
    document: &mut Document<'s>,
    files: &mut Files<'_>,
) -> Upstreams {
    let mut upstreams = Upstreams::new();
    for (name, value) in table.iter() {
        let table = document.table(Kind::Upstream, value);
        let named = NamedUpstream {
            upstream: table.and_then(|table| read(&table, document, files)),
            usage: Usage::Unused,
            span: name.span(),
        };
        upstreams.insert(name.get_ref().clone().into_owned(), named);
    }
    upstreams
}

fn read<'s>(
    table: &Table<'_, 's>,
    document: &mut Document<'s>,
    files: &mut Files<'_>,
) -> Option<Upstream> {
    let servers = table.required("servers", document);
    let servers = servers.and_then(|it| document.servers(it));
    let host = table.value("host").and_then(|it| document.name(it));
    let roots = table.value("roots");
    let roots = roots.and_then(|it| document.roots(it, files));
    let http2 = table.value("http2").and_then(|it| document.boolean(it));
    let settings = UpstreamSettings {
        host,
        roots,
        http2: http2.map(|is_on| if is_on { Http2::Always } else { Http2::Never }),
        health_check: read_health_check(table, document),
    };
    let retries = table.value("retries");
    let retries = retries.map_or(Some(DEFAULT_RETRIES), |it| document.retries(it));
    let servers = servers?;
    let speaks_tls = servers.iter().any(|it| it.scheme() == Scheme::Https);
    if let Some(roots) = table.value("roots").filter(|_| !speaks_tls) {
        let message = "none of the servers speaks TLS, so that there is no certificate to check";
        document.report(Problem::error("roots-unused", message).at(roots.span()));
    }
    Some(Upstream {
        servers,
        settings: Arc::new(settings),
        retries: retries?,
    })
}

fn read_health_check<'s>(
    table: &Table<'_, 's>,
    document: &mut Document<'s>,
) -> Option<HealthCheck> {
    let interval = read_timeout("health-interval", table, document);
    let Some(path) = table.value("health-path") else {
        if let Some(value) = table.value("health-interval") {
            let message = "without `health-path` nothing is asked";
            document.report(Problem::error("health-path-missing", message).at(value.span()));
        }
        return None;
    };
    let path = document.string(path)?;
    document.route_path(&path);
    Some(HealthCheck {
        path: path.value.to_owned(),
        interval: interval.unwrap_or(DEFAULT_HEALTH_INTERVAL),
    })
}

impl<'s> Document<'s> {
    /// The upstream of a route: a URL, a list of URLs, or the name of an upstream.
    pub(crate) fn upstream(
        &mut self,
        value: &Value<'s>,
        upstreams: &mut Upstreams,
    ) -> Option<Upstream> {
        if let DeValue::Array(_) = value.get_ref() {
            return Some(Upstream {
                servers: self.servers(value)?,
                settings: Arc::default(),
                retries: DEFAULT_RETRIES,
            });
        }
        let text = self.string(value)?;
        if let Some(named) = upstreams.get_mut(text.value) {
            named.usage = Usage::Used;
            return named.upstream.clone();
        }
        let is_name = |it: char| it.is_ascii_alphanumeric() || ['-', '_'].contains(&it);
        match upstreams.is_empty() || !text.value.chars().all(is_name) {
            true => self.server(&text).map(Into::into),
            false => self.unknown_upstream(&text, upstreams),
        }
    }

    fn unknown_upstream(&mut self, name: &Text<'_>, upstreams: &mut Upstreams) -> Option<Upstream> {
        let message = format!("there is no upstream {}", quoted(name.value));
        let names = upstreams.keys().map(String::as_str);
        let is_kept = self.n_errors() < MAX_PROBLEMS;
        let meant = nearest(name.value, names.filter(|_| is_kept)).map(str::to_owned);
        let problem = Problem::error("upstream-unknown", message)
            .at(name.source_span(0..name.value.len()))
            .suggesting(meant.clone());
        self.report(problem);
        if let Some(named) = meant.and_then(|it| upstreams.get_mut(&it)) {
            named.usage = Usage::Used;
        }
        None
    }

    /// A list of servers, each of them once.
    fn servers(&mut self, value: &Value<'s>) -> Option<Vec<Server>> {
        let texts = self.names(value);
        if value.get_ref().as_array().is_some_and(|it| it.is_empty()) {
            let message = "no server is listed";
            self.report(Problem::error("servers-empty", message).at(value.span()));
        }
        let mut servers = Vec::new();
        for text in &texts {
            let Some(server) = self.server(text) else {
                continue;
            };
            if servers.contains(&server) {
                let message = "this server is there already";
                let span = text.source_span(0..text.value.len());
                self.report(Problem::error("server-duplicate", message).at(span));
            }
            servers.push(server);
        }
        (!servers.is_empty()).then_some(servers)
    }

    /// A host that is one name.
    fn name(&mut self, value: &Value<'s>) -> Option<String> {
        let text = self.string(value)?;
        match self.host(&text)? {
            HostPattern::Exact(name) => Some(name),
            HostPattern::Subdomains(_) => {
                let message = "servers are asked for one name, without `*`";
                let span = text.source_span(0..text.value.len());
                self.report(Problem::error("host", message).at(span));
                None
            }
        }
    }

    fn retries(&mut self, value: &Value<'s>) -> Option<u32> {
        let DeValue::Integer(number) = value.get_ref() else {
            self.report(wrong_type(value, "an integer"));
            return None;
        };
        let retries = number.as_str().parse().ok().filter(|it| *it <= MAX_RETRIES);
        if retries.is_none() {
            let message = format!("`retries` is a number from 0 to {MAX_RETRIES}");
            self.report(Problem::error("retries-range", message).at(value.span()));
        }
        retries
    }
}

pub(crate) fn warn_of_unused(upstreams: &Upstreams, document: &mut Document<'_>) {
    for (name, upstream) in upstreams {
        if upstream.usage == Usage::Unused {
            let message = format!("no route uses the upstream {}", quoted(name));
            let problem = Problem::warning("upstream-unused", message);
            document.report(problem.at(upstream.span.clone()));
        }
    }
}

/// With two, a request finds a server that is well while a third of them is not.
const DEFAULT_RETRIES: u32 = 2;

/// Whoever needs more has no server that is well, and a client that has gone.
const MAX_RETRIES: u32 = 5;

/// Often enough to notice a server that is gone before many do, and no load to speak of.
const DEFAULT_HEALTH_INTERVAL: Duration = Duration::from_secs(5);
