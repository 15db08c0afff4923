//! What a server sends without end takes no memory.

use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use allocation_counter::measure;
use corsac_fetch::client::ClientOptions;

use super::{codes, get, run};

/// What a check may have in memory at once: a few times what is read of the heads of its four
/// answers. What the servers send is 256 times that.
const MOST: u64 = 4 * 1024 * 1024;

/// How much a server sends if nobody stops it.
const GIBIBYTE: usize = 1024 * 1024 * 1024;

/// Checks a server that sends this, and then the rest again and again, up to a gibibyte.
fn check(start: &'static str, rest: &'static str, found: &[&str]) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // It ends when the check hangs up.
            thread::spawn(move || send(stream, start, rest));
        }
    });
    let info = measure(|| {
        let report = run(get().probe(url.clone()), &ClientOptions::default());
        assert_eq!(codes(&report), found, "{:#?}", report.findings);
    });
    assert!(info.bytes_max < MOST, "{}", info.bytes_max);
}

fn send(mut stream: TcpStream, start: &str, rest: &str) -> io::Result<()> {
    stream.write_all(start.as_bytes())?;
    let much = rest.repeat(64 * 1024 / rest.len());
    for _ in 0..GIBIBYTE / much.len() {
        stream.write_all(much.as_bytes())?;
    }
    Ok(())
}

#[test]
fn a_body_of_a_gibibyte() {
    check(
        "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 1073741824\r\n\r\n",
        "x",
        &[],
    );
}

#[test]
fn a_body_that_never_ends() {
    check(
        "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nTransfer-Encoding: chunked\r\n\r\n",
        "1\r\nx\r\n",
        &[],
    );
    check(
        "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n\r\n",
        "x",
        &[],
    );
}

#[test]
fn an_error_that_never_ends() {
    let found = ["server-error", "no-allow-origin-on-error"];
    check("HTTP/1.1 500 Oops\r\n\r\n", "x", &found);
}

#[test]
fn a_head_that_never_ends() {
    check("HTTP/1.1 200 OK\r\n", "X: x\r\n", &["head-too-large"]);
    check("HTTP/1.1 200 OK\r\nX: ", "x", &["head-too-large"]);
}

#[test]
fn no_head_that_never_ends() {
    check("", "x", &["not-http"]);
}

#[test]
fn a_preface_that_never_ends() {
    check("", "HTTP/1.1 103 Early Hints\r\n\r\n", &["not-http"]);
}

#[test]
fn a_redirect_with_a_body_that_never_ends() {
    let head = "HTTP/1.1 302 Found\r\nAccess-Control-Allow-Origin: *\r\nLocation: /\r\n\r\n";
    check(head, "x", &["redirect-loop"]);
}
