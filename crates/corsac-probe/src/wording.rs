//! What the browsers print: `corsac-fetch` writes their sentences, and this table reads them.
//!
//! It also has what older versions print. `{name}` stands for what a browser fills in.

mod chromium;
mod firefox;
mod webkit;

use corsac_fetch::{Interface, NetworkError, Outcome, Profile, ScriptedFetch, console_messages};

use crate::code::Code;
use crate::diagnosis::Case;
use crate::finding::printable;

/// A sentence that a browser prints.
#[derive(Debug)]
#[non_exhaustive]
pub struct Wording {
    /// The browser.
    pub browser: Profile,
    /// What it says, as far as the words alone tell.
    pub code: Code,
    /// The words; `{name}` stands for what is filled in.
    pub text: &'static str,
    /// Whether it is still printed.
    pub age: Age,
}

/// Whether a sentence is still printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "it is or it was")]
pub enum Age {
    /// It is.
    Current,
    /// Older versions print it.
    Former,
}

impl Wording {
    const fn current(browser: Profile, code: Code, text: &'static str) -> Self {
        Self {
            browser,
            code,
            text,
            age: Age::Current,
        }
    }

    const fn former(browser: Profile, code: Code, text: &'static str) -> Self {
        Self {
            age: Age::Former,
            ..Self::current(browser, code, text)
        }
    }
}

/// All of them.
pub fn wordings() -> impl Iterator<Item = &'static Wording> {
    let of_chromium = chromium::ALL.iter();
    of_chromium
        .chain(&firefox::ALL)
        .chain(&webkit::ALL)
        .copied()
}

/// What the browser of the case prints about a fetch that failed; nothing if it did not.
#[must_use]
pub fn message(case: &Case<'_>, outcome: &Outcome) -> Option<String> {
    let error = outcome.result.as_ref().err()?;
    let script = ScriptedFetch {
        page: case.page,
        request: case.request,
        interface: Interface::Fetch,
    };
    let mut lines = console_messages(case.profile, script, outcome);
    lines.dedup();
    if !lines.is_empty() {
        return Some(lines.join("\n"));
    }
    match case.profile {
        Profile::Spec => None,
        Profile::Chromium => Some(of_network(case, outcome, error)),
        Profile::Firefox => Some(firefox::TYPE_ERROR.text.to_owned()),
        Profile::WebKit => Some(webkit::TYPE_ERROR.text.to_owned()),
    }
}

/// Chromium says nothing of CORS where the network itself failed.
fn of_network(case: &Case<'_>, outcome: &Outcome, error: &NetworkError) -> String {
    let Some(wording) = chromium::of_network(error) else {
        return chromium::TYPE_ERROR.text.to_owned();
    };
    let last = outcome.trace.exchanges().last();
    let (method, url) = match last {
        Some(exchange) => (&*exchange.sent.method, exchange.sent.url.as_str()),
        None => (&*case.request.method, case.request.url.as_str()),
    };
    format!("{} {url} {}", printable(method), wording.text)
}

/// What stands before a reason and names the request.
pub(crate) const PREFIXES: [&str; 7] = [
    chromium::REDIRECTED_PREFIX,
    chromium::PREFIX,
    firefox::PREFIX,
    firefox::QUOTED_PREFIX,
    "Fetch API cannot load {url} due to access control checks",
    "XMLHttpRequest cannot load {url} due to access control checks",
    "XMLHttpRequest cannot load {url}. ",
];
