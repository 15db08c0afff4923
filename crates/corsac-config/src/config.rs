//! A policy file as it was read.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::ops::Range;
use std::time::Duration;

use corsac::Policy;
use toml::de::{DeTable, DeValue};

use crate::document::{self, Document};
use crate::files::{self, Files, Load};
use crate::front::{self, Front};
use crate::nearest::nearest;
use crate::operations::Operations;
use crate::policy;
use crate::problem::{MAX_PROBLEMS, Problem, Problems, quoted};
use crate::route::{self, Named};
use crate::route_host::HostPattern;
use crate::table::{Kind, Table};
use crate::upstream::{self, Upstream};
use crate::value::wrong_type;

/// A policy file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// How long the gateway waits for what.
    pub timeouts: Timeouts,
    /// What the gateway is towards its clients.
    pub front: Front,
    /// What an operator sets beside the routes.
    pub operations: Operations,
    /// The routes, in the order of the file; there is at least one, and no two are for the same.
    pub routes: Vec<Route>,
    /// The other files that were read, by the names that the file gives them.
    pub files: Vec<String>,
    /// What is legal but doubtful.
    pub warnings: Problems,
}

/// Requests for some hosts and some paths, and where they go.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Route {
    /// The hosts that requests ask for; all if there is none.
    pub hosts: Vec<HostPattern>,
    /// The path, as [`parse_path`](crate::parse_path) takes it.
    pub path: String,
    /// Which paths are meant by it.
    pub extent: Extent,
    /// What stands in place of `path` when a request is forwarded, if that is something else.
    pub replaced_by: Option<String>,
    /// Where the requests go.
    pub upstream: Upstream,
    /// The policy that guards them, restricted to the methods that exist there; without one they
    /// are forwarded untouched.
    pub policy: Option<Policy>,
    /// The policy that its policy names as `report-only`, restricted to the same methods.
    pub report_only: Option<Policy>,
    /// The name of the policy in the file.
    pub policy_name: Option<String>,
    /// The methods that exist there, if the file says so.
    pub methods: Option<Vec<String>>,
    /// What exists there, if an OpenAPI document says so; nothing else does then.
    pub resources: Option<Vec<Resource>>,
    /// How long an upstream may take to accept a connection, if the route says so.
    pub connect_timeout: Option<Duration>,
    /// How long an upstream may take to send the head of its response, if the route says so.
    pub response_timeout: Option<Duration>,
    /// How long an exchange may take from the head of the request to the end of the response, if
    /// the route says so.
    pub exchange_timeout: Option<Duration>,
    /// Bytes that the body of a request may have.
    pub max_body: Option<u64>,
}

/// A path that exists at a route.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Resource {
    /// The path, from the route's on, with `{name}` for what may be anything in a segment.
    pub path: String,
    /// The methods that exist there.
    pub methods: Vec<String>,
    /// The route's policy, restricted to them.
    pub policy: Option<Policy>,
}

/// Which paths a route's path means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a path is the whole or a start")]
pub enum Extent {
    /// All that start with its segments.
    Prefix,
    /// This one alone.
    Exact,
}

/// How long the gateway waits for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// For an upstream to accept a connection.
    pub connect: Duration,
    /// For a client to send the head of a request.
    pub request_head: Duration,
    /// For a client to begin another request on a connection.
    pub idle: Duration,
    /// For an upstream to send the head of its response.
    pub response: Duration,
    /// For requests under way to finish, once the gateway is told to end.
    pub shutdown: Duration,
}

impl Timeouts {
    /// The timeouts of a file that says nothing of them.
    pub const DEFAULT: Self = Self {
        // An upstream is near; one that has not answered a SYN after 5 s never will.
        connect: Duration::from_secs(5),
        // The head of a request is one packet or two.
        request_head: Duration::from_secs(10),
        // A page that is being used asks again within that time; one that is not gets a new
        // connection soon enough.
        idle: Duration::from_secs(60),
        // Slow reports exist, but a page has given up after half a minute.
        response: Duration::from_secs(30),
        // Orchestrators kill what is still there after 10 s to 30 s.
        shutdown: Duration::from_secs(10),
    };
}

impl Default for Timeouts {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Reads a policy file that names no other files.
///
/// It returns every problem at once: the warnings beside the errors.
pub fn read(source: &str) -> Result<Config, Problems> {
    read_with_files(source, &files::no_files)
}

/// Reads a policy file, and the files that it names.
///
/// [`files_beside`](crate::files_beside) finds them where the policy file is.
pub fn read_with_files(source: &str, load: Load<'_>) -> Result<Config, Problems> {
    let (config, warnings) = document::read(source, |root, document| {
        read_config(root, document, Files::new(load))
    })?;
    Ok(Config { warnings, ..config })
}

/// Reads a document that is nothing but the keys of one policy.
pub fn read_policy(source: &str) -> Result<Policy, Problems> {
    read_policy_with_warnings(source).map(|(policy, _warnings)| policy)
}

/// Reads what [`read_policy`] reads, and returns what is legal but doubtful beside it.
pub fn read_policy_with_warnings(source: &str) -> Result<(Policy, Problems), Problems> {
    document::read(source, |root, document| {
        let table = Table::read(Kind::Policy, root, 0..0, document);
        policy::read(&table, document)
    })
}

fn read_config<'s>(
    root: &DeTable<'s>,
    document: &mut Document<'s>,
    mut files: Files<'_>,
) -> Option<Config> {
    let table = Table::read(Kind::File, root, 0..0, document);
    let listen = table.value("listen");
    let listen = listen.map_or(Some(DEFAULT_LISTEN), |it| document.listen(it));
    let timeouts = read_timeouts(&table, document);
    let front = front::read(&table, document);
    let operations = Operations::read(&table, document);
    let mut policies = read_policies(&table, document);
    let mut upstreams = upstream::read_all(&table, document, &mut files);
    let routes = route::read_all(
        &table,
        Named {
            policies: &mut policies,
            upstreams: &mut upstreams,
            files: &mut files,
        },
        document,
    );
    warn_of_unused(&policies, document);
    upstream::warn_of_unused(&upstreams, document);
    Some(Config {
        listen: listen?,
        timeouts,
        front,
        operations,
        routes: routes?,
        files: files.names,
        warnings: Problems::default(),
    })
}

