//! Routes for some hosts alone.

use crate::harness::{Serving, Upstream, gateway};

/// Starts a gateway with a route for each pair of keys and a name, that the upstream answers with.
async fn serving(routes: &[(&str, &str)]) -> (Serving, Vec<Upstream>) {
    let mut upstreams = Vec::new();
    let mut config = String::new();
    for (keys, name) in routes {
        let len = name.len();
        let response = format!("HTTP/1.1 200 OK\r\ncontent-length: {len}\r\n\r\n{name}");
        let upstream = Upstream::answering(response).await;
        let address = upstream.address;
        config += &format!("[[route]]\n{keys}\nupstream = \"http://{address}\"\n");
        upstreams.push(upstream);
    }
    (Serving::start(&gateway(&config)).await, upstreams)
}

async fn check(serving: &Serving, host: &str, target: &str, expected: Result<&str, u16>) {
    let line = format!("GET {target} HTTP/1.1");
    let mut client = serving.client().await;
    client.send_head(&line, &[&format!("host: {host}")]).await;
    let response = client.response(&line).await;
    let found = match response.status {
        200 => Ok(response.text()),
        status => Err(status),
    };
    assert_eq!(found, expected, "{host} {target}");
}

#[tokio::test]
async fn the_host_that_is_named_most_closely_is_asked_first() {
    let (serving, _upstreams) = serving(&[
        ("path = '/v1'", "every"),
        ("path = '/'\nhost = 'api.example'", "api"),
        ("path = '/'\nhost = '*.example'", "below"),
        ("path = '/'\nhost = '*.deep.example'", "deep"),
    ])
    .await;
    check(&serving, "api.example", "/v1", Ok("api")).await;
    check(&serving, "www.example", "/v1", Ok("below")).await;
    check(&serving, "a.b.example", "/v1", Ok("below")).await;
    check(&serving, "a.deep.example", "/v1", Ok("deep")).await;
    check(&serving, "deep.example", "/v1", Ok("below")).await;
    check(&serving, "example", "/v1", Ok("every")).await;
    check(&serving, "apiexample", "/v1", Ok("every")).await;
    check(&serving, "example.test", "/v1/x", Ok("every")).await;
    check(&serving, "example.test", "/", Err(404)).await;
}

#[tokio::test]
async fn a_route_without_a_host_is_for_every_host() {
    let (serving, _upstreams) = serving(&[
        ("path = '/v1'", "every"),
        ("path = '/admin'\nhost = 'api.example'", "admin"),
        ("path = '/'\nhost = '*.example'", "below"),
    ])
    .await;
    check(&serving, "api.example", "/admin", Ok("admin")).await;
    check(&serving, "api.example", "/v1", Ok("below")).await;
    check(&serving, "other.test", "/v1", Ok("every")).await;
    check(&serving, "other.test", "/admin", Err(404)).await;
}

#[tokio::test]
async fn a_host_has_many_spellings() {
    let (serving, _upstreams) = serving(&[
        ("path = '/'\nhost = ['api.example', '*.api.example']", "api"),
        ("path = '/'\nhost = ['127.0.0.1', '[::1]']", "address"),
    ])
    .await;
    for host in [
        "api.example",
        "API.Example",
        "api.example:8080",
        "api.example.",
        "v1.api.example:80",
    ] {
        check(&serving, host, "/", Ok("api")).await;
    }
    for host in ["127.0.0.1", "127.0.0.1:8080", "[::1]", "[::1]:8080"] {
        check(&serving, host, "/", Ok("address")).await;
    }
    for host in ["api.example.test", "xapi.example", "", ".", "::1"] {
        check(&serving, host, "/", Err(404)).await;
    }
}

#[tokio::test]
async fn a_target_in_absolute_form_names_the_host() {
    let (serving, _upstreams) = serving(&[
        ("path = '/'\nhost = 'a.example'", "a"),
        ("path = '/'\nhost = 'b.example'", "b"),
    ])
    .await;
    check(&serving, "a.example", "http://a.example/", Ok("a")).await;
    check(&serving, "b.example:80", "http://B.example:80/x", Ok("b")).await;
    check(&serving, "b.example", "http://a.example/", Err(400)).await;
}

#[tokio::test]
async fn a_request_with_two_hosts_reaches_no_one() {
    let (serving, _upstreams) = serving(&[("path = '/'\nhost = 'a.example'", "a")]).await;
    let mut client = serving.client().await;
    let fields = ["host: a.example", "host: a.example"];
    client.send_head("GET / HTTP/1.1", &fields).await;
    assert!(client.response("GET").await.status >= 400);
}
