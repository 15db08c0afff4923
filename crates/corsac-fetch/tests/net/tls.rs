//! TLS, with certificates made for the test.

use std::sync::Arc;

use base64::Engine;
use corsac_fetch::client::{Certificates, ClientOptions, ClientOptionsError, Transport};
use corsac_fetch::{TlsFailure, TransportFailure};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::server::TlsStream;

use super::get;
use super::server::{Act, answer, play};

/// A listener with a certificate of its own.
pub(crate) struct TlsListener {
    listener: TcpListener,
    acceptor: TlsAcceptor,
    pub(crate) certificate: Vec<u8>,
}

impl TlsListener {
    /// A listener for a host, that speaks these protocols.
    pub(crate) async fn new(host: &str, protocols: &[&str]) -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed([host.to_owned()]).expect("a certificate");
        let key = PrivateKeyDer::try_from(signing_key.serialize_der()).expect("a key");
        let provider = Arc::new(ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .expect("a certificate and its key");
        config.alpn_protocols = protocols.iter().map(|it| it.as_bytes().to_vec()).collect();
        Self {
            listener: TcpListener::bind("127.0.0.1:0").await.expect("a port"),
            acceptor: Arc::new(config).into(),
            certificate: pem(cert.der()),
        }
    }

    pub(crate) fn url(&self, host: &str) -> String {
        let address = self.listener.local_addr().expect("an address");
        format!("https://{host}:{}/", address.port())
    }

    pub(crate) async fn accept(&self) -> Option<TlsStream<tokio::net::TcpStream>> {
        let (stream, _) = self.listener.accept().await.expect("a connection");
        self.acceptor.accept(stream).await.ok()
    }

    /// Plays a script on every connection that comes; returns what is asked.
    pub(crate) fn play(self, acts: Vec<Act>) -> mpsc::UnboundedReceiver<Vec<u8>> {
        let (sender, requests) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            loop {
                if let Some(stream) = self.accept().await {
                    tokio::spawn(play(stream, acts.clone(), sender.clone()));
                }
            }
        });
        requests
    }
}

fn pem(certificate: &[u8]) -> Vec<u8> {
    let text = base64::engine::general_purpose::STANDARD.encode(certificate);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n").into_bytes()
}

/// Options with which `*.test` leads to this machine.
pub(crate) fn options(roots: &[&[u8]]) -> ClientOptions {
    ClientOptions {
        additional_roots: roots.iter().map(|it| it.to_vec()).collect(),
        host_overrides: vec!["*.test=127.0.0.1".parse().expect("an override")],
        ..ClientOptions::default()
    }
}

async fn body(url: &str, options: &ClientOptions) -> Result<String, TransportFailure> {
    let transport = Transport::new(options).expect("options");
    let (_, body) = transport.send(&get(url), &mut None).await?;
    let bytes = body.bytes().await.expect("a body");
    Ok(String::from_utf8(bytes.into()).expect("text"))
}

/// Why there is no TLS.
async fn failure(url: &str, options: &ClientOptions) -> TlsFailure {
    match body(url, options).await {
        Err(TransportFailure::Tls(failure)) => failure,
        answer => panic!("{answer:?}"),
    }
}

#[tokio::test]
async fn a_certificate_is_trusted_if_its_root_is_given() {
    let listener = TlsListener::new("api.test", &[]).await;
    let (url, root) = (listener.url("api.test"), listener.certificate.clone());
    listener.play(answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    let failure = failure(&url, &options(&[])).await;
    assert!(matches!(failure, TlsFailure::Untrusted(_)), "{failure:?}");
    assert_eq!(body(&url, &options(&[&root])).await.as_deref(), Ok("ok"));
    let unverified = ClientOptions {
        certificates: Certificates::Unverified,
        ..options(&[])
    };
    assert_eq!(body(&url, &unverified).await.as_deref(), Ok("ok"));
}

#[tokio::test]
async fn a_certificate_is_for_its_host_alone() {
    let listener = TlsListener::new("api.test", &[]).await;
    let (url, root) = (listener.url("other.test"), listener.certificate.clone());
    listener.play(answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    let failure = failure(&url, &options(&[&root])).await;
    assert!(matches!(failure, TlsFailure::WrongHost(_)), "{failure:?}");
}

#[tokio::test]
async fn a_body_without_a_length_may_end_without_a_goodbye() {
    let listener = TlsListener::new("api.test", &["http/1.1"]).await;
    let (url, root) = (listener.url("api.test"), listener.certificate.clone());
    tokio::spawn(async move {
        let mut stream = listener.accept().await.expect("TLS");
        let response = b"HTTP/1.1 200 OK\r\n\r\nto the end";
        tokio::io::AsyncWriteExt::write_all(&mut stream, response)
            .await
            .expect("a reader");
        tokio::io::AsyncWriteExt::flush(&mut stream)
            .await
            .expect("a reader");
        let mut head = [0; 1024];
        let n_read = tokio::io::AsyncReadExt::read(&mut stream, &mut head).await;
        assert!(n_read.is_ok_and(|it| it > 0));
        // Dropped, it sends no goodbye of TLS.
    });
    assert_eq!(
        body(&url, &options(&[&root])).await.as_deref(),
        Ok("to the end")
    );
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls_is_told_so() {
    let server =
        super::server::Server::start([vec![Act::Write(b"HTTP/1.1 400\r\n\r\n".into())]]).await;
    let url = format!("https://{}/", server.address);
    let failure = failure(&url, &options(&[])).await;
    assert!(matches!(failure, TlsFailure::Handshake(_)), "{failure:?}");
}

#[test]
fn a_root_that_is_none_is_refused() {
    let error = |root: &[u8]| Transport::new(&options(&[root])).expect_err("no root");
    assert_eq!(error(b""), ClientOptionsError::NoCertificate(0));
    let pem = b"-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n";
    assert!(matches!(error(pem), ClientOptionsError::Certificate(0, _)));
}

#[tokio::test]
async fn a_head_that_is_cut_short_is_read_only_where_it_could_be_changed_too() {
    let cut = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";
    let server = super::server::Server::answering(cut).await;
    let plain = body(&server.url("/"), &options(&[])).await;
    assert_eq!(plain.as_deref(), Ok(""));
    let listener = TlsListener::new("api.test", &["http/1.1"]).await;
    let (url, root) = (listener.url("api.test"), listener.certificate.clone());
    listener.play(answer(cut));
    let secure = body(&url, &options(&[&root])).await;
    assert_eq!(secure, Err(TransportFailure::Closed));
}
