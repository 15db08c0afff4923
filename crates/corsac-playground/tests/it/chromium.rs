//! A real Chromium on the page of a demo. It ends with the test, however that ends.

use std::{future::Future, time::Duration};

use corsac_conformance::browsing::{BrowserError, DevTools};
use serde_json::{Value, json};
use tokio::{
    sync::Mutex,
    time::{sleep, timeout},
};

use crate::demo::Demo;

/// A browser with a new profile.
pub(crate) struct Chromium(Mutex<DevTools>);

/// What a selector stands for at the time at which it is looked at.
pub(crate) struct Element<'a> {
    browser: &'a Chromium,
    selector: String,
}

/// What is pressed and is no text.
#[derive(Clone, Copy)]
pub(crate) enum Key {
    Tab,
    Enter,
    CtrlEnter,
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
        let mut all = ARGUMENTS.map(str::to_owned).to_vec();
        all.extend_from_slice(arguments);
        let tools = DevTools::start(&all).await;
        let tools = tools.unwrap_or_else(|error| panic!("{error}"));
        let browser = Self(Mutex::new(tools));
        browser.devtools("Network.enable", json!({})).await;
        browser
    }

    pub(crate) async fn goto(&self, url: &str) {
        in_time(url, async { self.0.lock().await.open(url).await }).await;
    }

    pub(crate) async fn goto_page(&self, demo: &Demo) {
        self.goto(&demo.page()).await;
        self.wait("html[data-ready]").await;
    }

    /// Waits until there is such an element.
    pub(crate) async fn wait(&self, selector: &str) {
        let is_there = format!(
            "return document.querySelector({}) !== null",
            json!(selector)
        );
        self.wait_until(&is_there).await;
    }

    /// The element, which is there.
    pub(crate) async fn find(&self, selector: &str) -> Element<'_> {
        let element = Element {
            browser: self,
            selector: selector.to_owned(),
        };
        assert_eq!(element.run("return it !== null").await, true, "{selector}");
        element
    }

    pub(crate) async fn text(&self, selector: &str) -> String {
        self.find(selector).await.text().await
    }

    /// Runs a script, and waits for what it returns if that is a promise.
    pub(crate) async fn run(&self, script: &str) -> Value {
        in_time(script, self.try_run(script)).await
    }

    /// Runs a script that finds these arguments.
    pub(crate) async fn run_with(&self, script: &str, arguments: Value) -> Value {
        self.run(&format!("const given = {arguments};\n{script}"))
            .await
    }

    async fn try_run(&self, script: &str) -> Result<Value, BrowserError> {
        self.0.lock().await.evaluate(script).await
    }

    /// Waits until a script returns true.
    pub(crate) async fn wait_until(&self, script: &str) {
        let is_true = async {
            loop {
                match self.try_run(script).await {
                    Ok(value) if value == true => return Ok(()),
                    // A page that is being left refuses.
                    Ok(_) | Err(BrowserError::Refused(_)) => sleep(ROUND).await,
                    Err(error) => return Err(error),
                }
            }
        };
        in_time(script, is_true).await;
    }

    /// What the browser's tools told since the last call.
    pub(crate) async fn events(&self) -> Vec<Value> {
        in_time("events", async { self.0.lock().await.take_events().await }).await
    }

    /// What came to the console since the last call.
    pub(crate) async fn console(&self) -> Vec<String> {
        let events = self.events().await;
        events.iter().filter_map(console_text).collect()
    }

    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let answer = async { self.0.lock().await.command(command, parameters).await };
        in_time(command, answer).await
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

    /// Presses a key, wherever the focus is.
    pub(crate) async fn press(&self, key: Key) {
        let (name, code, text, modifiers) = match key {
            Key::Tab => ("Tab", 9, None, 0),
            Key::Enter => ("Enter", 13, Some("\r"), 0),
            Key::CtrlEnter => ("Enter", 13, None, CTRL),
        };
        for r#type in ["keyDown", "keyUp"] {
            let mut parameters = json!({
                "type": r#type, "key": name, "code": name,
                "windowsVirtualKeyCode": code, "modifiers": modifiers,
            });
            if let Some(text) = text.filter(|_| r#type == "keyDown") {
                parameters["text"] = json!(text);
            }
            self.devtools("Input.dispatchKeyEvent", parameters).await;
        }
    }

    /// Types text, wherever the focus is.
    pub(crate) async fn write(&self, text: &str) {
        self.devtools("Input.insertText", json!({ "text": text }))
            .await;
    }
}

