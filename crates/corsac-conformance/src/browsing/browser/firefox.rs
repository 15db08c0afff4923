//! Firefox, driven through Marionette.
//!
//! What it says of CORS is not what scripts log: it is in the console service, which only the
//! browser's own scripts can read.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use corsac_fetch::client::Certificates;
use serde_json::{Value, json};

use super::marionette::Marionette;
use super::process_group::{ProcessGroup, Processes};
use super::program::Program;
use super::scratch::Scratch;
use super::{BrowserError, ConsoleMessage, Engine, Problem, StartError};

/// A running Firefox. The processes end before their directory.
#[derive(Debug)]
pub(super) struct Firefox {
    marionette: Marionette,
    processes: ProcessGroup,
    _scratch: Scratch,
    marks: u32,
}

const PROGRAM: Program = Program {
    name: "firefox-esr",
    package: "firefox-esr",
};

/// The same program where there is but one edition.
const OTHER_NAME: Program = Program {
    name: "firefox",
    ..PROGRAM
};

impl Firefox {
    /// Starts it, and says its version.
    pub(super) async fn start(
        path: &OsStr,
        certificates: Certificates,
    ) -> Result<(Self, String), StartError> {
        let program = PROGRAM.on(path, Engine::Firefox);
        let program = program.or_else(|missing| {
            let other = OTHER_NAME.on(path, Engine::Firefox);
            other.map_err(|_| missing)
        })?;
        let started = Self::start_program(&program, certificates).await;
        started.map_err(|it| StartError::failed(Engine::Firefox, it))
    }

    async fn start_program(
        program: &Path,
        certificates: Certificates,
    ) -> Result<(Self, String), Problem> {
        let scratch = Scratch::new(Engine::Firefox)?;
        let directory = scratch.path();
        fs::write(directory.join("user.js"), PREFERENCES)?;
        let profile = directory.display().to_string();
        let arguments = ARGUMENTS.into_iter().chain(["--profile", &profile]);
        let mut processes = ProcessGroup::start(program, arguments, directory, &VARIABLES)?;
        let port = processes.find_line(port_in).await?;
        let mut firefox = Self {
            marionette: Marionette::connect(port).await?,
            processes,
            _scratch: scratch,
            marks: 0,
        };
        let version = firefox.prepare(certificates).await?;
        Ok((firefox, version))
    }

    async fn prepare(&mut self, certificates: Certificates) -> Result<String, BrowserError> {
        let timeouts = json!({ "script": MAXIMUM_TIMEOUT, "pageLoad": MAXIMUM_TIMEOUT });
        let accepts_any = certificates == Certificates::Unverified;
        let capabilities = json!({ "acceptInsecureCerts": accepts_any, "timeouts": timeouts });
        let session = self
            .marionette
            .command("WebDriver:NewSession", capabilities);
        let version = session.await?["capabilities"]["browserVersion"].take();
        Ok(version.as_str().unwrap_or_default().to_owned())
    }

    pub(super) fn processes(&self) -> Processes {
        self.processes.processes().clone()
    }

    pub(super) async fn open(&mut self, url: &str) -> Result<(), BrowserError> {
        let parameters = json!({ "url": url });
        self.marionette
            .command("WebDriver:Navigate", parameters)
            .await?;
        Ok(())
    }

    /// Waits for the text that an expression promises.
    pub(super) async fn settle(&mut self, promise: &str) -> Result<String, BrowserError> {
        let script = format!("const [done] = arguments;\n({promise}).then(done);");
        // Without a sandbox of its own, so that the page's variables are there.
        let parameters = json!({ "script": script, "args": [], "sandbox": null });
        let answer = self
            .marionette
            .command("WebDriver:ExecuteAsyncScript", parameters)
            .await?;
        let text = answer["value"].as_str().map(str::to_owned);
        text.ok_or_else(|| BrowserError::Refused(answer.to_string()))
    }

    /// A message of a page takes its way through two processes, and so does the mark that is put
    /// behind them: where it has arrived, all of them have.
    pub(super) async fn console(&mut self) -> Result<Vec<ConsoleMessage>, BrowserError> {
        self.marks += 1;
        let mark = format!("mark {}", self.marks);
        let report = format!("(async () => {{ reportError({mark:?}); return ''; }})()");
        self.settle(&report).await?;
        let mut messages = self.console_service(&mark).await?;
        let end = messages.iter().position(|it| it.text.ends_with(&mark));
        messages.truncate(end.unwrap_or_default());
        Ok(messages)
    }

    /// Takes what there is of pages in the console service, once the mark is there.
    async fn console_service(&mut self, mark: &str) -> Result<Vec<ConsoleMessage>, BrowserError> {
        self.be_in("chrome").await?;
        let parameters = json!({ "script": TAKE_MESSAGES, "args": [mark] });
        let answer = self
            .marionette
            .command("WebDriver:ExecuteAsyncScript", parameters)
            .await;
        self.be_in("content").await?;
        let messages = answer?["value"].take();
        serde_json::from_value(messages).map_err(|it| BrowserError::Refused(it.to_string()))
    }

    async fn be_in(&mut self, context: &str) -> Result<Value, BrowserError> {
        let parameters = json!({ "value": context });
        self.marionette
            .command("Marionette:SetContext", parameters)
            .await
    }
}

/// The port in the line in which Firefox says where Marionette is.
fn port_in(line: &str) -> Option<u16> {
    line.split_once("Listening on port ")?.1.trim().parse().ok()
}

/// What the browser says of its own scripts is not about a page.
const TAKE_MESSAGES: &str = "
    const [mark, done] = arguments;
    const isOfPage = it => it instanceof Ci.nsIScriptError && !it.isFromChromeContext
        && !/^(chrome|resource):/.test(it.sourceName);
    const take = () => {
        const messages = Services.console.getMessageArray().filter(isOfPage);
        if (!messages.some(it => it.errorMessage.endsWith(mark))) return;
        Services.console.unregisterListener(listener);
        Services.console.reset();
        done(messages.map(it => ({ source: it.category, text: it.errorMessage })));
    };
    const listener = { observe: take };
    Services.console.registerListener(listener);
    take();
";

const PREFERENCES: &str = "user_pref('marionette.port', 0);\n";

const ARGUMENTS: [&str; 5] = [
    "--marionette",
    "--remote-allow-system-access",
    "--headless",
    "--no-remote",
    "--new-instance",
];

/// Nobody reads what is reported of a crash.
const VARIABLES: [(&str, &str); 1] = [("MOZ_CRASHREPORTER_DISABLE", "1")];

/// In milliseconds: whoever asks has patience of their own.
const MAXIMUM_TIMEOUT: u32 = 3_600_000;
