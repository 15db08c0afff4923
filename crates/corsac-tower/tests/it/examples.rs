//! The examples do what they say.

#[expect(dead_code, reason = "the example's main and what only that uses")]
#[path = "../../examples/from_file.rs"]
mod from_file;
#[expect(dead_code, reason = "the example's main and what only that uses")]
#[path = "../../examples/layer_order.rs"]
mod layer_order;
#[expect(dead_code, reason = "the example's main")]
#[path = "../../examples/per_route.rs"]
mod per_route;

use corsac_tower::PolicyHandle;
use layer_order::{Order, Question};
use tower::ServiceExt;

use crate::exchange::exchange;

#[tokio::test]
async fn each_route_has_its_policy() {
    for (request, expected) in [
        (
            "GET /catalogue | origin: https://any.example",
            "200 | access-control-allow-origin: *",
        ),
        (
            "GET /orders | origin: https://shop.example",
            "200 | access-control-allow-credentials: true | \
             access-control-allow-origin: https://shop.example | \
             access-control-expose-headers: x-total-count | vary: Origin",
        ),
        (
            "OPTIONS /orders/7 | origin: https://shop.example | \
             access-control-request-method: DELETE",
            "204 | access-control-allow-credentials: true | \
             access-control-allow-headers: content-type | \
             access-control-allow-methods: PUT, DELETE | \
             access-control-allow-origin: https://shop.example | \
             access-control-max-age: 7200 | vary: Origin",
        ),
        (
            "GET /orders/7 | origin: https://any.example",
            "200 | vary: Origin",
        ),
        (
            "GET /orders/7/nothing | origin: https://any.example",
            "404 | vary: Origin",
        ),
        ("GET /health | origin: https://shop.example", "200"),
    ] {
        let told = exchange(per_route::router().unwrap(), request).await;
        assert_eq!(told, expected, "{request}");
    }
}

#[tokio::test]
async fn a_policy_file_is_followed_and_a_broken_one_changes_nothing() {
    let good = include_str!("../../examples/corsac.toml");
    let directory = std::env::temp_dir().join(format!("corsac-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let file = directory.join("corsac.toml");
    std::fs::write(&file, good).unwrap();
    let handle = PolicyHandle::new(from_file::read_policy(&file).unwrap());
    let mut watched = from_file::Watched::new(&file);
    let told = async || {
        let request = "GET / | origin: http://localhost:5173";
        exchange(from_file::router(&handle), request).await
    };
    let allowed = "access-control-allow-origin: http://localhost:5173";
    assert!(told().await.contains(allowed));
    assert_eq!(watched.look(&handle), None);

    std::fs::write(
        &file,
        "allow-origins = [\"https://a.example/\"]\nmax-age = 5",
    )
    .unwrap();
    let problems = watched.look(&handle).unwrap().unwrap_err();
    for place in ["corsac.toml:1:", "corsac.toml:2:"] {
        assert!(problems.contains(place), "{problems}");
    }
    assert_eq!(watched.look(&handle), None, "it is told once");
    assert!(told().await.contains(allowed));

    let other = good.replace("http://localhost:*", "http://localhost:1");
    std::fs::write(&file, other).unwrap();
    assert_eq!(watched.look(&handle), Some(Ok(())));
    assert!(!told().await.contains(allowed));
    std::fs::remove_dir_all(&directory).unwrap();
}

#[tokio::test]
async fn only_with_the_layer_added_last_can_a_page_read_everything() {
    for (order, readable) in [
        (Order::Last, [true, true, true, true]),
        (Order::BeforeSomeRoutes, [false, false, false, true]),
        (Order::RouteLayer, [true, true, true, false]),
        (Order::InsideAuthentication, [false, true, false, true]),
    ] {
        let app = layer_order::router(order).unwrap();
        for (question, readable) in Question::ALL.into_iter().zip(readable) {
            let response = app
                .clone()
                .oneshot(question.request().unwrap())
                .await
                .unwrap();
            let is_readable = layer_order::is_readable(&response);
            assert_eq!(is_readable, readable, "{order:?}, {question:?}");
        }
    }
}
