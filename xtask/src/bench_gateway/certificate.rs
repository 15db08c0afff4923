//! The certificate of all servers.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::template::{BOTH, CERTIFICATE, KEY};
use crate::step::output_of;

/// Writes a certificate for this machine and its key, alone and together.
pub(super) fn write(directory: &Path) -> Result<()> {
    let (certificate, key) = (directory.join(CERTIFICATE), directory.join(KEY));
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "ec", "-nodes", "-days", "30"]);
    openssl.args(["-pkeyopt", "ec_paramgen_curve:prime256v1"]);
    openssl.args(["-subj", "/CN=localhost"]);
    openssl.args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]);
    openssl.arg("-keyout").arg(&key);
    openssl.arg("-out").arg(&certificate);
    output_of(&mut openssl)?;
    let both = [fs::read_to_string(certificate)?, fs::read_to_string(key)?];
    fs::write(directory.join(BOTH), both.concat())?;
    Ok(())
}
