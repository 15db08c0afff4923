//! From the tables of the routes to the routes.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use corsac::Policy;
use toml::de::DeValue;

use crate::config::{Extent, Policies, Resource, Route, read_timeout, use_policy};
use crate::document::Document;
use crate::files::Files;
use crate::openapi::Operations;
use crate::problem::{Problem, quoted};
use crate::route_host::HostPattern;
use crate::table::{Kind, Table};
use crate::text::Text;
use crate::upstream::Upstreams;
use crate::value::{Value, wrong_type};

/// What routes can name.
pub(crate) struct Named<'a, 'f> {
    pub(crate) policies: &'a mut Policies,
    pub(crate) upstreams: &'a mut Upstreams,
    pub(crate) files: &'a mut Files<'f>,
}

/// Reads the routes of a file.
pub(crate) fn read_all<'s>(
    table: &Table<'_, 's>,
    named: Named<'_, '_>,
    document: &mut Document<'s>,
) -> Option<Vec<Route>> {
    let values = route_values(table, document);
    if values.is_empty() {
        return None;
    }
    let mut reader = Reader {
        policies: named.policies,
        upstreams: named.upstreams,
        files: named.files,
        seen: BTreeSet::new(),
        document,
    };
    let mut routes = Vec::with_capacity(values.len());
    for value in values {
        if let Some(table) = reader.document.table(Kind::Route, value) {
            routes.extend(reader.route(&table));
        }
    }
    Some(routes)
}

/// The tables of the routes, or a word on what is there instead.
fn route_values<'t, 's>(table: &Table<'t, 's>, document: &mut Document<'s>) -> Vec<&'t Value<'s>> {
    let Some(value) = table.value("route") else {
        let message = "there is no route: nothing would be served";
        document.report(Problem::error("no-routes", message).suggesting(Some("[[route]]".into())));
        return Vec::new();
    };
    match value.get_ref() {
        DeValue::Array(values) if values.is_empty() => {
            let message = "there is no route: nothing would be served";
            document.report(Problem::error("no-routes", message).at(value.span()));
            Vec::new()
        }
        DeValue::Array(values) => values.iter().collect(),
        DeValue::Table(_) => {
            let problem = wrong_type(value, "a list of routes");
            document.report(problem.suggesting(Some("[[route]]".into())));
            vec![value]
        }
        _ => {
            document
                .report(wrong_type(value, "a list of routes").suggesting(Some("[[route]]".into())));
            Vec::new()
        }
    }
}

/// What the routes of a file are read with.
struct Reader<'a, 'f, 's> {
    policies: &'a mut Policies,
    upstreams: &'a mut Upstreams,
    files: &'a mut Files<'f>,
    /// The host, the path and its extent of each route so far; every host is none.
    seen: BTreeSet<(String, String, Extent)>,
    document: &'a mut Document<'s>,
}

impl<'s> Reader<'_, '_, 's> {
    fn route(&mut self, table: &Table<'_, 's>) -> Option<Route> {
        let (hosts, names) = match table.value("host") {
            // Every host is the empty name.
            None => (Vec::new(), vec![String::new()]),
            Some(value) => {
                let hosts = self.document.hosts(value);
                let names = hosts.iter().map(HostPattern::to_string).collect();
                (hosts, names)
            }
        };
        let place = self.place(table, &names);
        let replaced_by = table.value("replace-prefix");
        let replaced_by = replaced_by.and_then(|it| self.any_path(it));
        let upstream = table.required("upstream", self.document);
        let upstream = upstream.and_then(|it| self.document.upstream(it, self.upstreams));
        let policy_name = table
            .value("policy")
            .and_then(|it| self.document.string(it));
        let policy = policy_name.as_ref().and_then(|it| self.policy(it));
        let methods = table.value("methods").map(|it| self.document.names(it));
        let report_only = policy_name.as_ref().and_then(|it| self.report_only(it));
        let report_only = report_only.and_then(|policy| match &methods {
            // What is wrong with the methods is said of the policy in force.
            Some(texts) => policy
                .with_existing_methods(texts.iter().map(|it| it.value))
                .ok(),
            None => Some(policy),
        });
        let policy = match &methods {
            Some(texts) => self.restricted(policy, table, texts),
            None => policy,
        };
        let resources = self.resources(table, policy.as_ref());
        let connect_timeout = read_timeout("connect-timeout", table, self.document);
        let response_timeout = read_timeout("response-timeout", table, self.document);
        let exchange_timeout = read_timeout("exchange-timeout", table, self.document);
        let max_body = table.value("max-body");
        let max_body = max_body.and_then(|it| self.document.size(it));
        let (path, extent) = place?;
        Some(Route {
            hosts,
            path,
            extent,
            replaced_by,
            upstream: upstream?,
            policy,
            report_only,
            policy_name: policy_name.map(|it| it.value.to_owned()),
            methods: methods.map(|it| it.iter().map(|it| it.value.to_owned()).collect()),
            resources,
            connect_timeout,
            response_timeout,
            exchange_timeout,
            max_body,
        })
    }

