//! What was to be seen, by the script and by the servers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::place::{Place, Places};
use super::scenario::{Answer, Asked, Scenario};

/// What was to be seen of a scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Observation {
    /// What reached the servers, in order.
    pub arrived: Vec<Arrived>,
    /// What the script saw of each call.
    pub seen: Vec<Seen>,
    /// What the console said about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub console: Vec<String>,
}

/// A request that reached a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Arrived {
    /// Where.
    pub place: Place,
    /// The method.
    pub method: String,
    /// The path and query.
    pub path: String,
    /// The fields that matter, by name in lower case, all lines of a name joined.
    pub fields: BTreeMap<String, String>,
    /// The body.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub body: String,
}

/// What a script saw of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "the page tells these four")]
pub enum Seen {
    /// An exception before anything was sent.
    Refused,
    /// A network error.
    NetworkError,
    /// A response.
    Response(SeenResponse),
    /// Nothing within the time that the page waits.
    Nothing,
}

/// A response as a script sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SeenResponse {
    /// The type; an `XMLHttpRequest` does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
    /// The status.
    pub status: u16,
    /// The URL.
    pub url: String,
    /// Was there a redirect? An `XMLHttpRequest` does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirected: Option<bool>,
    /// The headers, sorted, with names in lower case, all lines of a name joined.
    pub headers: Vec<(String, String)>,
    /// The body; none if it could not be read to its end.
    pub body: Option<String>,
}

impl Seen {
    /// Did the script get a response that it may read?
    pub(super) fn is_readable(&self) -> bool {
        matches!(self, Self::Response(it) if it.status != 0)
    }
}

impl Arrived {
    /// A request as it is observed: without what is not modelled because it is not CORS, such as
    /// what an engine says of itself.
    pub(super) fn new(line: Line<'_>, headers: &[(String, String)], about: About<'_>) -> Self {
        let About {
            places,
            scenario,
            id,
        } = about;
        let is_preflight = headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("access-control-request-method"));
        let set_by_script = scenario.headers();
        let mut fields: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in headers {
            let name = name.to_ascii_lowercase();
            let is_of_script =
                !is_preflight && name != "host" && set_by_script.iter().any(|(it, _)| *it == name);
            if !(is_of_script || matters(&name)) || is_client_hint(&name) {
                continue;
            }
            let value = match name.as_str() {
                // Chromium's HTTP cache reads it and writes it anew: as numbers, without spaces.
                "range" => "as the HTTP cache writes it".to_owned(),
                _ => with_high_bytes_alike(&places.named(value, id)),
            };
            // Firefox sends the last one of several types, and not all of them.
            if name == "content-type" && scenario.sets_twice(&name) {
                continue;
            }
            // What an engine sends of its own accord if the script's value is left out.
            if ["accept-language", "user-agent"].contains(&name.as_str())
                && !set_by_script
                    .iter()
                    .any(|(it, of_script)| *it == name && value.contains(of_script))
            {
                continue;
            }
            fields
                .entry(name)
                .and_modify(|joined| *joined = format!("{joined}, {value}"))
                .or_insert(value);
        }
        Self {
            place: line.place,
            method: line.method.to_owned(),
            path: places.named(line.path, id),
            fields,
            body: line.body.to_owned(),
        }
    }

    /// Is it a preflight?
    #[must_use]
    pub fn is_preflight(&self) -> bool {
        self.method == "OPTIONS" && self.fields.contains_key("access-control-request-method")
    }
}

/// The value with one sign for any bytes in a row that are not ASCII: how they are read and written
/// is not CORS. WebKit writes UTF-8, and reads other bytes as if they were lost.
pub(super) fn with_high_bytes_alike(value: &str) -> String {
    let mut alike = String::with_capacity(value.len());
    for letter in value.chars() {
        match letter.is_ascii() {
            true => alike.push(letter),
            false if alike.ends_with(char::REPLACEMENT_CHARACTER) => {}
            false => alike.push(char::REPLACEMENT_CHARACTER),
        }
    }
    alike
}

/// The parts of a request that are not headers.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) place: Place,
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) body: &'a str,
}

/// What an observation is about.
#[derive(Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) places: &'a Places,
    pub(super) scenario: &'a Scenario,
    pub(super) id: u64,
}

impl About<'_> {
    /// The text of the scenario with everything that it names; `{origin}` is that of the page.
    pub(super) fn filled(&self, text: &str) -> String {
        if !text.contains('{') {
            return text.to_owned();
        }
        let page = self.scenario.page;
        let origin = match page.sandboxed {
            true => "null".to_owned(),
            false => self.places.origin(page.place),
        };
        self.places
            .filled(&text.replace("{origin}", &origin), self.id)
    }

    /// The request as routes tell it.
    pub(super) fn asked<'a>(&self, arrived: &'a Arrived, is_preflight: bool) -> Asked<'a> {
        let page = self.places.named(&self.filled("{origin}"), self.id);
        Asked {
            place: arrived.place,
            path: &arrived.path,
            is_preflight,
            is_of_others: arrived.fields.get("origin") != Some(&page),
        }
    }

    /// The bytes of the answer, in which `{asker}` is the origin that the request names.
    pub(super) fn bytes(&self, answer: &Answer, arrived: &Arrived) -> Vec<u8> {
        let asker = arrived.fields.get("origin").map_or("", String::as_str);
        answer.bytes(arrived.method.as_bytes(), |text| {
            self.filled(&text.replace("{asker}", asker))
        })
    }
}

/// Is it one of the fields that Chromium takes from a request when a redirect leads elsewhere? To
/// whom it tells of the device is not CORS; that it asks for none of them is, and shows.
fn is_client_hint(name: &str) -> bool {
    const CLIENT_HINTS: [&str; 8] = [
        "device-memory",
        "downlink",
        "dpr",
        "ect",
        "rtt",
        "save-data",
        "viewport-width",
        "width",
    ];
    CLIENT_HINTS.contains(&name)
}

/// Is this a field that every user agent must send alike?
fn matters(name: &str) -> bool {
    name.starts_with("access-control-") || MODELLED.contains(&name)
}

const MODELLED: [&str; 9] = [
    "accept",
    "authorization",
    "content-type",
    "cookie",
    "origin",
    "referer",
    "sec-fetch-dest",
    "sec-fetch-mode",
    "sec-fetch-site",
];
