//! Who listens where.

use std::{
    fmt, io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
};

/// The ports that the demo would like to have. 0 stands for any free one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports {
    /// The page's port.
    pub page: u16,
    /// The port of the API that knows nothing of CORS.
    pub api: u16,
    /// The port of the gateway in front of that API.
    pub gateway: u16,
}

impl Default for Ports {
    fn default() -> Self {
        Self {
            page: 3000,
            api: 3001,
            gateway: 3002,
        }
    }
}

/// Where the three parts of the demo listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    page: Address,
    api: Address,
    gateway: Address,
}

impl Addresses {
    /// Where the page is: what to open in a browser.
    #[must_use]
    pub fn page(&self) -> Address {
        self.page
    }

    /// Where the API that knows nothing of CORS is.
    #[must_use]
    pub fn api(&self) -> Address {
        self.api
    }

    /// Where the gateway in front of that API is.
    #[must_use]
    pub fn gateway(&self) -> Address {
        self.gateway
    }
}

/// Where one part of the demo listens. Displays as its origin: `http://127.0.0.1:3000`.
///
/// The origin names the address and not `localhost`, so that another program that listens on the
/// same port of `[::1]` cannot be met by mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    socket: SocketAddr,
    wanted: u16,
}

impl Address {
    /// The address and port that the part listens on.
    #[must_use]
    pub fn socket(&self) -> SocketAddr {
        self.socket
    }

    /// The port that was wanted but taken by another program, if it was.
    #[must_use]
    pub fn taken(&self) -> Option<u16> {
        (self.wanted != 0 && self.wanted != self.socket.port()).then_some(self.wanted)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}", self.socket)
    }
}

/// The listeners of the three parts.
#[derive(Debug)]
pub(crate) struct Listeners {
    pub(crate) page: TcpListener,
    pub(crate) api: TcpListener,
    pub(crate) gateway: TcpListener,
}

impl Listeners {
    /// Binds all three, each on the port that it wants or on the next free one.
    ///
    /// First come the wanted ports, then the places of the taken ones: a taken 3000 moves the page
    /// to 3003, and leaves the others where a reader of the guide expects them.
    pub(crate) fn bind(ports: Ports) -> io::Result<(Self, Addresses)> {
        let wanted = [ports.page, ports.api, ports.gateway];
        let mut listeners = [
            bind_free(wanted[0])?,
            bind_free(wanted[1])?,
            bind_free(wanted[2])?,
        ];
        for (listener, port) in listeners.iter_mut().zip(wanted) {
            if listener.is_none() {
                *listener = Some(bind_after(port)?);
            }
        }
        let [page, api, gateway] = listeners.map(|it| it.expect("every place was filled above"));
        let address = |listener: &TcpListener, wanted| {
            Ok::<_, io::Error>(Address {
                socket: listener.local_addr()?,
                wanted,
            })
        };
        let addresses = Addresses {
            page: address(&page, ports.page)?,
            api: address(&api, ports.api)?,
            gateway: address(&gateway, ports.gateway)?,
        };
        Ok((Self { page, api, gateway }, addresses))
    }
}

/// A listener on the port; none if the port cannot be had.
fn bind_free(port: u16) -> io::Result<Option<TcpListener>> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(listener) => Ok(Some(listener)),
        // Windows reserves ranges of ports, and denies them rather than calling them in use.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// A listener on the next free port after a taken one.
fn bind_after(taken: u16) -> io::Result<TcpListener> {
    for port in (taken..=u16::MAX).skip(1).take(NEXT_PORTS) {
        if let Some(listener) = bind_free(port)? {
            return Ok(listener);
        }
    }
    Err(io::Error::new(
        io::ErrorKind::AddrInUse,
        format!("port {taken} is taken, and so are the {NEXT_PORTS} ports after it"),
    ))
}

/// How many ports are tried after a taken one. More taken in a row means that something is wrong
/// with the machine, and the user should hear of it.
const NEXT_PORTS: usize = 100;
