//! The access log of `corsac serve`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::{Running, TestFile};

fn config(name: &str, format: &str) -> TestFile {
    let content = format!(
        "listen = '127.0.0.1:0'\nh2c = true\n[admin]\nlisten = '127.0.0.1:0'\n\
         [access-log]\nformat = '{format}'\noutput = 'stdout'\n\
         [policy.live]\nallow-origins = ['https://app.example']\nreport-only = 'next'\n\
         [policy.next]\nallow-origins = ['https://new.example']\n\
         [[route]]\npath = '/v1'\nupstream = 'http://127.0.0.1:1'\npolicy = 'live'\n"
    );
    TestFile::new(name, content)
}

/// Sends requests over one connection, and reads what comes until it is closed.
fn exchange(address: &str, requests: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(requests).unwrap();
    let mut response = Vec::new();
    stream.read_to_end(&mut response).unwrap();
    String::from_utf8_lossy(&response).into_owned()
}

/// The line of the log that one request makes.
fn line_of(name: &str, format: &str, request: &[u8]) -> String {
    let config = config(name, format);
    let mut running = Running::start(&["serve", "-c", config.path()]);
    let address = running.wait_for_note("listening on http://");
    exchange(&address, request);
    first_line(&mut running)
}

fn first_line(running: &mut Running) -> String {
    let mut lines = BufReader::new(running.child.stdout.take().unwrap());
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    line
}

#[test]
fn a_line_is_an_object() {
    let request = b"OPTIONS /v1/pets?page=2 HTTP/1.1\r\nhost: shop\r\n\
        origin: https://new.example\r\naccess-control-request-method: PUT\r\n\
        access-control-request-headers: x-one\r\n\
        traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\
        connection: close\r\n\r\n";
    let line = line_of("access-log-json.toml", "json", request);
    let mut object: Value = serde_json::from_str(&line).unwrap();
    for key in ["time", "duration_ms"] {
        let value = object.as_object_mut().unwrap().remove(key).unwrap();
        assert!(value.is_string() || value.is_f64(), "{key}: {value}");
    }
    let expected = json!({
        "client": "127.0.0.1",
        "method": "OPTIONS",
        "host": "shop",
        "target": "/v1/pets?page=2",
        "protocol": "HTTP/1.1",
        "status": 403,
        "bytes": 0,
        "ending": "whole",
        "route": "/v1",
        "upstream_ms": null,
        "answered_by": "policy",
        "failure": null,
        "origin": "https://new.example",
        "requested_method": "PUT",
        "requested_headers": "x-one",
        "cors": "refused",
        "refusal": "origin-not-allowed",
        "report_only": { "difference": "would-refuse-for", "refusal": "method-not-allowed" },
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    });
    assert_eq!(object, expected);
}

#[test]
fn a_request_of_http_2_is_written_as_others_are() {
    let config = config("access-log-h2.toml", "text");
    let mut running = Running::start(&["serve", "-c", config.path()]);
    let address = running.wait_for_note("listening on http://");
    let mut fields = Vec::new();
    for (name, value) in [
        (":method", "GET"),
        (":scheme", "http"),
        (":path", "/none?x=1"),
        (":authority", "shop.test"),
    ] {
        // A literal that is not indexed: the length of the name, the name, and the value likewise.
        fields.push(0);
        for text in [name, value] {
            fields.push(u8::try_from(text.len()).unwrap());
            fields.extend(text.as_bytes());
        }
    }
    let len = u8::try_from(fields.len()).unwrap();
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .write_all(&[&preface[..], &[0, 0, len, 1, 5, 0, 0, 0, 1], &fields].concat())
        .unwrap();
    let line = first_line(&mut running);
    let words: Vec<_> = line.split(' ').collect();
    assert_eq!(words[2..5], ["GET", "/none?x=1", "404"], "{line}");
    assert!(words.contains(&"host=shop.test"), "{line}");
}

#[test]
fn a_failure_of_the_gateway_is_named() {
    let request = b"GET /v1 HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n";
    let line = line_of("access-log-failure.toml", "text", request);
    let expected = " GET /v1 502 by=gateway failure=upstream-unreachable host=shop route=/v1 ";
    assert!(line.contains(expected), "{line}");
}

#[test]
fn a_terminal_that_shows_the_log_does_nothing_else() {
    let request = b"GET /v2/\xc3\xa9 HTTP/1.1\r\nhost: a\x80\xff cors=allowed\r\n\
        origin: \x9b31m\tred\r\nconnection: close\r\n\r\n";
    for format in ["text", "json"] {
        let name = format!("access-log-escapes-{format}.toml");
        let line = line_of(&name, format, request);
        let line = line.strip_suffix('\n').unwrap();
        let is_printable = |byte: u8| (b' '..=b'~').contains(&byte);
        assert!(line.bytes().all(is_printable), "{line:?}");
        assert!(!line.contains(" cors=allowed"), "{line}");
    }
}

#[test]
fn a_time_is_one_of_rfc_3339() {
    let request = b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let line = line_of("access-log-time.toml", "text", request);
    let (time, _) = line.split_once(' ').unwrap();
    let shape: String = time
        .chars()
        .map(|it| if it.is_ascii_digit() { '0' } else { it })
        .collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000Z");
    let output = std::process::Command::new("date")
        .args(["-u", "+%F", "-d", time])
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).trim_end(),
        &time[..10]
    );
}

#[test]
fn nobody_waits_for_a_reader_who_does_not_read() {
    let config = config("access-log-stalled.toml", "json");
    let mut running = Running::start(&["serve", "-c", config.path()]);
    let address = running.wait_for_note("listening on http://");
    let admin = running.wait_for_note("admin on http://");
    // More lines than a pipe and the queue take.
    let path = "x".repeat(1000);
    let get = format!("GET /{path} HTTP/1.1\r\nhost: a\r\n\r\n").repeat(12_000);
    let last = "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let mut stream = TcpStream::connect(&address).unwrap();
    let mut answers = BufReader::new(stream.try_clone().unwrap());
    let writer = std::thread::spawn(move || stream.write_all((get + last).as_bytes()).unwrap());
    let mut read = String::new();
    answers.read_to_string(&mut read).unwrap();
    writer.join().unwrap();
    assert_eq!(read.matches("HTTP/1.1 404 ").count(), 12_001);
    let metrics = exchange(
        &admin,
        b"GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
    );
    let dropped = metrics
        .lines()
        .find_map(|it| it.strip_prefix("corsac_access_log_lines_dropped_total "))
        .unwrap();
    let n_dropped: usize = dropped.parse().unwrap();
    assert!(n_dropped > 0);
    // Who reads on is told what is missing, and the rest is there.
    let mut stdout = running.child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        stdout.read_to_string(&mut text).unwrap();
        text.lines().count()
    });
    let note = "warning: the access log did not keep up: ";
    let rest = running.wait_for_note(note);
    assert_eq!(rest, format!("{n_dropped} lines are missing"));
    running.signal("TERM");
    assert_eq!(running.wait().code(), Some(0));
    assert_eq!(reader.join().unwrap(), 12_001 - n_dropped);
}
