//! Files without mistakes, and what they say.

use std::time::Duration;

use corsac::RequestField;
use corsac::server::{Answer, PreparedValue, RequestHead};
use corsac_config::{Config, DEFAULT_LISTEN, Timeouts};

const EXAMPLE: &str = include_str!("example.toml");

fn read(source: &str) -> Config {
    corsac_config::read(source).unwrap()
}

#[test]
fn the_example_has_no_mistakes_and_no_doubts() {
    let config = read(EXAMPLE);
    assert!(config.warnings.is_empty(), "{}", config.warnings);
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.timeouts, Timeouts::DEFAULT);
    assert_eq!(config.routes.len(), 1);
}

#[test]
fn a_route_has_what_the_file_says() {
    let config = read(EXAMPLE);
    let route = &config.routes[0];
    assert_eq!(route.path, "/v1");
    assert_eq!(route.upstream.servers[0].host(), "127.0.0.1");
    assert_eq!(route.upstream.servers[0].port(), 3001);
    assert_eq!(route.policy_name.as_deref(), Some("shop"));
    assert_eq!(
        route.methods.as_deref(),
        Some(&["GET", "POST", "PUT"].map(String::from)[..])
    );
}

#[test]
fn a_policy_says_what_the_file_says() {
    let config = read(EXAMPLE);
    let policy = config.routes[0].policy.as_ref().unwrap();
    let value = |it| policy.value(it).map(|it| std::str::from_utf8(it).unwrap());
    assert_eq!(
        value(PreparedValue::RequestHeaders),
        Some("authorization, content-type")
    );
    assert_eq!(value(PreparedValue::ExposedHeaders), Some("x-total-count"));
    assert_eq!(value(PreparedValue::MaxAge), Some("7200"));
    for origin in [
        "https://app.example.com",
        "https://a.preview.example.com",
        "http://localhost:1",
    ] {
        assert!(is_allowed(policy, origin), "{origin}");
    }
    assert!(!is_allowed(policy, "https://example.com"));
}

#[test]
fn a_preflight_does_not_allow_what_does_not_exist_at_the_route() {
    let config = read(EXAMPLE);
    let policy = config.routes[0].policy.as_ref().unwrap();
    assert_eq!(policy.value(PreparedValue::Methods), Some(&b"PUT"[..]));
}

#[test]
fn a_short_file_has_sensible_defaults() {
    let config = read("route = [{ path = '/', upstream = 'http://api' }]");
    assert_eq!(config.listen, DEFAULT_LISTEN);
    assert!(config.listen.ip().is_loopback());
    assert_eq!(config.routes[0].upstream.servers[0].port(), 80);
    assert_eq!(config.routes[0].upstream.servers[0].authority(), "api");
    assert!(config.routes[0].policy.is_none());
    assert!(config.routes[0].methods.is_none());
}

#[test]
fn files_of_other_systems_are_read() {
    let windows = format!("\u{feff}{}", EXAMPLE.replace('\n', "\r\n"));
    assert!(read(&windows).warnings.is_empty());
}

#[test]
fn timeouts_are_read() {
    let config = read(
        r#"
        connect-timeout = "1s"
        request-head-timeout = "1500ms"
        response-timeout = "2m"
        shutdown-timeout = "1d"
        route = [{ path = "/", upstream = "http://api" }]
        "#,
    );
    assert_eq!(config.timeouts.connect, Duration::from_secs(1));
    assert_eq!(config.timeouts.request_head, Duration::from_millis(1500));
    assert_eq!(config.timeouts.response, Duration::from_secs(120));
    assert_eq!(config.timeouts.shutdown, Duration::from_secs(24 * 60 * 60));
}

#[test]
fn nested_routes_do_not_overlap() {
    let config = read(
        r#"
        route = [
            { path = "/", upstream = "http://a" },
            { path = "/v1", upstream = "http://a" },
            { path = "/v1/x", upstream = "http://a" },
            { path = "/v10", upstream = "http://a" },
        ]
        "#,
    );
    assert_eq!(config.routes.len(), 4);
}

