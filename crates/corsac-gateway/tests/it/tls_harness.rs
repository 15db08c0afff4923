//! Certificates in files, and clients that speak TLS.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine;
use corsac_gateway::{Certificates, Gateway};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::harness::Peer;

/// A directory with files of certificates, removed when it is dropped.
pub(crate) struct Files(PathBuf);

/// A certificate for some names, and its key.
pub(crate) struct Pair {
    pub(crate) certificate: CertificateDer<'static>,
    pub(crate) certificate_text: String,
    pub(crate) key_text: String,
}

impl Files {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("corsac-gateway-{}-{number}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        fs::create_dir_all(&directory).unwrap();
        Self(directory)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.0.join(name), text).unwrap();
    }

    /// Makes a pair for these names, in `NAME.pem` and `NAME.key`.
    pub(crate) fn pair(&self, name: &str, hosts: &[&str]) -> Pair {
        let pair = Pair::new(hosts);
        self.write(&format!("{name}.pem"), &pair.certificate_text);
        self.write(&format!("{name}.key"), &pair.key_text);
        pair
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Pair {
    pub(crate) fn new(hosts: &[&str]) -> Self {
        let hosts: Vec<String> = hosts.iter().map(|it| (*it).to_owned()).collect();
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(hosts).unwrap();
        Self {
            certificate: cert.der().clone(),
            certificate_text: pem("CERTIFICATE", cert.der()),
            key_text: pem("PRIVATE KEY", &signing_key.serialize_der()),
        }
    }
}

fn pem(label: &str, bytes: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
}

/// The table that names a pair of [`Files::pair`].
pub(crate) fn tls_table(name: &str) -> String {
    format!("[[tls]]\ncertificate = \"{name}.pem\"\nkey = \"{name}.key\"\n")
}

/// A gateway with the certificates that its configuration names.
pub(crate) fn tls_gateway(config: &str, files: &Files) -> Gateway {
    let config = corsac_config::read(config).expect("the configuration of a test is valid");
    let certificates = Certificates::read(&config, files.path()).unwrap();
    Gateway::new(&config).with_certificates(certificates)
}

/// Connects to a host of which only this certificate is known.
///
/// None if there is no connection.
pub(crate) async fn tls_stream(
    address: SocketAddr,
    host: &str,
    pair: &Pair,
    protocols: &[&str],
) -> Option<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    handshake(stream, host, pair, protocols).await
}

async fn handshake(
    stream: TcpStream,
    host: &str,
    pair: &Pair,
    protocols: &[&str],
) -> Option<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(pair.certificate.clone()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|it| it.as_bytes().to_vec()).collect();
    let name = ServerName::try_from(host.to_owned()).unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    connector.connect(name, stream).await.ok()
}

/// The same behind a balancer, which sends its header byte by byte.
pub(crate) async fn tls_client_behind(
    header: &[u8],
    address: SocketAddr,
    host: &str,
    pair: &Pair,
) -> Option<Peer<TlsStream<TcpStream>>> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    for byte in header {
        stream.write_all(&[*byte]).await.unwrap();
        tokio::task::yield_now().await;
    }
    Some(Peer::over(handshake(stream, host, pair, &[]).await?))
}

/// A client that speaks HTTP/1.1 over TLS.
pub(crate) async fn tls_client(
    address: SocketAddr,
    host: &str,
    pair: &Pair,
) -> Option<Peer<TlsStream<TcpStream>>> {
    let stream = tls_stream(address, host, pair, &["http/1.1"]).await?;
    Some(Peer::over(stream))
}
