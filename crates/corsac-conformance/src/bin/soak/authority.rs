//! Certificates that follow one another, all signed by the same authority.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use rcgen::{BasicConstraints, Certificate, CertificateParams, IsCa, Issuer, KeyPair};

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// Who signs the gateway's certificates.
#[derive(Debug)]
pub(crate) struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// The files of a certificate and its key.
    pub(crate) const FILES: [&'static str; 2] = ["soak.pem", "soak.key"];

    /// The file of the certificate that all others are signed with.
    pub(crate) const ROOT: &'static str = "root.pem";

    /// The name that the certificates are for.
    pub(crate) const HOST: &'static str = "soak.example";

    pub(crate) fn new() -> io::Result<Self> {
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let mut authority = CertificateParams::new(Vec::new()).map_err(io::Error::other)?;
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = authority.self_signed(&key).map_err(io::Error::other)?;
        let issuer = Issuer::new(authority, key);
        Ok(Self {
            certificate,
            issuer,
        })
    }

    /// Writes a new certificate and its key.
    pub(crate) fn write_pair(&self, directory: &Path) -> io::Result<()> {
        let (certificate, key) = self.pair()?;
        replace(
            &directory.join(Self::FILES[0]),
            &pem("CERTIFICATE", certificate.der()),
        )?;
        let key = pem("PRIVATE KEY", &key.serialize_der());
        replace(&directory.join(Self::FILES[1]), &key)
    }

    /// Writes a new certificate without its key.
    pub(crate) fn write_half_a_pair(&self, directory: &Path) -> io::Result<()> {
        let (certificate, _) = self.pair()?;
        replace(
            &directory.join(Self::FILES[0]),
            &pem("CERTIFICATE", certificate.der()),
        )
    }

    /// Writes the certificate that all others are signed with.
    pub(crate) fn write_root(&self, directory: &Path) -> io::Result<()> {
        let root = pem("CERTIFICATE", self.certificate.der());
        replace(&directory.join(Self::ROOT), &root)
    }

    /// What a server speaks TLS with.
    pub(crate) fn acceptor(&self, protocol: &[u8]) -> io::Result<TlsAcceptor> {
        let (certificate, key) = self.pair()?;
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?;
        let config = builder
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key.into());
        let mut config = config.map_err(io::Error::other)?;
        config.alpn_protocols = vec![protocol.to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    fn pair(&self) -> io::Result<(Certificate, KeyPair)> {
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let own = CertificateParams::new([Self::HOST.to_owned()]).map_err(io::Error::other)?;
        let own = own
            .signed_by(&key, &self.issuer)
            .map_err(io::Error::other)?;
        Ok((own, key))
    }

    /// What a client speaks TLS with that trusts this authority and nobody else.
    pub(crate) fn connector(&self, protocol: &[u8]) -> io::Result<TlsConnector> {
        let mut roots = RootCertStore::empty();
        let added = roots.add(self.certificate.der().clone());
        added.map_err(io::Error::other)?;
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?;
        let mut config = builder.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![protocol.to_vec()];
        Ok(TlsConnector::from(Arc::new(config)))
    }
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let new = path.with_extension("new");
    fs::write(&new, text)?;
    fs::rename(&new, path)
}

fn pem(label: &str, bytes: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
}
