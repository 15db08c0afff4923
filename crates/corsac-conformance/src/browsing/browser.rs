//! Three real browsers, started, driven and stopped by a test.
//!
//! Each is spoken to in the protocol of its own tools, since that is where its console is: Chromium
//! through the DevTools protocol, WebKit through the protocol of its Web Inspector, and Firefox
//! through Marionette.

use std::error::Error;
use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::time::Duration;

use corsac_fetch::Profile;
use corsac_fetch::client::Certificates;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::timeout;

mod chromium;
mod dev_tools;
mod firefox;
mod http_get;
mod inspector;
mod marionette;
mod process_group;
mod program;
mod scratch;
mod webkit;
mod websocket;

pub use dev_tools::DevTools;
pub use process_group::Processes;
pub use program::Program;

use chromium::{ANY_CERTIFICATE, Chromium};
use firefox::Firefox;
use webkit::WebKit;

/// What a browser is built around.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "there are three")]
pub enum Engine {
    /// Chromium.
    Chromium,
    /// Firefox.
    Firefox,
    /// WebKit, in the small browser that comes with WebKitGTK.
    WebKit,
}

impl Engine {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];

    /// The name, as options take it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.profile().name()
    }

    /// The profile that says the same.
    #[must_use]
    pub const fn profile(self) -> Profile {
        match self {
            Self::Chromium => Profile::Chromium,
            Self::Firefox => Profile::Firefox,
            Self::WebKit => Profile::WebKit,
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A running browser with nothing in it from before.
///
/// When it is dropped, its processes have ended and its files are gone. They end too if the process
/// that started it is killed.
#[derive(Debug)]
pub struct Browser {
    driven: Driven,
    version: String,
}

#[derive(Debug)]
enum Driven {
    Chromium(Chromium),
    Firefox(Box<Firefox>),
    WebKit(WebKit),
}

/// A message on a browser's console.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ConsoleMessage {
    /// Where it comes from, in the engine's own words.
    pub source: String,
    /// The text, as the console shows it.
    pub text: String,
}

impl Browser {
    /// Starts a browser from where the environment says that programs are, which takes every
    /// certificate.
    pub async fn start(engine: Engine) -> Result<Self, StartError> {
        let path = program::path();
        Self::start_from(engine, &path).await
    }

    /// The same of a browser that looks at certificates, as it does for people.
    pub async fn start_verifying(engine: Engine) -> Result<Self, StartError> {
        let path = program::path();
        Self::start_in_time(engine, (&path, Certificates::Verified)).await
    }

    /// Starts a browser whose programs are in the directories of `path`.
    pub async fn start_from(engine: Engine, path: &OsStr) -> Result<Self, StartError> {
        Self::start_in_time(engine, (path, Certificates::Unverified)).await
    }

    /// Starts Chromium with these arguments beside its own, which takes every certificate.
    pub async fn start_chromium_with(arguments: &[String]) -> Result<Self, StartError> {
        let path = program::path();
        let arguments = [&[ANY_CERTIFICATE.to_owned()], arguments].concat();
        let starting = timeout(START, Chromium::start(&path, &arguments)).await;
        let failed = || StartError::failed(Engine::Chromium, "nothing is heard of it");
        let (chromium, version) = starting.map_err(|_| failed())??;
        Ok(Self {
            driven: Driven::Chromium(chromium),
            version,
        })
    }

    async fn start_in_time(
        engine: Engine,
        how: (&OsStr, Certificates),
    ) -> Result<Self, StartError> {
        let started = timeout(START, Self::start_at_leisure(engine, how)).await;
        started.unwrap_or_else(|_| Err(StartError::failed(engine, "nothing is heard of it")))
    }

    async fn start_at_leisure(
        engine: Engine,
        (path, certificates): (&OsStr, Certificates),
    ) -> Result<Self, StartError> {
        let (driven, version) = match engine {
            Engine::Chromium => {
                let more: &[String] = match certificates {
                    Certificates::Verified => &[],
                    Certificates::Unverified => &[ANY_CERTIFICATE.to_owned()],
                };
                let (chromium, version) = Chromium::start(path, more).await?;
                (Driven::Chromium(chromium), version)
            }
            Engine::Firefox => {
                let (firefox, version) = Firefox::start(path, certificates).await?;
                (Driven::Firefox(Box::new(firefox)), version)
            }
            Engine::WebKit => {
                let (webkit, version) = WebKit::start(path, certificates).await?;
                (Driven::WebKit(webkit), version)
            }
        };
        Ok(Self { driven, version })
    }

    /// What it is built around.
    #[must_use]
    pub const fn engine(&self) -> Engine {
        match &self.driven {
            Driven::Chromium(_) => Engine::Chromium,
            Driven::Firefox(_) => Engine::Firefox,
            Driven::WebKit(_) => Engine::WebKit,
        }
    }

    /// The browser's version, as it says it.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The processes of the browser and of all that it needs.
    #[must_use]
    pub fn processes(&self) -> Processes {
        match &self.driven {
            Driven::Chromium(it) => it.processes(),
            Driven::Firefox(it) => it.processes(),
            Driven::WebKit(it) => it.processes(),
        }
    }

    /// Opens a page, whoever signed its certificate, and waits until it is loaded.
    pub async fn open(&mut self, url: &str) -> Result<(), BrowserError> {
        match &mut self.driven {
            Driven::Chromium(it) => patiently(it.open(url)).await,
            Driven::Firefox(it) => patiently(it.open(url)).await,
            Driven::WebKit(it) => patiently(it.open(url)).await,
        }
    }

    /// Runs a script in the page, as the body of an async function, and returns what it returns.
    pub async fn evaluate(&mut self, script: &str) -> Result<Value, BrowserError> {
        let promise = promise(script);
        let text = match &mut self.driven {
            Driven::Chromium(it) => patiently(it.settle(&promise)).await?,
            Driven::Firefox(it) => patiently(it.settle(&promise)).await?,
            Driven::WebKit(it) => patiently(it.settle(&promise)).await?,
        };
        settled(&text)
    }

    /// What came to the console since the last call.
    ///
    /// Of Firefox it is what the browser itself says of the page, and not what scripts log.
    pub async fn console(&mut self) -> Result<Vec<ConsoleMessage>, BrowserError> {
        match &mut self.driven {
            Driven::Chromium(it) => patiently(it.console()).await,
            Driven::Firefox(it) => patiently(it.console()).await,
            Driven::WebKit(it) => patiently(it.console()).await,
        }
    }
}

/// The expression that promises what became of a script, as text.
fn promise(script: &str) -> String {
    format!("({PROMISE})(async () => {{\n{script}\n}})")
}

/// What the script returned, or that it threw.
fn settled(text: &str) -> Result<Value, BrowserError> {
    match serde_json::from_str(text).map_err(io::Error::from)? {
        Settled::Returned(value) => Ok(value),
        Settled::Threw(error) => Err(BrowserError::Threw(error)),
    }
}

/// What became of a script.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Settled {
    Returned(Value),
    Threw(String),
}

