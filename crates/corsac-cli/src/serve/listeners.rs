//! Where the gateway listens: on sockets that it was given, or on its own.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use corsac_config::Config;
use tokio::net::{TcpListener, TcpSocket};

use crate::exit::Failure;

/// The listeners of a gateway.
pub(super) struct Listeners {
    pub(super) gateway: TcpListener,
    pub(super) origin: Origin,
    pub(super) address: SocketAddr,
    pub(super) admin: Option<TcpListener>,
}

/// Where a listener comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// Other processes may have it too.
    HandedOver,
    /// Other processes may have one on the same port.
    BesideOthers,
    Own,
}

impl Listeners {
    /// Takes the sockets that a service manager has opened, in their order: the gateway's, and the
    /// admin listener's. Those that are missing are opened.
    pub(super) async fn open(config: &Config) -> Result<Self, Failure> {
        let mut inherited = inherited()?.into_iter();
        let operations = &config.operations;
        let (gateway, origin) = match inherited.next() {
            Some(listener) => (listener, Origin::HandedOver),
            None if operations.reuse_port => {
                (listen_beside_others(config.listen)?, Origin::BesideOthers)
            }
            None => (listen(config.listen).await?, Origin::Own),
        };
        let admin = match (&operations.admin, inherited.next()) {
            (Some(_), Some(listener)) => Some(listener),
            (Some(admin), None) if operations.reuse_port => {
                Some(listen_beside_others(admin.listen)?)
            }
            (Some(admin), None) => Some(listen(admin.listen).await?),
            (None, Some(_)) => {
                let message = "a second socket was handed over, and the file has no `[admin]`";
                return Err(Failure::misuse(message));
            }
            (None, None) => None,
        };
        Ok(Self {
            address: gateway.local_addr().unwrap_or(config.listen),
            gateway,
            origin,
            admin,
        })
    }
}

/// The listeners that a service manager has opened, as systemd hands them over.
#[cfg(unix)]
fn inherited() -> Result<Vec<TcpListener>, Failure> {
    let failed = |error: io::Error| {
        Failure::misuse(format!(
            "cannot take the socket that was handed over: {error}"
        ))
    };
    let mut descriptors = listenfd::ListenFd::from_env();
    let mut listeners = Vec::new();
    for index in 0..descriptors.len() {
        let taken = descriptors.take_tcp_listener(index).map_err(failed)?;
        let Some(listener) = taken else {
            continue;
        };
        listener.set_nonblocking(true).map_err(failed)?;
        listeners.push(TcpListener::from_std(listener).map_err(failed)?);
    }
    Ok(listeners)
}

#[cfg(not(unix))]
fn inherited() -> Result<Vec<TcpListener>, Failure> {
    Ok(Vec::new())
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    let bound = TcpListener::bind(address).await;
    bound.map_err(|error| cannot_listen(address, &error))
}

/// Listens where another process of the same user may listen too.
#[cfg(unix)]
fn listen_beside_others(address: SocketAddr) -> Result<TcpListener, Failure> {
    let listener = || {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        socket.set_reuseaddr(true)?;
        socket.set_reuseport(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    listener().map_err(|error| cannot_listen(address, &error))
}

#[cfg(not(unix))]
fn listen_beside_others(_: SocketAddr) -> Result<TcpListener, Failure> {
    Err(Failure::misuse("this system knows no `reuse-port`"))
}

fn cannot_listen(address: SocketAddr, error: &io::Error) -> Failure {
    let failure = Failure::misuse(format!("cannot listen on {address}: {error}"));
    match error.kind() {
        ErrorKind::AddrInUse => failure
            .with_help("end the program that listens there, or write another address at `listen`"),
        ErrorKind::PermissionDenied => {
            failure.with_help("ports below 1024 need a privilege: write another port at `listen`")
        }
        ErrorKind::AddrNotAvailable => failure.with_help(
            "this machine has no such address: 127.0.0.1 is itself, 0.0.0.0 is all it has",
        ),
        _ => failure,
    }
}

/// Clients that may wait until they are accepted: the same number as without `reuse-port`.
#[cfg(unix)]
const BACKLOG: u32 = 1024;
