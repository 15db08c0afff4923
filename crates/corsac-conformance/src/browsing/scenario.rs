//! What is played: a page, its script's requests, and what servers answer.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::place::{Place, Places};
use crate::field::bytes_of;

/// A page, its calls in a row, and what servers answer.
///
/// Its text form is JSON, in which whatever is as usual is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Scenario {
    /// The page.
    #[serde(default, skip_serializing_if = "is_default")]
    pub page: Page,
    /// What its script asks for, one after the other.
    pub calls: Vec<Call>,
    /// What servers answer. What is asked for and not here is 404.
    #[serde(default, skip_serializing_if = "is_default")]
    pub routes: Vec<Route>,
}

/// A page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Page {
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "is_default")]
    pub place: Place,
    /// Is it sandboxed? Then its origin is opaque, and `null` on the wire.
    #[serde(default, skip_serializing_if = "is_default")]
    pub sandboxed: bool,
}

/// One request, as a script makes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Call {
    /// Through which interface.
    #[serde(default, skip_serializing_if = "is_default")]
    pub api: Api,
    /// The URL, such as `{port}{here}a`.
    pub url: String,
    /// The method, as the script spells it.
    #[serde(default = "get", skip_serializing_if = "is_get")]
    pub method: String,
    /// The headers, as the script sets them. Code points up to 255 stand for bytes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub headers: Vec<(String, String)>,
    /// The body.
    #[serde(default, skip_serializing_if = "is_default")]
    pub body: Option<Body>,
    /// The credentials mode. For an `XMLHttpRequest`, `include` is `withCredentials`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub credentials: Credentials,
    /// The mode.
    #[serde(default, skip_serializing_if = "is_default")]
    pub mode: Mode,
    /// The redirect mode.
    #[serde(default, skip_serializing_if = "is_default")]
    pub redirect: Redirect,
    /// The cache mode.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cache: Cache,
    /// Is there a listener on the upload? Only an `XMLHttpRequest` can have one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub upload_listener: bool,
    /// How many seconds go by before it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub wait: u8,
}

impl Default for Call {
    fn default() -> Self {
        Self {
            api: Api::default(),
            url: "{port}{here}a".to_owned(),
            method: get(),
            headers: Vec::new(),
            body: None,
            credentials: Credentials::default(),
            mode: Mode::default(),
            redirect: Redirect::default(),
            cache: Cache::default(),
            upload_listener: false,
            wait: 0,
        }
    }
}

/// Makes an enum of words that a script writes.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $reason:literal, [$($(#[$of:meta])* $variant:ident => $word:literal),+ $(,)?]) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[expect(clippy::exhaustive_enums, reason = $reason)]
        pub enum $name {
            $($(#[$of])* #[serde(rename = $word)] $variant),+
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];
        }
    };
}

words! {
    /// The interface that a script uses.
    Api, "a page has these two", [
        /// `fetch`
        #[default] Fetch => "fetch",
        /// `XMLHttpRequest`
        Xhr => "XMLHttpRequest",
    ]
}

words! {
    /// A credentials mode.
    Credentials, "the standard defines these three", [
        /// `same-origin`
        #[default] SameOrigin => "same-origin",
        /// `omit`
        Omit => "omit",
        /// `include`
        Include => "include",
    ]
}

words! {
    /// A mode that a script can ask for.
    Mode, "the standard defines these three for scripts", [
        /// `cors`
        #[default] Cors => "cors",
        /// `no-cors`
        NoCors => "no-cors",
        /// `same-origin`
        SameOrigin => "same-origin",
    ]
}

words! {
    /// A redirect mode.
    Redirect, "the standard defines these three", [
        /// `follow`
        #[default] Follow => "follow",
        /// `error`
        Error => "error",
        /// `manual`
        Manual => "manual",
    ]
}

words! {
    /// A cache mode. Nothing is ever cached, so that the others are all alike.
    Cache, "these two are not alike where nothing is cached", [
        /// `default`
        #[default] Default => "default",
        /// `only-if-cached`
        OnlyIfCached => "only-if-cached",
    ]
}

/// The body of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "the page can make these three")]
pub enum Body {
    /// A string.
    Text(String),
    /// A buffer, which has no type.
    Buffer(String),
    /// A blob with a type.
    Blob {
        /// The type.
        r#type: String,
        /// The content.
        text: String,
    },
}

/// What a place answers at a URL, to preflights or to everything else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Route {
    /// The URL, such as `{port}{here}a`.
    pub at: String,
    /// Is this for preflights?
    #[serde(default, skip_serializing_if = "is_default")]
    pub preflight: bool,
    /// Is this for whoever is not the page? It counts for them if it comes before what is for all.
    #[serde(default, skip_serializing_if = "is_default")]
    pub for_others: bool,
    /// The answers, one after the other. The last one is given again and again.
    pub answers: Vec<Answer>,
}

/// A response, as it is written on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Answer {
    /// The status.
    #[serde(default = "ok", skip_serializing_if = "is_ok")]
    pub status: u16,
    /// The header lines, byte for byte. Code points up to 255 stand for bytes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub headers: Vec<(String, String)>,
    /// The body.
    #[serde(default, skip_serializing_if = "is_default")]
    pub body: String,
    /// All that is written in place of an answer; if it is empty, nothing ever is.
    #[serde(default, skip_serializing_if = "is_default")]
    pub raw: Option<String>,
}