    /// The path of a route, which no other route has for the same host.
    fn place(&mut self, table: &Table<'_, 's>, hosts: &[String]) -> Option<(String, Extent)> {
        let (value, extent) = match (table.value("path"), table.value("exact")) {
            (Some(_), Some(exact)) => {
                let message = "a route has `path` or `exact`, and not both";
                self.document
                    .report(Problem::error("route-paths", message).at(exact.span()));
                (exact, Extent::Exact)
            }
            (None, Some(exact)) => (exact, Extent::Exact),
            (path, None) => (
                path.or_else(|| table.required("path", self.document))?,
                Extent::Prefix,
            ),
        };
        let path = self.any_path(value)?;
        let text = self.document.string(value)?;
        let span = text.source_span(0..text.value.len());
        self.tell_apart(span, hosts, (path.trim_end_matches('/'), extent));
        Some((path, extent))
    }

    fn any_path(&mut self, value: &Value<'s>) -> Option<String> {
        let text = self.document.string(value)?;
        self.document.route_path(&text);
        Some(text.value.to_owned())
    }

    /// Reports a route for what another route is for.
    fn tell_apart(&mut self, span: Range<usize>, hosts: &[String], place: (&str, Extent)) {
        let (path, extent) = place;
        for host in hosts {
            if self.seen.insert((host.clone(), path.to_owned(), extent)) {
                continue;
            }
            let message = match host.as_str() {
                "" => "another route has this path already".to_owned(),
                host => format!(
                    "another route has this path already, for the host {}",
                    quoted(host)
                ),
            };
            self.document
                .report(Problem::error("route-duplicate", message).at(span.clone()));
        }
    }

    /// What exists at the route, if an OpenAPI document says so.
    fn resources(
        &mut self,
        table: &Table<'_, 's>,
        policy: Option<&Policy>,
    ) -> Option<Vec<Resource>> {
        let value = table.value("openapi")?;
        for key in ["methods", "exact"] {
            if let Some(other) = table.value(key) {
                let message = format!("`openapi` says what exists: leave `{key}` out");
                self.document
                    .report(Problem::error("route-openapi", message).at(other.span()));
            }
        }
        let operations = self.document.openapi(value, self.files)?;
        self.note_repeated_prefix(value, table, &operations);
        // Documents have many paths, and few different sets of methods.
        let mut restricted = BTreeMap::new();
        let resources = operations.into_iter().map(|it| {
            let policy = restricted.entry(it.methods.clone()).or_insert_with(|| {
                policy.map(|policy| {
                    policy
                        .with_existing_methods(it.methods.iter().copied())
                        .expect("these are methods")
                })
            });
            Resource {
                path: it.path,
                methods: it.methods.into_iter().map(str::to_owned).collect(),
                policy: policy.clone(),
            }
        });
        Some(resources.collect())
    }

    /// Reports paths that all repeat the route's, as if they began at the root.
    fn note_repeated_prefix(
        &mut self,
        value: &Value<'s>,
        table: &Table<'_, 's>,
        operations: &[Operations],
    ) {
        let prefix = table.value("path").and_then(|it| it.get_ref().as_str());
        let Some(prefix) = prefix.filter(|it| *it != "/") else {
            return;
        };
        let repeats = |it: &Operations| {
            let rest = it.path.strip_prefix(prefix);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if let Some(first) = operations.first()
            && operations.iter().all(repeats)
        {
            let message = format!(
                "every path of this document repeats the route's {}, and begins after it: {} is \
                 taken to be {}",
                quoted(prefix),
                quoted(&first.path),
                quoted(&format!("{prefix}{}", first.path)),
            );
            self.document
                .report(Problem::warning("openapi-prefix-repeated", message).at(value.span()));
        }
    }

    /// The policy of this name.
    fn policy(&mut self, name: &Text<'_>) -> Option<Policy> {
        let span = name.source_span(0..name.value.len());
        let named = use_policy(self.policies, name.value, span, self.document);
        named?.policy.clone()
    }

    /// The policy that rides along with the one of this name.
    fn report_only(&self, name: &Text<'_>) -> Option<Policy> {
        let rider = self.policies.get(name.value)?.report_only.as_ref()?;
        self.policies.get(rider)?.policy.clone()
    }

    /// The policy for a route where only these methods exist.
    ///
    /// The methods are checked all the same if there is no policy.
    fn restricted(
        &mut self,
        policy: Option<Policy>,
        table: &Table<'_, 's>,
        methods: &[Text<'_>],
    ) -> Option<Policy> {
        let is_empty_list =
            |it: &&Value<'_>| it.get_ref().as_array().is_some_and(|it| it.is_empty());
        if let Some(value) = table.value("methods").filter(is_empty_list) {
            let message = "no method exists at this route: leave the key out to allow all";
            self.document
                .report(Problem::error("methods-empty", message).at(value.span()));
        }
        let names = methods.iter().map(|it| it.value);
        let checked = match &policy {
            Some(policy) => policy.with_existing_methods(names),
            None => Policy::builder(["*"])
                .build()
                .expect("`*` alone is a policy")
                .with_existing_methods(names),
        };
        match checked {
            Ok(restricted) => policy.map(|_| restricted),
            Err(errors) => {
                for error in &errors {
                    let message = match error.value.as_str() {
                        "*" => "leave the key out if every method exists".to_owned(),
                        _ => error.kind.to_string(),
                    };
                    let problem = Problem::error(error.code(), message)
                        .at(methods[error.index].source_span(error.span.clone()))
                        .suggesting(error.suggestion.clone());
                    self.document.report(problem);
                }
                None
            }
        }
    }
}
