//! Fixes for servers in Rust, compiled as `corsac check` prints them, and run: the page is blocked
//! without them, and allowed with them.

mod actix;
mod axum;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::Duration;

use corsac::user_agent::CredentialsMode;
use corsac_fetch::client::ClientOptions;
use corsac_fetch::{FetchRequest, Page};
use corsac_probe::{Code, Ground, Probe, Report, Severity, Stack, Verdict, fix};

/// The page that the snippets name.
const PAGE: &str = "https://app.example";

/// A `GET`, with credentials, of a page that reads a header.
fn get(page: &str, url: &str) -> Probe {
    let mut request = FetchRequest::new(url);
    request.credentials = CredentialsMode::Include;
    Probe::new(Page::new(page.parse().unwrap()), request)
}

/// A `PUT` that needs a preflight for its method and for its headers.
fn put(page: &str, url: &str) -> Probe {
    let mut probe = get(page, url);
    probe.request.method = b"PUT".to_vec();
    let headers = [("Content-Type", "application/json"), ("X-One", "1")];
    let headers = headers.map(|(name, value)| (name.into(), value.into()));
    probe.request.headers = headers.into();
    probe.read = vec!["x-total".to_owned()];
    probe
}

async fn run(probe: Probe) -> Report {
    let report = probe.run(&ClientOptions::default(), Duration::ZERO).await;
    report.unwrap_or_else(|error| panic!("{error:?}"))
}

fn codes(report: &Report) -> Vec<&str> {
    let findings = report.findings.iter();
    let findings = findings.filter(|it| it.severity > Severity::Info);
    findings.map(|it| it.code.as_str()).collect()
}

/// The page is blocked by the one server, and allowed by the other.
async fn check(broken: SocketAddr, mended: SocketAddr) {
    let report = run(put(PAGE, &format!("http://{broken}/pets"))).await;
    assert_eq!(codes(&report), ["preflight-no-handler"]);
    let url = format!("http://{mended}/pets");
    for probe in [
        put(PAGE, &url),
        get(PAGE, &url),
        get(PAGE, &format!("http://{mended}/nothing")),
    ] {
        let report = run(probe).await;
        assert_eq!(codes(&report), [""; 0], "{report:#?}");
        assert_eq!(report.verdict, Verdict::Allowed);
    }
    let stranger = run(get("https://app.example.evil.test", &url)).await;
    assert_eq!(stranger.verdict, Verdict::Blocked);
}

/// The source has the snippet for a stack word for word.
fn check_source(stack: Stack, source: &str) {
    let probe = put(PAGE, "https://api.example/pets");
    let ground = Ground::of(&probe.page, &probe.request, &probe.read).on(Some(stack));
    let snippet = fix(Code::PreflightNoHandler, &ground).snippet.unwrap();
    let (source, snippet) = (bare(source), bare(&snippet.text));
    assert!(source.contains(&snippet), "{snippet}\n\n{source}");
}

/// Rust without comments, and without what is for rustfmt to decide.
fn bare(text: &str) -> String {
    let lines = text.lines().map(str::trim_start);
    let lines = lines.filter(|line| !line.starts_with("//"));
    let text: String = lines.flat_map(str::split_whitespace).collect();
    text.replace(",]", "]").replace(",)", ")")
}

fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}