fn read_timeouts<'s>(table: &Table<'_, 's>, document: &mut Document<'s>) -> Timeouts {
    let mut timeouts = Timeouts::DEFAULT;
    for (key, timeout) in [
        ("connect-timeout", &mut timeouts.connect),
        ("request-head-timeout", &mut timeouts.request_head),
        ("idle-timeout", &mut timeouts.idle),
        ("response-timeout", &mut timeouts.response),
        ("shutdown-timeout", &mut timeouts.shutdown),
    ] {
        if let Some(duration) = read_timeout(key, table, document) {
            *timeout = duration;
        }
    }
    timeouts
}

/// A timeout, if the table has it.
pub(crate) fn read_timeout<'s>(
    key: &str,
    table: &Table<'_, 's>,
    document: &mut Document<'s>,
) -> Option<Duration> {
    let value = table.value(key)?;
    let duration = document.duration(value)?;
    if duration.is_zero() || duration > MAX_TIMEOUT {
        let message = format!("`{key}` is more than zero, and at most a day");
        document.report(Problem::error("timeout-range", message).at(value.span()));
    }
    Some(duration)
}

/// A policy of the file that routes can name.
pub(crate) struct NamedPolicy {
    /// The policy, unless there is an error in it.
    pub(crate) policy: Option<Policy>,
    /// The name of the policy that rides along in report-only mode.
    pub(crate) report_only: Option<String>,
    /// Whether a route names it.
    pub(crate) usage: Usage,
    span: Range<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Usage {
    Unused,
    Used,
}

/// The policies of a file, by name.
pub(crate) type Policies = BTreeMap<String, NamedPolicy>;

fn read_policies<'s>(table: &Table<'_, 's>, document: &mut Document<'s>) -> Policies {
    match table.value("policy") {
        None => Policies::new(),
        Some(value) => match value.get_ref() {
            DeValue::Table(policies) => read_named_policies(policies, document),
            _ => {
                document.report(wrong_type(
                    value,
                    "a table for each policy: `[policy.name]`",
                ));
                Policies::new()
            }
        },
    }
}

fn read_named_policies<'s>(table: &DeTable<'s>, document: &mut Document<'s>) -> Policies {
    let mut policies = Policies::new();
    let mut riders = Vec::new();
    for (name, value) in table.iter() {
        let table = document.table(Kind::Policy, value);
        let (policy, named) = match &table {
            Some(table) => (
                policy::read(table, document),
                policy::report_only(table, name.get_ref(), document),
            ),
            None => (None, None),
        };
        let name_span = name.span();
        riders.extend(
            named
                .as_ref()
                .map(|it| (it.value.to_owned(), it.source_span(0..it.value.len()))),
        );
        let policy = NamedPolicy {
            policy,
            report_only: named.map(|it| it.value.to_owned()),
            usage: Usage::Unused,
            span: name_span,
        };
        policies.insert(name.get_ref().clone().into_owned(), policy);
    }
    for (name, span) in riders {
        use_policy(&mut policies, &name, span, document);
    }
    policies
}

/// Finds the policy of this name, which is then used.
pub(crate) fn use_policy<'p>(
    policies: &'p mut Policies,
    name: &str,
    span: Range<usize>,
    document: &mut Document<'_>,
) -> Option<&'p NamedPolicy> {
    if !policies.contains_key(name) {
        let message = format!("there is no policy {}", quoted(name));
        let names = policies.keys().map(String::as_str);
        let is_kept = document.n_errors() < MAX_PROBLEMS;
        let meant = nearest(name, names.filter(|_| is_kept)).map(str::to_owned);
        let problem = Problem::error("policy-unknown", message).at(span);
        document.report(problem.suggesting(meant.clone()));
        if let Some(named) = meant.and_then(|it| policies.get_mut(&it)) {
            named.usage = Usage::Used;
        }
        return None;
    }
    let named = policies.get_mut(name)?;
    named.usage = Usage::Used;
    Some(named)
}

fn warn_of_unused(policies: &Policies, document: &mut Document<'_>) {
    for (name, policy) in policies {
        if policy.usage == Usage::Unused {
            let message = format!("no route uses the policy {}", quoted(name));
            document.report(Problem::warning("policy-unused", message).at(policy.span.clone()));
        }
    }
}

/// The address of a file that names none: this machine alone can reach it.
pub const DEFAULT_LISTEN: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 8080));

/// The longest timeout. Whoever wants to wait longer wants no timeout, which is no way to run a
/// server.
pub(crate) const MAX_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);
