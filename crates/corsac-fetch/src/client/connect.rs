//! Connecting to a server, or to the proxy before it: addresses, TCP, TLS.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::task::JoinSet;
use url::{Host, Url};

use super::host_override::HostOverride;
use super::http_proxy::HttpProxy;
use super::http1::{Connection, Io, Security, TargetForm};
use super::http2::Session;
use super::limits::{CONNECTION_ATTEMPT_DELAY, MAX_ADDRESSES};
use super::options::{ClientOptions, ClientOptionsError};
use super::tls::{Tls, Versions};
use super::tunnel::open_tunnel;
use crate::machine::{ProxyFailure, TransportFailure};
use crate::trustworthy::is_localhost;

/// Makes connections.
pub(super) struct Connector {
    tls: Tls,
    host_overrides: Vec<HostOverride>,
    proxy: Option<HttpProxy>,
    timeout: Duration,
}

/// A connection, by what is spoken over it.
pub(super) enum Connected {
    /// HTTP/1.1
    Http1(Connection),
    /// HTTP/2
    Http2(Session),
}

impl Connected {
    /// The address of whoever is at the other end: the server, or the proxy before it.
    pub(super) fn address(&self) -> Option<IpAddr> {
        match self {
            Self::Http1(connection) => connection.address,
            Self::Http2(session) => session.address,
        }
    }
}

impl Connector {
    pub(super) fn new(options: &ClientOptions) -> Result<Self, ClientOptionsError> {
        Ok(Self {
            tls: Tls::new(options)?,
            host_overrides: options.host_overrides.clone(),
            proxy: options.proxy.clone(),
            timeout: options.connect_timeout,
        })
    }

    /// How a request over HTTP/1.1 names this URL.
    pub(super) fn target_form(&self, url: &Url) -> TargetForm<'_> {
        match &self.proxy {
            // Through a tunnel the server itself is asked, and the proxy's password is not for it.
            Some(proxy) if url.scheme() != "https" => TargetForm::Absolute {
                authorization: proxy.authorization(),
            },
            Some(_) | None => TargetForm::Origin,
        }
    }

    /// Connects to the server of a URL.
    pub(super) async fn connect(
        &self,
        url: &Url,
        versions: Versions,
    ) -> Result<Connected, TransportFailure> {
        tokio::time::timeout(self.timeout, self.connect_at_leisure(url, versions))
            .await
            .unwrap_or(Err(TransportFailure::Timeout))
    }

    async fn connect_at_leisure(
        &self,
        url: &Url,
        versions: Versions,
    ) -> Result<Connected, TransportFailure> {
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(TransportFailure::Dns);
        };
        let stream = match &self.proxy {
            None => self.dial(&host, port).await?,
            Some(proxy) => self.dial_proxy(proxy, url).await?,
        };
        let address = match &self.proxy {
            None => Some(peer(&stream)?),
            Some(_) => None,
        };
        if url.scheme() != "https" {
            return Ok(Connected::Http1(connection(
                stream,
                Security::None,
                address,
            )));
        }
        let stream = self
            .tls
            .connect(&without_brackets(&host), stream, versions)
            .await?;
        match stream.get_ref().1.alpn_protocol() {
            Some(b"h2") => Session::start(stream, address).await.map(Connected::Http2),
            Some(_) | None => Ok(Connected::Http1(connection(stream, Security::Tls, address))),
        }
    }

    /// Connects to a proxy and, if the request is not for its eyes, through it to the server.
    async fn dial_proxy(
        &self,
        proxy: &HttpProxy,
        url: &Url,
    ) -> Result<TcpStream, TransportFailure> {
        let failed = |failure| TransportFailure::Proxy {
            proxy: proxy.to_string(),
            failure,
        };
        let dialed = self.dial(&proxy.host(), proxy.port()).await;
        let mut stream =
            dialed.map_err(|failure| failed(ProxyFailure::Unreachable(Box::new(failure))))?;
        if url.scheme() == "https"
            && let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default())
        {
            let opened = open_tunnel(&mut stream, &format!("{host}:{port}"), proxy).await;
            opened.map_err(failed)?;
        }
        Ok(stream)
    }

    async fn dial(&self, host: &Host<&str>, port: u16) -> Result<TcpStream, TransportFailure> {
        let addresses = self.addresses(host, port).await?;
        let stream = connect_to_any(addresses)
            .await
            .map_err(|error| TransportFailure::Connect(error.kind()))?;
        // Without it, the end of a request can wait for the peer to acknowledge its start.
        stream
            .set_nodelay(true)
            .map_err(|error| TransportFailure::Connect(error.kind()))?;
        Ok(stream)
    }

    async fn addresses(
        &self,
        host: &Host<&str>,
        port: u16,
    ) -> Result<Vec<SocketAddr>, TransportFailure> {
        let with_port = |address: IpAddr| SocketAddr::new(address, port);
        let name = match host {
            Host::Ipv4(address) => return Ok(vec![with_port((*address).into())]),
            Host::Ipv6(address) => return Ok(vec![with_port((*address).into())]),
            Host::Domain(name) => name,
        };
        let mut overrides = self.host_overrides.iter();
        if let Some(address) = overrides.find_map(|it| it.address(name, port)) {
            return Ok(vec![with_port(address)]);
        }
        if is_localhost(name) {
            return Ok(LOOPBACK.map(with_port).to_vec());
        }
        let found = tokio::net::lookup_host((*name, port))
            .await
            .map_err(|_| TransportFailure::Dns)?;
        let addresses: Vec<_> = found.take(MAX_ADDRESSES).collect();
        match addresses.is_empty() {
            true => Err(TransportFailure::Dns),
            false => Ok(addresses),
        }
    }
}

fn peer(stream: &TcpStream) -> Result<IpAddr, TransportFailure> {
    let address = stream.peer_addr();
    let address = address.map_err(|error| TransportFailure::Connect(error.kind()))?;
    Ok(address.ip())
}

fn connection(io: impl Io + 'static, security: Security, address: Option<IpAddr>) -> Connection {
    Connection::new(Box::new(io), security, address)
}

fn without_brackets(host: &Host<&str>) -> String {
    match host {
        Host::Domain(name) => (*name).to_owned(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => address.to_string(),
    }
}

/// Connects to the first address that takes it.
///
/// The next is tried when one fails, or is silent for a while, and the others go on meanwhile.
async fn connect_to_any(addresses: Vec<SocketAddr>) -> io::Result<TcpStream> {
    let mut addresses = addresses.into_iter();
    let mut attempts = JoinSet::new();
    let mut failure = io::Error::from(io::ErrorKind::AddrNotAvailable);
    if addresses.len() == 1
        && let Some(address) = addresses.next()
    {
        return TcpStream::connect(address).await;
    }
    loop {
        let next = addresses.next();
        let is_last = next.is_none();
        if let Some(address) = next {
            attempts.spawn(TcpStream::connect(address));
        }
        let ended = match is_last {
            true => attempts.join_next().await,
            false => tokio::time::timeout(CONNECTION_ATTEMPT_DELAY, attempts.join_next())
                .await
                .unwrap_or(Some(Ok(Err(io::ErrorKind::TimedOut.into())))),
        };
        match ended {
            Some(Ok(Ok(stream))) => return Ok(stream),
            Some(Ok(Err(error))) => failure = error,
            Some(Err(_)) => {}
            None => return Err(failure),
        }
    }
}

/// Where `localhost` leads.
const LOOPBACK: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::LOCALHOST),
    IpAddr::V6(Ipv6Addr::LOCALHOST),
];
