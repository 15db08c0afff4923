//! `--cacert` and `--insecure`, with certificates made for the test.

use std::sync::Arc;

use base64::Engine;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::server::{Server, answer};
use super::{PAGE, allow};
use crate::{TestFile, run, stderr, stdout};

/// A certificate for `localhost` in PEM, and a server that shows it.
pub(super) fn start() -> (String, Server) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let text = base64::engine::general_purpose::STANDARD.encode(cert.der());
    let pem = format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n");
    let answers = [answer("200 OK", &allow(PAGE), "over TLS")];
    (pem, Server::start_with_tls(answers, Arc::new(config)))
}

fn url(server: &Server) -> String {
    format!("https://localhost:{}/", server.port())
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_unreachable() {
    let (_, server) = start();
    let (other, _) = start();
    let other = TestFile::new("fetch-other.pem", other);
    for options in [&[][..], &["--cacert", other.path()]] {
        let output = run(&[&["fetch", "-o", PAGE, &url(&server)], options].concat());
        let told = stderr(&output);
        assert!(told.starts_with("unreachable: TLS failed: "), "{told}");
        assert_eq!(stdout(&output), "");
        assert_eq!(output.status.code(), Some(3));
    }
    assert_eq!(server.n_requests(), 0);
}

#[test]
fn a_certificate_can_be_vouched_for() {
    let (pem, server) = start();
    let file = TestFile::new("fetch-root.pem", pem);
    let output = run(&["fetch", "-o", PAGE, "--cacert", file.path(), &url(&server)]);
    assert_eq!(stdout(&output), "over TLS", "{}", stderr(&output));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn any_certificate_will_do_if_the_user_says_so() {
    let (_, server) = start();
    let output = run(&["fetch", "-o", PAGE, "--insecure", &url(&server)]);
    assert_eq!(stdout(&output), "over TLS", "{}", stderr(&output));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_file_without_a_certificate_is_misuse() {
    let file = TestFile::new("fetch-empty.pem", "not a certificate");
    let output = run(&["fetch", "--cacert", file.path(), "https://localhost/"]);
    assert!(stderr(&output).contains("error: --cacert: root 0 holds no certificate in PEM\n"));
    assert_eq!(output.status.code(), Some(2));
}
