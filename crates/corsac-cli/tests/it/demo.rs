//! `corsac demo`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;

use crate::{Running, corsac};

/// What the demo prints until it says how it ends.
fn greeting(running: &mut Running) -> String {
    let mut greeting = String::new();
    let mut stdout = BufReader::new(running.child.stdout.as_mut().unwrap());
    while !greeting.contains("Ctrl-C") {
        assert_ne!(stdout.read_line(&mut greeting).unwrap(), 0, "{greeting}");
    }
    greeting
}

/// The address in the line of a part.
fn address(greeting: &str, part: &str) -> String {
    let line = greeting
        .lines()
        .find(|line| line.trim_start().starts_with(part))
        .unwrap();
    let url = line.split_whitespace().nth(1).unwrap();
    url.strip_prefix("http://").unwrap().to_owned()
}

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}

#[test]
fn it_says_what_to_open_and_serves_it() {
    let mut running = Running::start(&["demo", "--port", "0"]);
    let greeting = greeting(&mut running);
    let page = address(&greeting, "page");
    assert!(
        greeting.contains(&format!("\nOpen http://{page} in a browser.")),
        "{greeting}"
    );
    assert!(get(&page, "/").starts_with("HTTP/1.1 200 OK\r\n"));
    for part in ["API", "gateway"] {
        assert!(get(&address(&greeting, part), "/").starts_with("HTTP/1.1 "));
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it() {
    let mut running = Running::start(&["demo", "--port", "0"]);
    greeting(&mut running);
    running.signal("INT");
    running.wait_for_note("ending the demo");
    assert_eq!(running.wait().code(), Some(0));
}

#[test]
fn it_says_that_a_port_was_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().min(65533).to_string();
    let mut running = Running::start(&["demo", "--port", &port]);
    let rest = running.wait_for_note(&format!("port {port} is taken: the page has port "));
    assert_ne!(rest, port);
    assert!(address(&greeting(&mut running), "page").ends_with(&rest));
}

#[test]
fn a_port_that_leaves_no_room_for_the_next_two_is_refused() {
    let mut command = corsac(&["demo", "--port", "65534"]);
    let status = command.stderr(Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(2));
}
