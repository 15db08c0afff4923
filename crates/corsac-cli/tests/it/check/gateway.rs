//! The fix for a server that is not one's own: `corsac serve` in front of it.

use serde_json::Value;

use super::server::Server;
use super::{PAGE, check, run, stdout};
use crate::{Running, TestFile};

const ASKED: [&str; 8] = [
    "-X", "PUT", "-H", "X-One: 1", "--read", "x-total", "-c", "--json",
];

#[test]
fn a_gateway_in_front_is_the_way_out() {
    let server = Server::start("200 OK", "X-Total: 3\r\n");
    let output = check(&server, &[&ASKED[..], &["--stack", "corsac"]].concat());
    let json: Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(json["verdict"], "blocked");
    let policy = json["findings"][0]["fix"]["snippet"].as_str().unwrap();
    let policy = policy.replace("127.0.0.1:8080", "127.0.0.1:0");
    let file = TestFile::new("check-gateway.toml", policy);
    let mut gateway = Running::start(&["serve", "-c", file.path()]);
    let url = format!("{}/pets", gateway.wait_for_note("listening on "));
    let verdict = |page: &str| {
        let output = run(&[&["check", "-o", page, &url], &ASKED[..]].concat());
        let json: Value = serde_json::from_str(stdout(&output)).unwrap();
        json["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict(PAGE), "allowed");
    assert_eq!(verdict("https://app.example.evil.test"), "blocked");
}
