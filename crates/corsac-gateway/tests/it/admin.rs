//! What an operator asks the admin listener, and who else is turned away.

use std::net::SocketAddr;

use corsac_gateway::{Admin, Gateway, explanation};
use tokio::net::TcpListener;

use crate::harness::{Peer, Response, Serving, Upstream, config, gateway};

const STRANGER: &[&str] = &["origin: https://evil.example"];

/// A gateway with an admin listener.
struct Operated {
    serving: Serving,
    admin: Admin,
    address: SocketAddr,
    upstream: Upstream,
}

impl Operated {
    async fn start(extra: &str) -> Self {
        let (upstream, _heads) = Upstream::recording().await;
        let (gateway, admin) =
            gateway(&config(upstream.address, extra)).with_admin(&["gateway.internal".to_owned()]);
        Self::serve(&gateway, admin, upstream).await
    }

    async fn serve(gateway: &Gateway, admin: Admin, upstream: Upstream) -> Self {
        let serving = Serving::start(gateway).await;
        let address = listen(&admin).await;
        Self {
            serving,
            admin,
            address,
            upstream,
        }
    }

    async fn ask(&self, line: &str, fields: &[&str]) -> Response {
        ask(self.address, line, fields).await
    }

    async fn get(&self, path: &str) -> String {
        let host = format!("host: {}", self.address);
        let response = self.ask(&format!("GET {path} HTTP/1.1"), &[&host]).await;
        assert_eq!(response.status, 200, "{response:?}");
        response.text().to_owned()
    }
}

pub(crate) async fn listen(admin: &Admin) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let admin = admin.clone();
    tokio::spawn(async move { admin.serve(listener).await });
    address
}

pub(crate) async fn ask(address: SocketAddr, line: &str, fields: &[&str]) -> Response {
    let mut peer = Peer::connect(address).await;
    peer.send_head(line, fields).await;
    peer.response(line).await
}

