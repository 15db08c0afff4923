//! The API that knows nothing of CORS.

use serde_json::json;

use crate::demo::{Answer, Demo, Message};

fn request(method: &str, target: &str) -> Message {
    Message::new(method, target).field("host", "127.0.0.1")
}

fn with_json(method: &str, target: &str, body: &str) -> Message {
    request(method, target)
        .field("content-type", "application/json")
        .body(body)
}

async fn logged_in(demo: &Demo, name: &str) -> Answer {
    let login = request("POST", "/login")
        .field("content-type", "application/x-www-form-urlencoded")
        .body(&format!("name={name}"));
    demo.at_api(&login).await
}

fn cookie_of(login: &Answer) -> String {
    login
        .value("set-cookie")
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn the_list_comes_in_pages_and_says_how_many_there_are() {
    let demo = Demo::start();
    let answer = demo
        .at_api(&request("GET", "/pets?page=2&per-page=5"))
        .await;
    assert_eq!(answer.value("x-total-count"), Some("12"));
    let ids: Vec<_> = answer
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["id"].clone())
        .collect();
    assert_eq!(ids, [6, 7, 8, 9, 10]);
    let past_the_end = demo
        .at_api(&request("GET", "/pets?page=18446744073709551615"))
        .await;
    assert_eq!((past_the_end.status, &*past_the_end.body), (200, "[]"));
}

#[tokio::test]
async fn a_page_of_no_pets_or_too_many_is_refused_with_the_field() {
    let demo = Demo::start();
    for (query, field) in [
        ("page=0", "page"),
        ("per-page=0", "per-page"),
        ("per-page=101", "per-page"),
    ] {
        let answer = demo
            .at_api(&request("GET", &format!("/pets?{query}")))
            .await;
        assert_eq!(answer.status, 422, "{query}");
        assert_eq!(answer.json()["fields"][0]["field"], field);
    }
    assert_eq!(
        demo.at_api(&request("GET", "/pets?page=x")).await.status,
        400
    );
}