#[test]
fn servers_are_hosts_of_every_kind() {
    for (text, host, port, authority) in [
        ("http://api", "api", 80, "api"),
        (
            "http://API.Internal:8080",
            "api.internal",
            8080,
            "api.internal:8080",
        ),
        ("http://my_api:80", "my_api", 80, "my_api"),
        ("https://api", "api", 443, "api"),
        ("https://api:80", "api", 80, "api:80"),
        ("http://10.0.0.1:3001", "10.0.0.1", 3001, "10.0.0.1:3001"),
        ("http://[::1]:3001", "::1", 3001, "[::1]:3001"),
        ("http://api.internal.", "api.internal.", 80, "api.internal."),
    ] {
        let server = corsac_config::Server::parse(text).unwrap();
        assert_eq!(server.host(), host);
        assert_eq!(server.port(), port);
        assert_eq!(server.authority(), authority);
    }
}

#[test]
fn dangerous_permissions_permit_what_is_refused_without_them() {
    for (permission, origin) in [
        ("dangerously-allow-null-origin", "null"),
        ("dangerously-allow-insecure-origins", "http://app.example"),
        ("dangerously-allow-public-suffix", "https://*.github.io"),
    ] {
        let policy = format!("allow-origins = ['{origin}']\nallow-credentials = true\n");
        let errors = corsac_config::read_policy(&policy).unwrap_err();
        assert!(errors.to_string().contains(permission), "{errors}");
        corsac_config::read_policy(&format!("{policy}{permission} = true\n")).unwrap();
        corsac_config::read_policy(&format!("{policy}{permission} = false\n")).unwrap_err();
    }
}

#[test]
fn a_max_age_of_zero_turns_caching_off() {
    let source = "allow-origins = ['https://app.example']\nmax-age = '0s'\n";
    let policy = corsac_config::read_policy(source).unwrap();
    assert_eq!(policy.value(PreparedValue::MaxAge), Some(&b"0"[..]));
}

#[test]
fn refuse_and_upstream_change_the_answers() {
    let source = "allow-origins = ['https://app.example']\nrefuse = 'reject'\nupstream = 'keep'\n";
    let policy = corsac_config::read_policy(source).unwrap();
    let answer = |origin| policy.answer(&Request { origin });
    assert!(matches!(answer("https://evil.example"), Answer::Reject(_)));
    let Answer::Forward(decoration) = answer("https://app.example") else {
        panic!("an allowed request is forwarded");
    };
    assert!(decoration.keeps_allow_origin());
}

/// A request of a page.
struct Request<'a> {
    origin: &'a str,
}

impl RequestHead for Request<'_> {
    fn method(&self) -> &[u8] {
        b"GET"
    }

    fn lines(&self, field: RequestField) -> impl Iterator<Item = &[u8]> {
        let origin = (field == RequestField::Origin).then_some(self.origin.as_bytes());
        origin.into_iter()
    }
}

fn is_allowed(policy: &corsac::Policy, origin: &str) -> bool {
    match policy.answer(&Request { origin }) {
        Answer::Forward(decoration) => decoration.refusal().is_none(),
        Answer::Preflight(_) | Answer::Reject(_) => false,
    }
}

const PEM: &str = include_str!("ca.pem");

#[test]
fn an_upstream_says_what_the_file_says() {
    let source = r#"
        [upstream.shop]
        servers = ["https://10.0.0.1:8443", "https://10.0.0.2:8443"]
        host = "shop.example"
        roots = "ca.pem"
        http2 = false
        health-path = "/healthz"
        health-interval = "1s"
        retries = 0

        [[route]]
        path = "/v1"
        upstream = "shop"
    "#;
    let config = corsac_config::read_with_files(source, &|_| Ok(PEM.into())).unwrap();
    assert_eq!(config.files, ["ca.pem"]);
    let upstream = &config.routes[0].upstream;
    let servers: Vec<_> = upstream.servers.iter().map(ToString::to_string).collect();
    assert_eq!(servers, ["https://10.0.0.1:8443", "https://10.0.0.2:8443"]);
    assert_eq!(upstream.retries, 0);
    assert_eq!(upstream.settings.host.as_deref(), Some("shop.example"));
    assert_eq!(upstream.settings.roots.as_deref(), Some(PEM.as_bytes()));
    assert_eq!(upstream.settings.http2, Some(corsac_config::Http2::Never));
    let check = upstream.settings.health_check.as_ref().unwrap();
    assert_eq!(check.path, "/healthz");
    assert_eq!(check.interval, Duration::from_secs(1));
}
