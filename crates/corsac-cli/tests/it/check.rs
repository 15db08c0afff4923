//! `corsac check`, against servers that answer the same whoever asks.

mod expectations;
#[cfg(unix)]
mod gateway;
mod proxies;
mod readme;
mod server;

use serde_json::Value;

use crate::{run, run_with_stdin, stderr, stdout};
use server::Server;

const PAGE: &str = "https://app.example";
const ALLOWED_WITH_SLASH: &str = "Access-Control-Allow-Origin: https://app.example/\r\n";
const ALLOWED: &str = "Access-Control-Allow-Origin: https://app.example\r\n";

/// Runs `corsac check` from the page against a server, with more arguments.
fn check(server: &Server, arguments: &[&str]) -> std::process::Output {
    let url = server.url("/pets");
    run(&[&["check", "-o", PAGE, &url], arguments].concat())
}

/// What is printed, without the port and the time, which are never the same.
fn plain(text: &str, server: &Server) -> String {
    let text = text.replace(&server.port().to_string(), "PORT");
    let (start, rest) = text.split_once("  (").unwrap();
    let (_, end) = rest.split_once(" ms").unwrap();
    format!("{start}  (N ms{end}")
}

#[test]
fn the_fault_and_the_fix_are_printed() {
    let server = Server::start("200 OK", &format!("{ALLOWED_WITH_SLASH}Server: nginx\r\n"));
    let output = check(&server, &["--browser", "chromium"]);
    let text = plain(stdout(&output), &server);
    let start = "\
BLOCKED  the allowed origin ends in a slash  (N ms, 6 requests)

1  request  FAIL
   > GET http://localhost:PORT/pets
   > Origin: https://app.example
   < 200 OK
   < Access-Control-Allow-Origin: https://app.example/

error[allow-origin-trailing-slash] The allowed origin ends in a slash
   request | access-control-allow-origin: https://app.example/
                                                             ^
   an origin has no slash after the host.
   An origin is a scheme, a host and perhaps a port, and nothing after it.
";
    assert!(text.starts_with(start), "{text}");
    assert!(
        text.contains("   nginx, nginx.conf (--stack sets another):\n"),
        "{text}"
    );
    assert!(
        text.contains(r#"    "~^https://app\.example$" $http_origin;"#),
        "{text}"
    );
    let end = "\
Chromium  blocked
          Access to fetch at 'http://localhost:PORT/pets' from origin 'https://app.example' has \
been blocked by CORS policy: The 'Access-Control-Allow-Origin' header has a value \
'https://app.example/' that is not equal to the supplied origin. Have the server send the header \
with a valid value.

BLOCKED  1 error, 1 remark
again: corsac check -o https://app.example http://localhost:PORT/pets --browser chromium
";
    assert!(text.ends_with(end), "{text}");
    assert_eq!(stderr(&output), "");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn what_is_allowed_is_quickly_said() {
    let server = Server::start("200 OK", ALLOWED);
    let output = check(&server, &[]);
    let text = plain(stdout(&output), &server);
    assert!(
        text.starts_with("ALLOWED  the page gets the answer  (N ms, 6 requests)\n"),
        "{text}"
    );
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn the_stack_can_be_named() {
    let server = Server::start("200 OK", ALLOWED_WITH_SLASH);
    let output = check(&server, &["--stack", "express"]);
    assert!(stdout(&output).contains("const cors = require('cors');"));
    let output = check(&server, &["--stack", "cobol"]);
    assert!(
        stderr(&output).contains("it is one of axum, "),
        "{}",
        stderr(&output)
    );
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_gateway_of_our_own_is_a_fix_without_doubts() {
    let server = Server::start("200 OK", ALLOWED_WITH_SLASH);
    let arguments = [
        "-X", "PUT", "-H", "X-One: 1", "--read", "etag", "-c", "--stack", "corsac",
    ];
    let output = check(&server, &[&arguments[..], &["--json"]].concat());
    let json: Value = serde_json::from_str(stdout(&output)).unwrap();
    let policy = json["findings"][0]["fix"]["snippet"].as_str().unwrap();
    let output = run_with_stdin(&["lint", "-"], policy);
    assert!(
        stdout(&output).ends_with(": valid\n"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn json_has_everything() {
    let server = Server::start("200 OK", ALLOWED_WITH_SLASH);
    let output = check(&server, &["--json", "-c", "--stack", "caddy"]);
    let json: Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(json["schema"], "corsac.check/1");
    assert_eq!(json["verdict"], "blocked");
    assert_eq!(json["request"]["credentials"], "include");
    assert_eq!(json["request"]["origin"], PAGE);
    assert_eq!(json["browsers"].as_array().unwrap().len(), 4);
    assert_eq!(json["browsers"][1]["browser"], "chromium");
    assert_eq!(json["steps"][0]["step"], "request");
    assert_eq!(json["steps"][0]["outcome"], "failed");
    assert_eq!(json["steps"][0]["received"]["status"], 200);
    assert_eq!(json["readable"], Value::Null);
    let finding = &json["findings"][0];
    assert_eq!(finding["code"], "allow-origin-trailing-slash");
    assert_eq!(finding["evidence"]["value"], "https://app.example/");
    assert_eq!(finding["evidence"]["span"], serde_json::json!([19, 20]));
    assert_eq!(finding["fix"]["stack"], "caddy");
    assert_eq!(json["findings"][1]["code"], "no-allow-credentials");
}

#[test]
fn sarif_has_a_rule_for_each_finding() {
    let server = Server::start("200 OK", ALLOWED_WITH_SLASH);
    let output = check(&server, &["--sarif", "-c"]);
    let json: Value = serde_json::from_str(stdout(&output)).unwrap();
    let run = &json["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in run["results"].as_array().unwrap() {
        assert!(rules.iter().any(|rule| rule["id"] == result["ruleId"]));
    }
    assert_eq!(run["results"][0]["level"], "error");
}

#[test]
fn junit_counts_what_failed() {
    let server = Server::start("200 OK", ALLOWED_WITH_SLASH);
    let output = check(&server, &["--junit", "--browser", "firefox"]);
    let xml = stdout(&output);
    assert!(xml.contains("tests=\"3\" failures=\"2\""), "{xml}");
    assert!(
        xml.contains("name=\"allow-origin-trailing-slash\"><failure"),
        "{xml}"
    );
}

#[test]
fn markdown_shows_the_bytes() {
    let server = Server::start("200 OK", ALLOWED_WITH_SLASH);
    let output = check(&server, &["--markdown"]);
    let text = "access-control-allow-origin: https://app.example/\n                                                ^\n";
    assert!(stdout(&output).contains(text), "{}", stdout(&output));
}

#[test]
fn curl_sends_the_same() {
    let server = Server::start("200 OK", ALLOWED);
    let output = check(&server, &["--as-curl", "-X", "PUT", "-d", "it's"]);
    let lines: Vec<&str> = stdout(&output).lines().collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(
        lines[0].starts_with("curl -i -X OPTIONS http://localhost:"),
        "{lines:?}"
    );
    assert!(
        lines[0].contains(" -H 'Access-Control-Request-Method: PUT'"),
        "{lines:?}"
    );
    let output = check(&server, &["--as-curl", "-d", "it's"]);
    assert!(
        stdout(&output).ends_with(" --data-binary $'it\\'s'\n"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn quiet_leaves_the_exit_code() {
    let server = Server::start("200 OK", ALLOWED_WITH_SLASH);
    let output = check(&server, &["-q"]);
    assert_eq!((stdout(&output), output.status.code()), ("", Some(1)));
}

#[test]
fn what_fails_can_be_set() {
    let server = Server::start(
        "200 OK",
        "Access-Control-Allow-Origin: *\r\nSet-Cookie: a=b; SameSite=None\r\n",
    );
    let output = check(&server, &["-q", "--mode", "no-cors"]);
    assert_eq!(output.status.code(), Some(0));
    let output = check(
        &server,
        &["-q", "--mode", "no-cors", "--fail-on", "warning"],
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_target_that_is_not_reached_is_never_fine() {
    let url = server::nobody();
    let output = run(&["check", "-o", PAGE, &url]);
    assert!(stdout(&output).starts_with("UNREACHABLE  nothing listens there  ("));
    assert_eq!(output.status.code(), Some(3));
    let output = run(&["check", "-q", "-o", PAGE, "https://no-such-host.invalid/"]);
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn what_no_page_can_ask_is_told_so() {
    for (url, said) in [
        ("wss://api.example/", "BLOCKED  WebSockets know no CORS  ("),
        (
            "file:///etc/hosts",
            "BLOCKED  only http and https can be asked across origins  (",
        ),
        (
            "http://localhost:25/",
            "BLOCKED  browsers do not connect to this port  (",
        ),
    ] {
        let output = run(&["check", "-o", PAGE, url]);
        assert!(stdout(&output).starts_with(said), "{}", stdout(&output));
        assert_eq!(output.status.code(), Some(1));
    }
}

/// What is said of arguments that are none.
fn check_misuse(arguments: &[&str], said: &str) {
    let output = run(&[&["check"], arguments].concat());
    assert!(stderr(&output).contains(said), "{}", stderr(&output));
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stdout(&output), "");
}

#[test]
fn bad_input_is_told_so() {
    check_misuse(
        &["-o", PAGE, "localhost:3000/pets"],
        "(url-without-scheme)\nhelp: did you mean http://localhost:3000/pets?",
    );
    check_misuse(
        &["-o", PAGE, "api.example/pets"],
        "did you mean https://api.example/pets?",
    );
    check_misuse(&["-o", PAGE, "http://localhost:99999/"], "(url-invalid)");
    check_misuse(
        &["-o", PAGE, "http://localhost:80o0/pets"],
        "(url-invalid)\nhelp: look at `http://localhost:80o0/pets`",
    );
    check_misuse(
        &["-o", PAGE, "http://a:b@localhost/"],
        "(url-with-credentials)",
    );
    check_misuse(
        &["-o", "app.example", "http://localhost/"],
        "is not the origin of a page",
    );
    check_misuse(
        &["-o", PAGE, "-X", "TRACE", "http://localhost/"],
        "(request-invalid)",
    );
}

#[test]
fn misuse_is_an_object_too_for_who_reads_json() {
    let output = run(&["check", "--json", "-o", PAGE, "localhost:3000/pets"]);
    let json: Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(json["schema"], "corsac.check/1");
    let message = "`localhost:3000/pets` has no scheme (url-without-scheme)";
    assert_eq!(json["error"]["message"], message);
    assert_eq!(
        json["error"]["help"],
        "did you mean http://localhost:3000/pets?"
    );
    assert!(stderr(&output).starts_with("error: `localhost"));
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_field_of_answers_is_no_field_of_requests() {
    let server = Server::start("200 OK", ALLOWED);
    let output = check(&server, &["-H", "Access-Control-Allow-Origin: *"]);
    let text = stdout(&output);
    assert!(
        text.contains("\nerror[request-has-response-headers] "),
        "{text}"
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_host_that_does_not_exist_is_not_reached() {
    let output = run(&["check", "-o", PAGE, "https://no-such-host.invalid/"]);
    let text = stdout(&output);
    assert!(text.contains("error[dns-failure] "), "{text}");
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn a_page_that_is_a_file_has_no_origin() {
    let server = Server::start("200 OK", ALLOWED);
    let url = server.url("/");
    let output = run(&["check", "-o", "file:///home/me/page.html", &url]);
    assert!(
        stdout(&output).contains("error[null-origin-page]"),
        "{}",
        stdout(&output)
    );
    assert_eq!(output.status.code(), Some(1));
}
