//! The listeners: one for each place, or two where a host has two addresses.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::super::place::{Place, Places};
use super::StageError;
use super::connection::serve_connection;
use super::playing::Playing;

/// What listens, and where.
pub(super) struct Listeners {
    pub(super) places: Places,
    listeners: Vec<(Place, TcpListener)>,
    acceptor: TlsAcceptor,
}

impl Listeners {
    /// Binds a port for each place.
    pub(super) async fn bind() -> Result<Self, StageError> {
        let mut listeners = Vec::new();
        let mut ports = [0; Place::ALL.len()];
        for (place, port) in Place::ALL.into_iter().zip(&mut ports) {
            let bound = bind_host(place.host()).await?;
            *port = bound[0].local_addr()?.port();
            listeners.extend(bound.into_iter().map(|it| (place, it)));
        }
        Ok(Self {
            places: Places::new(ports),
            listeners,
            acceptor: acceptor()?,
        })
    }

    /// Serves until the set is dropped.
    pub(super) fn serve(self, playing: &Arc<Playing>) -> JoinSet<()> {
        let mut servers = JoinSet::new();
        for (place, listener) in self.listeners {
            let acceptor = (place.scheme() == "https").then(|| self.acceptor.clone());
            servers.spawn(serve_place(place, listener, acceptor, playing.clone()));
        }
        servers
    }
}

async fn serve_place(
    place: Place,
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    playing: Arc<Playing>,
) {
    // Those that are open end with the set.
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        stream.set_nodelay(true).ok();
        let playing = playing.clone();
        let acceptor = acceptor.clone();
        connections.spawn(async move {
            match acceptor {
                None => serve(place, stream, &playing).await,
                Some(acceptor) => {
                    // If the browser is not content, it tries again if it likes.
                    if let Ok(stream) = acceptor.accept(stream).await {
                        serve(place, stream, &playing).await;
                    }
                }
            }
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(place: Place, stream: impl AsyncRead + AsyncWrite + Unpin, playing: &Playing) {
    // A connection that breaks off is the browser's affair.
    serve_connection(place, stream, playing).await.ok();
}

/// Browsers look for `localhost` at both loopback addresses, and at the newer one first.
pub(in crate::browsing) async fn bind_host(host: &str) -> io::Result<Vec<TcpListener>> {
    for _ in 0..TRIES {
        let listener = TcpListener::bind(at(Ipv4Addr::LOCALHOST.into(), 0)).await?;
        if !host.ends_with("localhost") {
            return Ok(vec![listener]);
        }
        let port = listener.local_addr()?.port();
        match TcpListener::bind(at(Ipv6Addr::LOCALHOST.into(), port)).await {
            Ok(newer) => return Ok(vec![listener, newer]),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            // There is only one of the two.
            Err(_) => return Ok(vec![listener]),
        }
    }
    Err(io::Error::from(io::ErrorKind::AddrInUse))
}

/// How many ports are tried before it is given up to find one that is free at both addresses.
const TRIES: usize = 20;

fn at(address: IpAddr, port: u16) -> SocketAddr {
    SocketAddr::new(address, port)
}

/// A certificate for both hosts.
pub(in crate::browsing) fn acceptor() -> Result<TlsAcceptor, StageError> {
    let failed = |error: &dyn std::fmt::Display| StageError::Certificate(error.to_string());
    let hosts = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(hosts).map_err(|it| failed(&it))?;
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).map_err(|it| failed(&it))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|it| failed(&it))?
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .map_err(|it| failed(&it))?;
    Ok(Arc::new(config).into())
}
