//! What the page learns about a press: the wire, and why.

use serde_json::{Value, json};

use crate::demo::{Demo, Message};

fn request(demo: &Demo, method: &str, target: &str) -> Message {
    Message::new(method, target)
        .field("host", "127.0.0.1")
        .field("origin", &demo.page())
}

fn preflight(demo: &Demo, method: &str, target: &str) -> Message {
    request(demo, "OPTIONS", target).field("access-control-request-method", method)
}

fn hops(view: &Value) -> Vec<String> {
    let exchanges = view["exchanges"].as_array().unwrap().iter();
    let hop = |it: &Value| {
        format!(
            "{} {} {}",
            it["hop"].as_str().unwrap(),
            it["method"].as_str().unwrap(),
            it["status"]
        )
    };
    exchanges.map(hop).collect()
}

fn deciding(fields: &Value) -> Vec<String> {
    let fields = fields
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["decides"] == true);
    fields
        .map(|it| it["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_preflight_is_found_by_the_press_of_its_request() {
    let demo = Demo::start();
    demo.at_gateway(&preflight(&demo, "DELETE", "/pets/1?press=a1"))
        .await;
    demo.at_gateway(&request(&demo, "DELETE", "/pets/1?press=a1"))
        .await;
    demo.at_gateway(&request(&demo, "GET", "/pets?press=b2"))
        .await;
    let view = demo.press("press=a1&outcome=readable").await;
    assert_eq!(
        hops(&view),
        [
            "browser-to-gateway OPTIONS 204",
            "browser-to-gateway DELETE 204",
            "gateway-to-api DELETE 204"
        ]
    );
    assert_eq!(view["exchanges"][0]["is-preflight"], true);
    assert_eq!(view["exchanges"][1]["is-preflight"], false);
    let why = view["why"].as_str().unwrap();
    assert!(
        why.starts_with("The preflight's answer gives permission"),
        "{why}"
    );
}

#[tokio::test]
async fn a_preflight_that_the_api_does_not_know_is_why_the_request_is_not_sent() {
    let demo = Demo::start();
    demo.at_api(&preflight(&demo, "PUT", "/pets/1?press=a"))
        .await;
    let view = demo.press("press=a&outcome=blocked").await;
    assert_eq!(hops(&view), ["browser-to-api OPTIONS 405"]);
    assert_eq!(
        view["exchanges"][0]["absent"],
        "access-control-allow-origin"
    );
    assert_eq!(
        view["why"],
        "Before a request like this, the browser asks with a preflight. The answer has no \
         Access-Control-Allow-Origin. So the PUT itself was never sent."
    );
}

#[tokio::test]
async fn a_request_that_was_sent_is_told_from_one_that_was_not() {
    let demo = Demo::start();
    demo.at_api(&request(&demo, "POST", "/login?press=a")).await;
    let why = demo.press("press=a&outcome=blocked").await["why"].clone();
    let why = why.as_str().unwrap();
    assert!(
        why.starts_with("The POST was sent and answered with 415."),
        "{why}"
    );
    assert!(
        why.ends_with("CORS guards the reading, not the sending."),
        "{why}"
    );
}

#[tokio::test]
async fn the_policys_own_refusal_is_the_reason() {
    let demo = Demo::start();
    let cases = [
        (
            "PATCH",
            None,
            "the policy does not allow this method",
            "method-not-allowed",
        ),
        (
            "PUT",
            Some("content-type,x-secret"),
            "the policy does not allow the request header `x-secret`",
            "request-header-not-allowed",
        ),
    ];
    for (number, (method, names, reason, code)) in cases.into_iter().enumerate() {
        let mut message = preflight(&demo, method, &format!("/pets/1?press=p{number}"));
        if let Some(names) = names {
            message = message.field("access-control-request-headers", names);
        }
        demo.at_gateway(&message).await;
        let view = demo
            .press(&format!("press=p{number}&outcome=blocked"))
            .await;
        assert_eq!(view["exchanges"][0]["refused"]["code"], code);
        let why = view["why"].as_str().unwrap();
        assert!(
            why.contains(&format!("The answer was no: {reason}")),
            "{why}"
        );
    }
}

#[tokio::test]
async fn a_refused_origin_is_the_reason() {
    let demo = Demo::start();
    let message = Message::new("GET", "/pets?press=a")
        .field("host", "127.0.0.1")
        .field("origin", "https://elsewhere.example");
    demo.at_gateway(&message).await;
    let view = demo.press("press=a&outcome=blocked").await;
    assert_eq!(
        view["exchanges"][0]["refused"]["code"],
        "origin-not-allowed"
    );
    assert_eq!(
        view["exchanges"][0]["absent"],
        "access-control-allow-origin"
    );
}

#[tokio::test]
async fn a_hidden_header_is_told_from_one_that_is_not_there() {
    let demo = Demo::start();
    demo.apply(&format!(r#"allow-origins = ["{}"]"#, demo.page()))
        .await;
    demo.at_gateway(&request(&demo, "GET", "/pets?press=a"))
        .await;
    let why = demo
        .press("press=a&outcome=hidden&wanted=x-total-count")
        .await["why"]
        .clone();
    assert_eq!(
        why,
        "The answer carries x-total-count, but has no Access-Control-Expose-Headers, so the \
         script sees null."
    );
    let why = demo.press("press=a&outcome=hidden&wanted=x-other").await["why"].clone();
    assert_eq!(why, "The answer does not carry x-other.");
}

#[tokio::test]
async fn missing_credentials_are_the_reason_if_the_request_has_some() {
    let demo = Demo::start();
    demo.apply(&format!(r#"allow-origins = ["{}"]"#, demo.page()))
        .await;
    demo.at_gateway(&request(&demo, "GET", "/whoami?press=a"))
        .await;
    let why = demo.press("press=a&outcome=blocked&credentials=true").await["why"].clone();
    assert!(
        why.as_str()
            .unwrap()
            .contains("no Access-Control-Allow-Credentials"),
        "{why}"
    );
}

#[tokio::test]
async fn a_press_of_which_nothing_arrived_says_so() {
    let demo = Demo::start();
    let view = demo.press("press=never&outcome=blocked").await;
    assert_eq!(view["exchanges"], json!([]));
    assert!(
        view["why"]
            .as_str()
            .unwrap()
            .starts_with("No request of this press arrived.")
    );
}

#[tokio::test]
async fn the_fields_that_decided_are_marked_and_only_where_something_is_decided() {
    let demo = Demo::start();
    demo.at_gateway(&request(&demo, "GET", "/pets?press=a"))
        .await;
    let view = demo
        .press("press=a&outcome=readable&wanted=x-total-count")
        .await;
    assert_eq!(deciding(&view["exchanges"][0]["request"]), ["origin"]);
    assert_eq!(
        deciding(&view["exchanges"][0]["response"]),
        [
            "x-total-count",
            "access-control-allow-origin",
            "access-control-allow-credentials",
            "access-control-expose-headers",
        ]
    );
    assert_eq!(hops(&view)[1], "gateway-to-api GET 200");
    assert!(deciding(&view["exchanges"][1]["request"]).is_empty());
}

#[tokio::test]
async fn cookies_are_recorded_without_their_values() {
    let demo = Demo::start();
    let login = request(&demo, "POST", "/login?press=a")
        .field(
            "cookie",
            "bank=secret-1; petstore-session=secret-2; secret-3",
        )
        .field("authorization", "Basic secret-4")
        .field("content-type", "application/x-www-form-urlencoded")
        .body("name=Ada");
    let answer = demo.at_api(&login).await;
    let session = answer
        .value("set-cookie")
        .unwrap()
        .split(['=', ';'])
        .nth(1)
        .unwrap()
        .to_owned();
    let view = demo.press("press=a&outcome=blocked").await;
    let text = view.to_string();
    assert!(
        !text.contains("secret") && !text.contains(&session),
        "{text}"
    );
    assert!(
        text.contains("bank=\u{2026}; petstore-session=\u{2026}; \u{2026}"),
        "{text}"
    );
    assert!(
        text.contains("petstore-session=\u{2026}; Path=/; HttpOnly"),
        "{text}"
    );
}

#[tokio::test]
async fn only_the_last_exchanges_are_remembered_and_long_values_are_shortened() {
    let demo = Demo::start();
    let long = request(&demo, "GET", "/pets?press=old").field("x-long", &"x".repeat(5000));
    demo.at_api(&long).await;
    let text = demo.press("press=old&outcome=blocked").await.to_string();
    assert!(
        text.contains("xxxx\u{2026}") && text.len() < 4000,
        "{}",
        text.len()
    );
    for _ in 0..200 {
        demo.at_api(&request(&demo, "GET", "/whoami")).await;
    }
    let view = demo.press("press=old&outcome=blocked").await;
    assert_eq!(view["exchanges"], json!([]));
}

#[tokio::test]
async fn what_is_no_name_of_a_press_is_refused() {
    let demo = Demo::start();
    let too_long = "a".repeat(33);
    for question in [
        "outcome=blocked".to_owned(),
        "press=&outcome=blocked".to_owned(),
        "press=a-b&outcome=blocked".to_owned(),
        format!("press={too_long}&outcome=blocked"),
        "press=a".to_owned(),
        "press=a&outcome=fine".to_owned(),
    ] {
        let target = format!("/exchanges?{question}");
        let answer = demo.at_page(&demo.own("GET", &target).await).await;
        assert_eq!(answer.status, 400, "{question}");
    }
}
