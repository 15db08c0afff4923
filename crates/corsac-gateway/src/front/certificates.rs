//! Certificates: read from files, and chosen by the name that a client asks for.

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use corsac_config::{CertificateFiles, Config};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::{CertifiedKey, SigningKey};
use tokio_rustls::rustls::{Error, InconsistentKeys, ServerConfig};
use webpki::EndEntityCert;

/// The certificates of a gateway, read and found to be in order.
///
/// They are a value, so that a reload is all or nothing: read them, and only if that succeeds hand
/// them to [`Gateway::replace_certificates`](crate::Gateway::replace_certificates), beside
/// [`Gateway::replace`](crate::Gateway::replace) for the rest of the file.
#[derive(Clone, Debug)]
pub struct Certificates(Option<Arc<ServerConfig>>);

impl Certificates {
    /// Reads the certificates that a configuration names.
    ///
    /// Names of files that are not absolute are those of files in `directory`: the one that the
    /// policy file is in. It blocks while it reads. It returns every mistake at once.
    pub fn read(config: &Config, directory: &Path) -> Result<Self, CertificateErrors> {
        let provider = Arc::new(ring::default_provider());
        let mut names = Names::default();
        let mut errors = Vec::new();
        for files in &config.front.certificates {
            match certified_key(files, directory, &provider) {
                Ok((key, dns_names)) => names.add(key, dns_names),
                Err(wrong) => errors.extend(wrong),
            }
        }
        if !errors.is_empty() {
            return Err(CertificateErrors(errors));
        }
        if names.first.is_empty() {
            return Ok(Self(None));
        }
        let mut server = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider has the default protocols")
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(names));
        if config.front.http2 {
            server.alpn_protocols.push(HTTP2.to_vec());
        }
        server.alpn_protocols.push(b"http/1.1".to_vec());
        if let Ok(ticketer) = ring::Ticketer::new() {
            // Else sessions are resumed from a memory of 256, which is little, but no fault.
            server.ticketer = ticketer;
        }
        Ok(Self(Some(Arc::new(server))))
    }

    pub(crate) fn none() -> Self {
        Self(None)
    }

    pub(crate) fn is_some(&self) -> bool {
        self.0.is_some()
    }

    pub(super) fn server(&self) -> Option<Arc<ServerConfig>> {
        self.0.clone()
    }
}

/// How HTTP/2 is called in the handshake of TLS.
pub(super) const HTTP2: &[u8] = b"h2";

/// The certificates by the names that they are for, in lower case; `*.` stands for one label.
#[derive(Debug, Default)]
struct Names {
    named: HashMap<String, Vec<Arc<CertifiedKey>>>,
    /// For a client that asks for no name, or for an unknown one.
    first: Vec<Arc<CertifiedKey>>,
}

impl Names {
    fn add(&mut self, key: Arc<CertifiedKey>, names: Vec<String>) {
        for name in names {
            self.named.entry(name).or_default().push(Arc::clone(&key));
        }
        if self.first.is_empty() {
            self.first.push(key);
        }
    }

    fn of(&self, name: &str) -> Option<&Vec<Arc<CertifiedKey>>> {
        let name = name.to_ascii_lowercase();
        let (_, parent) = name.split_once('.').unwrap_or_default();
        let exact = self.named.get(&name);
        exact.or_else(|| self.named.get(&format!("*.{parent}")))
    }
}

impl ResolvesServerCert for Names {
    fn resolve(&self, client: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let named = client.server_name().and_then(|name| self.of(name));
        let keys = named.unwrap_or(&self.first);
        // A name may have a certificate for each kind of key.
        let schemes = client.signature_schemes();
        let suits = |it: &&Arc<CertifiedKey>| it.key.choose_scheme(schemes).is_some();
        keys.iter().find(suits).or_else(|| keys.first()).cloned()
    }
}

/// A certificate with its key, and the names that it is for; or what is wrong with each.
fn certified_key(
    files: &CertificateFiles,
    directory: &Path,
    provider: &CryptoProvider,
) -> Result<(Arc<CertifiedKey>, Vec<String>), Vec<CertificateError>> {
    let at = |file: &str| directory.join(file);
    let (chain_file, key_file) = (at(&files.certificate), at(&files.key));
    let wrong = |file: &PathBuf, fault| CertificateError {
        file: file.clone(),
        fault,
    };
    let chain = chain(&chain_file).map_err(|fault| wrong(&chain_file, fault));
    let key = key(&key_file, provider).map_err(|fault| wrong(&key_file, fault));
    let ((chain, names), key) = match (chain, key) {
        (Ok(chain), Ok(key)) => (chain, key),
        (chain, key) => return Err(chain.err().into_iter().chain(key.err()).collect()),
    };
    let key = CertifiedKey::new(chain, key);
    match key.keys_match() {
        Ok(()) | Err(Error::InconsistentKeys(InconsistentKeys::Unknown)) => {
            Ok((Arc::new(key), names))
        }
        Err(_) => Err(vec![wrong(&key_file, CertificateFault::KeyMismatch)]),
    }
}

