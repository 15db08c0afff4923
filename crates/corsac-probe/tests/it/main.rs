//! What a person is told of a server that misbehaves.

mod answers;
mod asides;
mod bytes;
mod documents;
mod fixes;
mod fronts;
mod har;
mod memory;
mod messages;
mod network;
mod preflights;
mod reading;
mod redirects;
mod served;
mod server;

use std::time::Duration;

use corsac::user_agent::{CredentialsMode, RequestMode};
use corsac_fetch::client::ClientOptions;
use corsac_fetch::{FetchRequest, Page};
use corsac_probe::{Probe, Report, Severity};
use server::{Heard, Server, Wire};

/// The origin of the page of which nothing else is said.
const PAGE: &str = "https://app.example";

/// What a page asks for.
#[derive(Clone)]
struct Asked {
    page: &'static str,
    path: &'static str,
    method: &'static str,
    headers: Vec<(&'static str, &'static str)>,
    credentials: CredentialsMode,
    mode: RequestMode,
    read: Vec<String>,
    cookies: Vec<String>,
}

/// `fetch(url)`
fn get() -> Asked {
    Asked {
        page: PAGE,
        path: "/pets",
        method: "GET",
        headers: Vec::new(),
        credentials: CredentialsMode::SameOrigin,
        mode: RequestMode::Cors,
        read: Vec::new(),
        cookies: Vec::new(),
    }
}

/// `fetch(url, { method: 'PUT', headers: { 'Content-Type': 'application/json' } })`
fn put() -> Asked {
    get()
        .method("PUT")
        .header("Content-Type", "application/json")
}

impl Asked {
    fn of(self, page: &'static str) -> Self {
        Self { page, ..self }
    }

    fn method(self, method: &'static str) -> Self {
        Self { method, ..self }
    }

    fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    fn credentialed(self) -> Self {
        Self {
            credentials: CredentialsMode::Include,
            ..self
        }
    }

    fn mode(self, mode: RequestMode) -> Self {
        Self { mode, ..self }
    }

    fn read(mut self, name: &str) -> Self {
        self.read.push(name.to_owned());
        self
    }

    fn cookie(mut self, cookie: &str) -> Self {
        self.cookies.push(cookie.to_owned());
        self
    }

    fn probe(&self, url: String) -> Probe {
        let page = match self.page {
            "null" => "data:text/html,",
            page => page,
        };
        let mut request = FetchRequest::new(url);
        request.method = self.method.into();
        request.credentials = self.credentials;
        request.mode = self.mode;
        let headers = self.headers.iter();
        request.headers = headers
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect();
        let mut probe = Probe::new(Page::new(page.parse().unwrap()), request);
        probe.read.clone_from(&self.read);
        probe.cookies.clone_from(&self.cookies);
        probe
    }
}

/// Runs a check as the command does.
fn run(probe: Probe, options: &ClientOptions) -> Report {
    runtime()
        .block_on(probe.run(options, Duration::ZERO))
        .unwrap()
}

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap()
}

/// The codes of what was found, but for remarks.
fn codes(report: &Report) -> Vec<&'static str> {
    let findings = report.findings.iter();
    let findings = findings.filter(|it| it.severity > Severity::Info);
    findings.map(|it| it.code.as_str()).collect()
}

/// Checks what is found about a server that answers so, over http and https: all of it, what stops
/// the page first.
fn check(asked: Asked, answer: impl Fn(&Heard) -> String + Clone + Send + 'static, found: &[&str]) {
    for wire in [Wire::Plain, Wire::Tls] {
        check_over(wire, &asked, answer.clone(), found);
    }
}

fn check_over(
    wire: Wire,
    asked: &Asked,
    answer: impl Fn(&Heard) -> String + Send + 'static,
    found: &[&str],
) {
    let server = Server::start(wire, answer);
    let report = run(asked.probe(server.url(asked.path)), &server.options());
    assert_eq!(codes(&report), found, "{wire:?}: {:#?}", report.findings);
}

/// An answer with this status and these lines of headers.
fn answer(status: &str, headers: &[&str]) -> String {
    let lines: String = headers.iter().map(|it| format!("{it}\r\n")).collect();
    format!("HTTP/1.1 {status}\r\n{lines}Content-Length: 0\r\nConnection: close\r\n\r\n")
}
