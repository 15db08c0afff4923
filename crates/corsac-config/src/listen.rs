//! The address that the gateway listens on.

use std::net::{IpAddr, SocketAddr};

use crate::config::DEFAULT_LISTEN;
use crate::document::Document;
use crate::problem::Problem;
use crate::value::Value;

impl<'s> Document<'s> {
    /// An IP address and a port.
    pub(crate) fn listen(&mut self, value: &Value<'s>) -> Option<SocketAddr> {
        let text = self.string(value)?;
        let address = text.value.parse().ok();
        if address.is_none() {
            let message = "the address to listen on is an IP address and a port";
            let problem = Problem::error("listen-address", message)
                .at(text.source_span(0..text.value.len()))
                .suggesting(suggested(text.value).map(|it| it.to_string()));
            self.report(problem);
        }
        address
    }
}

/// What was probably meant.
fn suggested(text: &str) -> Option<SocketAddr> {
    let text = text.strip_prefix("http://").unwrap_or(text);
    let text = text.strip_suffix('/').unwrap_or(text).trim();
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    if let Ok(address) = text.trim_matches(['[', ']']).parse::<IpAddr>() {
        return Some(SocketAddr::new(address, DEFAULT_LISTEN.port()));
    }
    let (host, port) = text.rsplit_once(':').unwrap_or(("localhost", text));
    let address = match host {
        "localhost" => "127.0.0.1",
        "" | "*" => "0.0.0.0",
        host => host,
    };
    format!("{address}:{port}").parse().ok()
}
