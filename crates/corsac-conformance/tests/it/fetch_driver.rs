//! The program that lets other suites drive the user agent: a line in, a line out.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Stdio};
use std::thread;

use corsac_conformance::fetch_driver::{Answer, FetchDriver};
use corsac_fetch::Profile;
use corsac_fetch::client::ClientOptions;
use serde_json::{Value, json};

fn driver() -> FetchDriver {
    FetchDriver::new(Profile::Spec, ClientOptions::default()).expect("the default options")
}

/// A server that answers one request on each connection, and what its requests were.
fn server(responses: Vec<Vec<u8>>) -> (SocketAddr, thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let requests = thread::spawn(move || {
        let mut requests = Vec::new();
        for response in responses {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).expect("a request");
                request.push(byte[0]);
            }
            requests.push(String::from_utf8_lossy(&request).into_owned());
            stream.write_all(&response).expect("a reader");
        }
        requests
    });
    (address, requests)
}

fn line(id: u64, url: &str, more: Value) -> String {
    let mut request = json!({
        "url": url,
        "origin": "http://web-platform.test:8000",
        "page": "http://web-platform.test:8000/dir/page.html",
    });
    let request_map = request.as_object_mut().expect("an object");
    request_map.extend(more.as_object().expect("an object").clone());
    json!({ "id": id, "op": "fetch", "agent": "tab", "request": request }).to_string()
}

async fn answer(driver: &FetchDriver, line: &str) -> Value {
    match driver.take(line) {
        Answer::Ready(answer) => answer,
        Answer::Fetch(fetch) => fetch.run().await,
        Answer::Read(read) => read.run().await,
    }
}

#[tokio::test]
async fn a_fetch_is_answered_with_what_the_page_sees() {
    let response = b"HTTP/1.1 299 Odd \xFF\r\nAccess-Control-Allow-Origin: *\r\nX-Hidden: 1\r\n\
                     Content-Language: a\x01\xE9\r\nContent-Length: 2\r\n\r\nhi";
    let (address, requests) = server(vec![response.to_vec()]);
    let more = json!({ "headers": [["accept", "caf\u{e9}"]] });
    let seen = answer(&driver(), &line(7, &format!("http://{address}/x#y"), more)).await;
    let expected = json!({ "id": 7, "response": {
        "type": "cors", "url": format!("http://{address}/x"), "redirected": false,
        "status": 299, "status-text": "Odd \u{ff}",
        "headers": [["content-language", "a\u{1}\u{e9}"], ["content-length", "2"]],
        "body": "aGk=",
    }});
    assert_eq!(seen, expected);
    let request = requests.join().expect("a server").concat();
    assert!(request.starts_with("GET /x HTTP/1.1\r\n"), "{request}");
}

#[tokio::test]
async fn a_network_error_has_a_code() {
    let (address, _requests) = server(vec![b"HTTP/1.1 200 OK\r\n\r\nsecret".to_vec()]);
    let seen = answer(
        &driver(),
        &line(1, &format!("http://{address}/"), json!({})),
    )
    .await;
    let code = &seen["network-error"]["code"];
    assert_eq!(code, "cors-check/missing-allow-origin", "{seen}");
    assert!(seen["network-error"]["message"].is_string(), "{seen}");
    assert_eq!(seen.get("response"), None);
}

#[tokio::test]
async fn an_opaque_response_has_no_body() {
    let (address, _requests) = server(vec![b"HTTP/1.1 200 OK\r\n\r\nsecret".to_vec()]);
    let more = json!({ "mode": "no-cors" });
    let seen = answer(&driver(), &line(1, &format!("http://{address}/"), more)).await;
    let expected = json!({ "type": "opaque", "url": "", "redirected": false, "status": 0,
        "status-text": "", "headers": [], "body": null });
    assert_eq!(seen["response"], expected);
}

#[tokio::test]
async fn what_new_request_would_throw_is_a_type_error() {
    for more in [
        json!({ "method": "TRACE" }),
        json!({ "mode": "navigate" }),
        json!({ "credentials": "sometimes" }),
        json!({ "headers": [["a b", "1"]] }),
        json!({ "headers": [["a", "\u{100}"]] }),
        json!({ "body": "aGk=" }),
        json!({ "referrer": "http://[" }),
    ] {
        let seen = answer(&driver(), &line(3, "http://a.test/", more.clone())).await;
        assert!(seen["type-error"].is_string(), "{more}: {seen}");
        assert_eq!(seen["id"], 3);
    }
}

