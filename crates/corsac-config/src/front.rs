//! What the gateway is towards its clients: certificates, protocols, and how much it takes.

use toml::de::DeValue;

use crate::document::Document;
use crate::network::Network;
use crate::problem::Problem;
use crate::table::{Kind, Table};
use crate::value::{Value, wrong_type};

/// What the gateway is towards its clients.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Front {
    /// The certificates, in the order of the file. If there is any, clients speak TLS; the first
    /// is for those that name no host, or an unknown one.
    pub certificates: Vec<CertificateFiles>,
    /// Whether clients that speak TLS are offered HTTP/2.
    pub http2: bool,
    /// Whether clients may speak HTTP/2 without TLS, if they know beforehand that they may.
    pub h2c: bool,
    /// Who must begin each connection with a header of the PROXY protocol, and is believed.
    pub proxies: Vec<Network>,
    /// How much is taken from clients.
    pub limits: Limits,
}

/// The files of a certificate, as the policy file names them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CertificateFiles {
    /// The certificate and those that lead to a known authority, in PEM.
    pub certificate: String,
    /// Its private key, in PEM.
    pub key: String,
}

/// How much the gateway takes from clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Client connections that are served at a time; further ones wait.
    pub connections: usize,
    /// Connections of one client; further ones are closed.
    pub connections_per_client: usize,
    /// Header fields of a request.
    pub header_fields: usize,
    /// Bytes of the head of a request.
    pub header_bytes: usize,
    /// Requests that one connection of HTTP/2 may have under way.
    pub streams: usize,
}

impl Limits {
    /// The limits of a file that says nothing of them.
    pub const DEFAULT: Self = Self {
        // A connection costs about 20 KiB and, with its upstream, two file descriptors.
        connections: 16_384,
        // A quarter: nobody alone can take all places, and a company behind one address has enough.
        connections_per_client: 4096,
        // Three times what a browser with all its client hints sends.
        header_fields: 100,
        // Four times what nginx takes: a head holds cookies and tokens, and a cookie may have 4 KiB.
        header_bytes: 128 * 1024,
        // RFC 9113, 6.5.2 recommends no fewer.
        streams: 100,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Reads the keys that concern clients.
pub(crate) fn read<'s>(table: &Table<'_, 's>, document: &mut Document<'s>) -> Front {
    let http2 = table.value("http2").and_then(|it| document.boolean(it));
    let h2c = table.value("h2c").and_then(|it| document.boolean(it));
    Front {
        certificates: read_certificates(table, document),
        http2: http2.unwrap_or(true),
        h2c: h2c.unwrap_or(false),
        proxies: read_proxies(table, document),
        limits: read_limits(table, document),
    }
}

fn read_certificates<'s>(
    table: &Table<'_, 's>,
    document: &mut Document<'s>,
) -> Vec<CertificateFiles> {
    let Some(value) = table.value("tls") else {
        return Vec::new();
    };
    let values = match value.get_ref() {
        DeValue::Array(values) => values.iter().as_slice(),
        DeValue::Table(_) => std::slice::from_ref(value),
        _ => {
            let problem = wrong_type(value, "a table for each certificate");
            document.report(problem.suggesting(Some("[[tls]]".into())));
            &[]
        }
    };
    if values.len() > MAX_CERTIFICATES {
        let message = format!("this list has more than {MAX_CERTIFICATES} items");
        document.report(Problem::error("list-too-long", message).at(value.span()));
    }
    let values = values.iter().take(MAX_CERTIFICATES);
    values
        .filter_map(|it| read_certificate(it, document))
        .collect()
}

fn read_certificate<'s>(
    value: &Value<'s>,
    document: &mut Document<'s>,
) -> Option<CertificateFiles> {
    let table = document.table(Kind::Tls, value)?;
    let mut path = |key| {
        let value = table.required(key, document)?;
        let text = document.string(value)?;
        if text.value.is_empty() {
            let message = "the name of a file is missing here";
            document.report(Problem::error("file-name-empty", message).at(value.span()));
        }
        Some(text.value.to_owned())
    };
    let (certificate, key) = (path("certificate"), path("key"));
    Some(CertificateFiles {
        certificate: certificate?,
        key: key?,
    })
}

fn read_proxies<'s>(table: &Table<'_, 's>, document: &mut Document<'s>) -> Vec<Network> {
    let Some(value) = table.value("proxy-protocol") else {
        return Vec::new();
    };
    let Some(texts) = document.strings(value) else {
        return Vec::new();
    };
    if value
        .get_ref()
        .as_array()
        .is_some_and(|it| it.is_empty() || it.len() > MAX_PROXIES)
    {
        let message = format!("list 1 to {MAX_PROXIES} addresses, or leave the key out");
        document.report(Problem::error("proxies-range", message).at(value.span()));
    }
    let texts = texts.iter().take(MAX_PROXIES);
    texts.filter_map(|it| document.network(it)).collect()
}

fn read_limits<'s>(table: &Table<'_, 's>, document: &mut Document<'s>) -> Limits {
    let mut limits = Limits::DEFAULT;
    let Some(value) = table.value("limits") else {
        return limits;
    };
    let Some(table) = document.table(Kind::Limits, value) else {
        return limits;
    };
    for (key, limit, least, most) in [
        ("connections", &mut limits.connections, 1, MAX_CONNECTIONS),
        (
            "connections-per-client",
            &mut limits.connections_per_client,
            1,
            MAX_CONNECTIONS,
        ),
        ("header-fields", &mut limits.header_fields, 1, MAX_FIELDS),
        (
            "header-bytes",
            &mut limits.header_bytes,
            MIN_HEAD_BYTES,
            MAX_HEAD_BYTES,
        ),
        ("streams", &mut limits.streams, 1, MAX_STREAMS),
    ] {
        let number = table
            .value(key)
            .and_then(|it| document.number(it, least..=most));
        *limit = number.unwrap_or(*limit);
    }
    limits
}

/// Certificates of one file. Whoever has more has them on more than one machine.
const MAX_CERTIFICATES: usize = 10_000;

/// Networks that are looked through for each connection.
const MAX_PROXIES: usize = 1000;

/// The number of descriptors that Linux gives a process at the most, unless it is configured anew.
const MAX_CONNECTIONS: usize = 1_048_576;

/// Each costs 32 bytes of the stack while a head is parsed.
const MAX_FIELDS: usize = 1000;

/// The least that HTTP libraries read at a time.
const MIN_HEAD_BYTES: usize = 8192;

/// A head is held in memory whole, for each client at the same time.
const MAX_HEAD_BYTES: usize = 1024 * 1024;

/// Beyond that, a client can as well use a second connection.
const MAX_STREAMS: usize = 10_000;
