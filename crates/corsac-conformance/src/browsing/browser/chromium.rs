//! Chromium, driven through the
//! [DevTools protocol](https://chromedevtools.github.io/devtools-protocol/).

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde_json::{Value, json};

use super::http_get::http_get;
use super::inspector::Inspector;
use super::process_group::{ProcessGroup, Processes};
use super::program::Program;
use super::scratch::Scratch;
use super::websocket::WebSocket;
use super::{BrowserError, ConsoleMessage, Engine, Problem, StartError};

/// A running Chromium. The processes end before their directory.
#[derive(Debug)]
pub(super) struct Chromium {
    inspector: Inspector,
    processes: ProcessGroup,
    _scratch: Scratch,
}

const PROGRAM: Program = Program {
    name: "chromium",
    package: "chromium",
};

impl Chromium {
    /// Starts it with these arguments beside its own, and says its version.
    pub(super) async fn start(path: &OsStr, more: &[String]) -> Result<(Self, String), StartError> {
        let program = PROGRAM.on(path, Engine::Chromium)?;
        let started = Self::start_program(&program, more).await;
        started.map_err(|it| StartError::failed(Engine::Chromium, it))
    }

    async fn start_program(program: &Path, more: &[String]) -> Result<(Self, String), Problem> {
        let scratch = Scratch::new(Engine::Chromium)?;
        write_preferences(&scratch)?;
        let arguments = arguments(&scratch, more);
        let mut processes = ProcessGroup::start(program, arguments, scratch.path(), &[])?;
        let port = processes.find_line(port_in).await?;
        let mut chromium = Self {
            inspector: attach(port).await?,
            processes,
            _scratch: scratch,
        };
        let version = chromium.prepare().await?;
        Ok((chromium, version))
    }

    async fn prepare(&mut self) -> Result<String, BrowserError> {
        for command in ["Page.enable", "Runtime.enable", "Log.enable"] {
            self.inspector.command(command, json!({})).await?;
        }
        let version = self
            .inspector
            .command("Browser.getVersion", json!({}))
            .await?;
        let product = version["product"].as_str().unwrap_or_default();
        Ok(product.rsplit('/').next().unwrap_or_default().to_owned())
    }

    pub(super) fn processes(&self) -> Processes {
        self.processes.processes().clone()
    }

    pub(super) async fn open(&mut self, url: &str) -> Result<(), BrowserError> {
        self.inspector.leave_page().await?;
        let begun = self
            .inspector
            .command("Page.navigate", json!({ "url": url }));
        if let Some(error) = begun.await?["errorText"].as_str() {
            return Err(BrowserError::Refused(format!("{url}: {error}")));
        }
        self.inspector.arrive().await
    }

    /// Waits for the text that an expression promises.
    pub(super) async fn settle(&mut self, promise: &str) -> Result<String, BrowserError> {
        let parameters =
            json!({ "expression": promise, "awaitPromise": true, "returnByValue": true });
        let answer = self
            .inspector
            .command("Runtime.evaluate", parameters)
            .await?;
        let text = answer["result"]["value"].as_str().map(str::to_owned);
        text.ok_or_else(|| BrowserError::Refused(answer.to_string()))
    }

    /// The tools of its page.
    pub(super) const fn inspector(&mut self) -> &mut Inspector {
        &mut self.inspector
    }

    pub(super) async fn console(&mut self) -> Result<Vec<ConsoleMessage>, BrowserError> {
        self.inspector.take_console().await
    }
}

/// The port in the line in which Chromium says where its developer tools are.
fn port_in(line: &str) -> Option<u16> {
    let (_, address) = line.split_once("DevTools listening on ws://127.0.0.1:")?;
    address.split('/').next()?.parse().ok()
}

/// Connects to the one page that there is.
async fn attach(port: u16) -> Result<Inspector, BrowserError> {
    let pages = http_get(port, "/json/list").await?;
    let pages: Value = serde_json::from_str(&pages).map_err(io::Error::from)?;
    let page = pages.as_array().into_iter().flatten();
    let mut pages = page.filter(|it| it["type"] == "page");
    let page = pages.find_map(|it| it["id"].as_str());
    let page = page.ok_or_else(|| BrowserError::Refused("it has no page".to_owned()))?;
    let socket = WebSocket::connect(port, &format!("/devtools/page/{page}")).await?;
    Ok(Inspector::of_page(socket))
}

/// Lets cookies of third parties through, as Chromium does unless it is told otherwise: the packages
/// of some distributions tell it.
fn write_preferences(scratch: &Scratch) -> io::Result<()> {
    let directory = scratch.path().join("profile/Default");
    fs::create_dir_all(&directory)?;
    let preferences =
        json!({ "profile": { "cookie_controls_mode": 0, "block_third_party_cookies": false } });
    fs::write(directory.join("Preferences"), preferences.to_string())
}

fn arguments(scratch: &Scratch, more: &[String]) -> Vec<String> {
    let mut arguments: Vec<_> = ARGUMENTS.map(str::to_owned).into();
    arguments.extend_from_slice(more);
    let profile = scratch.path().join("profile");
    arguments.push(format!("--user-data-dir={}", profile.display()));
    // Chromium refuses to run as root with its sandbox.
    if fs::metadata("/proc/self").is_ok_and(|it| it.uid() == 0) {
        arguments.push("--no-sandbox".to_owned());
    }
    arguments.push("about:blank".to_owned());
    arguments
}

/// Lets it take every certificate.
pub(super) const ANY_CERTIFICATE: &str = "--ignore-certificate-errors";

const ARGUMENTS: [&str; 10] = [
    "--headless",
    "--remote-debugging-port=0",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-breakpad",
];
