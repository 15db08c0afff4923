//! A table of the file, read by its known keys.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::document::Document;
use crate::nearest::nearest;
use crate::problem::{Problem, quoted};
use crate::synonyms;
use crate::value::{Value, wrong_type};

/// What a table is, which says the keys that it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Policy,
    Upstream,
    Route,
    Tls,
    Limits,
    Admin,
    AccessLog,
}

impl Kind {
    const ALL: [Self; 8] = [
        Self::File,
        Self::Policy,
        Self::Upstream,
        Self::Route,
        Self::Tls,
        Self::Limits,
        Self::Admin,
        Self::AccessLog,
    ];
}

/// A table whose unknown keys have been reported.
pub(crate) struct Table<'t, 's> {
    entries: Vec<Entry<'t, 's>>,
    /// Where the table starts: its header, or all of it where it is written inline.
    pub(crate) span: Range<usize>,
}

/// A known key, and its value.
struct Entry<'t, 's> {
    key: &'static str,
    value: &'t Value<'s>,
}

impl<'t, 's> Table<'t, 's> {
    /// Reads the keys of a table.
    ///
    /// An unknown key is read as the known one that was probably meant, so that mistakes in its
    /// value are found too.
    pub(crate) fn read(
        kind: Kind,
        table: &'t DeTable<'s>,
        span: Range<usize>,
        document: &mut Document<'s>,
    ) -> Self {
        let mut entries: Vec<Entry<'t, 's>> = Vec::new();
        let mut unknown = Vec::new();
        for (key, value) in table.iter() {
            match kind.keys().iter().find(|it| **it == key.get_ref()) {
                Some(key) => entries.push(Entry { key, value }),
                None => unknown.push((key, value)),
            }
        }
        for (key, value) in unknown {
            let meant = kind.meant_by(key.get_ref());
            document.report(
                kind.unknown_key(key.get_ref())
                    .at(key.span())
                    .suggesting(meant.map(Into::into)),
            );
            if let Some(key) = meant.filter(|it| entries.iter().all(|entry| entry.key != *it)) {
                entries.push(Entry { key, value });
            }
        }
        Self { entries, span }
    }

    /// The value of a key.
    pub(crate) fn value(&self, key: &str) -> Option<&'t Value<'s>> {
        let entry = self.entries.iter().find(|it| it.key == key);
        entry.map(|it| it.value)
    }

    /// The value of a key that must be there.
    pub(crate) fn required(&self, key: &str, document: &mut Document<'s>) -> Option<&'t Value<'s>> {
        let value = self.value(key);
        if value.is_none() {
            let message = format!("the key `{key}` is missing");
            document.report(Problem::error("key-missing", message).at(self.span.clone()));
        }
        value
    }
}

impl Kind {
    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::File => FILE_KEYS,
            Self::Policy => POLICY_KEYS,
            Self::Upstream => UPSTREAM_KEYS,
            Self::Route => ROUTE_KEYS,
            Self::Tls => TLS_KEYS,
            Self::Limits => LIMITS_KEYS,
            Self::Admin => ADMIN_KEYS,
            Self::AccessLog => ACCESS_LOG_KEYS,
        }
    }

    /// The key that was probably meant by an unknown one, unless that belongs elsewhere.
    fn meant_by(self, key: &str) -> Option<&'static str> {
        let is_shortened = |it: &&&str| it.strip_prefix("allow-") == Some(key);
        if let Some(key) = self.keys().iter().find(is_shortened) {
            return Some(key);
        }
        match (synonyms::key_called(key, self), self.home_of(key)) {
            (Some(key), _) => Some(key),
            (None, Some(_)) => None,
            (None, None) => nearest(key, self.keys().iter().copied()),
        }
    }

    /// The other kind of table to which a key belongs.
    fn home_of(self, key: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.keys().contains(&key))
    }

    fn unknown_key(self, key: &str) -> Problem {
        let place = match self {
            Self::File => "at the top of a file",
            Self::Policy => "in a policy",
            Self::Upstream => "in an upstream",
            Self::Route => "in a route",
            Self::Tls => "in `[[tls]]`",
            Self::Limits => "in `[limits]`",
            Self::Admin => "in `[admin]`",
            Self::AccessLog => "in `[access-log]`",
        };
        let mut message = format!("unknown key {} {place}", quoted(key));
        let home = self.home_of(key).filter(|_| self.meant_by(key).is_none());
        message.push_str(match home {
            Some(Self::File) => ": it belongs at the top of the file, before the first table",
            Some(Self::Policy) => ": it belongs in a policy",
            Some(Self::Upstream) => ": it belongs in an upstream",
            Some(Self::Route) => ": it belongs in a route",
            Some(Self::Tls) => ": it belongs in `[[tls]]`",
            Some(Self::Limits) => ": it belongs in `[limits]`",
            Some(Self::Admin) => ": it belongs in `[admin]`",
            Some(Self::AccessLog) => ": it belongs in `[access-log]`",
            None => "",
        });
        Problem::error("unknown-key", message)
    }
}

impl<'s> Document<'s> {
    /// The keys of a value that is a table.
    pub(crate) fn table<'t>(&mut self, kind: Kind, value: &'t Value<'s>) -> Option<Table<'t, 's>> {
        match value.get_ref() {
            DeValue::Table(table) => Some(Table::read(kind, table, value.span(), self)),
            _ => {
                self.report(wrong_type(value, "a table"));
                None
            }
        }
    }
}

const FILE_KEYS: &[&str] = &[
    "listen",
    "connect-timeout",
    "request-head-timeout",
    "response-timeout",
    "shutdown-timeout",
    "idle-timeout",
    "http2",
    "h2c",
    "proxy-protocol",
    "tls",
    "limits",
    "shutdown-delay",
    "reuse-port",
    "admin",
    "access-log",
    "policy",
    "upstream",
    "route",
];

const POLICY_KEYS: &[&str] = &[
    "allow-origins",
    "allow-methods",
    "allow-headers",
    "expose-headers",
    "allow-credentials",
    "max-age",
    "refuse",
    "upstream",
    "report-only",
    "dangerously-allow-null-origin",
    "dangerously-allow-insecure-origins",
    "dangerously-allow-public-suffix",
];

const UPSTREAM_KEYS: &[&str] = &[
    "servers",
    "host",
    "roots",
    "http2",
    "health-path",
    "health-interval",
    "retries",
];

const ROUTE_KEYS: &[&str] = &[
    "host",
    "path",
    "exact",
    "replace-prefix",
    "upstream",
    "policy",
    "methods",
    "connect-timeout",
    "response-timeout",
    "exchange-timeout",
    "max-body",
    "openapi",
];

const TLS_KEYS: &[&str] = &["certificate", "key"];

const LIMITS_KEYS: &[&str] = &[
    "connections",
    "connections-per-client",
    "header-fields",
    "header-bytes",
    "streams",
];

const ADMIN_KEYS: &[&str] = &["listen", "hosts", "dangerously-allow-remote"];

const ACCESS_LOG_KEYS: &[&str] = &["format", "output"];
