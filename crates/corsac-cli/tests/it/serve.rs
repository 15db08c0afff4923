//! `corsac serve`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use crate::{Running, TestFile, run, run_with_stdin, stderr, stdout};

/// A server behind the gateway: a listener that the test answers on by hand.
struct Upstream(TcpListener);

impl Upstream {
    fn bind() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    /// A policy file with a route that leads here.
    fn config(&self, name: &str) -> TestFile {
        let address = self.0.local_addr().unwrap();
        let content = format!(
            "listen = '127.0.0.1:0'\n\
             [policy.shop]\nallow-origins = ['https://app.example']\n\
             [[route]]\npath = '/'\nupstream = 'http://{address}'\npolicy = 'shop'\n"
        );
        TestFile::new(name, content)
    }

    /// Takes a request, and gives the connection on which to answer it.
    fn request(&self) -> TcpStream {
        let (stream, _) = self.0.accept().unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap());
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            assert_ne!(lines.read_line(&mut line).unwrap(), 0);
        }
        stream
    }
}

/// A request of a page through the gateway.
fn request(address: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = "GET /pets HTTP/1.1\r\nhost: shop\r\norigin: https://app.example\r\n\
                connection: close\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

fn answer(mut stream: TcpStream) {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\npets";
    stream.write_all(head.as_bytes()).unwrap();
}

/// Starts the gateway, and waits until it listens.
fn serve(arguments: &[&str]) -> (Running, String) {
    let mut running = Running::start(arguments);
    let address = running.wait_for_note("listening on http://");
    (running, address)
}

#[test]
fn it_serves_by_the_policy_file() {
    let upstream = Upstream::bind();
    let config = upstream.config("serve.toml");
    let (_running, address) = serve(&["serve", "-c", config.path()]);
    let mut client = request(&address);
    answer(upstream.request());
    let mut response = String::new();
    client.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
    assert!(response.contains("access-control-allow-origin: https://app.example\r\n"));
    assert!(response.ends_with("\r\n\r\npets"), "{response}");
}

#[test]
fn a_signal_lets_requests_under_way_finish() {
    for signal in ["TERM", "INT"] {
        let upstream = Upstream::bind();
        let config = upstream.config(&format!("drain-{signal}.toml"));
        let (mut running, address) = serve(&["serve", "-c", config.path()]);
        let mut client = request(&address);
        let under_way = upstream.request();
        running.signal(signal);
        running.wait_for_note("finishing the requests under way");
        answer(under_way);
        let mut response = String::new();
        client.read_to_string(&mut response).unwrap();
        assert!(response.ends_with("\r\n\r\npets"), "{response}");
        assert_eq!(running.wait().code(), Some(0));
        TcpStream::connect(address).unwrap_err();
    }
}

#[test]
fn a_second_signal_cuts_requests_off() {
    let upstream = Upstream::bind();
    let config = upstream.config("cut-off.toml");
    let (mut running, address) = serve(&["serve", "-c", config.path()]);
    let _client = request(&address);
    let _under_way = upstream.request();
    running.signal("INT");
    running.wait_for_note("finishing the requests under way");
    running.signal("INT");
    assert_eq!(running.wait().code(), Some(1));
}

#[test]
fn an_access_log_has_a_line_for_each_request() {
    let upstream = Upstream::bind();
    let config = upstream.config("access-log.toml");
    let (mut running, address) = serve(&["serve", "--access-log", "-c", config.path()]);
    let mut client = TcpStream::connect(&address).unwrap();
    let head = "OPTIONS /pets?page=2 HTTP/1.1\r\nhost: shop\r\norigin: https://evil.example\r\n\
                access-control-request-method: PUT\r\n\r\n";
    client.write_all(head.as_bytes()).unwrap();
    let line = running.wait_for_note("2");
    let (_time, line) = line.split_once(' ').unwrap();
    let start = "127.0.0.1 OPTIONS /pets?page=2 403 by=policy cors=refused \
                 refusal=origin-not-allowed origin=https://evil.example requested-method=PUT \
                 host=shop route=/ bytes=0 ";
    assert!(line.starts_with(start), "{line}");
}

#[test]
fn a_file_with_mistakes_is_shown_and_not_served() {
    let config = TestFile::new("mistakes.toml", "[[route]]\npath = 'v1'\nupstream = 'x'\n");
    let output = run(&["serve", "-c", config.path()]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stdout(&output), "");
    assert!(stderr(&output).contains("error[path-missing-slash]: "));
    assert!(stderr(&output).contains("error[upstream-missing-scheme]: "));
    assert!(stderr(&output).ends_with(" has 2 mistakes: nothing is served\n"));
}

#[test]
fn doubts_are_shown_before_it_listens() {
    let config = "listen = '127.0.0.1:0'\n[policy.a]\nallow-origins = ['https://app.example']\n\
                  [[route]]\npath = '/'\nupstream = 'http://127.0.0.1:1'\n";
    let config = TestFile::new("doubts.toml", config);
    let mut running = Running::start(&["serve", "-c", config.path()]);
    running.wait_for_note("warning[policy-unused]: ");
    running.wait_for_note("listening on http://");
}

#[test]
fn the_default_file_is_corsac_toml_here() {
    let output = run(&["serve"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).starts_with("error: cannot read corsac.toml: "));
}

#[test]
fn a_taken_port_is_named_with_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let config = format!(
        "listen = '{address}'\nroute = [{{ path = '/', upstream = 'http://127.0.0.1:1' }}]\n"
    );
    let config = TestFile::new("taken.toml", config);
    let output = run(&["serve", "-c", config.path()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).starts_with(&format!("error: cannot listen on {address}: ")));
    assert!(stderr(&output).contains("\nhelp: end the program that listens there"));
}

