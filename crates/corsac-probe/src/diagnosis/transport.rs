//! Requests that got no answer.

use corsac_fetch::{ProxyFailure, TransportFailure};

use super::scene::Scene;
use crate::code::Code;
use crate::finding::{Finding, Stage};

pub(super) fn failed(scene: &Scene<'_>, failure: &TransportFailure) -> Finding {
    let (code, why) = code_and_why(failure);
    let host = scene
        .request()
        .and_then(|it| it.current_url().host_str())
        .unwrap_or_default();
    let port = scene
        .request()
        .and_then(|it| it.current_url().port_or_known_default())
        .unwrap_or_default();
    let why = match code {
        Code::DnsFailure => format!("the name `{host}` could not be resolved"),
        Code::ConnectionRefused => format!("nothing answers on port {port} of `{host}`"),
        Code::ProxyAuthentication | Code::ProxyFailed => why,
        _ => format!("`{host}`, port {port}: {why}"),
    };
    Finding::new(code, Stage::Connection, why)
}

fn code_and_why(failure: &TransportFailure) -> (Code, String) {
    let why = failure.to_string();
    let code = match failure {
        TransportFailure::Dns => Code::DnsFailure,
        TransportFailure::Connect => Code::ConnectionRefused,
        TransportFailure::Tls(reason) => of_tls(reason),
        TransportFailure::Timeout => Code::Timeout,
        TransportFailure::Closed => Code::ConnectionClosed,
        TransportFailure::Malformed(_) => Code::NotHttp,
        TransportFailure::HeadTooLarge => Code::HeadTooLarge,
        TransportFailure::StreamOverHttp1 => Code::RequestInvalid,
        TransportFailure::Proxy {
            failure: ProxyFailure::Status(407),
            ..
        } => Code::ProxyAuthentication,
        TransportFailure::Proxy { .. } => Code::ProxyFailed,
        // The client may learn of failures before this crate does.
        _ => Code::NetworkFailure,
    };
    (code, why)
}

/// The words of rustls, which has no other way to tell through the client.
pub(crate) fn of_tls(reason: &str) -> Code {
    let has = |words: &str| reason.contains(words);
    if has("not valid for") || has("no certificate can be for this host") {
        Code::TlsWrongHost
    } else if has("xpired") || has("NotValidYet") || has("not valid yet") {
        Code::TlsExpired
    } else if has("invalid peer certificate") {
        Code::TlsUntrusted
    } else {
        Code::TlsHandshake
    }
}
