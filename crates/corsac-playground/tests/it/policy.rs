//! The policy's editor, without a browser.

use serde_json::Value;

use crate::demo::{Demo, Message};

fn preflight(demo: &Demo, method: &str) -> Message {
    Message::new("OPTIONS", "/pets/1")
        .field("host", "127.0.0.1")
        .field("origin", &demo.page())
        .field("access-control-request-method", method)
}

async fn allowed_methods(demo: &Demo) -> Option<String> {
    let answer = demo.at_gateway(&preflight(demo, "PUT")).await;
    answer
        .value("access-control-allow-methods")
        .map(str::to_owned)
}

fn codes(view: &Value) -> Vec<&str> {
    view["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["code"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn the_first_policy_is_for_the_page_and_has_no_doubts() {
    let demo = Demo::start();
    let view = demo.at_page(&demo.own("GET", "/policy").await).await.json();
    assert_eq!(
        (&view["edition"], &view["applied"]),
        (&1.into(), &true.into())
    );
    assert_eq!(codes(&view), [""; 0]);
    assert!(view["in-force"].as_str().unwrap().contains(&demo.page()));
    assert_eq!(allowed_methods(&demo).await.as_deref(), Some("PUT, DELETE"));
}

#[tokio::test]
async fn a_policy_is_in_force_as_soon_as_it_is_applied() {
    let demo = Demo::start();
    let text = format!(
        "allow-origins = [\"{}\"]\nallow-methods = [\"PATCH\"]",
        demo.page()
    );
    let view = demo.apply(&text).await;
    assert_eq!(view["applied"], true);
    assert_eq!(view["edition"], 2);
    assert_eq!(view["in-force"], text);
    assert_eq!(allowed_methods(&demo).await.as_deref(), Some("PATCH"));
}

#[tokio::test]
async fn a_broken_policy_shows_every_mistake_and_leaves_the_old_one_serving() {
    let demo = Demo::start();
    let text = "# \u{1f98a}\nallow-origins = [\"http://127.0.0.1:3000/\"]\nallow-method = []\n";
    let view = demo.apply(text).await;
    assert_eq!(view["applied"], false);
    assert_eq!(view["n-errors"], 2);
    assert_eq!(codes(&view), ["origin-trailing-slash", "unknown-key"]);
    let slash = &view["problems"][0];
    assert_eq!(
        (slash["line"].as_u64(), slash["column"].as_u64()),
        (Some(2), Some(40))
    );
    // Scripts count the fox in the first line as two.
    assert_eq!(
        (slash["start"].as_u64(), slash["end"].as_u64()),
        (Some(44), Some(45))
    );
    assert_eq!(view["problems"][1]["suggestion"], "allow-methods");
    let rendered = view["rendered"].as_str().unwrap();
    assert!(
        rendered.contains("policy:2:40") && rendered.contains('^'),
        "{rendered}"
    );
    assert_eq!(view["edition"], 1);
    assert!(view["in-force"].as_str().unwrap().contains("DELETE"));
    assert_eq!(allowed_methods(&demo).await.as_deref(), Some("PUT, DELETE"));
}

#[tokio::test]
async fn a_doubtful_policy_is_applied_with_its_warnings() {
    let demo = Demo::start();
    let text = "allow-origins = [\"*\"]\nmax-age = \"3h\"\n";
    let view = demo.apply(text).await;
    assert_eq!(
        (&view["applied"], &view["n-warnings"]),
        (&true.into(), &1.into())
    );
    assert_eq!(codes(&view), ["max-age-above-cap"]);
    let later = demo.at_page(&demo.own("GET", "/policy").await).await.json();
    assert_eq!(codes(&later), ["max-age-above-cap"]);
}

#[tokio::test]
async fn the_editor_takes_the_keys_of_a_policy_and_nothing_else() {
    let demo = Demo::start();
    for text in [
        "[[route]]\npath = \"/\"",
        "listen = \"0.0.0.0:80\"",
        "",
        "\u{0}",
        "= = =",
    ] {
        assert_eq!(demo.apply(text).await["applied"], false, "{text}");
    }
    assert_eq!(allowed_methods(&demo).await.as_deref(), Some("PUT, DELETE"));
}
