//! The policy, edited on the page.

use serde_json::json;

use super::{presses::press, truth::Truth};
use crate::{chromium::Chromium, demo::Demo};

/// Replaces some text of the policy on the page, and presses Apply.
async fn edit(browser: &Chromium, from: &str, to: &str) {
    let text = browser
        .run("return document.getElementById('policy-text').value")
        .await;
    let text = text.as_str().unwrap();
    assert!(text.contains(from), "{text}");
    write(browser, &text.replace(from, to)).await;
    let status = browser.text("#policy-status").await;
    assert_eq!(status, "Edited. Not applied yet.");
    browser.find("#apply-policy").await.click().await;
    browser.wait("#policy-status:not([data-kind=edited])").await;
}

async fn write(browser: &Chromium, text: &str) {
    browser.find("#policy-text").await.overwrite(text).await;
}

#[tokio::test]
async fn an_edited_policy_takes_effect_without_a_restart() {
    let demo = Demo::start();
    let browser = Chromium::open(&demo).await;
    assert_eq!(
        press(&browser, "put", "gateway").await[0].outcome,
        "readable"
    );

    edit(&browser, r#""PUT", "#, "").await;
    assert!(
        browser
            .text("#policy-status")
            .await
            .starts_with("In force since now: policy 2.")
    );
    assert!(!browser.text("#in-force").await.contains("\"PUT\""));
    let blocked = press(&browser, "put", "gateway").await;
    assert_eq!(blocked[0].outcome, "blocked");
    assert_eq!(blocked[0].wire, ["OPTIONS 204"]);
    assert!(
        blocked[0]
            .why
            .contains("the policy does not allow this method"),
        "{blocked:?}"
    );
    let mut truth = Truth::default();
    truth.check(&browser, &blocked[0]).await;
    assert_eq!(
        truth.cors_error(&blocked[0]).as_deref(),
        Some("MethodDisallowedByPreflightResponse")
    );

    edit(&browser, r#"["DELETE"]"#, r#"["DELETE", "PUT"]"#).await;
    assert_eq!(
        press(&browser, "put", "gateway").await[0].outcome,
        "readable"
    );
}

#[tokio::test]
async fn a_header_is_hidden_until_the_policy_exposes_it() {
    let demo = Demo::start();
    let browser = Chromium::open(&demo).await;
    edit(
        &browser,
        r#"expose-headers    = ["x-total-count"]"#,
        "expose-headers = []",
    )
    .await;
    let hidden = press(&browser, "header", "gateway").await;
    assert_eq!(hidden[0].outcome, "hidden");
    assert!(
        hidden[0]
            .got
            .ends_with(r#"headers.get("x-total-count") → null"#),
        "{hidden:?}"
    );
    assert!(
        hidden[0].why.contains("no Access-Control-Expose-Headers"),
        "{hidden:?}"
    );

    edit(
        &browser,
        "expose-headers = []",
        r#"expose-headers = ["x-total-count"]"#,
    )
    .await;
    assert_eq!(
        press(&browser, "header", "gateway").await[0].outcome,
        "readable"
    );
}

#[tokio::test]
async fn another_origin_or_no_credentials_block_what_they_should() {
    let demo = Demo::start();
    let browser = Chromium::open(&demo).await;
    edit(
        &browser,
        "allow-credentials = true",
        "allow-credentials = false",
    )
    .await;
    let steps = press(&browser, "login", "gateway").await;
    let mut truth = Truth::default();
    for step in &steps {
        assert_eq!(step.outcome, "blocked", "{step:?}");
        assert!(
            step.why.contains("no Access-Control-Allow-Credentials"),
            "{step:?}"
        );
        truth.check(&browser, step).await;
        assert_eq!(
            truth.cors_error(step).as_deref(),
            Some("InvalidAllowCredentials")
        );
    }
    assert_eq!(
        press(&browser, "get", "gateway").await[0].outcome,
        "readable"
    );

    edit(&browser, &demo.page(), "https://elsewhere.example").await;
    let step = &press(&browser, "get", "gateway").await[0];
    assert_eq!(step.outcome, "blocked");
    assert!(
        step.why.contains("the policy does not allow this origin"),
        "{step:?}"
    );

    browser.find("#reset-policy").await.click().await;
    browser.wait("#policy-status[data-kind=applied]").await;
    assert_eq!(
        press(&browser, "login", "gateway").await[1].outcome,
        "readable"
    );
}

const BROKEN: &str =
    "allow-origins = [\"https://a.example/\"]\nallow-method = [\"PUT\"]\nmax-age = 5";

async fn apply_broken(browser: &Chromium) {
    write(browser, BROKEN).await;
    browser.find("#apply-policy").await.click().await;
    browser.wait("#policy-status[data-kind=refused]").await;
}

#[tokio::test]
async fn a_broken_policy_shows_every_mistake_and_the_old_one_still_serves() {
    let demo = Demo::start();
    let browser = Chromium::open(&demo).await;
    apply_broken(&browser).await;
    let status = browser.text("#policy-status").await;
    assert_eq!(status, "Not applied: 3 errors. Policy 1 is still in force.");
    let codes = "return [...document.querySelectorAll('#policy-problems li')]
        .map((it) => it.dataset.code)";
    assert_eq!(
        browser.run(codes).await,
        json!([
            "origin-trailing-slash",
            "unknown-key",
            "duration-without-unit"
        ])
    );
    let carets = browser.text("#policy-problems .carets").await;
    assert!(
        carets.contains("policy:1:36") && carets.contains("^^^^^^^^^^^^"),
        "{carets}"
    );
    assert!(
        browser
            .text("#in-force")
            .await
            .contains("\"PUT\", \"DELETE\"")
    );
    assert_eq!(
        press(&browser, "put", "gateway").await[0].outcome,
        "readable"
    );
    assert_eq!(
        browser.console().await,
        Vec::<String>::new(),
        "a refused policy is no error of the page"
    );
}

#[tokio::test]
async fn mistakes_are_linked_to_the_text_area_and_to_their_places() {
    let demo = Demo::start();
    let browser = Chromium::open(&demo).await;
    apply_broken(&browser).await;
    let field = browser.find("#policy-text").await;
    assert_eq!(field.attr("aria-invalid").await.as_deref(), Some("true"));
    let message = field.attr("aria-errormessage").await.unwrap();
    assert!(
        browser
            .find(&format!("#{message}"))
            .await
            .is_displayed()
            .await
    );

    let place = browser
        .find("#policy-problems li:nth-child(2) button")
        .await;
    assert_eq!(place.text().await, "line 2, column 1");
    place.click().await;
    let selected = "const it = document.activeElement;
        return it.value.slice(it.selectionStart, it.selectionEnd)";
    assert_eq!(browser.run(selected).await, "allow-method");
}

#[tokio::test]
async fn a_doubtful_policy_is_in_force_and_its_warnings_are_shown() {
    let demo = Demo::start();
    let browser = Chromium::open(&demo).await;
    edit(&browser, r#""0s""#, r#""3h""#).await;
    let status = browser.text("#policy-status").await;
    assert_eq!(status, "In force since now: policy 2. It has 1 warning.");
    assert!(
        browser
            .text("#policy-problems")
            .await
            .contains("Chromium keeps")
    );
    let field = browser.find("#policy-text").await;
    assert_eq!(field.attr("aria-invalid").await.as_deref(), Some("false"));
}
