//! Accepts clients, and serves each on a task of its own.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;

use bytes::BytesMut;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::certificates::HTTP2;
use super::client_io::{ClientIo, Ending};
use super::connections::{Connections, Place};
use super::proxy_protocol::{self, Announced, MAX_HEADER, Parsed};
use super::transport::{Arrival, Protocol, Socket, Transport};
use super::{handover, http1, http2, plain_http};
use crate::Gateway;
use crate::exchange::Client;
use crate::fields::{ClientAddress, Scheme};
use crate::keepalive::notice_who_is_gone;
use crate::limits::{HANDSHAKE_PATIENCE, SWEEP_PERIOD};
use crate::routes::Routes;
use crate::upstream::check_health;

/// Serves until `shutdown` is ready, and then until the requests under way are finished or out of
/// time.
pub(crate) async fn serve(
    gateway: Gateway,
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
) {
    let mut connections =
        Connections::new(&gateway.routes.load().front.limits, &gateway.statistics);
    notice_who_is_gone(&listener);
    let mut shutdown = pin!(shutdown);
    let checked = || gateway.routes.load().servers.checked();
    let mut health_checks = pin!(check_health(checked, &gateway.change));
    let mut sweep = interval(SWEEP_PERIOD);
    sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            (stream, address, place) = connections.accept(&listener) => {
                tokio::spawn(serve_client(gateway.clone(), stream, address, place));
            }
            () = &mut health_checks => {}
            _ = sweep.tick() => gateway.routes.load().sweep(),
        }
    }
    if gateway.shares_port && handover::turn_away(&listener).is_ok() {
        let mut arrived = pin!(sleep(HANDSHAKE_PATIENCE));
        loop {
            tokio::select! {
                () = &mut arrived => break,
                (stream, address, place) = connections.accept(&listener) => {
                    tokio::spawn(serve_client(gateway.clone(), stream, address, place));
                }
            }
        }
    }
    // Who is in the kernel's queue has been told that it is connected, and would be cut off.
    if let Ok(listener) = listener.into_std() {
        while let Some((stream, address, place)) = connections.accept_waiting(&listener) {
            tokio::spawn(serve_client(gateway.clone(), stream, address, place));
        }
    }
    let patience = gateway.routes.load().timeouts.shutdown;
    connections.finish(patience).await;
}

async fn serve_client(gateway: Gateway, stream: TcpStream, address: SocketAddr, mut place: Place) {
    // A proxy writes whole messages: to hold the last packet back gains nothing.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let routes = gateway.routes.load_full();
    let arriving = Box::pin(arrive(&gateway, &routes, stream, address.ip()));
    let arriving = timeout(routes.timeouts.request_head, arriving);
    let Some(Ok(Ok(arrival))) = place.unless_finishing(arriving).await else {
        return;
    };
    if !place.belongs_to(
        arrival.client.address,
        routes.front.limits.connections_per_client,
    ) {
        return;
    }
    let scheme = match arrival.transport {
        Transport::Plain(_) => arrival.client.scheme,
        Transport::Tls(_) => Scheme::Https,
    };
    let ending = Arc::<Ending>::default();
    let io = ClientIo::new(arrival.transport, Arc::clone(&ending));
    let address = ClientAddress::new(arrival.client.address, scheme);
    let client = Arc::new(Client::new(gateway, address, place, ending));
    match arrival.protocol {
        Protocol::Http1 => http1::serve(client, io, &routes).await,
        Protocol::Http2 => http2::serve(client, io, &routes).await,
    }
}

/// Finds out who the client is, and what it speaks.
async fn arrive(
    gateway: &Gateway,
    routes: &Routes,
    stream: TcpStream,
    address: IpAddr,
) -> io::Result<Arrival> {
    let mut socket = Socket::new(stream);
    let is_proxy = routes.front.proxies.iter().any(|it| it.contains(address));
    let unannounced = Announced {
        address,
        scheme: Scheme::Http,
    };
    let client = match is_proxy {
        true => announced_client(&mut socket).await?.unwrap_or(unannounced),
        false => unannounced,
    };
    let (transport, protocol) = match gateway.certificates.as_deref() {
        None if routes.front.h2c => {
            let protocol = spoken(&mut socket).await?;
            (Transport::Plain(socket), protocol)
        }
        None => (Transport::Plain(socket), Protocol::Http1),
        Some(certificates) => {
            let server = certificates.load().server();
            // Rather nothing than without TLS what was meant to be with it.
            let server = server.ok_or(io::ErrorKind::NotConnected)?;
            if socket
                .first_byte()
                .await?
                .is_some_and(plain_http::begins_with)
            {
                gateway.statistics.turned_away_without_tls();
                plain_http::turn_away(&mut socket).await?;
                return Err(io::ErrorKind::InvalidData.into());
            }
            let stream = TlsAcceptor::from(server).accept(socket).await?;
            let protocol = match stream.get_ref().1.alpn_protocol() {
                Some(HTTP2) => Protocol::Http2,
                Some(_) | None => Protocol::Http1,
            };
            (Transport::Tls(Box::new(stream)), protocol)
        }
    };
    Ok(Arrival {
        transport,
        client,
        protocol,
    })
}

/// Who the balancer says that its client is; none if it speaks for itself.
async fn announced_client(socket: &mut Socket) -> io::Result<Option<Announced>> {
    let mut seen = BytesMut::with_capacity(MAX_HEADER);
    loop {
        match proxy_protocol::parse(&seen) {
            Parsed::Header { len, client } => {
                socket.unread(seen.split_off(len).freeze());
                return Ok(client);
            }
            Parsed::Malformed => return Err(io::ErrorKind::InvalidData.into()),
            Parsed::Incomplete => read_some(socket, &mut seen).await?,
        }
    }
}

/// What a client without TLS speaks: HTTP/2 begins with words that no other request has.
async fn spoken(socket: &mut Socket) -> io::Result<Protocol> {
    let mut seen = BytesMut::with_capacity(PREFACE.len());
    let protocol = loop {
        let (expected, _) = PREFACE.split_at(seen.len().min(PREFACE.len()));
        if !seen.starts_with(expected) {
            break Protocol::Http1;
        }
        if seen.len() >= PREFACE.len() {
            break Protocol::Http2;
        }
        read_some(socket, &mut seen).await?;
    };
    socket.unread(seen.freeze());
    Ok(protocol)
}

async fn read_some(socket: &mut Socket, seen: &mut BytesMut) -> io::Result<()> {
    match socket.read_buf(seen).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}

/// How [a connection of HTTP/2](https://www.rfc-editor.org/rfc/rfc9113#preface) begins.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
