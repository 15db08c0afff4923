//! Servers that are not good at TLS; their certificates are by an authority that only the check
//! knows.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// The ports of the servers, which run until it is dropped.
pub(super) struct Secrets {
    pub(super) expired: u16,
    pub(super) wrong_host: u16,
    pub(super) plain: u16,
    /// The authority, in PEM.
    pub(super) root: Vec<u8>,
    _servers: JoinSet<()>,
}

impl Secrets {
    pub(super) async fn start() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut authority = CertificateParams::new(Vec::new()).expect("no names are names");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = authority.self_signed(&key).expect("a certificate");
        let issuer = Issuer::new(authority, key);
        let mut servers = JoinSet::new();
        let of = |host: &str| CertificateParams::new([host.to_owned()]).expect("a host");
        let mut expired = of("localhost");
        expired.not_before = date_time_ymd(2001, 1, 1);
        expired.not_after = date_time_ymd(2002, 1, 1);
        Self {
            expired: serve(&mut servers, acceptor(&expired, &issuer)).await,
            wrong_host: serve(&mut servers, acceptor(&of("other.example"), &issuer)).await,
            plain: serve_plainly(&mut servers).await,
            root: pem(root.der()),
            _servers: servers,
        }
    }
}

fn pem(certificate: &[u8]) -> Vec<u8> {
    let text = STANDARD.encode(certificate);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n").into_bytes()
}

fn acceptor(certificate: &CertificateParams, issuer: &Issuer<'_, KeyPair>) -> TlsAcceptor {
    let key = KeyPair::generate().expect("a key");
    let own = certificate.signed_by(&key, issuer).expect("a certificate");
    let private = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring supports the default versions")
        .with_no_client_auth()
        .with_single_cert(vec![own.der().clone()], private)
        .expect("the key is of the certificate");
    Arc::new(config).into()
}

/// Listens at both addresses of this machine, if it has both.
async fn listeners() -> (u16, impl Iterator<Item = TcpListener>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let listener = listener.expect("a free port");
    let port = listener.local_addr().expect("it is bound").port();
    let newer = TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await;
    (port, [Some(listener), newer.ok()].into_iter().flatten())
}

/// Answers whatever is said without TLS.
async fn serve_plainly(servers: &mut JoinSet<()>) -> u16 {
    let (port, listeners) = listeners().await;
    for listener in listeners {
        servers.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                answer(stream).await;
            }
        });
    }
    port
}

async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    let mut head = [0; 4096];
    if stream.read(&mut head).await.is_ok() {
        // Whoever does not like it hangs up.
        stream.write_all(ANSWER).await.ok();
        stream.shutdown().await.ok();
    }
}

/// Serves what every page may read.
async fn serve(servers: &mut JoinSet<()>, acceptor: TlsAcceptor) -> u16 {
    let (port, listeners) = listeners().await;
    for listener in listeners {
        let acceptor = acceptor.clone();
        servers.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if let Ok(stream) = acceptor.accept(stream).await {
                    answer(stream).await;
                }
            }
        });
    }
    port
}

const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 0\r\n\r\n";
