//! The protocol of developer tools, which Chromium and WebKit have in common.
//!
//! Commands and answers are numbered; events come in between. WebKit wraps what is meant for a page
//! in a message to that page, and makes a new page when a navigation leads to another site.

use std::io;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use super::websocket::WebSocket;
use super::{BrowserError, ConsoleMessage};

/// A connection to the developer tools of one page.
#[derive(Debug)]
pub(super) struct Inspector {
    socket: WebSocket,
    addressee: Addressee,
    commands: u64,
    console: Vec<ConsoleMessage>,
    /// All that was told unasked, if anybody wants it.
    events: Option<Vec<Value>>,
}

/// Whom a command is for.
#[derive(Debug)]
enum Addressee {
    /// The one at the other end.
    Page,
    /// A target of that name.
    Target(String),
}

impl Inspector {
    /// Speaks to the page at the other end.
    pub(super) fn of_page(socket: WebSocket) -> Self {
        Self {
            socket,
            addressee: Addressee::Page,
            commands: 0,
            console: Vec::new(),
            events: None,
        }
    }

    /// Speaks to the target that the other end announces.
    pub(super) async fn of_target(mut socket: WebSocket) -> Result<Self, BrowserError> {
        let announced: Value = receive(&mut socket).await?;
        let target = &announced["params"]["targetInfo"]["targetId"];
        let Some(target) = target.as_str() else {
            return Err(BrowserError::Refused(announced.to_string()));
        };
        let addressee = Addressee::Target(target.to_owned());
        Ok(Self {
            addressee,
            ..Self::of_page(socket)
        })
    }

    /// Sends a command, and waits for its answer.
    pub(super) async fn command(
        &mut self,
        method: &str,
        parameters: Value,
    ) -> Result<Value, BrowserError> {
        self.commands += 2;
        let number = self.commands;
        let command = json!({ "id": number, "method": method, "params": parameters });
        let command = match &self.addressee {
            Addressee::Page => command,
            Addressee::Target(target) => json!({
                "id": number + 1,
                "method": "Target.sendMessageToTarget",
                "params": { "targetId": target, "message": command.to_string() },
            }),
        };
        self.socket.send(&command.to_string()).await?;
        loop {
            let message = self.next().await?;
            let answered = message["id"].as_u64();
            let is_answer = answered == Some(number);
            let is_refused_on_the_way = answered == Some(number + 1);
            match message.get("error") {
                Some(error) if is_answer || is_refused_on_the_way => {
                    return Err(BrowserError::Refused(format!("{method}: {error}")));
                }
                None if is_answer => return Ok(message["result"].clone()),
                _ => {}
            }
        }
    }

    /// Marks the page, so that it can be told from the next.
    pub(super) async fn leave_page(&mut self) -> Result<(), BrowserError> {
        let parameters = json!({ "expression": "window.isLeft = true" });
        self.command("Runtime.evaluate", parameters).await?;
        Ok(())
    }

    /// Waits until another page is there, and loaded.
    pub(super) async fn arrive(&mut self) -> Result<(), BrowserError> {
        let expression = "!window.isLeft && document.readyState === 'complete'";
        loop {
            let parameters = json!({ "expression": expression });
            match self.command("Runtime.evaluate", parameters).await {
                Ok(answer) if answer["result"]["value"] == true => return Ok(()),
                // A page that has just gone refuses.
                Ok(_) | Err(BrowserError::Refused(_)) => sleep(ROUND).await,
                Err(error) => return Err(error),
            }
        }
    }

    /// What came to the console since the last call. Whatever was there before this is among it.
    pub(super) async fn take_console(&mut self) -> Result<Vec<ConsoleMessage>, BrowserError> {
        self.command("Runtime.evaluate", json!({ "expression": "0" }))
            .await?;
        Ok(std::mem::take(&mut self.console))
    }

    /// From now on every event is kept until it is taken.
    pub(super) fn keep_events(&mut self) {
        self.events.get_or_insert_default();
    }

    /// The events since the last call. Whatever happened before this is among them.
    pub(super) async fn take_events(&mut self) -> Result<Vec<Value>, BrowserError> {
        self.command("Runtime.evaluate", json!({ "expression": "0" }))
            .await?;
        let events = self.events.as_mut().map(std::mem::take);
        Ok(events.unwrap_or_default())
    }

    /// The next message, once what it says of the console and of the target is noted.
    ///
    /// A page that goes answers nothing any more: this answers the last command for it.
    async fn next(&mut self) -> Result<Value, BrowserError> {
        let mut message = receive(&mut self.socket).await?;
        if message["method"] == "Target.dispatchMessageFromTarget" {
            let inner = message["params"]["message"].as_str().unwrap_or_default();
            message = serde_json::from_str(inner).map_err(io::Error::from)?;
        }
        let parameters = &message["params"];
        match message["method"].as_str() {
            Some("Target.didCommitProvisionalTarget") => {
                let target = parameters["newTargetId"].as_str().unwrap_or_default();
                self.addressee = Addressee::Target(target.to_owned());
                return Ok(json!({ "id": self.commands, "error": "the page has gone" }));
            }
            Some("Log.entryAdded") => self.console.extend(said(&parameters["entry"])),
            Some("Console.messageAdded") => self.console.extend(said(&parameters["message"])),
            Some("Runtime.consoleAPICalled") => {
                let text = parameters["args"][0]["value"].as_str();
                self.console.extend(text.map(|it| ConsoleMessage {
                    source: "console-api".to_owned(),
                    text: it.to_owned(),
                }));
            }
            _ => {}
        }
        if let Some(events) = &mut self.events
            && message["method"].is_string()
        {
            events.push(message.clone());
        }
        Ok(message)
    }

    /// The name of the target that commands go to.
    pub(super) fn target(&self) -> Option<&str> {
        match &self.addressee {
            Addressee::Page => None,
            Addressee::Target(target) => Some(target),
        }
    }
}

fn said(message: &Value) -> Option<ConsoleMessage> {
    serde_json::from_value(message.clone()).ok()
}

async fn receive(socket: &mut WebSocket) -> Result<Value, BrowserError> {
    let text = socket.receive().await?;
    Ok(serde_json::from_str(&text).map_err(io::Error::from)?)
}

/// How often a page is asked whether it is loaded.
const ROUND: Duration = Duration::from_millis(10);
