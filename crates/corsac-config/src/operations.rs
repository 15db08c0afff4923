//! What an operator sets beside the routes: the admin listener, the access log, how it starts and
//! ends.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::Duration;

use crate::config::MAX_TIMEOUT;
use crate::document::Document;
use crate::problem::Problem;
use crate::table::{Kind, Table};

/// What an operator sets beside the routes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operations {
    /// The admin listener, if there is one.
    pub admin: Option<Admin>,
    /// The access log, if there is one.
    pub access_log: Option<AccessLog>,
    /// Whether another process may listen on the same address.
    pub reuse_port: bool,
    /// How long clients are still accepted after the gateway has said that it is no longer ready.
    pub shutdown_delay: Duration,
}

/// The admin listener.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Admin {
    /// The address to listen on: loopback, unless the file permits another in so many words.
    pub listen: SocketAddr,
    /// The names under which it answers, beside addresses and `localhost`; in lower case.
    pub hosts: Vec<String>,
}

/// The access log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccessLog {
    /// How a line is written.
    pub format: LogFormat,
    /// Where it goes.
    pub output: LogOutput,
}

/// How a line of the access log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogFormat {
    /// Words for a person.
    #[default]
    Text,
    /// A JSON object.
    Json,
}

/// Where the access log goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogOutput {
    /// The standard error, where everything else is said too.
    #[default]
    Stderr,
    /// The standard output, alone.
    Stdout,
}

impl Operations {
    pub(crate) fn read<'s>(table: &Table<'_, 's>, document: &mut Document<'s>) -> Self {
        let reuse_port = table.value("reuse-port");
        Self {
            admin: read_admin(table, document),
            access_log: read_access_log(table, document),
            reuse_port: reuse_port.and_then(|it| document.boolean(it)) == Some(true),
            shutdown_delay: read_delay(table, document),
        }
    }
}

fn read_delay<'s>(table: &Table<'_, 's>, document: &mut Document<'s>) -> Duration {
    let Some(value) = table.value("shutdown-delay") else {
        return Duration::ZERO;
    };
    let delay = document.duration(value).unwrap_or_default();
    if delay > MAX_TIMEOUT {
        let message = "`shutdown-delay` is at most a day";
        document.report(Problem::error("timeout-range", message).at(value.span()));
    }
    delay
}

fn read_admin<'s>(table: &Table<'_, 's>, document: &mut Document<'s>) -> Option<Admin> {
    let value = table.value("admin")?;
    let table = document.table(Kind::Admin, value)?;
    let permission = table.value("dangerously-allow-remote");
    let is_permitted = permission.and_then(|it| document.boolean(it)) == Some(true);
    let hosts = table
        .value("hosts")
        .map_or_else(Vec::new, |it| document.names(it));
    for host in &hosts {
        if !is_host_name(host.value) {
            let message = "a host is a name without scheme and port, such as `gateway.internal`";
            let span = host.source_span(0..host.value.len());
            document.report(Problem::error("admin-host", message).at(span));
        }
    }
    let hosts = hosts.iter().map(|it| it.value.to_ascii_lowercase());
    let hosts = hosts.collect();
    let listen = match table.value("listen") {
        None => DEFAULT_ADMIN_LISTEN,
        Some(value) => {
            let listen = document.listen(value)?;
            if !listen.ip().is_loopback() && !is_permitted {
                let message = "whoever reaches the admin listener sees what is in force; \
                               `dangerously-allow-remote` permits an address that is not loopback";
                let loopback = SocketAddrV4::new(Ipv4Addr::LOCALHOST, listen.port());
                document.report(
                    Problem::error("admin-remote", message)
                        .at(value.span())
                        .suggesting(Some(loopback.to_string())),
                );
            }
            listen
        }
    };
    Some(Admin { listen, hosts })
}

/// Could it be the host of a URL, and is it no address? Those need no permission.
fn is_host_name(text: &str) -> bool {
    let is_name_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    !text.is_empty() && text.len() <= MAX_HOST_LEN && text.bytes().all(is_name_byte)
}

fn read_access_log<'s>(table: &Table<'_, 's>, document: &mut Document<'s>) -> Option<AccessLog> {
    let value = table.value("access-log")?;
    let table = document.table(Kind::AccessLog, value)?;
    let format = table.value("format");
    let format = format.and_then(|it| document.word(it, ["text", "json"]));
    let output = table.value("output");
    let output = output.and_then(|it| document.word(it, ["stderr", "stdout"]));
    Some(AccessLog {
        format: match format {
            Some("json") => LogFormat::Json,
            Some(_) | None => LogFormat::Text,
        },
        output: match output {
            Some("stdout") => LogOutput::Stdout,
            Some(_) | None => LogOutput::Stderr,
        },
    })
}

/// Where the admin listener is if the file does not say.
pub const DEFAULT_ADMIN_LISTEN: SocketAddr =
    SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 9090));

/// The longest host name that DNS has, in bytes.
const MAX_HOST_LEN: usize = 253;