#[tokio::test]
async fn it_is_ready_while_the_gateway_serves() {
    let (upstream, _heads) = Upstream::recording().await;
    let (gateway, admin) =
        gateway(&config(upstream.address, "shutdown-delay = \"1h\"")).with_admin(&[]);
    let address = listen(&admin).await;
    let asked = async || ask(address, "GET /readyz HTTP/1.1", &["host: localhost"]).await;
    let before = asked().await;
    assert_eq!((before.status, before.text()), (503, "starting\n"));
    let serving = Serving::start(&gateway).await;
    serving.still_serves().await;
    let ready = asked().await;
    assert_eq!((ready.status, ready.text()), (200, "ready\n"));
    let clients = serving.address;
    let task = serving.stop();
    let leaving = loop {
        let response = asked().await;
        if response.status != 200 {
            break response;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((leaving.status, leaving.text()), (503, "leaving\n"));
    // Whoever has not seen that yet is served all the same.
    let response = ask(clients, "GET /v1 HTTP/1.1", &["host: gateway.test"]).await;
    assert_eq!(response.status, 200);
    let health = ask(address, "GET /healthz HTTP/1.1", &["host: localhost"]).await;
    assert_eq!((health.status, health.text()), (200, "ok\n"));
    task.abort();
}

#[tokio::test]
async fn only_requests_for_a_known_host_are_answered() {
    let operated = Operated::start("").await;
    for (host, status) in [
        ("127.0.0.1", 200),
        ("127.0.0.1:9090", 200),
        ("10.1.2.3:80", 200),
        ("[::1]:9090", 200),
        ("localhost", 200),
        ("LOCALHOST:1", 200),
        ("admin.localhost", 200),
        ("gateway.internal:9090", 200),
        ("Gateway.Internal", 200),
        ("evil.example", 421),
        ("evil.example:9090", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("gateway.internal.evil.example", 421),
        ("notlocalhost", 421),
        ("127.0.0.1:9090@evil.example", 421),
        ("[::1].evil.example", 421),
        ("[fe80", 421),
        ("", 421),
    ] {
        let field = format!("host: {host}");
        let response = operated.ask("GET /healthz HTTP/1.1", &[&field]).await;
        assert_eq!(response.status, status, "{host}");
    }
    let response = operated.ask("GET /healthz HTTP/1.1", &[]).await;
    assert_eq!(response.status, 421);
    let two = ["host: localhost", "host: localhost"];
    let response = operated.ask("GET /healthz HTTP/1.1", &two).await;
    assert_eq!(response.status, 421);
    let line = "GET http://evil.example/healthz HTTP/1.1";
    let response = operated.ask(line, &["host: localhost"]).await;
    assert_eq!(response.status, 421);
}

#[tokio::test]
async fn no_page_of_another_origin_is_answered() {
    let operated = Operated::start("").await;
    for (field, status) in [
        ("sec-fetch-site: none", 200),
        ("sec-fetch-site: same-origin", 200),
        ("sec-fetch-site: same-site", 403),
        ("sec-fetch-site: cross-site", 403),
        ("sec-fetch-site: anything", 403),
        ("origin: http://localhost:9090", 200),
        ("origin: http://localhost:3000", 403),
        ("origin: https://localhost:9090", 403),
        ("origin: null", 403),
        ("origin: https://evil.example", 403),
    ] {
        let fields = ["host: localhost:9090", field];
        for path in ["/", "/config", "/metrics", "/healthz", "/nowhere"] {
            let line = format!("GET {path} HTTP/1.1");
            let expected = match (status, path) {
                (200, "/nowhere") => 404,
                (status, _) => status,
            };
            let response = operated.ask(&line, &fields).await;
            assert_eq!(response.status, expected, "{field} {path}");
        }
    }
}

#[tokio::test]
async fn nothing_can_be_changed_or_embedded() {
    let operated = Operated::start("").await;
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let line = format!("{method} / HTTP/1.1");
        let response = operated.ask(&line, &["host: localhost"]).await;
        assert_eq!(response.status, 405);
        assert_eq!(response.field("allow"), Some("GET, HEAD"));
    }
    let response = operated.ask("GET / HTTP/1.1", &["host: localhost"]).await;
    let policy = response.field("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    let resource_policy = response.field("cross-origin-resource-policy");
    assert_eq!(resource_policy, Some("same-origin"));
    assert_eq!(response.field("cache-control"), Some("no-store"));
    assert_eq!(response.field("access-control-allow-origin"), None);
    let head = operated.ask("HEAD / HTTP/1.1", &["host: localhost"]).await;
    assert_eq!((head.status, head.text()), (200, ""));
}

#[tokio::test]
async fn the_configuration_in_force_is_shown() {
    let operated = Operated::start("").await;
    operated.admin.show_config("listen = \"x\"\n".to_owned());
    assert_eq!(operated.get("/config").await, "listen = \"x\"\n");
}

#[tokio::test]
async fn requests_are_counted() {
    let operated = Operated::start("").await;
    let serving = &operated.serving;
    serving.still_serves().await;
    serving.request("GET /v1 HTTP/1.1", STRANGER).await;
    serving.request("GET /elsewhere HTTP/1.1", &[]).await;
    let preflight = [STRANGER, &["access-control-request-method: PUT"]].concat();
    serving.request("OPTIONS /v1 HTTP/1.1", &preflight).await;
    let metrics = operated.get("/metrics").await;
    for line in [
        r#"corsac_requests_total{route="/v1",status="2xx",answered_by="upstream"} 2"#,
        r#"corsac_requests_total{route="/v1",status="4xx",answered_by="policy"} 1"#,
        r#"corsac_requests_total{route="",status="4xx",answered_by="gateway"} 1"#,
        r#"corsac_request_duration_seconds_count{route="/v1"} 3"#,
        r#"corsac_request_duration_seconds_bucket{route="/v1",le="+Inf"} 3"#,
        r#"corsac_refusals_total{code="origin-not-allowed"} 2"#,
        "corsac_connections_accepted_total 4",
        "corsac_ready 1",
    ] {
        assert!(metrics.lines().any(|it| it == line), "{line}\n{metrics}");
    }
}

#[tokio::test]
async fn connections_to_the_upstream_are_counted() {
    let operated = Operated::start("").await;
    operated.serving.still_serves().await;
    operated.serving.still_serves().await;
    let server = operated.upstream.address;
    let metrics = operated.get("/metrics").await;
    for line in [
        format!("corsac_upstream_connections_begun_total{{server=\"{server}\"}} 1"),
        format!("corsac_upstream_connections_opened_total{{server=\"{server}\"}} 1"),
        format!("corsac_upstream_requests_in_flight{{server=\"{server}\"}} 0"),
        format!("corsac_upstream_good{{server=\"{server}\"}} 1"),
    ] {
        assert!(metrics.lines().any(|it| it == line), "{line}\n{metrics}");
    }
}

#[tokio::test]
async fn metrics_are_in_the_format_of_prometheus() {
    let operated = Operated::start("").await;
    operated.serving.request("GET /v1 HTTP/1.1", STRANGER).await;
    let metrics = operated.get("/metrics").await;
    assert!(metrics.ends_with('\n'));
    let mut described = None;
    for line in metrics.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            described = rest.split(' ').next();
        } else if !line.starts_with("# HELP ") {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let name = described.unwrap();
            assert!(series.starts_with(name), "{line} is not described");
            assert!(value.parse::<f64>().is_ok(), "{line}");
            assert_eq!(series.contains('{'), series.ends_with('}'), "{line}");
        }
    }
}

#[tokio::test]
async fn reloads_are_counted() {
    let (upstream, _heads) = Upstream::recording().await;
    let text = config(upstream.address, "");
    let (gateway, admin) = gateway(&text).with_admin(&[]);
    gateway.replace(&corsac_config::read(&text).unwrap());
    gateway.count_failed_reload();
    gateway.count_dropped_log_lines(3);
    let operated = Operated::serve(&gateway, admin, upstream).await;
    let metrics = operated.get("/metrics").await;
    assert!(metrics.contains("corsac_reloads_total{result=\"in-force\"} 1\n"));
    assert!(metrics.contains("corsac_reloads_total{result=\"refused\"} 1\n"));
    assert!(metrics.contains("corsac_access_log_lines_dropped_total 3\n"));
}

#[tokio::test]
async fn the_page_shows_what_was_refused_and_what_to_do() {
    let operated = Operated::start("").await;
    let empty = operated.get("/").await;
    assert!(empty.contains("Nothing was refused since the gateway started."));
    for _ in 0..3 {
        let line = "GET /v1/%3Cb%3E?key=secret HTTP/1.1";
        operated.serving.request(line, STRANGER).await;
    }
    let page = operated.get("/").await;
    assert_eq!(page.matches("<article>").count(), 1, "{page}");
    for part in [
        "<code>origin-not-allowed</code> <span>3 times, just now</span>",
        "<code>https://evil.example</code>",
        "<code>GET /v1/%3Cb%3E</code>",
        "no entry of <code>allow-origins</code> contains it",
        "<strong>Fix:</strong> compare scheme, host and port",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    assert!(!page.contains("secret"));
}

#[tokio::test]
async fn the_page_shows_what_a_preflight_asked_for() {
    let operated = Operated::start("").await;
    let fields = [
        "origin: https://app.example",
        "access-control-request-method: PUT",
        "access-control-request-headers: x-one,x-two",
    ];
    operated
        .serving
        .request("OPTIONS /v1 HTTP/1.1", &fields)
        .await;
    let page = operated.get("/").await;
    assert!(page.contains("<code>PUT with x-one,x-two</code>"), "{page}");
    assert!(page.contains("<code><mark>x-one</mark></code>"), "{page}");
}

#[tokio::test]
async fn names_in_the_sentences_of_the_page_are_set_as_names() {
    let operated = Operated::start("").await;
    let fields = [
        "origin: https://app.example",
        "access-control-request-method: P UT",
        "access-control-request-headers: x-one",
    ];
    operated
        .serving
        .request("OPTIONS /v1 HTTP/1.1", &fields)
        .await;
    let page = operated.get("/").await;
    let sentence = "<code>Access-Control-Request-Method</code> is not a method</p>";
    assert!(page.contains(sentence), "{page}");
    assert!(page.contains("<code><mark>P UT</mark></code>"), "{page}");
    assert!(!page.contains('`'), "{page}");
}

#[test]
fn the_page_refers_to_nothing_that_its_reader_does_not_have() {
    for code in [
        "malformed-origin",
        "origin-not-allowed",
        "malformed-request-method",
        "method-not-allowed",
        "malformed-request-header",
        "request-header-not-allowed",
        "too-many-request-headers",
    ] {
        let explanation = explanation(code).unwrap();
        let text = [explanation.meaning, explanation.fix].join(" ");
        assert!(!text.contains("decision 0"), "{code}: {text}");
    }
}

#[tokio::test]
async fn nothing_of_a_request_is_markup_on_the_page() {
    let operated = Operated::start("").await;
    let fields = ["origin: <script>alert(1)</script>&\"'"];
    operated.serving.request("GET /v1 HTTP/1.1", &fields).await;
    let page = operated.get("/").await;
    assert!(
        page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&amp;"),
        "{page}"
    );
    assert!(!page.contains("<script"), "{page}");
}

#[tokio::test]
async fn the_page_forgets_the_oldest() {
    let operated = Operated::start("").await;
    let mut client = operated.serving.client().await;
    for number in 0..130 {
        let origin = format!("origin: https://evil-{number:03}.example");
        let line = "GET /v1 HTTP/1.1";
        client
            .send_head(line, &["host: gateway.test", &origin])
            .await;
        assert_eq!(client.response(line).await.status, 200);
    }
    let page = operated.get("/").await;
    assert_eq!(page.matches("<article>").count(), 100);
    assert!(!page.contains("evil-029."));
    let (latest, oldest) = (page.find("evil-129."), page.find("evil-030."));
    assert!(latest.unwrap() < oldest.unwrap());
}

#[test]
fn the_guide_explains_a_refusal_in_the_same_words() {
    let guide = include_str!("../../../../docs/guide/reading-a-refusal.md");
    let (_, guide) = guide.split_once("\n## Refusals\n").unwrap();
    let (guide, _) = guide.split_once("\n## ").unwrap();
    let mut n_codes = 0;
    for section in guide.split("\n### `").skip(1) {
        let (code, text) = section.split_once("`\n").unwrap();
        let (meaning, fix) = text.split_once("*Fix:*").unwrap();
        let explanation = explanation(code).unwrap_or_else(|| panic!("{code}"));
        assert_eq!(explanation.meaning, words(meaning), "{code}");
        assert_eq!(explanation.fix, words(fix), "{code}");
        n_codes += 1;
    }
    assert_eq!(n_codes, 7);
    assert_eq!(explanation("no-such-code"), None);
}

/// The text on one line, with the text of a link in place of it.
fn words(markdown: &str) -> String {
    let line = markdown.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut text = String::new();
    let mut rest = line.as_str();
    while let Some((before, link)) = rest.split_once('[') {
        let Some((label, after)) = link.split_once("](") else {
            break;
        };
        text.push_str(before);
        text.push_str(label);
        rest = after.split_once(')').unwrap().1;
    }
    text + rest
}