impl Default for Answer {
    fn default() -> Self {
        Self {
            status: ok(),
            headers: Vec::new(),
            body: String::new(),
            raw: None,
        }
    }
}

impl Scenario {
    /// What is answered to a request, the `n`th of its kind, counted from 0. `path` begins with a
    /// slash and has the query.
    #[must_use]
    pub fn answer(&self, asked: &Asked<'_>, n: usize) -> Answer {
        let route = self.route(asked).map(|it| &self.routes[it]);
        let answer = route.and_then(|it| it.answers.get(n).or_else(|| it.answers.last()));
        answer.cloned().unwrap_or_else(|| Answer {
            status: 404,
            ..Answer::default()
        })
    }

    /// The index of the route that a request takes.
    #[must_use]
    pub fn route(&self, asked: &Asked<'_>) -> Option<usize> {
        let url = format!("{{{}}}{}", asked.place.name(), asked.path);
        let is_taken = |it: &Route| {
            it.preflight == asked.is_preflight
                && (asked.is_of_others || !it.for_others)
                && it.at == url
        };
        self.routes.iter().position(is_taken)
    }

    /// All headers that its scripts set, with their names in lower case.
    #[must_use]
    pub fn headers(&self) -> Vec<(String, &str)> {
        let headers = self.calls.iter().flat_map(|it| &it.headers);
        headers
            .map(|(name, value)| (name.to_ascii_lowercase(), value.as_str()))
            .collect()
    }

    /// Does a script set this header more than once?
    #[must_use]
    pub fn sets_twice(&self, name: &str) -> bool {
        let sets = |call: &Call| {
            let headers = call.headers.iter();
            headers.filter(|it| it.0.eq_ignore_ascii_case(name)).count()
        };
        self.calls.iter().any(|call| sets(call) > 1)
    }

    /// Reads the text form.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        let scenario: Self = serde_json::from_str(text)?;
        Ok(scenario)
    }
}

impl fmt::Display for Scenario {
    /// The text form on one line, to be pasted into a test.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string(self).map_err(|_| fmt::Error)?;
        f.write_str(&text)
    }
}

/// What makes a request take a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked<'a> {
    /// Where it came.
    pub place: Place,
    /// The path and query, with `{here}` for what every path begins with.
    pub path: &'a str,
    /// Is it a preflight?
    pub is_preflight: bool,
    /// Does it come from anybody else than the page?
    pub is_of_others: bool,
}

/// The text is no scenario.
#[derive(Debug)]
pub struct ScenarioError(serde_json::Error);

impl From<serde_json::Error> for ScenarioError {
    fn from(error: serde_json::Error) -> Self {
        Self(error)
    }
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no scenario: {}", self.0)
    }
}

impl std::error::Error for ScenarioError {}

impl Answer {
    /// The bytes on the wire. Nothing is kept by an HTTP cache, and the length is told, so that the
    /// connection can be used again.
    #[must_use]
    pub fn bytes(&self, method: &[u8], filled: impl Fn(&str) -> String) -> Vec<u8> {
        if let Some(raw) = &self.raw {
            return isomorphic_encode(&filled(raw));
        }
        let mut bytes = format!("HTTP/1.1 {} Answered\r\n", self.status).into_bytes();
        for (name, value) in &self.headers {
            let line = format!("{name}: {}\r\n", filled(value));
            bytes.extend(isomorphic_encode(&line));
        }
        bytes.extend_from_slice(b"Cache-Control: no-store\r\n");
        let body = match self.status {
            205 => "",
            _ => &self.body,
        };
        let has_length = !matches!(self.status, 100..=199 | 204 | 304);
        if has_length {
            bytes.extend(format!("Content-Length: {}\r\n", body.len()).into_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        if has_length && method != b"HEAD" {
            bytes.extend_from_slice(body.as_bytes());
        }
        bytes
    }
}

impl Page {
    /// Its URL.
    #[must_use]
    pub fn url(self, places: &Places) -> String {
        let path = match self.sandboxed {
            true => SANDBOXED_PAGE_PATH,
            false => PAGE_PATH,
        };
        places.origin(self.place) + path
    }
}

/// Where the page is.
pub(super) const PAGE_PATH: &str = "/page";

/// Where the page is if it is to be sandboxed.
pub(super) const SANDBOXED_PAGE_PATH: &str = "/sandboxed-page";

/// The bytes that code points up to 255 stand for; text that has others is UTF-8.
pub(super) fn isomorphic_encode(text: &str) -> Vec<u8> {
    bytes_of(text).unwrap_or_else(|| text.as_bytes().to_vec())
}

/// Bytes as text without loss.
pub(super) fn isomorphic_decode(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn get() -> String {
    "GET".to_owned()
}

fn is_get(method: &String) -> bool {
    method == "GET"
}

fn ok() -> u16 {
    200
}

fn is_ok(status: &u16) -> bool {
    *status == 200
}