#[test]
fn check_reports_and_serves_nothing() {
    let route = "route = [{ path = '/', upstream = 'http://127.0.0.1:1' }]\n";
    let output = run_with_stdin(&["serve", "--check", "-c", "-"], route);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(stdout(&output), "<stdin>: valid\n");
    let output = run_with_stdin(&["serve", "--check", "-c", "-"], "x = 1");
    assert_eq!(output.status.code(), Some(2));
    assert!(stdout(&output).ends_with("<stdin>: 2 errors\n"));
}

#[test]
fn check_reports_certificates_beside_all_that_is_doubtful() {
    let config = "[policy.a]\nallow-origins = ['https://app.example']\n\
                  [[tls]]\ncertificate = 'no-such.pem'\nkey = 'no-such.key'\n\
                  [[route]]\npath = '/'\nupstream = 'http://127.0.0.1:1'\n";
    let file = TestFile::new("doubts-and-certificates.toml", config);
    let directory = file.0.parent().unwrap().display();
    let output = run(&["serve", "--check", "-c", file.path()]);
    assert_eq!(output.status.code(), Some(2));
    let shown = stdout(&output);
    assert!(shown.starts_with("warning[policy-unused]: "), "{shown}");
    let end = format!(
        "\n\nerror[certificate-unreadable]: {directory}/no-such.pem: there is no such file\n\n\
         error[certificate-unreadable]: {directory}/no-such.key: there is no such file\n\n\
         {}: 2 errors, 1 warning\n",
        file.path()
    );
    assert!(shown.ends_with(&end), "{shown}");
    assert_eq!(stderr(&output), "");
    let output = run_with_stdin(&["serve", "--check", "-c", "-"], config);
    assert!(stdout(&output).ends_with("<stdin>: 2 errors, 1 warning\n"));
}

#[test]
fn check_says_too_what_nobody_would_be_told() {
    let config = "[policy.a]\nallow-origins = ['https://app.example']\nreport-only = 'b'\n\
                  [policy.b]\nallow-origins = ['https://app.example']\n\
                  [[route]]\npath = '/'\nupstream = 'http://127.0.0.1:1'\npolicy = 'a'\n";
    let output = run_with_stdin(&["serve", "--check", "-c", "-"], config);
    assert_eq!(output.status.code(), Some(0));
    let warning = "warning: `report-only` has no effect without `[admin]` or `[access-log]`";
    assert!(stderr(&output).starts_with(warning), "{}", stderr(&output));
}