/// The same text whatever the protocol can and cannot carry.
const PROMISE: &str = "async script => {
    try { return JSON.stringify({ returned: (await script()) ?? null }); }
    catch (error) { return JSON.stringify({ threw: String(error) }); }
}";

async fn patiently<T>(
    answer: impl Future<Output = Result<T, BrowserError>>,
) -> Result<T, BrowserError> {
    let answer = timeout(PATIENCE, answer).await;
    answer.unwrap_or(Err(BrowserError::Silent))
}

/// Why a browser does not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// A program is not there.
    Missing(Engine, Program),
    /// A program is there, but does not come up.
    Failed(Engine, String),
}

impl StartError {
    fn failed(engine: Engine, what: impl fmt::Display) -> Self {
        Self::Failed(engine, what.to_string())
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(engine, Program { name, package }) => write!(
                f,
                "{engine} does not start: there is no {name}; on Debian, apt-get install {package}"
            ),
            Self::Failed(engine, what) => write!(f, "{engine} does not start: {what}"),
        }
    }
}

impl Error for StartError {}

/// Whatever goes wrong at the start is only shown.
type Problem = Box<dyn Error + Send + Sync>;

/// Why a browser does not do what it is told.
#[derive(Debug)]
#[non_exhaustive]
pub enum BrowserError {
    /// It cannot be spoken to.
    Connection(io::Error),
    /// It says no.
    Refused(String),
    /// It says nothing.
    Silent,
    /// The script threw.
    Threw(String),
}

impl fmt::Display for BrowserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connection(error) => write!(f, "the browser cannot be spoken to: {error}"),
            Self::Refused(what) => write!(f, "the browser refuses: {what}"),
            Self::Silent => f.write_str("the browser does not answer"),
            Self::Threw(what) => write!(f, "the script threw: {what}"),
        }
    }
}

impl Error for BrowserError {}

impl From<io::Error> for BrowserError {
    fn from(error: io::Error) -> Self {
        Self::Connection(error)
    }
}

/// On a loaded machine a browser takes many seconds to start.
const START: Duration = Duration::from_secs(90);

/// A script may run through thousands of scenarios.
const PATIENCE: Duration = Duration::from_secs(600);
