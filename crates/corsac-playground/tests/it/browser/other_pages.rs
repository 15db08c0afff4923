//! Other pages that are open in the same browser.

use serde_json::json;

use crate::{
    chromium::Chromium,
    demo::{Demo, Message},
};

async fn edition(demo: &Demo) -> u64 {
    let answer = demo.at_page(&demo.own("GET", "/policy").await).await;
    answer.json()["edition"].as_u64().unwrap()
}

/// Tries whatever a page of another origin can try, and returns what came of each attempt.
const ATTEMPTS: &str = r#"
    const [page, token] = given;
    const policy = JSON.stringify({ policy: 'allow-origins = ["https://evil.example"]' });
    const attempt = async (path, options) => {
        try {
            const response = await fetch(page + path, options);
            return response.type === "opaque" ? "opaque" : await response.text();
        } catch (error) {
            return error.name;
        }
    };
    const framed = () => new Promise((done) => {
        const frame = document.createElement("iframe");
        frame.onload = () => {
            try { done(frame.contentDocument === null ? "framed, unreadable" : frame.contentDocument.body.textContent); }
            catch (error) { done(error.name); }
        };
        frame.src = page;
        document.body.append(frame);
    });
    const imported = (path) => import(page + path).then(() => "imported", (error) => error.name);
    const scripted = (path) => new Promise((done) => {
        const script = document.createElement("script");
        script.onload = () => done("loaded");
        script.onerror = () => done("error");
        script.src = page + path;
        document.body.append(script);
    });
    const headers = { "Content-Type": "application/json", "X-Corsac-Token": token };
    return await Promise.all([
        attempt("/"),
        attempt("/", { mode: "no-cors" }),
        attempt("/policy"),
        attempt("/policy", { headers }),
        attempt("/exchanges?press=a&outcome=readable", { headers }),
        attempt("/policy", { method: "POST", headers, body: policy }),
        attempt("/policy", { method: "POST", body: policy }),
        attempt("/policy", { method: "POST", body: policy, mode: "no-cors" }),
        attempt("/policy", { method: "POST", body: new URLSearchParams({ policy }), mode: "no-cors" }),
        attempt("/pets/reset", { method: "POST", body: "{}", mode: "no-cors" }),
        scripted("/"),
        scripted("/app.js"),
        imported("/app.js"),
        framed(),
    ]);
"#;

#[tokio::test]
async fn a_page_of_another_origin_reads_and_changes_nothing() {
    let demo = Demo::start();
    let token = demo.token().await;
    let browser = Chromium::start(&[]).await;
    // The API's own origin: not even a neighbour on the same host is let in.
    browser
        .goto(&format!("{}/pets", demo.addresses.api()))
        .await;
    // Not even if it knew the token.
    let came = browser
        .run_with(ATTEMPTS, json!([demo.page(), token]))
        .await;
    let came: Vec<_> = came
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it.as_str().unwrap())
        .collect();
    let harmless = ["TypeError", "opaque", "error", "framed, unreadable"];
    assert!(came.iter().all(|it| harmless.contains(it)), "{came:?}");
    assert_eq!(edition(&demo).await, 1);
}

#[tokio::test]
async fn a_form_of_another_page_changes_nothing() {
    let demo = Demo::start();
    let browser = Chromium::start(&[]).await;
    browser
        .goto(&format!("{}/pets", demo.addresses.api()))
        .await;
    let submit = r#"
        const form = document.createElement("form");
        form.method = "post";
        form.enctype = "text/plain";
        form.action = given[0] + "/policy";
        const field = document.createElement("input");
        field.name = '{"policy":"allow-origins = [\\"https://evil.example\\"]","more":"';
        field.value = '"}';
        form.append(field);
        document.body.append(form);
        form.submit();"#;
    browser.run_with(submit, json!([demo.page()])).await;
    let is_refused = "return document.body.textContent.includes(\"only the demo's own page\")";
    browser.wait_until(is_refused).await;
    assert_eq!(edition(&demo).await, 1);
}

#[tokio::test]
async fn a_rebound_name_gets_neither_the_page_nor_its_token() {
    let demo = Demo::start();
    let rules = "--host-resolver-rules=MAP rebound.example 127.0.0.1".to_owned();
    let browser = Chromium::start(&[rules]).await;
    let port = demo.addresses.page().socket().port();
    for path in [
        "/",
        "/policy",
        "/exchanges?press=a&outcome=readable",
        "/app.js",
    ] {
        browser
            .goto(&format!("http://rebound.example:{port}{path}"))
            .await;
        let source = browser
            .run("return document.documentElement.outerHTML")
            .await;
        let source = source.as_str().unwrap();
        assert!(
            source.contains("answers under its own address only"),
            "{source}"
        );
        assert!(!source.contains(&demo.token().await));
    }
}

#[tokio::test]
async fn the_page_asks_no_other_host() {
    let demo = Demo::start();
    let browser = Chromium::open(&demo).await;
    let events = browser.events().await;
    let urls = events
        .iter()
        .filter_map(|it| it["params"]["request"]["url"].as_str());
    // The new tab that was there before is made of the browser's own pages.
    let urls: Vec<_> = urls.filter(|it| it.starts_with("http")).collect();
    assert!(urls.len() > 5, "{urls:?}");
    assert!(
        urls.iter().all(|it| it.starts_with(&demo.page())),
        "{urls:?}"
    );
    let unasked = Message::new("GET", "/pets?press=a").field("host", "127.0.0.1");
    assert_eq!(demo.at_api(&unasked).await.status, 200);
}
