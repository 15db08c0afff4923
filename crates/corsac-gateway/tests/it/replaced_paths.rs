//! Paths that the upstream knows by another name, and paths that are meant alone.

use crate::harness::{Serving, Upstream, gateway};

/// Checks which target the upstream gets.
async fn check(keys: &str, target: &str, expected: &str) {
    let (upstream, mut heads) = Upstream::recording().await;
    let address = upstream.address;
    let config = format!("[[route]]\n{keys}\nupstream = \"http://{address}\"\n");
    let serving = Serving::start(&gateway(&config)).await;
    let response = serving
        .request(&format!("GET {target} HTTP/1.1"), &[])
        .await;
    assert_eq!(response.status, 200, "{target}");
    let line = &heads.recv().await.unwrap()[0];
    assert_eq!(line, &format!("GET {expected} HTTP/1.1"), "{keys} {target}");
}

#[tokio::test]
async fn the_path_of_a_route_is_replaced() {
    let keys = "path = '/v1/pets'\nreplace-prefix = '/animals'";
    for (target, expected) in [
        ("/v1/pets", "/animals"),
        ("/v1/pets/", "/animals/"),
        ("/v1/pets/7?q=/v1/pets", "/animals/7?q=/v1/pets"),
        ("/v1/pets?", "/animals?"),
        ("/%761/p%65ts/%37", "/animals/%37"),
        ("http://gateway.test/v1/pets/7", "/animals/7"),
    ] {
        check(keys, target, expected).await;
    }
}

#[tokio::test]
async fn the_path_of_a_route_is_taken_away() {
    let keys = "path = '/v1'\nreplace-prefix = '/'";
    for (target, expected) in [
        ("/v1", "/"),
        ("/v1/", "/"),
        ("/v1?x", "/?x"),
        ("/v1/pets/7", "/pets/7"),
        ("/v1//evil.test/x", "/evil.test/x"),
    ] {
        check(keys, target, expected).await;
    }
}

#[tokio::test]
async fn the_root_is_put_elsewhere() {
    let keys = "path = '/'\nreplace-prefix = '/v1'";
    for (target, expected) in [
        ("/", "/v1/"),
        ("/x", "/v1/x"),
        ("http://gateway.test", "/v1/"),
    ] {
        check(keys, target, expected).await;
    }
}

#[tokio::test]
async fn an_exact_path_is_this_one_alone() {
    let (exact, _exact) = Upstream::recording().await;
    let (prefix, _prefix) = Upstream::recording().await;
    let config = format!(
        r#"
        [[route]]
        exact = "/v1"
        methods = ["GET"]
        upstream = "http://{}"

        [[route]]
        exact = "/"
        methods = ["GET"]
        upstream = "http://{}"

        [[route]]
        path = "/v1"
        methods = ["PUT"]
        upstream = "http://{}"
        "#,
        exact.address, exact.address, prefix.address
    );
    let serving = Serving::start(&gateway(&config)).await;
    for (target, status) in [
        ("/v1", 200),
        ("/v1?x", 200),
        ("/v1/", 405),
        ("/v1/x", 405),
        ("/", 200),
        ("/x", 404),
    ] {
        let line = format!("GET {target} HTTP/1.1");
        let response = serving.request(&line, &[]).await;
        assert_eq!(response.status, status, "{target}");
    }
}
