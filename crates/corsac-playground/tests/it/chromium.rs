//! A real Chromium, driven through chromedriver. Both end with the test, however it ends.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use fantoccini::{Client, ClientBuilder, Locator, elements::Element};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::demo::{Demo, Message};

/// A browser with a new profile, on the page of a demo.
pub(crate) struct Chromium {
    pub(crate) client: Client,
    driver: Driver,
    session: String,
}

impl Chromium {
    /// Opens the page, and waits until it is ready.
    pub(crate) async fn open(demo: &Demo) -> Self {
        let browser = Self::start(&[]).await;
        browser.goto_page(demo).await;
        browser
    }

    /// Starts the browser with more arguments.
    pub(crate) async fn start(arguments: &[String]) -> Self {
        let driver = Driver::start();
        let capabilities = json!({
            "browserName": "chrome",
            "goog:chromeOptions": { "args": driver.arguments(arguments) },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        });
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.as_object().unwrap().clone())
            .connect(&format!("http://127.0.0.1:{}", driver.port))
            .await
            .unwrap_or_else(|error| panic!("Chromium does not start: {error}\n{INSTALL}"));
        let session = client
            .session_id()
            .await
            .unwrap()
            .expect("a session has an id");
        Self {
            client,
            driver,
            session,
        }
    }

    pub(crate) async fn goto_page(&self, demo: &Demo) {
        self.client.goto(&demo.page()).await.unwrap();
        self.wait("html[data-ready]").await;
    }

    /// Waits until there is such an element.
    pub(crate) async fn wait(&self, selector: &str) -> Element {
        self.client
            .wait()
            .at_most(PATIENCE)
            .every(Duration::from_millis(20))
            .for_element(Locator::Css(selector))
            .await
            .unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    pub(crate) async fn find(&self, selector: &str) -> Element {
        let found = self.client.find(Locator::Css(selector)).await;
        found.unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    pub(crate) async fn text(&self, selector: &str) -> String {
        self.find(selector).await.text().await.unwrap()
    }

    pub(crate) async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// Runs a script that calls `done` with its result.
    pub(crate) async fn run_until_done(&self, script: &str, arguments: Vec<Value>) -> Value {
        let script = format!("const done = arguments[arguments.length - 1];\n{script}");
        self.client.execute_async(&script, arguments).await.unwrap()
    }

    /// Waits until a script returns true.
    pub(crate) async fn wait_until(&self, script: &str) {
        let is_true = async { while self.run(script).await != json!(true) {} };
        timeout(PATIENCE, is_true)
            .await
            .unwrap_or_else(|_| panic!("it never becomes true: {script}"));
    }

    /// The messages of the console since the last call, each with its level.
    pub(crate) async fn console(&self) -> Vec<(String, String)> {
        let entries = self.command("se/log", json!({ "type": "browser" })).await;
        let text = |it: &Value| it.as_str().unwrap().to_owned();
        let entries = entries.as_array().unwrap().iter();
        entries
            .map(|it| (text(&it["level"]), text(&it["message"])))
            .collect()
    }

    /// What the browser's network stack did since the last call.
    pub(crate) async fn network_events(&self) -> Vec<Value> {
        let entries = self
            .command("se/log", json!({ "type": "performance" }))
            .await;
        let entries = entries.as_array().unwrap().iter();
        let message = |it: &Value| {
            let message: Value = serde_json::from_str(it["message"].as_str().unwrap()).unwrap();
            message["message"].clone()
        };
        let events = entries.map(message);
        events
            .filter(|it| it["method"].as_str().unwrap().starts_with("Network."))
            .collect()
    }

    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.command(
            "goog/cdp/execute",
            json!({ "cmd": command, "params": parameters }),
        )
        .await
    }

    pub(crate) async fn be_a_phone(&self) {
        let parameters =
            json!({ "width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": true });
        self.devtools("Emulation.setDeviceMetricsOverride", parameters)
            .await;
    }

    pub(crate) async fn prefer(&self, feature: &str, value: &str) {
        let parameters = json!({ "features": [{ "name": feature, "value": value }] });
        self.devtools("Emulation.setEmulatedMedia", parameters)
            .await;
    }

    pub(crate) async fn close(self) {
        self.client.clone().close().await.unwrap();
    }

    /// A command of chromedriver that is not in the WebDriver standard.
    async fn command(&self, name: &str, parameters: Value) -> Value {
        let port = self.driver.port;
        let answer = Message::new("POST", &format!("/session/{}/{name}", self.session))
            .field("host", &format!("127.0.0.1:{port}"))
            .field("content-type", "application/json")
            .body(&parameters.to_string())
            .send(port)
            .await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.body);
        answer.json()["value"].clone()
    }
}

/// chromedriver, and whatever it started.
struct Driver {
    process: Child,
    port: u16,
    profile: PathBuf,
}

impl Driver {
    fn start() -> Self {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let profile = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("chromium-{}-{number}", std::process::id()));
        fs::create_dir_all(&profile).unwrap();
        let process = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // Chromium survives its driver, but stays in this group.
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("chromedriver does not start: {error}\n{INSTALL}"));
        let mut driver = Self {
            process,
            port: 0,
            profile,
        };
        let stdout = driver.process.stdout.as_mut().expect("it is piped");
        let port = BufReader::new(stdout).lines().find_map(|line| {
            let line = line.unwrap();
            line.split_once("successfully on port ")?
                .1
                .trim_end_matches('.')
                .parse()
                .ok()
        });
        driver.port = port.expect("chromedriver says which port it chose");
        driver
    }

    fn arguments(&self, more: &[String]) -> Vec<String> {
        let mut arguments: Vec<_> = ARGUMENTS.map(str::to_owned).into();
        arguments.push(format!("--user-data-dir={}", self.profile.display()));
        // Chromium refuses to run as root with its sandbox.
        if fs::metadata("/proc/self").is_ok_and(|it| it.uid() == 0) {
            arguments.push("--no-sandbox".to_owned());
        }
        arguments.extend_from_slice(more);
        arguments
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let group = format!("kill -s KILL -- -{}", self.process.id());
        let killed = Command::new("sh")
            .args(["-c", &group])
            .stderr(Stdio::null())
            .status();
        if !killed.is_ok_and(|it| it.success()) {
            self.process.kill().ok();
        }
        self.process.wait().ok();
        // A dying process may still write a file; what is left then lies in Cargo's own directory.
        fs::remove_dir_all(&self.profile).ok();
    }
}

const ARGUMENTS: [&str; 10] = [
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // What fades in is not there yet to WebDriver.
    "--force-prefers-reduced-motion",
    "--window-size=1280,900",
];

/// A loaded machine takes seconds to start a browser; a failing test may take longer.
const PATIENCE: Duration = Duration::from_secs(30);

const INSTALL: &str = "The tests drive the demo in Chromium. On Debian: \
                       apt install chromium chromium-driver";
