//! Every button, against both targets.

use serde_json::Value;

use super::truth::Truth;
use crate::{chromium::Chromium, demo::Demo};

/// One request of a press, as the page shows it.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) name: String,
    pub(super) outcome: String,
    pub(super) why: String,
    pub(super) got: String,
    /// What the browser sent, and the statuses of the answers: `OPTIONS 204`.
    pub(super) wire: Vec<String>,
    /// What the gateway sent to the API.
    pub(super) inner: Vec<String>,
}

/// Presses a button, and waits for what the page shows.
pub(super) async fn press(browser: &Chromium, press: &str, target: &str) -> Vec<Step> {
    let last = last_name(browser, press, target).await;
    let button = format!(r#"[data-press="{press}"][data-target="{target}"]"#);
    browser.find(&button).await.click().await;
    shown(browser, press, target, &last).await
}

/// The last request that the page shows for a button; empty before the first press.
pub(super) async fn last_name(browser: &Chromium, press: &str, target: &str) -> String {
    let script = format!(
        "return document.querySelector('#result-{press}-{target} .step:last-child')?.dataset.name ?? ''"
    );
    browser.run(&script).await.as_str().unwrap().to_owned()
}

/// What the page shows of the first press after `last`.
pub(super) async fn shown(browser: &Chromium, press: &str, target: &str, last: &str) -> Vec<Step> {
    let result = format!("#result-{press}-{target}");
    let new = format!(r#"{result} .step:last-child:not([data-name="{last}"])"#);
    browser.wait(&new).await;
    let script = format!(
        r#"
        const text = (root, selector) => root.querySelector(selector).textContent;
        return [...document.querySelectorAll(`{result} .step`)].map((step) => ({{
            name: step.dataset.name,
            outcome: step.dataset.outcome,
            why: text(step, ".why"),
            got: text(step, ".got"),
            wire: [...step.querySelectorAll(".exchange")].map((it) => [
                it.dataset.hop,
                text(it, ".line code").split(" ")[0] + " " + text(it, ".answer code").split(" ")[0],
            ]),
        }}));"#
    );
    browser
        .run(&script)
        .await
        .as_array()
        .unwrap()
        .iter()
        .map(step_of)
        .collect()
}

fn step_of(step: &Value) -> Step {
    let text = |name: &str| step[name].as_str().unwrap().to_owned();
    let lines = |is_inner: bool| {
        let lines = step["wire"].as_array().unwrap().iter();
        let lines = lines.filter(|it| (it[0] == "gateway-to-api") == is_inner);
        lines.map(|it| it[1].as_str().unwrap().to_owned()).collect()
    };
    Step {
        name: text("name"),
        outcome: text("outcome"),
        why: text("why"),
        got: text("got"),
        wire: lines(false),
        inner: lines(true),
    }
}

/// A button, a target, and what each of its requests does on the wire.
struct Case(
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static [&'static str]],
);

const CASES: [Case; 14] = [
    Case("get", "api", "blocked", &[&["GET 200"]]),
    Case("get", "gateway", "readable", &[&["GET 200"]]),
    Case("json-get", "api", "blocked", &[&["OPTIONS 405"]]),
    Case(
        "json-get",
        "gateway",
        "readable",
        &[&["OPTIONS 204", "GET 200"]],
    ),
    Case("post", "api", "blocked", &[&["OPTIONS 405"]]),
    Case(
        "post",
        "gateway",
        "readable",
        &[&["OPTIONS 204", "POST 201"]],
    ),
    Case("put", "api", "blocked", &[&["OPTIONS 405"]]),
    Case("put", "gateway", "readable", &[&["OPTIONS 204", "PUT 200"]]),
    Case("delete", "api", "blocked", &[&["OPTIONS 405"]]),
    Case(
        "delete",
        "gateway",
        "readable",
        &[&["OPTIONS 204", "DELETE 204"]],
    ),
    Case("login", "api", "blocked", &[&["POST 200"], &["GET 200"]]),
    Case(
        "login",
        "gateway",
        "readable",
        &[&["POST 200"], &["GET 200"]],
    ),
    Case("header", "api", "blocked", &[&["GET 200"]]),
    Case("header", "gateway", "readable", &[&["GET 200"]]),
];

#[tokio::test]
async fn every_button_shows_what_the_browser_did() {
    let demo = Demo::start();
    let browser = Chromium::open(&demo).await;
    let mut truth = Truth::default();
    let mut all_steps = Vec::new();
    for Case(name, target, outcome, wire) in CASES {
        let steps = press(&browser, name, target).await;
        assert_eq!(steps.len(), wire.len(), "{name} {target}");
        for (step, wire) in steps.iter().zip(wire) {
            assert_eq!(step.outcome, outcome, "{name} {target} {step:?}");
            assert_eq!(step.wire, *wire, "{name} {target} {step:?}");
            truth.check(&browser, step).await;
        }
        all_steps.extend(steps);
    }
    for step in &all_steps {
        truth.check(&browser, step).await;
    }
    truth.check_console(&all_steps);
}

#[tokio::test]
async fn there_is_a_button_for_every_case_and_target() {
    let demo = Demo::start();
    let browser = Chromium::open(&demo).await;
    let script = "return [...document.querySelectorAll('[data-press]')]
        .map((it) => `${it.dataset.press} ${it.dataset.target}`)";
    let buttons: Vec<_> = CASES
        .map(|Case(name, target, ..)| format!("{name} {target}"))
        .into();
    assert_eq!(browser.run(script).await, Value::from(buttons));
}

#[tokio::test]
async fn what_was_read_stands_beside_the_button_and_what_was_sent_too() {
    let demo = Demo::start();
    let browser = Chromium::open(&demo).await;
    let list = press(&browser, "get", "gateway").await;
    assert!(list[0].got.starts_with("200 OK"), "{list:?}");
    assert!(list[0].got.contains("Mira"), "{list:?}");
    assert_eq!(list[0].inner, ["GET 200"]);
    let header = press(&browser, "header", "gateway").await;
    assert!(
        header[0]
            .got
            .ends_with(r#"headers.get("x-total-count") → "12""#),
        "{header:?}"
    );
    let who = press(&browser, "login", "gateway").await;
    assert!(who[1].got.contains(r#"{"name":"Ada"}"#), "{who:?}");

    press(&browser, "put", "gateway").await;
    let preflight = "#result-put-gateway .exchange:first-child";
    let marked = browser
        .text(&format!("{preflight} .fields[aria-label^=Request]"))
        .await;
    assert!(
        marked.contains("access-control-request-method: PUT"),
        "{marked}"
    );
    let marked = browser
        .text(&format!("{preflight} .fields[aria-label^=Response]"))
        .await;
    assert!(
        marked.contains("access-control-allow-methods: PUT, DELETE"),
        "{marked}"
    );
    press(&browser, "put", "api").await;
    let missing = browser.text("#result-put-api .absent").await;
    assert_eq!(missing, "access-control-allow-origin is missing");
}

#[tokio::test]
async fn a_login_whose_answer_is_blocked_has_happened_all_the_same() {
    let demo = Demo::start();
    let browser = Chromium::open(&demo).await;
    let steps = press(&browser, "login", "api").await;
    assert!(
        steps[0]
            .why
            .ends_with("CORS guards the reading, not the sending."),
        "{steps:?}"
    );
    // The API knew who asked: its answer is not 401.
    assert_eq!(steps[1].wire, ["GET 200"]);
}
