//! Everyone who is not the page: other pages of the same browser, rebound names, forms.

use std::collections::HashSet;

use crate::demo::{Answer, Demo, Message};

const FILES: [&str; 8] = [
    "/",
    "/app.js",
    "/dom.js",
    "/editor.js",
    "/presses.js",
    "/wire.js",
    "/style.css",
    "/wire.css",
];

/// A change that would succeed, to be spoilt in one place.
async fn change(demo: &Demo) -> Message {
    let policy = r#"{"policy":"allow-origins = [\"https://evil.example\"]"}"#;
    demo.own("POST", "/policy").await.body(policy)
}

/// Every kind of request to the page's listener, as the page itself would send it.
async fn every_request(demo: &Demo) -> Vec<Message> {
    let mut requests = vec![
        change(demo).await,
        demo.own("GET", "/policy").await,
        demo.own("GET", "/exchanges?press=a&outcome=readable").await,
        demo.own("POST", "/pets/reset").await.body("{}"),
        demo.own("GET", "/icon.svg").await,
        demo.own("GET", "/nothing").await,
        demo.own("HEAD", "/").await,
    ];
    for path in FILES {
        requests.push(demo.own("GET", path).await);
    }
    requests
}

async fn edition(demo: &Demo) -> u64 {
    let view = demo.at_page(&demo.own("GET", "/policy").await).await.json();
    view["edition"].as_u64().unwrap()
}

async fn check_refused(demo: &Demo, request: &Message, status: u16) {
    let answer = demo.at_page(request).await;
    assert_eq!(answer.status, status, "{request:?}");
    assert!(!answer.has_cors_field(), "{answer:?}");
    assert!(!answer.body.contains(&demo.token().await), "{answer:?}");
    assert!(!answer.body.contains("allow-origins"), "{answer:?}");
    assert_eq!(edition(demo).await, 1, "{request:?}");
}

#[tokio::test]
async fn the_page_itself_is_let_in() {
    let demo = Demo::start();
    let answer = demo.at_page(&change(&demo).await).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(edition(&demo).await, 2);
}

#[tokio::test]
async fn nothing_is_served_under_another_name() {
    let demo = Demo::start();
    let port = demo.addresses.page().socket().port();
    let other_port = demo.addresses.api().socket().port();
    let hosts = [
        format!("evil.example:{port}"),
        format!("127.0.0.1.evil.example:{port}"),
        format!("localhost:{port}"),
        format!("[::1]:{port}"),
        format!("127.0.0.1:{other_port}"),
        format!("127.0.0.1:{port}0"),
        format!("user@127.0.0.1:{port}"),
        "127.0.0.1".to_owned(),
        "evil.example".to_owned(),
    ];
    for request in every_request(&demo).await {
        for host in &hosts {
            check_refused(&demo, &request.clone().with("host", host), 421).await;
        }
        check_refused(&demo, &request.clone().without("host"), 421).await;
        check_refused(&demo, &request.field("host", "evil.example"), 421).await;
    }
}

#[tokio::test]
async fn a_name_in_the_target_counts_too() {
    let demo = Demo::start();
    for target in ["http://evil.example/", "http://localhost/policy"] {
        check_refused(&demo, &demo.own("GET", target).await, 421).await;
    }
    let own = demo.own("GET", &format!("{}/policy", demo.page())).await;
    assert_eq!(demo.at_page(&own).await.status, 200);
}

#[tokio::test]
async fn whoever_typed_another_name_is_told_the_right_one() {
    let demo = Demo::start();
    let port = demo.addresses.page().socket().port();
    let request = Message::new("GET", "/").field("host", &format!("localhost:{port}"));
    assert!(demo.at_page(&request).await.body.contains(&demo.page()));
}

#[tokio::test]
async fn another_origin_changes_nothing() {
    let demo = Demo::start();
    let origins = [
        "https://evil.example".to_owned(),
        "null".to_owned(),
        String::new(),
        demo.addresses.api().to_string(),
        demo.addresses.gateway().to_string(),
        demo.page().replace("http:", "https:"),
        demo.page().replace("127.0.0.1", "localhost"),
        format!("{}/", demo.page()),
        format!("{}.evil.example", demo.page()),
    ];
    for request in [
        change(&demo).await,
        demo.own("POST", "/pets/reset").await.body("{}"),
    ] {
        for origin in &origins {
            check_refused(&demo, &request.clone().with("origin", origin), 403).await;
        }
        check_refused(&demo, &request.clone().without("origin"), 403).await;
        check_refused(&demo, &request.field("origin", "https://evil.example"), 403).await;
    }
}

#[tokio::test]
async fn nobody_without_the_token_changes_or_reads_anything() {
    let demo = Demo::start();
    let token = demo.token().await;
    let mut flipped = token.clone();
    flipped.replace_range(31.., if token.ends_with('0') { "1" } else { "0" });
    let wrong = [
        String::new(),
        "0".to_owned(),
        token[..31].to_owned(),
        format!("{token}0"),
        flipped,
    ];
    let requests = [
        change(&demo).await,
        demo.own("POST", "/pets/reset").await.body("{}"),
        demo.own("GET", "/policy").await,
        demo.own("GET", "/exchanges?press=a&outcome=readable").await,
    ];
    for request in requests {
        for token in &wrong {
            check_refused(&demo, &request.clone().with("x-corsac-token", token), 403).await;
        }
        check_refused(&demo, &request.clone().without("x-corsac-token"), 403).await;
        check_refused(&demo, &request.field("x-corsac-token", "second"), 403).await;
    }
}

