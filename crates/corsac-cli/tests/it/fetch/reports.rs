//! What `-v` and `--json` say.

use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};

use serde_json::{Value, json};

use super::server::{Server, answer};
use super::{PAGE, allow};
use crate::{Running, corsac, run, stderr, stdout};

#[test]
fn the_trace_has_every_step_and_marks_the_bytes_that_are_wrong() {
    let headers = allow(PAGE) + "Access-Control-Allow-Methods: GET, put\r\n";
    let server = Server::start([answer("204 No Content", &headers, "")]);
    let url = server.url("/");
    let output = run(&["fetch", "-v", "-o", PAGE, "-X", "PUT", &url]);
    let expected = format!(
        "\
* the URL is of another origin, or one on the way was, so the page may see what CORS lets it see (cors) [#concept-main-fetch 12]
* a preflight is needed: the method `PUT` is not CORS-safelisted [#concept-http-fetch 4.1]
* the preflight is sent without credentials [#cors-preflight-fetch-0 6]
> OPTIONS {url}
> Accept: */*
> Access-Control-Request-Method: PUT
> Referer: http://localhost:3000/
> Origin: http://localhost:3000
> Sec-Fetch-Dest: empty
> Sec-Fetch-Mode: cors
> Sec-Fetch-Site: same-site
> User-Agent: Mozilla/5.0 (compatible; corsac/{})
> Accept-Encoding: identity
* its answer comes [#cors-preflight-fetch-0 6]
< 204 No Content
< Access-Control-Allow-Origin: http://localhost:3000
< Access-Control-Allow-Methods: GET, put
< Content-Length: 0
< Connection: close
* `access-control-allow-origin: http://localhost:3000` is as needed [#concept-cors-check 4]
! `access-control-allow-methods` does not fit; needed: `PUT` [#cors-preflight-fetch-0 7.5]
| GET, put
|      ^^^
* what earlier preflights allowed is forgotten [#concept-cache-clear 1]
! the preflight failed: `Access-Control-Allow-Methods` does not name the method (preflight/method-not-allowed) [#cors-preflight-fetch-0 7.5]
blocked: the preflight failed: `Access-Control-Allow-Methods` does not name the method (preflight/method-not-allowed)
https://fetch.spec.whatwg.org/#cors-preflight-fetch-0
",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(stderr(&output), expected);
    assert_eq!(stdout(&output), "");
}

#[test]
fn a_step_is_told_when_it_is_taken() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let mut running = Running::start(&["fetch", "-v", "-o", PAGE, "--read", "x-a", &url]);
    let (mut stream, _) = listener.accept().unwrap();
    running.wait_for_note("* the request is sent without credentials");
    assert_eq!(running.wait_for_note("> GET "), url);
    // Only now does the server answer.
    let answer = answer("200 OK", &allow(PAGE), "");
    stream.write_all(answer.as_bytes()).unwrap();
    running.wait_for_note("< 200 OK");
    running.wait_for_note("allowed: ");
    assert!(running.wait().success());
}

#[test]
fn carets_stand_under_what_is_wrong_whatever_the_bytes() {
    for (value, shown, carets) in [
        (
            "http://localhost:3000/",
            "http://localhost:3000/",
            "                     ^",
        ),
        (
            "http://localhost:3O00",
            "http://localhost:3O00",
            "                  ^^^",
        ),
        (
            "http://localhost:3000\u{e9}",
            "http://localhost:3000\\xc3\\xa9",
            "                     ^^^^^^^^",
        ),
        ("*x", "*x", "^^"),
    ] {
        let server = Server::start([answer("200 OK", &allow(value), "")]);
        let output = run(&["fetch", "-v", "-o", PAGE, &server.url("/")]);
        let expected = format!("\n| {shown}\n| {carets}\n");
        assert!(stderr(&output).contains(&expected), "{}", stderr(&output));
    }
}

#[test]
fn an_allowed_outcome_is_one_object() {
    let headers =
        allow(PAGE) + "ETag: \"\u{e9}\"\r\nX: 1\r\nx: 2\r\nAccess-Control-Expose-Headers: x\r\n";
    let server = Server::start([answer("200 OK", &headers, "\u{feff}hello")]);
    let url = server.url("/");
    let output = run(&["fetch", "--json", "-o", PAGE, &url]);
    assert_eq!(stderr(&output), "");
    let report: Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(stdout(&output).matches('\n').count(), 1);
    assert_eq!(report["schema"], "corsac.fetch/1");
    assert_eq!(report["outcome"], "allowed");
    assert_eq!(report["error"], Value::Null);
    assert_eq!(
        report["readable"],
        json!({
            "type": "cors",
            "url": url,
            "redirected": false,
            "status": 200,
            "status_text": "OK",
            "headers": [["content-length", "8"], ["x", "1, 2"]],
            "body": "hello",
        })
    );
    let exchange = &report["exchanges"][0];
    assert_eq!(exchange["purpose"], "request");
    assert_eq!(exchange["sent"]["method"], "GET");
    assert_eq!(
        exchange["received"]["headers"][1],
        json!(["ETag", "\"\u{c3}\u{a9}\""])
    );
    assert_eq!(exchange["received"]["headers"][3], json!(["X", "2"]));
    let events: Vec<&Value> = report["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["event"])
        .collect();
    assert_eq!(
        events,
        ["tainted", "sent", "received", "compared", "shared"]
    );
}

#[test]
fn a_blocked_outcome_names_the_rule_and_the_bytes() {
    let server = Server::start([answer("200 OK", &allow("http://localhost:3000/"), "secret")]);
    let output = run(&["fetch", "--json", "-o", PAGE, &server.url("/")]);
    let report: Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(report["outcome"], "blocked");
    assert_eq!(report["readable"], Value::Null);
    assert_eq!(report["error"]["code"], "cors-check/allow-origin-mismatch");
    assert_eq!(
        report["error"]["spec"],
        "https://fetch.spec.whatwg.org/#concept-cors-check"
    );
    assert_eq!(
        report["events"][3],
        json!({
            "event": "compared",
            "spec": "https://fetch.spec.whatwg.org/#concept-cors-check",
            "step": "4",
            "exchange": 0,
            "header": "access-control-allow-origin",
            "received": "http://localhost:3000/",
            "expected": "http://localhost:3000",
            "span": [21, 22],
            "holds": false,
        })
    );
}

#[test]
fn an_unreachable_server_is_an_outcome_too() {
    let output = run(&["fetch", "--json", "-o", PAGE, &super::server::nobody()]);
    let report: Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(report["outcome"], "unreachable");
    assert_eq!(report["exchanges"][0]["received"], Value::Null);
    assert_eq!(output.status.code(), Some(3));
}

#[cfg(target_os = "linux")]
#[test]
fn a_trace_has_colours_on_a_terminal_unless_the_user_wants_none() {
    for (value, is_coloured) in [("", true), ("1", false)] {
        let server = Server::start([answer("200 OK", "", "")]);
        let command = format!(
            "'{}' fetch -v {}",
            env!("CARGO_BIN_EXE_corsac"),
            server.url("/")
        );
        let output = std::process::Command::new("script")
            .args(["--quiet", "--return", "--command", &command, "/dev/null"])
            .env("TERM", "xterm")
            .env("NO_COLOR", value)
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        assert!(
            stdout(&output).contains("GET http://"),
            "{}",
            stdout(&output)
        );
        assert_eq!(
            stdout(&output).contains('\u{1b}'),
            is_coloured,
            "NO_COLOR={value}"
        );
    }
    let server = Server::start([answer("200 OK", "", "")]);
    let output = corsac(&["fetch", "-v", &server.url("/")]).output().unwrap();
    assert!(!stderr(&output).contains('\u{1b}'));
}