#[tokio::test]
async fn an_agent_remembers_and_forgets() {
    let preflight = b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n\
                      Access-Control-Allow-Methods: PUT\r\nAccess-Control-Max-Age: 60\r\n\
                      Connection: close\r\nContent-Length: 0\r\n\r\n";
    let put = b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nConnection: close\r\n\
                Content-Length: 0\r\n\r\n";
    let order = [true, false, false, true, false, true, false];
    let responses = order.map(|is_preflight| match is_preflight {
        true => preflight.to_vec(),
        false => put.to_vec(),
    });
    let (address, requests) = server(responses.to_vec());
    let driver = driver();
    let fetch = line(1, &format!("http://{address}/"), json!({ "method": "PUT" }));
    let done = json!({ "id": 2 });
    for before in [
        r#"{"id": 2, "op": "advance", "agent": "tab", "seconds": 0}"#,
        r#"{"id": 2, "op": "advance", "agent": "tab", "seconds": 30.5}"#,
        r#"{"id": 2, "op": "advance", "agent": "tab", "seconds": 7200}"#,
        r#"{"id": 2, "op": "reset", "agent": "tab"}"#,
    ] {
        assert_eq!(answer(&driver, before).await, done);
        let seen = answer(&driver, &fetch).await;
        assert_eq!(seen["response"]["status"], 200, "{seen}");
    }
    let requests = requests.join().expect("a server");
    let is_preflight = |it: &String| it.starts_with("OPTIONS");
    assert_eq!(requests.iter().map(is_preflight).collect::<Vec<_>>(), order);
}

#[tokio::test]
async fn a_cookie_is_there_for_the_page_that_set_it() {
    let driver = driver();
    let set = r#"{"id": 1, "op": "cookies", "agent": "a", "url": "http://a.test/", "set": "x=1"}"#;
    assert_eq!(answer(&driver, set).await["cookies"], "x=1");
    for (agent, url, cookies) in [
        ("a", "http://a.test/y", "x=1"),
        ("a", "http://b.test/", ""),
        ("b", "http://a.test/", ""),
    ] {
        let get = json!({ "id": 1, "op": "cookies", "agent": agent, "url": url });
        let seen = answer(&driver, &get.to_string()).await;
        assert_eq!(seen, json!({ "id": 1, "cookies": cookies }));
    }
}

#[test]
fn a_line_that_cannot_be_read_is_answered_too() {
    for line in ["", "{}", r#"{"id": 1, "op": "dance", "agent": "a"}"#] {
        let Answer::Ready(answer) = driver().take(line) else {
            panic!("{line} is not a fetch");
        };
        assert!(answer["error"].is_string(), "{line}");
    }
}

#[test]
fn the_program_answers_every_line() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_fetch-driver"))
        .args(["--profile", "firefox", "--resolve", "*.test=127.0.0.1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program");
    let mut input = program.stdin.take().expect("a pipe");
    for id in 0..20 {
        let fetch = line(id, "data:,hi", json!({}));
        input
            .write_all(format!("{fetch}\n").as_bytes())
            .expect("a reader");
    }
    drop(input);
    let output = program.wait_with_output().expect("an end");
    assert!(output.status.success());
    let output = String::from_utf8(output.stdout).expect("text");
    let answers = output.lines().map(|line| {
        let answer: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(answer["response"]["body"], "aGk=", "{answer}");
        answer["id"].as_u64().expect("a number")
    });
    let mut answers: Vec<_> = answers.collect();
    answers.sort_unstable();
    assert_eq!(answers, (0..20).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_body_that_ends_early_is_there_as_far_as_it_came() {
    let response = b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n\
                     Content-Length: 3\r\n\r\nhi";
    let (address, _requests) = server(vec![response.to_vec()]);
    let seen = answer(
        &driver(),
        &line(1, &format!("http://{address}/"), json!({})),
    )
    .await;
    assert_eq!(seen["response"]["body"], "aGk=", "{seen}");
    assert!(seen["response"]["body-error"].is_string(), "{seen}");
}

#[tokio::test]
async fn a_body_is_read_piece_by_piece() {
    let response = b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n\
                     Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
    let (address, _requests) = server(vec![response.to_vec()]);
    let driver = driver();
    let fetch = line(1, &format!("http://{address}/"), json!({}));
    let fetch = fetch.replacen('{', r#"{"pieces": "one-by-one", "#, 1);
    let seen = answer(&driver, &fetch).await;
    assert_eq!(seen["response"]["body-pieces"], true, "{seen}");
    let read = r#"{"id": 2, "op": "read", "agent": "tab", "of": 1}"#;
    assert_eq!(
        answer(&driver, read).await,
        json!({ "id": 2, "piece": "aGk=" })
    );
    assert_eq!(answer(&driver, read).await, json!({ "id": 2, "end": true }));
    assert!(answer(&driver, read).await["error"].is_string());
}

#[tokio::test]
async fn a_blob_is_fetched_until_it_is_revoked() {
    let driver = driver();
    let url = "blob:http://web-platform.test:8000/1";
    let set = |bytes: Value| json!({ "id": 1, "op": "blob", "agent": "tab", "url": url, "type": "a/b", "bytes": bytes });
    let fetch = line(2, url, json!({}));
    assert_eq!(
        answer(&driver, &set("aGk=".into()).to_string()).await,
        json!({ "id": 1 })
    );
    let seen = answer(&driver, &fetch).await;
    assert_eq!(seen["response"]["body"], "aGk=", "{seen}");
    let headers = json!([["content-length", "2"], ["content-type", "a/b"]]);
    assert_eq!(seen["response"]["headers"], headers);
    assert_eq!(
        answer(&driver, &set(Value::Null).to_string()).await,
        json!({ "id": 1 })
    );
    let seen = answer(&driver, &fetch).await;
    assert_eq!(seen["network-error"]["code"], "blob-url/no-entry", "{seen}");
}
