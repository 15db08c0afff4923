//! What is not CORS, though the console says so.

use std::time::Duration;

use corsac_fetch::address_space::Permission;
use corsac_fetch::client::ClientOptions;
use corsac_probe::Verdict;
use rcgen::{CertificateParams, date_time_ymd};

use super::server::{HOST, Server, Wire, closed_port, shouting, silent};
use super::{answer, codes, get, run};

/// What is found about an address.
fn check_url(url: impl Into<String>, found: &[&str], verdict: Verdict) {
    let report = run(get().probe(url.into()), &options());
    assert_eq!(codes(&report), found, "{:#?}", report.findings);
    assert_eq!(report.verdict, verdict);
}

fn options() -> ClientOptions {
    ClientOptions {
        host_overrides: vec!["*.test=127.0.0.1".parse().unwrap()],
        ..ClientOptions::default()
    }
}

#[test]
fn nothing_listens() {
    let url = format!("http://127.0.0.1:{}/", closed_port());
    check_url(url, &["connection-refused"], Verdict::Unreachable);
}

#[test]
fn there_is_no_such_host() {
    check_url(
        "https://no-such-host.invalid/",
        &["dns-failure"],
        Verdict::Unreachable,
    );
}

#[test]
fn the_server_hangs_up() {
    let address = shouting(b"");
    check_url(
        format!("http://{address}/"),
        &["connection-closed"],
        Verdict::Unreachable,
    );
}

#[test]
fn something_else_is_spoken() {
    let address = shouting(b"220 mail.test ESMTP\r\n\r\n");
    check_url(
        format!("http://{address}/"),
        &["not-http"],
        Verdict::Unreachable,
    );
}

#[test]
fn the_server_is_silent() {
    let (_listener, address) = silent();
    let options = ClientOptions {
        response_timeout: Duration::from_millis(50),
        ..options()
    };
    let report = run(get().probe(format!("http://{address}/")), &options);
    assert_eq!(codes(&report), ["timeout"]);
}

#[test]
fn plain_http_is_spoken_where_tls_should_be() {
    let address = shouting(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    check_url(
        format!("https://{address}/"),
        &["tls-handshake"],
        Verdict::Unreachable,
    );
}

/// What is found about a server with this certificate.
fn check_certificate(certificate: CertificateParams, found: &str) {
    let server = Server::with_certificate(Wire::Tls, certificate, |_| answer("200 OK", &[]));
    let report = run(get().probe(server.url("/")), &server.options());
    assert_eq!(codes(&report), [found], "{:#?}", report.findings);
    assert_eq!(report.verdict, Verdict::Unreachable);
}

#[test]
fn a_certificate_is_not_good() {
    let of = |host: &str| CertificateParams::new([host.to_owned()]).unwrap();
    check_certificate(of("other.test"), "tls-wrong-host");
    let mut expired = of(HOST);
    expired.not_before = date_time_ymd(2001, 1, 1);
    expired.not_after = date_time_ymd(2002, 1, 1);
    check_certificate(expired, "tls-expired");
    let mut early = of(HOST);
    early.not_before = date_time_ymd(4000, 1, 1);
    early.not_after = date_time_ymd(4001, 1, 1);
    check_certificate(early, "tls-expired");
}

#[test]
fn a_certificate_is_not_trusted() {
    let server = Server::start(Wire::Tls, |_| answer("200 OK", &[]));
    check_url(server.url("/"), &["tls-untrusted"], Verdict::Unreachable);
}

#[test]
fn a_browser_does_not_even_try() {
    check_url("http://127.0.0.1:25/", &["blocked-port"], Verdict::Blocked);
    check_url("http://api.test/", &["mixed-content"], Verdict::Blocked);
    check_url("ws://api.test/", &["websocket-not-cors"], Verdict::Blocked);
    check_url("wss://api.test/", &["websocket-not-cors"], Verdict::Blocked);
    check_url("ftp://api.test/", &["unsupported-scheme"], Verdict::Blocked);
    check_url("data:text/plain", &["data-url-invalid"], Verdict::Blocked);
}

#[test]
fn a_page_on_this_machine_is_not_secure_to_browsers() {
    let server = Server::start(Wire::Plain, |_| {
        answer("200 OK", &["Access-Control-Allow-Origin: *"])
    });
    let port = server.address.port();
    let asked = get().of("http://localhost:3000");
    let report = run(asked.probe(format!("http://api.test:{port}/")), &options());
    assert_eq!(codes(&report), Vec::<&str>::new());
    assert_eq!(report.verdict, Verdict::Allowed);
}

#[test]
fn a_head_without_end_is_too_large() {
    let server = Server::start(Wire::Plain, |_| {
        format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(300 * 1024))
    });
    check_url(server.url("/"), &["head-too-large"], Verdict::Unreachable);
}

#[test]
fn a_body_without_end_is_not_read() {
    let server = Server::start(Wire::Plain, |_| {
        let head =
            "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 1073741824";
        format!("{head}\r\n\r\n{}", "x".repeat(1024 * 1024))
    });
    check_url(server.url("/"), &[], Verdict::Allowed);
}

#[test]
fn a_page_from_afar_asks_something_near() {
    let server = Server::start(Wire::Plain, |_| {
        answer("200 OK", &["Access-Control-Allow-Origin: *"])
    });
    let mut probe = get().probe(server.url("/"));
    probe.page.address = Some([203, 0, 113, 7].into());
    probe.local_network_permission = Permission::Denied;
    let report = run(probe, &options());
    assert_eq!(codes(&report), ["local-network", "browsers-differ"]);
    assert_eq!(report.verdict, Verdict::Blocked);
}
