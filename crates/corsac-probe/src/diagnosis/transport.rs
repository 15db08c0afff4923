//! Requests that got no answer.

use std::io::ErrorKind;

use corsac_fetch::{ProxyFailure, TlsFailure, TransportFailure};

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
        Code::ConnectionRefused if is_refused(failure) => {
            format!("nothing answers on port {port} of `{host}`")
        }
        Code::DnsFailure => format!("the name `{host}` could not be resolved"),
        Code::ProxyAuthentication | Code::ProxyFailed => why,
        _ => format!("`{host}`, port {port}: {why}"),
    };
    Finding::new(code, Stage::Connection, why)
}

/// Did the machine say that nobody listens, or is it the way there that is closed?
fn is_refused(failure: &TransportFailure) -> bool {
    *failure == TransportFailure::Connect(ErrorKind::ConnectionRefused)
}

fn code_and_why(failure: &TransportFailure) -> (Code, String) {
    let why = failure.to_string();
    let code = match failure {
        TransportFailure::Dns => Code::DnsFailure,
        TransportFailure::Connect(ErrorKind::TimedOut) => Code::Timeout,
        TransportFailure::Connect(_) => Code::ConnectionRefused,
        TransportFailure::Tls(failure) => of_tls(failure),
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

fn of_tls(failure: &TlsFailure) -> Code {
    match failure {
        TlsFailure::WrongHost(_) => Code::TlsWrongHost,
        TlsFailure::NotValidNow(_) => Code::TlsExpired,
        TlsFailure::Untrusted(_) => Code::TlsUntrusted,
        // The client may learn of failures before this crate does.
        _ => Code::TlsHandshake,
    }
}