#[tokio::test]
async fn a_pet_is_made_read_changed_and_removed() {
    let demo = Demo::start();
    let made = demo
        .at_api(&with_json(
            "POST",
            "/pets",
            r#"{"name":"Ember","kind":"fox"}"#,
        ))
        .await;
    assert_eq!(
        (made.status, made.value("location")),
        (201, Some("/pets/13"))
    );
    let changed = demo
        .at_api(&with_json(
            "PUT",
            "/pets/13",
            r#"{"name":"Ash","kind":"fox"}"#,
        ))
        .await;
    assert_eq!(
        changed.json(),
        json!({ "id": 13, "name": "Ash", "kind": "fox" })
    );
    assert_eq!(
        demo.at_api(&request("GET", "/pets/13")).await.json(),
        changed.json()
    );
    assert_eq!(
        demo.at_api(&request("DELETE", "/pets/13")).await.status,
        204
    );
    for method in ["GET", "DELETE"] {
        let answer = demo.at_api(&request(method, "/pets/13")).await;
        assert_eq!(
            (answer.status, answer.json()),
            (404, json!({ "error": "there is no pet 13" }))
        );
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_pet_is_said_all_at_once() {
    let demo = Demo::start();
    let body = json!({ "name": " ", "kind": "x".repeat(41) }).to_string();
    let answer = demo.at_api(&with_json("POST", "/pets", &body)).await;
    assert_eq!(answer.status, 422);
    assert_eq!(
        answer.json()["fields"],
        json!([
            { "field": "name", "reason": "say something here" },
            { "field": "kind", "reason": "at most 40 characters" },
        ])
    );
}

#[tokio::test]
async fn a_body_that_is_not_a_pet_is_refused() {
    let demo = Demo::start();
    let refusal = async |request: Message| demo.at_api(&request).await.status;
    assert_eq!(refusal(with_json("POST", "/pets", "{")).await, 400);
    assert_eq!(
        refusal(with_json("POST", "/pets", r#"{"name":1,"kind":"fox"}"#)).await,
        422
    );
    assert_eq!(
        refusal(with_json(
            "POST",
            "/pets",
            r#"{"name":"a","kind":"b","c":1}"#
        ))
        .await,
        422
    );
    assert_eq!(
        refusal(request("POST", "/pets").body("name=Ember")).await,
        415
    );
    let long = json!({ "name": "x".repeat(20_000), "kind": "fox" }).to_string();
    assert_eq!(refusal(with_json("POST", "/pets", &long)).await, 413);
    assert_eq!(refusal(request("GET", "/pets/minus-one")).await, 400);
}

#[tokio::test]
async fn the_store_holds_a_hundred_pets_until_it_is_reset() {
    let demo = Demo::start();
    let add = with_json("POST", "/pets", r#"{"name":"Ember","kind":"fox"}"#);
    for _ in 12..100 {
        assert_eq!(demo.at_api(&add).await.status, 201);
    }
    assert_eq!(demo.at_api(&add).await.status, 409);
    let reset = demo.own("POST", "/pets/reset").await.body("{}");
    assert_eq!(demo.at_page(&reset).await.status, 204);
    assert_eq!(
        demo.at_api(&request("GET", "/pets"))
            .await
            .value("x-total-count"),
        Some("12")
    );
}

#[tokio::test]
async fn whoever_logs_in_is_known_by_a_cookie_that_scripts_cannot_read() {
    let demo = Demo::start();
    let login = logged_in(&demo, "Ada").await;
    let attributes = login
        .value("set-cookie")
        .unwrap()
        .split_once("; ")
        .unwrap()
        .1;
    assert_eq!(attributes, "Path=/; HttpOnly; SameSite=Lax");
    let whoami = request("GET", "/whoami").field("cookie", &format!("a=b; {}", cookie_of(&login)));
    assert_eq!(demo.at_api(&whoami).await.json(), json!({ "name": "Ada" }));

    let logout = request("POST", "/logout").field("cookie", &cookie_of(&login));
    assert_eq!(demo.at_api(&logout).await.status, 204);
    assert_eq!(demo.at_api(&whoami).await.status, 401);
}

#[tokio::test]
async fn nobody_is_known_without_a_session_of_this_run() {
    let demo = Demo::start();
    for cookie in ["", "petstore-session=", "petstore-session=0", "other=1"] {
        let answer = demo
            .at_api(&request("GET", "/whoami").field("cookie", cookie))
            .await;
        assert_eq!(answer.status, 401, "{cookie}");
    }
    assert_eq!(logged_in(&demo, "").await.status, 422);
}

#[tokio::test]
async fn the_oldest_session_makes_room() {
    let demo = Demo::start();
    let first = logged_in(&demo, "first").await;
    for number in 1..=32 {
        assert_eq!(logged_in(&demo, &format!("n{number}")).await.status, 200);
    }
    let whoami = request("GET", "/whoami").field("cookie", &cookie_of(&first));
    assert_eq!(demo.at_api(&whoami).await.status, 401);
}

#[tokio::test]
async fn it_knows_nothing_of_cors() {
    let demo = Demo::start();
    let preflight = request("OPTIONS", "/pets/1")
        .field("origin", &demo.page())
        .field("access-control-request-method", "PUT");
    let answer = demo.at_api(&preflight).await;
    assert_eq!(answer.status, 405);
    assert!(answer.value("allow").unwrap().contains("PUT"));
    assert!(!answer.has_cors_field());
    let get = demo
        .at_api(&request("GET", "/pets").field("origin", &demo.page()))
        .await;
    assert_eq!(get.status, 200);
    assert!(!get.has_cors_field());
    assert_eq!(demo.at_api(&request("GET", "/dragons")).await.status, 404);
}
