//! Chromium with all that its tools can do, for tests of what is on a page.

use std::ffi::OsStr;

use serde_json::Value;
use tokio::time::timeout;

use super::chromium::{ANY_CERTIFICATE, Chromium};
use super::{BrowserError, Engine, START, StartError, patiently, program, promise, settled};

/// A Chromium that does what its
/// [tools](https://chromedevtools.github.io/devtools-protocol/) are told, and keeps what they tell.
///
/// It ends as a [`Browser`](super::Browser) does.
#[derive(Debug)]
pub struct DevTools(Chromium);

impl DevTools {
    /// Starts it with these arguments beside its own.
    pub async fn start(arguments: &[String]) -> Result<Self, StartError> {
        let path = program::path();
        let started = timeout(START, Self::start_from(&path, arguments)).await;
        started.unwrap_or_else(|_| {
            let what = "nothing is heard of it";
            Err(StartError::failed(Engine::Chromium, what))
        })
    }

    async fn start_from(path: &OsStr, arguments: &[String]) -> Result<Self, StartError> {
        let any_certificate = [ANY_CERTIFICATE.to_owned()];
        let arguments = [&any_certificate, arguments].concat();
        let (mut chromium, _) = Chromium::start(path, &arguments).await?;
        chromium.inspector().keep_events();
        Ok(Self(chromium))
    }

    /// Opens a page, and waits until it is loaded.
    pub async fn open(&mut self, url: &str) -> Result<(), BrowserError> {
        patiently(self.0.open(url)).await
    }

    /// Runs a script in the page, as the body of an async function, and returns what it returns.
    pub async fn evaluate(&mut self, script: &str) -> Result<Value, BrowserError> {
        let text = patiently(self.0.settle(&promise(script))).await?;
        settled(&text)
    }

    /// Gives a command to the tools, and returns their answer.
    pub async fn command(
        &mut self,
        method: &str,
        parameters: Value,
    ) -> Result<Value, BrowserError> {
        patiently(self.0.inspector().command(method, parameters)).await
    }

    /// What the tools told unasked since the last call.
    pub async fn take_events(&mut self) -> Result<Vec<Value>, BrowserError> {
        patiently(self.0.inspector().take_events()).await
    }
}
