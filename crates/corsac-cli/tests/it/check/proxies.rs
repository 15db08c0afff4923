//! `--proxy`, with proxies that answer for servers that are not there.

use super::server::{Server, nobody};
use super::{ALLOWED_WITH_SLASH, run, stderr, stdout};

/// The page of a user who names no other: over http, so that it may ask over http.
const INSECURE_PAGE: &str = "http://app.example";

/// What `check` prints of a server that only the proxy reaches.
fn check(proxy: &str, url: &str, exit: i32, said: &str) -> String {
    let output = run(&["check", "-o", INSECURE_PAGE, "--proxy", proxy, url]);
    let text = stdout(&output).to_owned();
    assert!(text.contains(said), "{text}{}", stderr(&output));
    assert_eq!(output.status.code(), Some(exit));
    text
}

#[test]
fn everything_is_asked_through_the_proxy() {
    let proxy = Server::start("200 OK", ALLOWED_WITH_SLASH);
    let host = format!("localhost:{}", proxy.port());
    let url = format!("http://user:secret@{host}");
    let text = check(&url, "http://api.invalid/pets", 1, "error[allow-origin-");
    assert!(text.contains("6 requests)"), "{text}");
    let again =
        format!("again: corsac check -o {INSECURE_PAGE} --proxy http://{host} http://api.invalid/");
    assert!(text.contains(&again), "{text}");
    assert!(!text.contains("secret"), "{text}");
}

#[test]
fn a_proxy_that_stands_in_the_way_is_the_finding() {
    let proxy = Server::start("407 Proxy Authentication Required", "");
    let url = format!("http://localhost:{}", proxy.port());
    check(
        &url,
        "https://api.invalid/",
        3,
        "error[proxy-authentication]",
    );
    let proxy = Server::start("403 Forbidden", "");
    let url = format!("http://localhost:{}", proxy.port());
    check(&url, "https://api.invalid/", 3, "error[proxy-failed]");
    check(
        nobody().trim_end_matches('/'),
        "http://api.invalid/",
        3,
        "error[proxy-failed]",
    );
}

#[test]
fn a_proxy_that_is_none_is_misuse_and_its_password_is_not_repeated() {
    let proxy = "socks5://user:secret@localhost:1080";
    let output = run(&["check", "--proxy", proxy, "http://api.invalid/"]);
    assert!(stderr(&output).contains("error: --proxy: "));
    assert!(!stderr(&output).contains("secret"));
    assert_eq!(output.status.code(), Some(2));
}
