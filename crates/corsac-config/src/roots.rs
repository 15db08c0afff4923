//! Certificates that others must be signed with.

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use crate::document::Document;
use crate::files::Files;
use crate::problem::{Problem, quoted};
use crate::value::Value;

impl<'s> Document<'s> {
    /// The file with the certificates that those of the servers must be signed with.
    ///
    /// A certificate that cannot be read would prove nothing, and be missed when it is needed.
    pub(crate) fn roots(&mut self, value: &Value<'s>, files: &mut Files<'_>) -> Option<Vec<u8>> {
        let file = files.read(value, self)?;
        let mut is_sound = true;
        let mut n_certificates = 0_usize;
        for (line, section) in sections(&file.bytes) {
            n_certificates += 1;
            if let Err(fault) = check(section) {
                is_sound = false;
                let message = format!("{}:{line}:1: {fault}", file.name);
                self.report(Problem::error("roots-malformed", message).at(value.span()));
            }
        }
        if n_certificates == 0 {
            let message = format!("{} has no certificate as PEM", quoted(&file.name));
            self.report(Problem::error("roots-empty", message).at(value.span()));
        }
        (is_sound && n_certificates > 0).then_some(file.bytes)
    }
}

/// The certificates of a file, each with the number of its first line.
fn sections(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut starts = Vec::new();
    let mut offset = 0;
    for (position, line) in bytes.split_inclusive(|it| *it == b'\n').enumerate() {
        if line.starts_with(PEM_START) {
            starts.push((position + 1, offset));
        }
        offset += line.len();
    }
    let ends = starts.iter().skip(1).map(|(_, start)| *start);
    let ends: Vec<_> = ends.chain([bytes.len()]).collect();
    let sections = starts.into_iter().zip(ends);
    sections.map(|((line, start), end)| (line, &bytes[start..end]))
}

fn check(section: &[u8]) -> Result<(), &'static str> {
    let certificate = CertificateDer::from_pem_slice(section)
        .map_err(|_| "this certificate is not whole, or not in base64")?;
    webpki::anchor_from_trusted_cert(&certificate)
        .map_err(|_| "this is no certificate by X.509")?;
    Ok(())
}

/// What a certificate in a file starts with
/// ([RFC 7468, 5](https://www.rfc-editor.org/rfc/rfc7468#section-5)).
const PEM_START: &[u8] = b"-----BEGIN CERTIFICATE-----";
