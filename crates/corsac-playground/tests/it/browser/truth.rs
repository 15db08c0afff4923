//! What the browser did, out of its own logs.

use std::time::Duration;

use serde_json::Value;
use tokio::time::timeout;

use super::presses::Step;
use crate::chromium::{Chromium, console_text};

/// Everything that the browser has logged since the page was opened.
///
/// Its logs come from other processes than the page, and now and then later.
#[derive(Debug, Default)]
pub(super) struct Truth {
    events: Vec<Value>,
    console: Vec<String>,
}

/// One request of a script, as the browser's network stack has it.
#[derive(Debug, Default)]
struct Fetched {
    wire: Vec<String>,
    cors_error: Option<String>,
}

impl Truth {
    /// The page says of a request what the browser's own log says.
    pub(super) async fn check(&mut self, browser: &Chromium, step: &Step) {
        let agrees = async {
            while !self.agrees(step) {
                for event in browser.events().await {
                    self.console.extend(console_text(&event));
                    self.events.push(event);
                }
            }
        };
        let in_time = timeout(PATIENCE, agrees).await;
        assert!(
            in_time.is_ok(),
            "{step:?} {:?} {:?}",
            self.fetched(step),
            self.console
        );
        let is_blocked = step.outcome == "blocked";
        assert_eq!(is_blocked, step.got.contains("TypeError"), "{step:?}");
        // The gateway answers preflights itself, and hands everything else on.
        let handed_on = step.wire.iter().filter(|it| !it.starts_with("OPTIONS"));
        let handed_on: Vec<_> = handed_on
            .filter(|_| !step.inner.is_empty())
            .cloned()
            .collect();
        assert_eq!(step.inner, handed_on, "{step:?}");
    }

    /// Why the browser blocked a request, in its own words.
    pub(super) fn cors_error(&self, step: &Step) -> Option<String> {
        self.fetched(step).cors_error
    }

    /// The console has an entry for every blocked request, and no other error.
    pub(super) fn check_console(&self, steps: &[Step]) {
        let is_of_blocked = |text: &&String| {
            steps
                .iter()
                .any(|it| it.outcome == "blocked" && text.contains(&it.name))
        };
        let others: Vec<_> = self
            .console
            .iter()
            .filter(|it| !is_of_blocked(it))
            .collect();
        assert!(others.is_empty(), "{others:?}");
    }

    fn agrees(&self, step: &Step) -> bool {
        let fetched = self.fetched(step);
        let is_blocked = step.outcome == "blocked";
        let is_named = |text: &String| text.contains(&step.name) && text.contains("CORS policy");
        fetched.wire == step.wire
            && fetched.cors_error.is_some() == is_blocked
            && self.console.iter().any(is_named) == is_blocked
    }

    fn fetched(&self, step: &Step) -> Fetched {
        let end = format!("press={}", step.name);
        let mut methods = Vec::new();
        for event in &self.events {
            let request = &event["params"]["request"];
            // The page's own question about the press has its name too, but not at the end.
            if request["url"].as_str().is_some_and(|it| it.ends_with(&end)) {
                methods.push((
                    &event["params"]["requestId"],
                    request["method"].as_str().unwrap(),
                ));
            }
        }
        let mut fetched = Fetched::default();
        for event in &self.events {
            let parameters = &event["params"];
            let Some((_, method)) = methods.iter().find(|it| *it.0 == parameters["requestId"])
            else {
                continue;
            };
            match event["method"].as_str() {
                // A request that was never sent has no such event.
                Some("Network.responseReceivedExtraInfo") => {
                    fetched
                        .wire
                        .push(format!("{method} {}", parameters["statusCode"]));
                }
                Some("Network.loadingFailed") => {
                    let error = &parameters["corsErrorStatus"]["corsError"];
                    fetched.cors_error = Some(error.as_str().unwrap().to_owned());
                }
                _ => {}
            }
        }
        fetched
    }
}

/// The browser's logs are late by milliseconds; a loaded machine is late by seconds.
const PATIENCE: Duration = Duration::from_secs(30);
