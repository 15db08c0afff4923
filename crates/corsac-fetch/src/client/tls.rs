//! TLS, by rustls.

use std::io;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::{
    CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};

use super::options::{Certificates, ClientOptions, ClientOptionsError};
use crate::machine::TransportFailure;
use crate::tls_failure::TlsFailure;

/// Makes TLS connections.
pub(super) struct Tls {
    /// Offers HTTP/2 and HTTP/1.1.
    any: TlsConnector,
    /// Offers HTTP/1.1 alone.
    http1_only: TlsConnector,
}

/// Which versions of HTTP a request can be sent over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Versions {
    /// Any.
    Any,
    /// HTTP/1.1, because HTTP/2 does not carry it.
    Http1Only,
}

impl Tls {
    pub(super) fn new(options: &ClientOptions) -> Result<Self, ClientOptionsError> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("ring supports the default versions");
        let mut any = match options.certificates {
            Certificates::Verified => builder.with_root_certificates(roots(options)?),
            Certificates::Unverified => builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider))),
        }
        .with_no_client_auth();
        let mut http1_only = any.clone();
        any.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        http1_only.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            any: Arc::new(any).into(),
            http1_only: Arc::new(http1_only).into(),
        })
    }

    /// Agrees on TLS with a host.
    pub(super) async fn connect(
        &self,
        host: &str,
        stream: TcpStream,
        versions: Versions,
    ) -> Result<TlsStream<TcpStream>, TransportFailure> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| wrong_host("no certificate can be for this host"))?;
        let connector = match versions {
            Versions::Any => &self.any,
            Versions::Http1Only => &self.http1_only,
        };
        let connecting = connector.connect(name, stream);
        connecting
            .await
            .map_err(|error| TransportFailure::Tls(tls_failure(&error)))
    }
}

fn wrong_host(reason: &str) -> TransportFailure {
    TransportFailure::Tls(TlsFailure::WrongHost(reason.to_owned()))
}

/// What the error of a handshake is about.
fn tls_failure(error: &io::Error) -> TlsFailure {
    let reason = error.to_string();
    let of_tls = error.get_ref().and_then(|it| it.downcast_ref::<Error>());
    let Some(Error::InvalidCertificate(certificate)) = of_tls else {
        return TlsFailure::Handshake(reason);
    };
    match certificate {
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            TlsFailure::WrongHost(reason)
        }
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => TlsFailure::NotValidNow(reason),
        // Whatever else is wrong with a certificate, it is none to trust.
        _ => TlsFailure::Untrusted(reason),
    }
}

/// Mozilla's list, and what the options add.
fn roots(options: &ClientOptions) -> Result<RootCertStore, ClientOptionsError> {
    let mut roots = RootCertStore::empty();
    roots
        .roots
        .extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    for (at, pem) in options.additional_roots.iter().enumerate() {
        let fault = |text: String| ClientOptionsError::Certificate(at, text);
        let mut n_certificates = 0;
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|error| fault(error.to_string()))?;
            roots
                .add(certificate)
                .map_err(|error| fault(error.to_string()))?;
            n_certificates += 1;
        }
        if n_certificates == 0 {
            return Err(ClientOptionsError::NoCertificate(at));
        }
    }
    Ok(roots)
}

/// Takes every certificate.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
