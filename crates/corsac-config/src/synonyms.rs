//! What other servers and people call the keys of a file.

use crate::table::Kind;

/// The key of such a table that has another name elsewhere.
pub(crate) fn key_called(word: &str, kind: Kind) -> Option<&'static str> {
    let word = word.to_ascii_lowercase().replace('_', "-");
    let mut synonyms = SYNONYMS.iter().filter(|(it, ..)| *it == kind);
    let (_, key, _) = synonyms.find(|(.., words)| words.contains(&&*word))?;
    Some(key)
}

/// Words that differ from a key by more than a slip of the finger.
const SYNONYMS: &[(Kind, &str, &[&str])] = &[
    (Kind::File, "listen", &["address", "bind", "port"]),
    (Kind::File, "limits", &["limit"]),
    (Kind::File, "policy", &["cors", "policies"]),
    (Kind::File, "route", &["location", "routes"]),
    (
        Kind::File,
        "upstream",
        &["backend", "backends", "upstreams"],
    ),
    (Kind::File, "tls", &["certificates", "https", "ssl"]),
    (
        Kind::Upstream,
        "servers",
        &["address", "addresses", "backend", "backends", "url", "urls"],
    ),
    (
        Kind::Upstream,
        "roots",
        &["ca", "ca-file", "cacert", "root-certificates", "trusted-ca"],
    ),
    (
        Kind::Upstream,
        "health-path",
        &["health-check", "healthcheck"],
    ),
    (
        Kind::Route,
        "exchange-timeout",
        &["request-timeout", "timeout", "total-timeout"],
    ),
    (Kind::Route, "path", &["location", "path-prefix", "prefix"]),
    (
        Kind::Route,
        "replace-prefix",
        &["path-rewrite", "rewrite", "strip-prefix"],
    ),
    (
        Kind::Route,
        "upstream",
        &["backend", "proxy-pass", "target", "url"],
    ),
    (Kind::Route, "policy", &["cors"]),
    (
        Kind::Route,
        "max-body",
        &["body-limit", "client-max-body-size", "max-body-size"],
    ),
    (
        Kind::Tls,
        "certificate",
        &[
            "cert",
            "cert-file",
            "cert-path",
            "certificate-chain",
            "certificate-file",
            "certificate-path",
            "certs",
            "chain",
            "crt",
            "fullchain",
            "ssl-certificate",
            "tls-cert",
        ],
    ),
    (
        Kind::Tls,
        "key",
        &[
            "certificate-key",
            "key-file",
            "key-path",
            "private-key",
            "private-key-file",
            "privkey",
            "ssl-certificate-key",
            "tls-key",
        ],
    ),
    (
        Kind::Limits,
        "connections",
        &["max-connections", "worker-connections"],
    ),
    (
        Kind::Limits,
        "connections-per-client",
        &["connections-per-ip", "max-connections-per-client"],
    ),
    (
        Kind::Limits,
        "header-bytes",
        &["header-size", "max-header-bytes", "max-header-size"],
    ),
    (
        Kind::Limits,
        "header-fields",
        &["headers", "max-headers", "max-header-fields"],
    ),
    (
        Kind::Limits,
        "streams",
        &["max-concurrent-streams", "max-streams"],
    ),
    (Kind::Admin, "listen", &["address", "bind", "port"]),
];
