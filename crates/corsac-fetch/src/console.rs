//! What a browser says on its console of a fetch that it blocked.
//!
//! A page learns only that there was a network error. Its author reads on the console why, and
//! looks for the very sentence. [`console_messages`] has it, for each engine.
//!
//! An engine's sentences are in the file of its name, as texts with places in braces; this file
//! knows what belongs there. They are those of Chromium 156, Firefox 153 and WebKitGTK 2.50.

mod chromium;
mod facts;
mod firefox;
mod webkit;

use crate::machine::Outcome;
use crate::profile::Profile;
use crate::request::{FetchRequest, Page};
use facts::Facts;

/// What a script asked for, and where.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "built by whoever fetches")]
pub struct ScriptedFetch<'a> {
    /// The page.
    pub page: &'a Page,
    /// The request.
    pub request: &'a FetchRequest,
    /// How it was made.
    pub interface: Interface,
}

/// The interface through which a script fetches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the two that CORS is about")]
pub enum Interface {
    /// [`fetch`](https://fetch.spec.whatwg.org/#dom-global-fetch).
    #[default]
    Fetch,
    /// [`XMLHttpRequest`](https://xhr.spec.whatwg.org/#interface-xmlhttprequest).
    XmlHttpRequest,
}

/// What an engine says on its console of a fetch, byte for byte, one message after the other.
///
/// It is empty if nothing was blocked, if the engine says nothing of that, and for
/// [`Profile::Spec`]. What the network has to say of its own failures is not among it, such as
/// `Failed to load resource`.
#[must_use]
pub fn console_messages(
    profile: Profile,
    script: ScriptedFetch<'_>,
    outcome: &Outcome,
) -> Vec<String> {
    let Some(facts) = Facts::of(script, outcome) else {
        return Vec::new();
    };
    let (templates, text_of): (_, TextOf) = match profile {
        Profile::Spec => return Vec::new(),
        Profile::Chromium => (chromium::sentences(&facts), escaped),
        Profile::Firefox => (firefox::sentences(&facts), utf8),
        Profile::WebKit => (webkit::sentences(&facts), latin1),
    };
    let fill = |template: &String| fill(template, |place| facts.text(place, text_of));
    templates.iter().map(fill).collect()
}

/// How an engine shows the bytes of a header.
type TextOf = fn(&[u8]) -> String;

fn escaped(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        match byte {
            b' '..=b'~' => text.push(char::from(*byte)),
            _ => text.push_str(&format!("\\u{byte:04X}")),
        }
    }
    text
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

fn utf8(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The template with what belongs in each of its places. What is put in is not looked at again.
fn fill(template: &str, text: impl Fn(&str) -> String) -> String {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, place, after)) = next_place(rest) {
        filled.push_str(before);
        filled.push_str(&text(place));
        rest = after;
    }
    filled + rest
}

fn next_place(template: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = template.split_once('{')?;
    let (place, after) = rest.split_once('}')?;
    Some((before, place, after))
}
