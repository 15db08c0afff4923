//! What is next to an address that fails.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use corsac_fetch::client::{ClientOptions, Transport};
use corsac_fetch::location::location_url;
use corsac_fetch::{
    ConnectionChoice, FetchRequest, Outgoing, OutgoingBody, Purpose, UserAgent, fetch,
};
use tokio::net::TcpStream;
use url::Url;

use super::asides::in_time;
use super::exchanges::Exchanges;
use super::{Probe, Sending, Verdict, Visit, driven};
use crate::code::Code;
use crate::finding::Finding;

/// Ports on which servers that are being developed listen.
const USUAL_PORTS: [u16; 9] = [80, 3000, 3001, 4000, 5000, 5173, 8000, 8080, 8443];

/// How long this machine may take to say whether a port is open.
const PORT_TIMEOUT: Duration = Duration::from_millis(200);

/// Adds to the findings what the neighbours of a failure say; returns how many requests that took.
pub(super) async fn explain(
    probe: &Probe,
    (visit, findings): (&Visit, &mut [Finding]),
    options: &ClientOptions,
) -> usize {
    let Some(finding) = findings.first_mut() else {
        return 0;
    };
    let told = match finding.code {
        Code::ConnectionRefused => ports(probe).await.map(|told| (told, 0)),
        Code::TlsHandshake => in_time(without_tls(probe, options)).await,
        Code::PreflightRedirect | Code::PreflightRedirectScheme | Code::PreflightRedirectSlash => {
            in_time(redirect_target(probe, visit, options)).await
        }
        Code::NoAllowOrigin => in_time(root(probe, visit, options)).await,
        _ => None,
    };
    let Some((told, n_requests)) = told else {
        return 0;
    };
    finding.why = format!("{}; {told}", finding.why);
    n_requests
}

/// Which of the usual ports of this machine are open.
async fn ports(probe: &Probe) -> Option<String> {
    let url = probe.page.url.join(&probe.request.url).ok()?;
    let is_local = match url.host()? {
        url::Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        url::Host::Ipv4(address) => address.is_loopback(),
        url::Host::Ipv6(address) => address.is_loopback(),
    };
    if !is_local {
        return None;
    }
    let is_open = |port: u16| async move {
        let connecting = TcpStream::connect((IpAddr::V4(Ipv4Addr::LOCALHOST), port));
        let connected = tokio::time::timeout(PORT_TIMEOUT, connecting).await;
        matches!(connected, Ok(Ok(_))).then_some(port)
    };
    let mut open = Vec::new();
    for port in USUAL_PORTS {
        if let Some(port) = is_open(port).await {
            open.push(port.to_string());
        }
    }
    match open.is_empty() {
        true => None,
        false => Some(format!("on this machine, {} answers", open.join(", "))),
    }
}

/// Whether the same port answers in plain HTTP.
async fn without_tls(probe: &Probe, options: &ClientOptions) -> Option<(String, usize)> {
    let url = probe.page.url.join(&probe.request.url).ok()?;
    let port = url.port_or_known_default()?;
    let mut plain = url.clone();
    plain.set_scheme("http").ok()?;
    plain.set_port(Some(port)).ok()?;
    let outgoing = Outgoing {
        url: Arc::new(plain.clone()),
        method: "HEAD".into(),
        headers: Default::default(),
        body: OutgoingBody::None,
        includes_credentials: false,
        connection: ConnectionChoice::Any,
        purpose: Purpose::Request,
    };
    let transport = Transport::new(options).ok()?;
    let (head, _) = transport.send(&outgoing, &mut None).await.ok()?;
    let told = format!("`{plain}` answers with {} over plain http", head.status);
    Some((told, 1))
}

/// Whether the root of the same server lets the page read it.
async fn root(probe: &Probe, visit: &Visit, options: &ClientOptions) -> Option<(String, usize)> {
    let url = probe.page.url.join(&probe.request.url).ok()?;
    let root = url.join("/").ok().filter(|it| *it != url)?;
    let mut ua = UserAgent::new(visit.profile);
    let request = FetchRequest::new(root.as_str());
    let step = fetch(&mut ua, &probe.page, request, Duration::ZERO).ok()?;
    let transport = Transport::new(options).ok()?;
    let mut exchanges = Exchanges::new(&transport, Sending::ReadsAlone, Duration::ZERO);
    let outcome = driven(step, &mut ua, &mut exchanges).await;
    let told = match Verdict::of(&outcome) {
        Verdict::Allowed => format!("`{root}` does: only a part of the server is set up"),
        Verdict::Blocked => format!("nor does `{root}`"),
        Verdict::Unreachable => return None,
    };
    Some((told, exchanges.n_sent()))
}

/// Whether the address that a preflight is redirected to allows the request.
async fn redirect_target(
    probe: &Probe,
    visit: &Visit,
    options: &ClientOptions,
) -> Option<(String, usize)> {
    let exchange = visit.outcome.trace.exchanges().last()?;
    let head = exchange.received.as_ref()?;
    let to: Url = location_url(head.status, &head.headers, &exchange.sent.url).ok()??;
    let request = FetchRequest {
        url: to.as_str().to_owned(),
        body: None,
        ..probe.request.clone()
    };
    let mut ua = UserAgent::new(visit.profile);
    let step = fetch(&mut ua, &probe.page, request, Duration::ZERO).ok()?;
    let transport = Transport::new(options).ok()?;
    let mut exchanges = Exchanges::new(&transport, Sending::ReadsAlone, Duration::ZERO);
    let outcome = driven(step, &mut ua, &mut exchanges).await;
    let told = match (Verdict::of(&outcome), &outcome.result) {
        (Verdict::Allowed, _) => format!("called directly, `{to}` is allowed"),
        (_, Err(error)) => format!("called directly, `{to}` fails too: {error}"),
        (Verdict::Blocked | Verdict::Unreachable, Ok(_)) => return None,
    };
    Some((told, exchanges.n_sent()))
}
