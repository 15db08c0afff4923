//! Reads what a browser printed.

mod matching;
mod refined;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use corsac::user_agent::CredentialsMode;
use corsac_fetch::Profile;
use url::Url;

use crate::code::Code;
use crate::finding::Finding;
use crate::fixes::{self, Ground, Stack};
use crate::wording::{Wording, wordings};
use matching::Pattern;

/// The longest text that is read, in bytes: a console full of messages.
pub const MAX_TEXT_LEN: usize = 256 * 1024;

/// The most messages that are read out of one text.
const MAX_MESSAGES: usize = 64;

/// A message of a browser, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// Whose message it is.
    pub browser: Profile,
    /// What it says.
    pub findings: Vec<Finding>,
    /// What the message names.
    pub named: Named,
    /// What it does not say, and what a fix depends on.
    pub unknown: Vec<Unknown>,
}

/// What a message names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Named {
    /// The address that was asked.
    pub url: Option<String>,
    /// The page's origin.
    pub origin: Option<String>,
    /// The value that does not fit.
    pub value: Option<String>,
    /// The method.
    pub method: Option<String>,
    /// The request's header.
    pub header: Option<String>,
    /// The status of the answer.
    pub status: Option<u16>,
}

/// What a message does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unknown {
    /// Which page it was: Firefox never says.
    Origin,
    /// Which address was asked.
    Url,
    /// What the answer said: WebKit often does not tell.
    Answer,
}

impl Unknown {
    /// What to ask whoever pasted the message.
    #[must_use]
    pub const fn question(self) -> &'static str {
        match self {
            Self::Origin => "which page was it? say --origin with what stands in the address bar",
            Self::Url => "which address was asked? the network panel of the browser has it",
            Self::Answer => {
                "what did the answer say? the message leaves it open; `corsac check` asks the server"
            }
        }
    }
}

/// What is known beside the message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The page's origin, which Firefox does not name.
    pub origin: Option<String>,
    /// Whose configuration language a fix is written in.
    pub stack: Option<Stack>,
}

/// Explains every message of a browser in a text, in their order.
///
/// ```
/// use corsac_probe::{Code, Known, explain};
///
/// let text = "Access to fetch at 'https://api.example/' from origin 'https://app.example' has \
///             been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present \
///             on the requested resource.";
/// let explanations = explain(text, &Known::default());
/// assert_eq!(explanations[0].findings[0].code, Code::NoAllowOrigin);
/// assert_eq!(explanations[0].named.origin.as_deref(), Some("https://app.example"));
/// ```
#[must_use]
pub fn explain(text: &str, known: &Known) -> Vec<Explanation> {
    let end = (0..=MAX_TEXT_LEN.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at));
    let text = matching::normalized(&text[..end.unwrap_or(0)]);
    let contexts = contexts(&text);
    let mut messages = messages(&text);
    // What says nothing of the reason is worth telling only where nothing else does.
    let is_vague = |code: Code| matches!(code, Code::ReasonHidden | Code::NetworkFailure);
    if messages.iter().any(|it| !is_vague(it.wording.code)) {
        messages.retain(|it| !is_vague(it.wording.code));
    }
    messages.truncate(MAX_MESSAGES);
    let explained = messages.into_iter().map(|message| {
        let mut fields = message.fields;
        for (name, value) in context_of(&contexts, message.start) {
            fields.entry(name).or_insert(value);
        }
        explained(message.wording, &fields, known)
    });
    let mut explanations: Vec<Explanation> = Vec::new();
    for explanation in explained {
        if !explanations.contains(&explanation) {
            explanations.push(explanation);
        }
    }
    explanations
}

type Fields = BTreeMap<&'static str, String>;

/// A sentence that was found.
struct Message {
    start: usize,
    end: usize,
    n_literal: usize,
    wording: &'static Wording,
    fields: Fields,
}

fn messages(text: &str) -> Vec<Message> {
    let mut found: Vec<Message> = Vec::new();
    for wording in wordings() {
        let pattern = Pattern::new(wording.text);
        for hit in pattern.hits(text) {
            found.push(Message {
                start: hit.start,
                end: hit.end,
                n_literal: pattern.n_literal(),
                wording,
                fields: hit.fields,
            });
        }
    }
    // Of those that overlap, the one that fits with more words is meant.
    found.sort_by_key(|it| Reverse(it.n_literal));
    let mut chosen: Vec<Message> = Vec::new();
    for message in found {
        let overlaps = |it: &Message| message.start < it.end && it.start < message.end;
        if !chosen.iter().any(overlaps) {
            chosen.push(message);
        }
    }
    chosen.sort_by_key(|it| it.start);
    chosen
}

/// What stands before the reasons, and names the request.
fn contexts(text: &str) -> Vec<(usize, Fields)> {
    let prefixes = crate::wording::PREFIXES;
    let mut contexts: Vec<(usize, Fields)> = Vec::new();
    for prefix in prefixes {
        for hit in Pattern::new(prefix).hits(text) {
            if !contexts.iter().any(|(start, _)| *start == hit.start) {
                contexts.push((hit.start, hit.fields));
            }
        }
    }
    contexts.sort_by_key(|(start, _)| *start);
    contexts
}

/// The last one before a message, or else the first after it.
fn context_of(contexts: &[(usize, Fields)], start: usize) -> Fields {
    let before = contexts.iter().rev().find(|(at, _)| *at <= start);
    let context = before.or_else(|| contexts.first());
    context
        .map(|(_, fields)| fields.clone())
        .unwrap_or_default()
}

fn explained(wording: &Wording, fields: &Fields, known: &Known) -> Explanation {
    let field = |name: &str| fields.get(name).cloned();
    let named = Named {
        url: field("url"),
        origin: field("origin").or_else(|| known.origin.clone()),
        value: field("value"),
        method: field("method"),
        header: field("header"),
        status: field("status").and_then(|it| it.parse().ok()),
    };
    let mut findings = refined::findings(wording, &named);
    fixes::attach(&mut findings, &ground(wording, &named).on(known.stack));
    let unknown = refined::unknown(wording, &named);
    Explanation {
        browser: wording.browser,
        findings,
        named,
        unknown,
    }
}

fn ground(wording: &Wording, named: &Named) -> Ground {
    let url = named.url.as_deref().map(Url::parse);
    let server = url
        .and_then(Result::ok)
        .map(|it| it.origin().ascii_serialization());
    let is_about_credentials = matches!(
        wording.code,
        Code::WildcardWithCredentials | Code::NoAllowCredentials | Code::AllowCredentialsNotTrue
    );
    Ground {
        origin: named.origin.clone().unwrap_or_default(),
        method: named
            .method
            .clone()
            .unwrap_or_else(|| "GET".to_owned())
            .to_ascii_uppercase(),
        headers: named
            .header
            .iter()
            .map(|it| it.to_ascii_lowercase())
            .collect(),
        credentials: match is_about_credentials {
            true => CredentialsMode::Include,
            false => CredentialsMode::default(),
        },
        server: server.unwrap_or_else(|| "http://localhost:3001".to_owned()),
        ..Ground::default()
    }
}
