//! WebKit, in the small browser of WebKitGTK, driven through the protocol of its Web Inspector.
//!
//! It has no mode without a display, so that a private Xvfb gives it one. The driver that comes
//! with it hides the console; the inspector shows it.

use std::ffi::OsStr;
use std::io;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use corsac_fetch::client::Certificates;
use serde_json::json;
use tokio::time::sleep;

use super::http_get::http_get;
use super::inspector::Inspector;
use super::process_group::{ProcessGroup, Processes};
use super::program::Program;
use super::scratch::Scratch;
use super::websocket::WebSocket;
use super::{BrowserError, ConsoleMessage, Engine, Problem, StartError};

/// A running MiniBrowser. The processes end before their directory.
#[derive(Debug)]
pub(super) struct WebKit {
    inspector: Inspector,
    /// The target whose console is on.
    heard: Option<String>,
    processes: ProcessGroup,
    display: ProcessGroup,
    _scratch: Scratch,
}

const BROWSER: Program = Program {
    name: "MiniBrowser",
    package: "webkit2gtk-driver",
};

const DISPLAY: Program = Program {
    name: "Xvfb",
    package: "xvfb",
};

impl WebKit {
    /// Starts it, and says its version.
    pub(super) async fn start(
        path: &OsStr,
        certificates: Certificates,
    ) -> Result<(Self, String), StartError> {
        let display = DISPLAY.on(path, Engine::WebKit)?;
        let browser = BROWSER.in_library("webkit2gtk-", Engine::WebKit)?;
        let started = Self::start_both((&display, &browser), certificates).await;
        started.map_err(|it| StartError::failed(Engine::WebKit, it))
    }

    async fn start_both(
        (display, browser): (&Path, &Path),
        certificates: Certificates,
    ) -> Result<(Self, String), Problem> {
        let scratch = Scratch::new(Engine::WebKit)?;
        let mut display = ProcessGroup::start(display, DISPLAY_ARGUMENTS, scratch.path(), &[])?;
        let number = display.find_line(|line| line.parse::<u32>().ok()).await?;
        let command = OnDisplay {
            browser,
            display: format!(":{number}"),
            directory: scratch.path(),
            certificates,
        };
        let version = command.version().await?;
        let (inspector, processes) = command.browser().await?;
        let mut webkit = Self {
            inspector,
            heard: None,
            processes,
            display,
            _scratch: scratch,
        };
        webkit.hear().await?;
        Ok((webkit, version))
    }

    pub(super) fn processes(&self) -> Processes {
        self.processes
            .processes()
            .clone()
            .and(self.display.processes())
    }

    /// A page of another site is another target, whose console is not on yet.
    pub(super) async fn open(&mut self, url: &str) -> Result<(), BrowserError> {
        let left = self.inspector.target().map(str::to_owned);
        self.inspector.leave_page().await?;
        let parameters = json!({ "url": url });
        let begun = self.inspector.command("Page.navigate", parameters).await;
        if self.inspector.target() == left.as_deref() {
            begun?;
        }
        self.inspector.arrive().await?;
        self.hear().await
    }

    /// Turns the console of the target on, which then tells what has been on it before.
    async fn hear(&mut self) -> Result<(), BrowserError> {
        let target = self.inspector.target().map(str::to_owned);
        if self.heard != target {
            self.inspector.command("Console.enable", json!({})).await?;
            self.heard = target;
        }
        Ok(())
    }

    /// Waits for the text that an expression promises.
    pub(super) async fn settle(&mut self, promise: &str) -> Result<String, BrowserError> {
        let parameters = json!({ "expression": promise });
        let answer = self
            .inspector
            .command("Runtime.evaluate", parameters)
            .await?;
        let object = &answer["result"]["objectId"];
        let parameters = json!({ "promiseObjectId": object, "returnByValue": true });
        let answer = self
            .inspector
            .command("Runtime.awaitPromise", parameters)
            .await?;
        let text = answer["result"]["value"].as_str().map(str::to_owned);
        text.ok_or_else(|| BrowserError::Refused(answer.to_string()))
    }

    /// The page may be there without having been waited for.
    pub(super) async fn console(&mut self) -> Result<Vec<ConsoleMessage>, BrowserError> {
        self.hear().await?;
        self.inspector.take_console().await
    }
}

/// How the browser is started.
struct OnDisplay<'a> {
    browser: &'a Path,
    display: String,
    directory: &'a Path,
    certificates: Certificates,
}

impl OnDisplay<'_> {
    /// What it says of itself, such as `WebKitGTK 2.50.6`.
    async fn version(&self) -> Result<String, Problem> {
        let mut processes = self.start(&["--version"], "127.0.0.1:0")?;
        let version = |line: &str| line.strip_prefix("WebKitGTK ").map(str::to_owned);
        Ok(processes.find_line(version).await?)
    }

    /// Starts it with its inspector on a free port.
    ///
    /// It does not choose the port itself. If another program takes the one that was free a moment
    /// ago, there is another try.
    async fn browser(&self) -> Result<(Inspector, ProcessGroup), Problem> {
        let arguments = match self.certificates {
            Certificates::Verified => &ARGUMENTS[..],
            Certificates::Unverified => &LENIENT_ARGUMENTS,
        };
        for _ in 0..TRIES {
            let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
            let mut processes = self.start(arguments, &format!("127.0.0.1:{port}"))?;
            if let Some(inspector) = attach(port, &mut processes).await? {
                return Ok((inspector, processes));
            }
        }
        Err("there is no free port".into())
    }

    fn start(&self, arguments: &[&str], inspector: &str) -> io::Result<ProcessGroup> {
        let variables = [
            ("DISPLAY", self.display.as_str()),
            ("WEBKIT_INSPECTOR_HTTP_SERVER", inspector),
            // The tests may be run in a container, where it has no room.
            ("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1"),
        ];
        ProcessGroup::start(self.browser, arguments, self.directory, &variables)
    }
}

/// Connects to the one page as soon as it is there, unless the inspector has no port.
async fn attach(port: u16, processes: &mut ProcessGroup) -> Result<Option<Inspector>, Problem> {
    loop {
        if let Some(output) = processes.output() {
            return Err(output.into());
        }
        if processes.has_said("Failed to start remote inspector") {
            return Ok(None);
        }
        let pages = http_get(port, "/").await.unwrap_or_default();
        if let Some(page) = socket_in(&pages) {
            let socket = WebSocket::connect(port, page).await?;
            return Ok(Some(Inspector::of_target(socket).await?));
        }
        sleep(ROUND).await;
    }
}

/// The path of the page's socket in the list of pages.
fn socket_in(list: &str) -> Option<&str> {
    let start = list.find("/socket/")?;
    let length = list[start..].find('\'')?;
    let path = &list[start..start + length];
    path.ends_with("/WebPage").then_some(path)
}

const DISPLAY_ARGUMENTS: [&str; 9] = [
    "-displayfd",
    "1",
    "-screen",
    "0",
    "800x600x24",
    "-nolisten",
    "tcp",
    // Its socket would be left in a directory that is everybody's.
    "-nolisten",
    "unix",
];

const ARGUMENTS: [&str; 3] = ["--private", "--enable-developer-extras=true", "about:blank"];

const LENIENT_ARGUMENTS: [&str; 4] = [
    "--private",
    "--ignore-tls-errors",
    "--enable-developer-extras=true",
    "about:blank",
];

/// Nobody loses this race ten times.
const TRIES: u32 = 10;

/// How often it is looked whether the browser is up.
const ROUND: Duration = Duration::from_millis(20);
