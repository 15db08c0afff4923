//! `corsac fetch`, against servers that answer what a test has written.

mod guide;
mod proxies;
mod reports;
mod server;
mod tls;

use crate::{TestFile, corsac, run, run_with_stdin, stderr, stdout};
use server::{Server, answer};

/// The origin of the page, of which nothing else is said.
const PAGE: &str = "http://localhost:3000";

fn allow(origin: &str) -> String {
    format!("Access-Control-Allow-Origin: {origin}\r\n")
}

#[test]
fn what_the_script_sees_goes_to_stdout() {
    let server = Server::start([answer("200 OK", &allow(PAGE), "three pets\n")]);
    let output = run(&["fetch", &server.url("/pets")]);
    assert_eq!(stdout(&output), "three pets\n");
    assert_eq!(
        stderr(&output),
        "the page is of http://localhost:3000; --origin sets another\n"
    );
    assert_eq!(output.status.code(), Some(0));
    let request = server.request(0);
    assert!(request.starts_with("GET /pets HTTP/1.1\r\n"), "{request}");
    assert!(
        request.contains("\r\nOrigin: http://localhost:3000\r\n"),
        "{request}"
    );
}

#[test]
fn a_script_sees_no_more_headers_than_are_exposed() {
    let headers =
        allow("*") + "X-Total: 3\r\nX-Page: 1\r\nAccess-Control-Expose-Headers: x-page\r\n";
    let server = Server::start([answer("200 Fine", &headers, "x")]);
    let url = server.url("/");
    let reads = ["--read", "x-page", "--read", "x-total", "--read", "etag"];
    let output = run(&[
        &["fetch", "-i", "-o", "https://app.example", &url],
        &reads[..],
    ]
    .concat());
    assert_eq!(
        stdout(&output),
        "200 Fine\ncontent-length: 1\nx-page: 1\n\nx"
    );
    assert_eq!(
        stderr(&output),
        "x-page: readable\n\
         x-total: hidden, the answer does not expose it\n\
         https://fetch.spec.whatwg.org/#concept-filtered-response-cors\n\
         etag: absent, the answer does not have it\n"
    );
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn what_is_blocked_is_not_printed_but_explained() {
    let server = Server::start([answer("200 OK", "", "secret")]);
    let output = run(&["fetch", "-o", PAGE, &server.url("/")]);
    assert_eq!(stdout(&output), "");
    assert_eq!(
        stderr(&output),
        "blocked: the response has no `Access-Control-Allow-Origin` \
         (cors-check/missing-allow-origin)\n\
         https://fetch.spec.whatwg.org/#concept-cors-check\n"
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_refused_preflight_keeps_the_request_from_being_sent() {
    let server = Server::start([answer("204 No Content", &allow(PAGE), "")]);
    let output = run(&[
        "fetch",
        "-o",
        PAGE,
        "-X",
        "PUT",
        "-d",
        "x",
        &server.url("/"),
    ]);
    assert_eq!(stdout(&output), "");
    assert!(
        stderr(&output).starts_with(
            "blocked: the preflight failed: `Access-Control-Allow-Methods` does not name the method \
             (preflight/method-not-allowed)\n"
        ),
        "{}",
        stderr(&output)
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(server.request(0).starts_with("OPTIONS / "));
    assert_eq!(server.n_requests(), 1);
}

#[test]
fn a_body_is_a_post_of_text_as_in_a_page() {
    let file = TestFile::new("fetch-body.txt", "from a file");
    let path = format!("@{}", file.path());
    for (data, body) in [
        ("as it is", "as it is"),
        (&path, "from a file"),
        ("@-", "from stdin"),
    ] {
        let server = Server::start([answer("200 OK", &allow(PAGE), "")]);
        let arguments = ["fetch", "-o", PAGE, "-d", data, &server.url("/")];
        let output = run_with_stdin(&arguments, "from stdin");
        assert_eq!(stderr(&output), "");
        let request = server.request(0);
        assert!(request.starts_with("POST / "), "{request}");
        assert!(
            request.contains("\r\nContent-Type: text/plain;charset=UTF-8\r\n"),
            "{request}"
        );
        assert!(request.ends_with(&format!("\r\n\r\n{body}")), "{request}");
    }
}

#[test]
fn a_redirect_to_another_origin_taints_the_next_one() {
    let last = Server::start([answer("200 OK", &allow("null"), "here")]);
    let location = format!("{}Location: {}\r\n", allow("*"), last.url("/last"));
    let first = Server::start([answer("302 Found", &location, "")]);
    let output = run(&["fetch", "-o", PAGE, &first.url("/first")]);
    assert_eq!(stdout(&output), "here", "{}", stderr(&output));
    assert!(last.request(0).contains("\r\nOrigin: null\r\n"));

    for (mode, code, note) in [
        (
            "error",
            1,
            "blocked: there was a redirect, which the mode excludes",
        ),
        (
            "manual",
            0,
            "allowed: the answer is a redirect, the page sees nothing of it",
        ),
    ] {
        let first = Server::start([answer("302 Found", &location, "")]);
        let output = run(&[
            "fetch",
            "-o",
            PAGE,
            "--redirect",
            mode,
            &first.url("/first"),
        ]);
        assert!(stderr(&output).starts_with(note), "{}", stderr(&output));
        assert_eq!(output.status.code(), Some(code));
    }
}

#[test]
fn a_cookie_goes_where_a_browser_would_send_it() {
    for (origin, credentials, is_sent) in [
        (PAGE, "--credentials", true),
        (PAGE, "--credentials=same-origin", false),
        ("https://elsewhere.example", "--credentials=include", false),
    ] {
        let headers = allow(origin) + "Access-Control-Allow-Credentials: true\r\n";
        let server = Server::start([answer("200 OK", &headers, "")]);
        let url = server.url("/");
        let output = run(&[
            "fetch",
            "-o",
            origin,
            credentials,
            "--cookie",
            "sid=1",
            &url,
        ]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let request = server.request(0);
        assert_eq!(
            request.contains("\r\nCookie: sid=1\r\n"),
            is_sent,
            "{origin} {credentials}"
        );
    }
}

#[test]
fn a_cookie_that_no_browser_keeps_is_misuse() {
    let cookie = "__Host-sid=1; Domain=localhost";
    let output = run(&[
        "fetch",
        "-o",
        PAGE,
        "--cookie",
        cookie,
        "http://localhost:3001/",
    ]);
    assert!(stderr(&output).starts_with("error: no browser keeps the cookie"));
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_server_that_is_not_there_is_unreachable() {
    let url = server::nobody();
    for (arguments, note) in [
        (
            &["fetch", "-o", PAGE, &url][..],
            "unreachable: no connection could be made: connection refused",
        ),
        (
            &["fetch", "-o", PAGE, "-X", "PUT", &url],
            "unreachable: the preflight failed: no connection could be made: connection refused",
        ),
    ] {
        let output = run(arguments);
        assert!(stderr(&output).starts_with(note), "{}", stderr(&output));
        assert_eq!(stdout(&output), "");
        assert_eq!(output.status.code(), Some(3));
    }
}

#[test]
fn a_body_that_ends_early_is_unreachable_too() {
    let start = format!(
        "HTTP/1.1 200 OK\r\n{}Content-Length: 100\r\n\r\nhalf",
        allow(PAGE)
    );
    let server = Server::start([start]);
    let output = run(&["fetch", "-o", PAGE, &server.url("/")]);
    assert_eq!(stdout(&output), "half");
    assert!(
        stderr(&output).starts_with("error: the body is not complete"),
        "{}",
        stderr(&output)
    );
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn a_request_that_no_script_can_make_is_misuse() {
    let url = "http://localhost:3001/";
    for (arguments, message) in [
        (
            &["-H", "bad name: x", url][..],
            "error: header 0 is not a header: its name or value is illegal (request/header)\nhelp: look at `bad name: x`\n",
        ),
        (
            &["-H", "no colon", url],
            "error: invalid value 'no colon' for '--header <NAME: VALUE>': a header is written `NAME: VALUE`\n",
        ),
        (
            &["-X", "CONNECT", url],
            "error: the method is forbidden: CONNECT, TRACE and TRACK are (request/forbidden-method)\n",
        ),
        (
            &["-X", "GET", "-d", "x", url],
            "error: a GET or HEAD request has no body (request/body-with-get-or-head)\nhelp: leave -d out, or say -X POST\n",
        ),
        (
            &["--timeout", "10", url],
            "error: invalid value '10' for '--timeout <TIME>': a time is written as 500ms, 10s or 2m\n",
        ),
        (
            &["localhost:3001/pets"],
            "error: `localhost:3001/pets` has no scheme (url-without-scheme)\nhelp: did you mean http://localhost:3001/pets?\n",
        ),
        (
            &["http://"],
            "error: the URL cannot be parsed (request/url)\nhelp: write it as https://api.example/pets\n",
        ),
        (
            &["-o", "https://app.example/x", url],
            "error: `https://app.example/x` is not the origin of a page\nhelp: an origin has no more than scheme, host and port: https://app.example\n",
        ),
    ] {
        let output = run(&[&["fetch"], arguments].concat());
        assert!(stderr(&output).contains(message), "{}", stderr(&output));
        assert_eq!(output.status.code(), Some(2));
    }
}

#[test]
fn a_header_that_no_script_can_set_is_left_out() {
    let server = Server::start([answer("200 OK", &allow(PAGE), "")]);
    let output = run(&["fetch", "-o", PAGE, "-H", "Cookie: a=b", &server.url("/")]);
    assert_eq!(
        stderr(&output),
        "no script can set `Cookie` so: it is left out\n"
    );
    assert!(!server.request(0).contains("Cookie"));
}

#[test]
fn an_opaque_answer_is_allowed_and_empty() {
    let server = Server::start([answer("200 OK", "", "secret")]);
    let output = run(&[
        "fetch",
        "-i",
        "-o",
        PAGE,
        "--mode",
        "no-cors",
        &server.url("/"),
    ]);
    assert_eq!(stdout(&output), "0\n\n");
    assert_eq!(
        stderr(&output),
        "allowed: the answer is opaque, the page sees nothing of it\n"
    );
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn engines_differ() {
    let headers = allow(PAGE) + "Access-Control-Allow-Headers: *\r\n";
    for (browser, code) in [("spec", 1), ("chromium", 0), ("firefox", 0), ("webkit", 0)] {
        let server = Server::start([
            answer("200 OK", &headers, ""),
            answer("200 OK", &headers, ""),
        ]);
        let token = "Authorization: Bearer x";
        let url = server.url("/");
        let output = run(&["fetch", "-o", PAGE, "--browser", browser, "-H", token, &url]);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{browser}: {}",
            stderr(&output)
        );
    }
}

#[test]
fn a_page_from_the_internet_needs_a_permission_for_this_machine() {
    let page = [
        "fetch",
        "-o",
        "https://app.example",
        "--page-address",
        "203.0.113.7",
    ];
    for (options, code) in [
        (&["--browser", "chromium"][..], 1),
        (&["--browser", "chromium", "--local-network", "denied"], 1),
        (&["--browser", "chromium", "--local-network", "granted"], 0),
        (&["--browser", "firefox"], 0),
    ] {
        let server = Server::start([answer("200 OK", &allow("*"), "")]);
        let url = server.url("/");
        let output = run(&[&page, options, &[&url]].concat());
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        assert_eq!(server.n_requests(), usize::from(code == 0));
    }
}

#[test]
fn a_host_leads_where_the_user_says() {
    let page = "http://app.example";
    let server = Server::start([answer("200 OK", &allow(page), "found")]);
    let port = server.port();
    let resolve = format!("api.example:{port}:127.0.0.1");
    let url = format!("http://api.example:{port}/");
    let output = run(&["fetch", "-o", page, "--resolve", &resolve, &url]);
    assert_eq!(stdout(&output), "found", "{}", stderr(&output));
}

#[test]
fn what_only_the_standard_blocks_is_said_to_be_so() {
    let server = Server::start([answer("200 OK", &allow(PAGE), "found")]);
    let port = server.port();
    let resolve = format!("api.example:{port}:127.0.0.1");
    let url = format!("http://api.example:{port}/");
    let fetch = ["fetch", "-o", PAGE, "--resolve", &resolve, &url];
    let output = run(&fetch);
    assert_eq!(
        stderr(&output),
        "blocked: a secure page cannot fetch over http (mixed-content)\n\
         https://fetch.spec.whatwg.org/#concept-main-fetch\n\
         help: to the standard this page is secure, to browsers it is not: see --browser\n"
    );
    assert_eq!(output.status.code(), Some(1));
    let output = run(&[&fetch[..], &["--browser", "firefox"]].concat());
    assert_eq!(stdout(&output), "found", "{}", stderr(&output));
}

#[test]
fn a_server_that_compresses_unasked_is_told_of() {
    let headers = allow(PAGE) + "Content-Encoding: gzip\r\n";
    let server = Server::start([answer("200 OK", &headers, "squeezed")]);
    let output = run(&["fetch", "-o", PAGE, &server.url("/")]);
    assert_eq!(stdout(&output), "squeezed");
    assert_eq!(
        stderr(&output),
        "the body is printed as it came, which is in gzip\n"
    );
    let request = server.request(0);
    assert!(request.contains("\r\nAccept-Encoding: identity\r\n"));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_reader_who_goes_away_ends_the_fetch() {
    use std::process::Stdio;
    let body = "x".repeat(4 * 1024 * 1024);
    let server = Server::start([answer("200 OK", &allow(PAGE), &body)]);
    let mut command = corsac(&["fetch", "-o", PAGE, &server.url("/")]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(stderr(&output), "");
    assert_eq!(output.status.code(), Some(0));
}
