//! TLS to servers, by rustls.

use std::collections::HashMap;
use std::sync::Arc;

use corsac_config::{Http2, UpstreamSettings};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// How TLS to some servers begins.
#[derive(Clone)]
pub(super) struct Connectors {
    /// Offers all that the servers may speak.
    pub(super) every: TlsConnector,
    /// Offers HTTP/1.1 alone, for a request that leaves HTTP.
    pub(super) http1: TlsConnector,
}

/// Makes connectors, each once.
#[derive(Default)]
pub(super) struct ConnectorMaker {
    made: HashMap<Arc<UpstreamSettings>, Connectors>,
    /// The certificates of the system, once they are needed: to read them takes a while.
    system: Option<Arc<RootCertStore>>,
}

impl ConnectorMaker {
    pub(super) fn connectors(&mut self, settings: &Arc<UpstreamSettings>) -> Connectors {
        if let Some(connectors) = self.made.get(settings) {
            return connectors.clone();
        }
        let roots = match &settings.roots {
            Some(pem) => Arc::new(roots_in(pem)),
            None => Arc::clone(
                self.system
                    .get_or_insert_with(|| Arc::new(roots_of_system())),
            ),
        };
        let offers: &[&[u8]] = match settings.http2 {
            None => &[HTTP2, HTTP1],
            Some(Http2::Always) => &[HTTP2],
            Some(Http2::Never) => &[HTTP1],
        };
        let connectors = Connectors {
            every: connector(&roots, offers),
            http1: connector(&roots, &[HTTP1]),
        };
        self.made.insert(Arc::clone(settings), connectors.clone());
        connectors
    }
}

fn connector(roots: &Arc<RootCertStore>, offers: &[&[u8]]) -> TlsConnector {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider knows TLS 1.2 and 1.3");
    let mut config = builder
        .with_root_certificates(Arc::clone(roots))
        .with_no_client_auth();
    config.alpn_protocols = offers.iter().map(|it| it.to_vec()).collect();
    TlsConnector::from(Arc::new(config))
}

/// The certificates of a file. What is none proves nothing, and is left out.
fn roots_in(pem: &[u8]) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(CertificateDer::pem_slice_iter(pem).flatten());
    roots
}

fn roots_of_system() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

/// The names of the protocols in
/// [ALPN](https://www.iana.org/assignments/tls-extensiontype-values/#alpn-protocol-ids).
pub(super) const HTTP2: &[u8] = b"h2";
const HTTP1: &[u8] = b"http/1.1";
