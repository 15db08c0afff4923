//! Matchers and readers so naive that they are evidently right.
//!
//! They work on text alone, allocate as they like, and share no line with the core.

use std::collections::BTreeSet;

/// Does a pattern contain an origin? Both are well-formed.
#[must_use]
pub fn pattern_contains(pattern: &str, origin: &str) -> bool {
    if pattern == "*" || pattern == origin {
        return true;
    }
    let (Some(pattern), Some(origin)) = (parts(pattern), parts(origin)) else {
        return false;
    };
    let is_label_text = |it: &str| it.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-'));
    let is_host_contained = match pattern.host.split_once('*') {
        None => pattern.host == origin.host,
        Some(("", parent)) if parent.starts_with('.') => {
            origin.host.ends_with(parent) && origin.host.len() > parent.len()
        }
        Some((before, after)) => origin
            .host
            .strip_prefix(before)
            .and_then(|it| it.strip_suffix(after))
            .is_some_and(|it| !it.is_empty() && is_label_text(it)),
    };
    pattern.scheme == origin.scheme
        && is_host_contained
        && (pattern.port == "*" || pattern.port == origin.port)
}

/// Scheme, host and port as they are written; an absent port is empty.
struct Parts<'a> {
    scheme: &'a str,
    host: &'a str,
    port: &'a str,
}

fn parts(text: &str) -> Option<Parts<'_>> {
    let (scheme, rest) = text.split_once("://")?;
    let (host, port) = rest.split_once(':').unwrap_or((rest, ""));
    Some(Parts { scheme, host, port })
}

/// Is it the serialization of an origin with a domain, as a browser writes it?
#[must_use]
pub fn is_serialized_domain_origin(text: &str) -> bool {
    let Some(Parts { scheme, host, port }) = parts(text) else {
        return false;
    };
    let default = if scheme == "https" { "443" } else { "80" };
    let is_port = text.len() == scheme.len() + "://".len() + host.len()
        || port
            .parse::<u16>()
            .is_ok_and(|it| it > 0 && it.to_string() == port && port != default);
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() < 64
            && label
                .chars()
                .all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-'))
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    matches!(scheme, "http" | "https") && host.split('.').all(is_label) && is_port
}

/// What a reader of `Access-Control-Request-Headers` finds, element by element.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "an element is one of these three")]
pub enum Requested {
    /// A header name, in lower case.
    Name(String),
    /// Something that is none.
    Malformed(Vec<u8>),
    /// More than is read; it is the last element.
    TooMany,
}

/// Reads `Access-Control-Request-Headers`: at most 4,096 bytes with a byte for each line's end but
/// the last, and at most 128 names.
#[must_use]
pub fn requested_headers(lines: &[Vec<u8>]) -> Vec<Requested> {
    let mut elements = Vec::new();
    let mut n_bytes = 0;
    for (number, line) in lines.iter().enumerate() {
        n_bytes += line.len() + usize::from(number > 0);
        if n_bytes > 4096 {
            elements.push(Requested::TooMany);
            return elements;
        }
        for element in line.split(|byte| *byte == b',') {
            let trimmed = trimmed(element);
            if trimmed.is_empty() {
                continue;
            }
            if elements.len() == 128 {
                elements.push(Requested::TooMany);
                return elements;
            }
            elements.push(
                match std::str::from_utf8(trimmed).ok().filter(|it| is_token(it)) {
                    Some(name) => Requested::Name(name.to_lowercase()),
                    None => Requested::Malformed(trimmed.to_vec()),
                },
            );
        }
    }
    elements
}

/// The names in the lines of a `Vary` field, in lower case.
#[must_use]
pub fn vary_members(lines: &[Vec<u8>]) -> BTreeSet<Vec<u8>> {
    let members = lines
        .iter()
        .flat_map(|line| line.split(|byte| *byte == b','));
    let members = members.map(|it| trimmed(it).to_ascii_lowercase());
    members.filter(|it| !it.is_empty()).collect()
}

fn trimmed(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

fn is_token(text: &str) -> bool {
    text.chars()
        .all(|it| it.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(it))
}
