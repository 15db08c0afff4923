//! What responses point to, and what their clients get for it.

use crate::harness::{Serving, Upstream, gateway};

/// Checks what becomes of what an upstream points to. `UPSTREAM` stands for its name.
async fn check(keys: &str, cases: &[(&'static str, &str)]) {
    for &(given, expected) in cases {
        let upstream = Upstream::start(move |mut peer, _| async move {
            peer.head().await;
            let name = peer.address().to_string();
            let given = given.replace("UPSTREAM", &name);
            let head = format!(
                "HTTP/1.1 303 See Other\r\nlocation: {given}\r\ncontent-location: {given}\r\n\
                 content-length: 0\r\n\r\n"
            );
            peer.send(head).await;
        })
        .await;
        let name = upstream.address.to_string();
        let config = format!("[[route]]\n{keys}\nupstream = 'http://{name}'\n");
        let serving = Serving::start(&gateway(&config)).await;
        let response = serving.request("GET /v1/pets HTTP/1.1", &[]).await;
        assert_eq!(response.status, 303, "{given}");
        let expected = expected.replace("UPSTREAM", &name);
        for field in ["location", "content-location"] {
            assert_eq!(response.field(field), Some(&*expected), "{keys} {given}");
        }
    }
}

#[tokio::test]
async fn the_upstreams_name_is_left_out() {
    let cases = [
        ("http://UPSTREAM/login?next=/#top", "/login?next=/#top"),
        // `X-Forwarded-Proto` has told it that the client came over TLS.
        ("https://UPSTREAM/login", "/login"),
        ("HTTP://UPSTREAM/login", "/login"),
        ("//UPSTREAM/login", "/login"),
        ("http://UPSTREAM", "/"),
        ("http://UPSTREAM?q", "/?q"),
        // What it says about anyone else stays as it is.
        ("http://other.test/login", "http://other.test/login"),
        ("http://UPSTREAM0/login", "http://UPSTREAM0/login"),
        ("http://user@UPSTREAM/login", "http://user@UPSTREAM/login"),
        ("ftp://UPSTREAM/login", "ftp://UPSTREAM/login"),
        ("http:/login", "http:/login"),
        ("/api/login", "/api/login"),
        ("login", "login"),
        ("../login", "../login"),
        ("?q", "?q"),
        // Without the name these would be someone else's.
        (
            "http://UPSTREAM//other.test/",
            "http://UPSTREAM//other.test/",
        ),
        (
            "http://UPSTREAM/\\other.test/",
            "http://UPSTREAM/\\other.test/",
        ),
        (
            "http://UPSTREAM\\other.test/",
            "http://UPSTREAM\\other.test/",
        ),
        (
            "http://UPSTREAM/\t/other.test/",
            "http://UPSTREAM/\t/other.test/",
        ),
        (
            "http://UPSTREAM/x/../..//other.test",
            "http://UPSTREAM/x/../..//other.test",
        ),
    ];
    check("path = '/v1'", &cases).await;
}

#[tokio::test]
async fn the_upstreams_prefix_becomes_the_routes() {
    let cases = [
        ("/api/pets/7?q#f", "/v1/pets/7?q#f"),
        ("/api", "/v1"),
        ("/api/", "/v1/"),
        ("/api?q", "/v1?q"),
        ("/api#f", "/v1#f"),
        ("http://UPSTREAM/api/pets", "/v1/pets"),
        ("//UPSTREAM/api/pets", "/v1/pets"),
        // It believes `X-Forwarded-Host`, but cannot know the prefix.
        (
            "https://gateway.test/api/pets",
            "https://gateway.test/v1/pets",
        ),
        (
            "https://gateway.test:443/api",
            "https://gateway.test:443/v1",
        ),
        ("//gateway.test/api", "//gateway.test/v1"),
        // This route does not lead there.
        ("/apis", "/apis"),
        ("/other", "/other"),
        ("/", "/"),
        ("http://UPSTREAM/other", "http://UPSTREAM/other"),
        ("http://UPSTREAM", "http://UPSTREAM"),
        ("https://gateway.test/other", "https://gateway.test/other"),
        (
            "https://gateway.test.evil/api",
            "https://gateway.test.evil/api",
        ),
        ("http://other.test/api/pets", "http://other.test/api/pets"),
        ("//other.test/api/pets", "//other.test/api/pets"),
        ("/api/../admin", "/api/../admin"),
        ("/api/%2e%2E/admin", "/api/%2e%2E/admin"),
        ("api/pets", "api/pets"),
    ];
    check("path = '/v1'\nreplace-prefix = '/api'", &cases).await;
}

#[tokio::test]
async fn a_prefix_that_was_taken_away_is_put_back() {
    let cases = [
        ("/pets/7", "/v1/pets/7"),
        ("/", "/v1/"),
        ("/?q", "/v1/?q"),
        ("http://UPSTREAM", "/v1/"),
        ("http://UPSTREAM/pets", "/v1/pets"),
        ("https://gateway.test", "https://gateway.test/v1"),
        // It knows what it is called here.
        ("/v1/pets", "/v1/pets"),
        ("http://UPSTREAM/v1/pets", "/v1/pets"),
        ("/v10/pets", "/v1/v10/pets"),
        ("//other.test/pets", "//other.test/pets"),
        ("/\\other.test/pets", "/\\other.test/pets"),
    ];
    check("path = '/v1'\nreplace-prefix = '/'", &cases).await;
}

#[tokio::test]
async fn a_prefix_that_was_added_is_taken_away() {
    let cases = [
        ("/inner/pets", "/pets"),
        ("/inner", "/"),
        ("/inner?q", "/?q"),
        ("/inner/", "/"),
        ("/other", "/other"),
        ("/inner//other.test/", "/inner//other.test/"),
        ("/inner/\\other.test/", "/inner/\\other.test/"),
        (
            "http://UPSTREAM/inner//other.test",
            "http://UPSTREAM/inner//other.test",
        ),
    ];
    check("path = '/'\nreplace-prefix = '/inner'", &cases).await;
}

#[tokio::test]
async fn an_exact_path_leads_to_no_other() {
    let cases = [
        ("/report?year=2026", "/v1/pets?year=2026"),
        ("/report/2026", "/report/2026"),
        ("http://UPSTREAM/report", "/v1/pets"),
    ];
    check("exact = '/v1/pets'\nreplace-prefix = '/report'", &cases).await;
}

#[tokio::test]
async fn an_upstream_is_left_out_by_the_name_that_it_is_asked_for() {
    let upstream = Upstream::answering(
        "HTTP/1.1 201 Created\r\nlocation: http://pets.internal/v1/7\r\n\
         content-length: 0\r\n\r\n",
    )
    .await;
    let address = upstream.address;
    let config = format!(
        "[upstream.pets]\nservers = ['http://{address}']\nhost = 'pets.internal'\n\
         [[route]]\npath = '/v1'\nupstream = 'pets'\n"
    );
    let serving = Serving::start(&gateway(&config)).await;
    let response = serving.request("POST /v1/pets HTTP/1.1", &[]).await;
    assert_eq!(response.field("location"), Some("/v1/7"));
}
