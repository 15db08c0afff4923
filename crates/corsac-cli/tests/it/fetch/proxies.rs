//! `--proxy`, with proxies that answer for servers that are not there, and one that tunnels.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;

use super::server::{Server, answer, nobody};
use super::{PAGE, allow, tls};
use crate::{TestFile, corsac, run, stderr, stdout};

/// The page of a user who names no other: over http, so that it may fetch over http.
const INSECURE_PAGE: &str = "http://app.example";

#[test]
fn a_request_over_http_goes_to_the_proxy_whole() {
    let proxy = Server::start([answer("200 OK", &allow("*"), "by proxy")]);
    let url = format!("http://user:secret@localhost:{}", proxy.port());
    let resolve = "api.invalid:80:192.0.2.1";
    let fetch = [
        "fetch",
        "-o",
        INSECURE_PAGE,
        "--resolve",
        resolve,
        "--proxy",
    ];
    let output = run(&[&fetch[..], &[&url, "http://api.invalid/pets"]].concat());
    assert_eq!(stdout(&output), "by proxy", "{}", stderr(&output));
    let request = proxy.request(0);
    assert!(
        request.starts_with("GET http://api.invalid/pets HTTP/1.1\r\nHost: api.invalid\r\n"),
        "{request}"
    );
    assert!(
        request.contains("\r\nProxy-Authorization: Basic dXNlcjpzZWNyZXQ=\r\n"),
        "{request}"
    );
}

#[test]
fn a_request_over_https_goes_through_a_tunnel() {
    let (pem, server) = tls::start();
    let file = TestFile::new("fetch-proxied.pem", pem);
    let proxy = tunnel_to(server.port());
    let fetch = [
        "fetch",
        "-o",
        PAGE,
        "--cacert",
        file.path(),
        "--proxy",
        &proxy,
    ];
    let output = run(&[&fetch[..], &["https://localhost:8443/"]].concat());
    assert_eq!(stdout(&output), "over TLS", "{}", stderr(&output));
    assert!(server.request(0).contains("\r\nHost: localhost:8443\r\n"));
}

#[test]
fn a_proxy_that_stands_in_the_way_is_named() {
    let refusal = answer("407 Proxy Authentication Required", "", "");
    let server = Server::start([refusal]);
    let proxy = format!("http://localhost:{}", server.port());
    let output = run(&[
        "fetch",
        "-o",
        PAGE,
        "--proxy",
        &proxy,
        "https://api.invalid/",
    ]);
    assert_eq!(
        stderr(&output),
        format!(
            "unreachable: the proxy {proxy} opens no tunnel: \
             it asks for credentials (407) (transport/proxy-refused)\n"
        )
    );
    assert_eq!(output.status.code(), Some(3));

    let proxy = nobody();
    let output = run(&[
        "fetch",
        "-o",
        PAGE,
        "--proxy",
        &proxy,
        "https://api.invalid/",
    ]);
    let message = format!(
        "unreachable: the proxy {} cannot be reached: no connection could be made: connection refused",
        proxy.trim_end_matches('/')
    );
    assert!(stderr(&output).starts_with(&message), "{}", stderr(&output));
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn a_proxy_that_is_none_is_misuse_and_its_password_is_not_repeated() {
    let proxy = "socks5://user:secret@localhost:1080";
    let output = run(&[
        "fetch",
        "-o",
        PAGE,
        "--proxy",
        proxy,
        "https://api.invalid/",
    ]);
    assert_eq!(
        stderr(&output),
        "error: --proxy: a proxy is spoken to over `http`, not over `socks5`; \
         it carries https all the same\n\
         help: write it as http://proxy.example:3128\n"
    );
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn the_environment_names_no_proxy() {
    let server = Server::start([answer("200 OK", &allow(PAGE), "direct")]);
    let mut command = corsac(&["fetch", "-o", PAGE, &server.url("/")]);
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        command.env(name, nobody());
    }
    let output = command.output().unwrap();
    assert_eq!(stdout(&output), "direct", "{}", stderr(&output));
}

/// The URL of a proxy whose one tunnel leads to a port of this machine, whatever is asked for.
fn tunnel_to(port: u16) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            client.read_exact(&mut byte).unwrap();
            head.extend(byte);
        }
        assert!(head.starts_with(b"CONNECT localhost:8443 HTTP/1.1\r\n"));
        let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        let mut ways = (client.try_clone().unwrap(), server.try_clone().unwrap());
        thread::spawn(move || io::copy(&mut ways.0, &mut ways.1));
        // Its end is the client's to see.
        let _ = io::copy(&mut server, &mut client);
    });
    url
}
