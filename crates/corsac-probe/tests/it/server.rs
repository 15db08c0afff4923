//! A server that answers as a test says, byte by byte.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use corsac_fetch::client::ClientOptions;
use rcgen::{CertificateParams, Issuer, KeyPair};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What a server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    Plain,
    Tls,
}

/// A request as the server heard it.
pub(crate) struct Heard {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) head: String,
    /// The server's own address, without the path.
    pub(crate) own: String,
}

impl Heard {
    pub(crate) fn is_preflight(&self) -> bool {
        self.method == "OPTIONS"
    }

    pub(crate) fn origin(&self) -> Option<&str> {
        self.head
            .lines()
            .find_map(|line| line.strip_prefix("Origin: "))
    }
}

/// A server on a port of its own, until the test is over.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    wire: Wire,
    root: Option<Vec<u8>>,
}

impl Server {
    pub(crate) fn start(wire: Wire, answer: impl Fn(&Heard) -> String + Send + 'static) -> Self {
        Self::with_certificate(
            wire,
            CertificateParams::new([HOST.to_owned()]).unwrap(),
            answer,
        )
    }

    pub(crate) fn with_certificate(
        wire: Wire,
        certificate: CertificateParams,
        answer: impl Fn(&Heard) -> String + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (config, root) = match wire {
            Wire::Plain => (None, None),
            Wire::Tls => {
                let (config, root) = tls(certificate);
                (Some(Arc::new(config)), Some(root))
            }
        };
        let own = origin(wire, address);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let heard = |head: &str| answer(&heard(head, &own));
                // What the client makes of a broken connection is what the test looks at.
                let _ = match &config {
                    None => converse(stream, heard),
                    Some(config) => {
                        let connection = ServerConnection::new(Arc::clone(config)).unwrap();
                        converse(StreamOwned::new(connection, stream), heard)
                    }
                };
            }
        });
        Self {
            address,
            wire,
            root,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", origin(self.wire, self.address))
    }

    /// Options that lead `*.test` to this machine and trust the server.
    pub(crate) fn options(&self) -> ClientOptions {
        ClientOptions {
            additional_roots: self.root.iter().cloned().collect(),
            host_overrides: vec!["*.test=127.0.0.1".parse().unwrap()],
            ..ClientOptions::default()
        }
    }
}

/// The host of servers with a certificate.
pub(crate) const HOST: &str = "api.test";

fn origin(wire: Wire, address: SocketAddr) -> String {
    match wire {
        Wire::Plain => format!("http://{address}"),
        Wire::Tls => format!("https://{HOST}:{}", address.port()),
    }
}

fn tls(certificate: CertificateParams) -> (ServerConfig, Vec<u8>) {
    let authority_key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let root = authority.self_signed(&authority_key).unwrap();
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().unwrap();
    let own = certificate.signed_by(&key, &issuer).unwrap();
    let private = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.der().clone()], private)
        .unwrap();
    (config, pem(root.der()))
}

fn pem(certificate: &[u8]) -> Vec<u8> {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(certificate);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n").into_bytes()
}

fn heard(head: &str, own: &str) -> Heard {
    let mut words = head.split(' ');
    Heard {
        method: words.next().unwrap_or_default().to_owned(),
        path: words.next().unwrap_or_default().to_owned(),
        head: head.to_owned(),
        own: own.to_owned(),
    }
}

fn converse(mut stream: impl Read + Write, answer: impl Fn(&str) -> String) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let answer = answer(&String::from_utf8_lossy(&head));
    // A char is a byte, so that an answer can have every byte.
    let bytes: Vec<u8> = answer.chars().map(|it| it as u8).collect();
    stream.write_all(&bytes)?;
    stream.flush()
}

/// A port on which nothing listens.
pub(crate) fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A listener that accepts, reads nothing and says nothing.
pub(crate) fn silent() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// Says these bytes to whoever comes, whatever they say.
pub(crate) fn shouting(bytes: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _: std::io::Result<()> = stream.write_all(bytes).and_then(|()| drain(&mut stream));
        }
    });
    address
}

/// Reads what is there, so that closing does not take the bytes back.
fn drain(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.shutdown(std::net::Shutdown::Write)?;
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).map(drop)
}
