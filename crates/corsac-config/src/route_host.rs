//! The hosts of a route: which names requests ask for.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use toml::de::DeValue;

use crate::document::Document;
use crate::problem::Problem;
use crate::text::Text;
use crate::value::{Value, wrong_type};

/// The names that a route is for, as requests have them in `Host`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a host is a name, or all names below one"
)]
pub enum HostPattern {
    /// This host: a name in lower case, an IPv4 address, or an IPv6 address in brackets.
    Exact(String),
    /// Every name below this one, at any depth, and not the name itself.
    Subdomains(String),
}

impl HostPattern {
    /// Parses `api.example`, `*.api.example`, `127.0.0.1` or `[::1]`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(name) = text.strip_prefix("*.") {
            return is_name(name).then(|| Self::Subdomains(name.to_owned()));
        }
        let address = text.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
        match address.map(str::parse::<Ipv6Addr>) {
            Some(Ok(address)) if format!("[{address}]") == text => {
                Some(Self::Exact(text.to_owned()))
            }
            Some(_) => None,
            None => is_name(text).then(|| Self::Exact(text.to_owned())),
        }
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(name) => f.write_str(name),
            Self::Subdomains(name) => write!(f, "*.{name}"),
        }
    }
}

/// Is it a name, or an IPv4 address, in its one spelling?
fn is_name(text: &str) -> bool {
    let is_label = |label: &str| {
        let is_plain =
            |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || b"-_".contains(&it);
        (1..=MAX_LABEL_LEN).contains(&label.len()) && label.bytes().all(is_plain)
    };
    let last = text.rsplit('.').next().unwrap_or(text);
    let ends_in_number = last.bytes().all(|byte| byte.is_ascii_digit());
    text.len() <= MAX_NAME_LEN
        && text.split('.').all(is_label)
        && (!ends_in_number || text.parse::<Ipv4Addr>().is_ok())
}

impl<'s> Document<'s> {
    /// One host, or a list of them.
    pub(crate) fn hosts(&mut self, value: &Value<'s>) -> Vec<HostPattern> {
        let texts = match value.get_ref() {
            DeValue::String(_) => self.string(value).into_iter().collect(),
            DeValue::Array(_) => self.names(value),
            _ => {
                self.report(wrong_type(value, "a host, or a list of them"));
                Vec::new()
            }
        };
        if value.get_ref().as_array().is_some_and(|it| it.is_empty()) {
            let message = "no host is listed: leave the key out to serve all";
            self.report(Problem::error("hosts-empty", message).at(value.span()));
        }
        texts.iter().filter_map(|it| self.host(it)).collect()
    }

    pub(crate) fn host(&mut self, text: &Text<'_>) -> Option<HostPattern> {
        let host = HostPattern::parse(text.value);
        if host.is_none() {
            let message = "a host is a name in lower case, an address, or `*.` and a name: \
                           no scheme, no port, no path";
            let problem = Problem::error("host", message)
                .at(text.source_span(0..text.value.len()))
                .suggesting(suggested(text.value));
            self.report(problem);
        }
        host
    }
}

/// What was probably meant.
fn suggested(text: &str) -> Option<String> {
    let rest = text.split_once("://").map_or(text, |(_scheme, rest)| rest);
    let rest = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = match rest.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|it| it.is_ascii_digit()) => host,
        Some(_) | None => rest,
    };
    let host = host.strip_suffix('.').unwrap_or(host).trim();
    let host = match host.strip_prefix('.') {
        Some(name) => format!("*.{name}"),
        None => host.to_owned(),
    };
    let host = host.to_ascii_lowercase();
    HostPattern::parse(&host).map(|_| host)
}

/// The longest name of the DNS, in bytes, written with dots.
const MAX_NAME_LEN: usize = 253;

/// The longest label of a name.
const MAX_LABEL_LEN: usize = 63;
