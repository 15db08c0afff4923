//! What a reader sees of the mistakes in a file of certificates.

/// Checks the problems of an upstream that trusts the certificates of this file.
fn check(file: &str, expected: &[&str]) {
    let source = "[[route]]\npath = '/v1'\nupstream = 'shop'\n\
                  [upstream.shop]\nservers = ['https://a']\nroots = 'ca.pem'\n";
    let read = corsac_config::read_with_files(source, &|_| Ok(file.into()));
    let found: Vec<_> = match &read {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(ToString::to_string).collect(),
    };
    assert_eq!(found, expected, "{file}");
}

const CERTIFICATE: &str = include_str!("ca.pem");

#[test]
fn certificates_with_anything_around_them() {
    check(CERTIFICATE, &[]);
    let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    check(
        &format!("subject=CN = a\n{CERTIFICATE}\n{key}{CERTIFICATE}"),
        &[],
    );
    check(&CERTIFICATE.replace('\n', "\r\n"), &[]);
}

#[test]
fn a_file_without_certificates() {
    let empty = "error[roots-empty]: `ca.pem` has no certificate as PEM";
    check("", &[empty]);
    check("a -----BEGIN CERTIFICATE-----", &[empty]);
}

#[test]
fn each_certificate_that_cannot_be_read() {
    let cut = &CERTIFICATE[..200];
    let not_base64 = CERTIFICATE.replace("MII", "M!!");
    let other = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    check(
        &format!("# ours\n{CERTIFICATE}{not_base64}{other}{CERTIFICATE}{cut}\n"),
        &[
            "error[roots-malformed]: ca.pem:13:1: this certificate is not whole, or not in base64",
            "error[roots-malformed]: ca.pem:24:1: this is no certificate by X.509",
            "error[roots-malformed]: ca.pem:38:1: this certificate is not whole, or not in base64",
        ],
    );
}