/// The private key in a file.
fn key(file: &Path, provider: &CryptoProvider) -> Result<Arc<dyn SigningKey>, CertificateFault> {
    let text = text(file)?;
    let key = PrivateKeyDer::from_pem_slice(&text).map_err(|_| CertificateFault::NoKey)?;
    let key = provider.key_provider.load_private_key(key);
    key.map_err(|_| CertificateFault::UnsupportedKey)
}

/// The certificates in a file, and the names that the first is for.
fn chain(file: &Path) -> Result<(Vec<CertificateDer<'static>>, Vec<String>), CertificateFault> {
    let text = text(file)?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let chain = chain.map_err(|_| CertificateFault::Malformed)?;
    let first = chain.first().ok_or(CertificateFault::NoCertificate)?;
    let names = names_of(first).ok_or(CertificateFault::Malformed)?;
    Ok((chain, names))
}

fn names_of(certificate: &CertificateDer<'_>) -> Option<Vec<String>> {
    let certificate = EndEntityCert::try_from(certificate).ok()?;
    let names = certificate.valid_dns_names().map(str::to_ascii_lowercase);
    Some(names.collect())
}

fn text(file: &Path) -> Result<Vec<u8>, CertificateFault> {
    let mut text = Vec::new();
    File::open(file)
        .and_then(|it| it.take(MAX_FILE_BYTES + 1).read_to_end(&mut text))
        .map_err(|error| CertificateFault::Unreadable(error.kind()))?;
    match text.len() as u64 > MAX_FILE_BYTES {
        true => Err(CertificateFault::TooLong),
        false => Ok(text),
    }
}

/// A certificate has a few kilobytes, and a chain has a few certificates.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// Everything that is wrong with the certificates of a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateErrors(Vec<CertificateError>);

impl CertificateErrors {
    /// The mistakes, in the order of the configuration; there is at least one.
    pub fn iter(&self) -> std::slice::Iter<'_, CertificateError> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a CertificateErrors {
    type Item = &'a CertificateError;
    type IntoIter = std::slice::Iter<'a, CertificateError>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// What is wrong with one file of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CertificateError {
    /// The file.
    pub file: PathBuf,
    /// What is wrong with it.
    pub fault: CertificateFault,
}

/// What can be wrong with a file of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CertificateFault {
    /// The file cannot be read.
    Unreadable(io::ErrorKind),
    /// The file is too long to be a certificate.
    TooLong,
    /// There is no certificate in it.
    NoCertificate,
    /// A certificate in it is malformed.
    Malformed,
    /// There is no private key in it.
    NoKey,
    /// The private key is malformed, or of a kind that TLS does not use.
    UnsupportedKey,
    /// The private key is not that of the certificate.
    KeyMismatch,
}

impl CertificateFault {
    /// The stable name of the fault.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreadable(_) => "certificate-unreadable",
            Self::TooLong => "certificate-too-long",
            Self::NoCertificate => "certificate-missing",
            Self::Malformed => "certificate-malformed",
            Self::NoKey => "certificate-key-missing",
            Self::UnsupportedKey => "certificate-key-unsupported",
            Self::KeyMismatch => "certificate-key-mismatch",
        }
    }
}

impl fmt::Display for CertificateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(io::ErrorKind::NotFound) => f.write_str("there is no such file"),
            Self::Unreadable(io::ErrorKind::PermissionDenied) => {
                f.write_str("this process may not read the file")
            }
            Self::Unreadable(kind) => write!(f, "the file cannot be read: {kind}"),
            Self::TooLong => write!(f, "the file is longer than {MAX_FILE_BYTES} bytes"),
            Self::NoCertificate => f.write_str("there is no certificate in PEM"),
            Self::Malformed => f.write_str("there is a malformed certificate"),
            Self::NoKey => f.write_str("there is no private key in PEM"),
            Self::UnsupportedKey => f.write_str("TLS cannot use this private key"),
            Self::KeyMismatch => f.write_str("the private key is not that of the certificate"),
        }
    }
}

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, fault } = self;
        write!(f, "error[{}]: {}: {fault}", fault.code(), file.display())
    }
}

impl fmt::Display for CertificateErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, error) in self.0.iter().enumerate() {
            let separator = if number > 0 { "\n" } else { "" };
            write!(f, "{separator}{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for CertificateError {}

impl std::error::Error for CertificateErrors {}