impl Element<'_> {
    /// Runs a script for which the element is `it`.
    async fn run(&self, script: &str) -> Value {
        let selector = json!(self.selector);
        let script = format!("const it = document.querySelector({selector});\n{script}");
        self.browser.run(&script).await
    }

    /// The text as a person sees it.
    pub(crate) async fn text(&self) -> String {
        let text = self.run("return it.innerText.trim()").await;
        text.as_str().expect("an element has text").to_owned()
    }

    pub(crate) async fn attr(&self, name: &str) -> Option<String> {
        let value = self
            .run(&format!("return it.getAttribute({})", json!(name)))
            .await;
        value.as_str().map(str::to_owned)
    }

    pub(crate) async fn is_displayed(&self) -> bool {
        self.run("return it.checkVisibility()").await == true
    }

    /// Clicks with the mouse, where a person would see the element.
    pub(crate) async fn click(&self) {
        let at = self.run(POINT).await;
        let [x, y] = [&at["x"], &at["y"]];
        assert!(x.is_number(), "something is before {}", self.selector);
        for r#type in ["mousePressed", "mouseReleased"] {
            let parameters =
                json!({ "type": r#type, "x": x, "y": y, "button": "left", "clickCount": 1 });
            self.browser
                .devtools("Input.dispatchMouseEvent", parameters)
                .await;
        }
    }

    /// Types at the end of what is in the field.
    pub(crate) async fn write(&self, text: &str) {
        self.run("it.focus(); it.setSelectionRange(it.value.length, it.value.length)")
            .await;
        self.browser.write(text).await;
    }

    /// Types in the place of what is in the field.
    pub(crate) async fn overwrite(&self, text: &str) {
        self.run("it.focus(); it.select()").await;
        self.browser.write(text).await;
    }
}

/// What an event puts on the console, with the URL that it is about.
pub(crate) fn console_text(event: &Value) -> Option<String> {
    let parameters = &event["params"];
    let (url, text) = match event["method"].as_str()? {
        "Log.entryAdded" => (&parameters["entry"]["url"], &parameters["entry"]["text"]),
        "Runtime.consoleAPICalled" => (&Value::Null, &parameters["args"][0]["value"]),
        "Runtime.exceptionThrown" => {
            let details = &parameters["exceptionDetails"];
            (&details["url"], &details["exception"]["description"])
        }
        _ => return None,
    };
    Some(format!("{url} {text}"))
}

async fn in_time<T>(what: &str, answer: impl Future<Output = Result<T, BrowserError>>) -> T {
    let answer = timeout(PATIENCE, answer).await;
    let answer = answer.unwrap_or_else(|_| panic!("it takes too long: {what}"));
    answer.unwrap_or_else(|error| panic!("{error}: {what}"))
}

/// The middle of the element, unless something else is there.
const POINT: &str = "
    it.scrollIntoView({ block: 'center', behavior: 'instant' });
    const { left, top, width, height } = it.getClientRects()[0];
    const [x, y] = [left + width / 2, top + height / 2];
    return it.contains(document.elementFromPoint(x, y)) ? { x, y } : {};
";

/// The modifier of that key.
const CTRL: u32 = 2;

const ARGUMENTS: [&str; 2] = [
    // What fades in is not there yet to a click.
    "--force-prefers-reduced-motion",
    "--window-size=1280,900",
];

/// A loaded machine takes seconds to do anything; a failing test may take longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often a page is asked.
const ROUND: Duration = Duration::from_millis(20);