#[tokio::test]
async fn a_simple_get_from_elsewhere_reads_nothing() {
    let demo = Demo::start();
    demo.at_api(&Message::new("GET", "/pets?press=a").field("host", "127.0.0.1"))
        .await;
    for target in ["/policy", "/exchanges?press=a&outcome=readable"] {
        let simple = Message::new("GET", target).field("host", &demo.host());
        check_refused(&demo, &simple, 403).await;
        check_refused(&demo, &simple.field("origin", "https://evil.example"), 403).await;
        let with_token = demo
            .own("GET", target)
            .await
            .field("origin", "https://evil.example");
        check_refused(&demo, &with_token, 403).await;
    }
}

#[tokio::test]
async fn only_json_changes_anything() {
    let demo = Demo::start();
    for content_type in [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "text/plain;charset=UTF-8",
        "application/json; charset=utf-8",
        "application/json, text/plain",
        "Application/JSON",
    ] {
        let request = change(&demo).await.with("content-type", content_type);
        check_refused(&demo, &request, 415).await;
    }
    check_refused(&demo, &change(&demo).await.without("content-type"), 415).await;
    check_refused(
        &demo,
        &change(&demo).await.field("content-type", "text/plain"),
        415,
    )
    .await;
}

#[tokio::test]
async fn a_body_that_is_not_what_the_editor_sends_changes_nothing() {
    let demo = Demo::start();
    for (body, status) in [
        ("", 400),
        ("{", 400),
        ("[]", 422),
        ("{}", 422),
        (r#"{"policy":1}"#, 422),
        (r#"{"policy":"","more":""}"#, 422),
    ] {
        check_refused(&demo, &change(&demo).await.body(body), status).await;
    }
    let long = format!(r#"{{"policy":"{}"}}"#, "#".repeat(64 * 1024));
    check_refused(&demo, &change(&demo).await.body(&long), 413).await;
}

#[tokio::test]
async fn a_preflight_gets_no_permission() {
    let demo = Demo::start();
    let preflight = Message::new("OPTIONS", "/policy")
        .field("host", &demo.host())
        .field("origin", "https://evil.example")
        .field("access-control-request-method", "POST")
        .field(
            "access-control-request-headers",
            "content-type,x-corsac-token",
        );
    check_refused(&demo, &preflight, 403).await;
    let preflight = preflight.field("x-corsac-token", &demo.token().await);
    check_refused(&demo, &preflight.with("origin", &demo.page()), 415).await;
}

fn check_fields(demo: &Demo, answer: &Answer) {
    let expected = [
        ("cache-control", "no-store"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("referrer-policy", "same-origin"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
    ];
    for (name, value) in expected {
        assert_eq!(answer.value(name), Some(value), "{answer:?}");
    }
    let policy: HashSet<_> = answer
        .value("content-security-policy")
        .unwrap()
        .split("; ")
        .map(str::to_owned)
        .collect();
    let addresses = &demo.addresses;
    let connect = format!(
        "connect-src {} {} {}",
        addresses.page(),
        addresses.api(),
        addresses.gateway()
    );
    let expected = [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        &*connect,
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
    ];
    assert_eq!(policy, HashSet::from(expected.map(str::to_owned)));
}

#[tokio::test]
async fn every_answer_says_what_the_browser_may_do_with_it() {
    let demo = Demo::start();
    for request in every_request(&demo).await {
        check_fields(&demo, &demo.at_page(&request).await);
        check_fields(
            &demo,
            &demo
                .at_page(&request.clone().with("host", "evil.example"))
                .await,
        );
        check_fields(
            &demo,
            &demo.at_page(&request.with("x-corsac-token", "wrong")).await,
        );
    }
}

#[tokio::test]
async fn the_token_is_of_this_run_and_in_the_page_alone() {
    let demo = Demo::start();
    let token = demo.token().await;
    assert_eq!(token.len(), 32);
    assert!(token.bytes().all(|it| it.is_ascii_hexdigit()), "{token}");
    assert_ne!(token, Demo::start().token().await);
    for path in FILES.into_iter().skip(1) {
        let file = demo
            .at_page(&Message::new("GET", path).field("host", &demo.host()))
            .await;
        assert_eq!(file.status, 200, "{path}");
        assert!(!file.body.contains(&token), "{path}");
    }
}

#[tokio::test]
async fn the_page_has_no_inline_script_or_style_and_names_no_other_host() {
    let demo = Demo::start();
    for path in FILES {
        let file = demo
            .at_page(&Message::new("GET", path).field("host", &demo.host()))
            .await;
        for forbidden in [
            "style=",
            "<style",
            "onclick",
            "javascript:",
            "innerHTML",
            "eval(",
            "https://",
        ] {
            assert!(!file.body.contains(forbidden), "{path} has {forbidden}");
        }
        let hosts = file.body.matches("http://").count();
        assert_eq!(
            hosts,
            file.body.matches("http://127.0.0.1:").count(),
            "{path}"
        );
    }
}
