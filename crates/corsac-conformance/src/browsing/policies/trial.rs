//! What is tried: a policy in the gateway, and a page that asks for something behind it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::super::place::{Place, Places};
use super::super::scenario::{Scenario, ScenarioError, is_default};

/// A policy, and what a page does where it holds.
///
/// Its text form is JSON, in which whatever is as usual is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Trial {
    /// The policy.
    pub policy: StatedPolicy,
    /// The page and its calls, to URLs such as `{gateway}{here}a`, and what the server behind the
    /// gateway answers at [`UPSTREAM`].
    pub scenario: Scenario,
    /// The methods that exist there, if the file says so.
    #[serde(default, skip_serializing_if = "is_default")]
    pub methods: Option<Vec<String>>,
    /// What is behind the gateway.
    #[serde(default, skip_serializing_if = "is_default")]
    pub behind: Behind,
}

/// The keys of a policy, by their names in the policy file.
///
/// Origins may name places: `{home}` is the origin of one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct StatedPolicy {
    /// `allow-origins`
    pub allow_origins: Vec<String>,
    /// `allow-methods`
    #[serde(skip_serializing_if = "is_default")]
    pub allow_methods: Vec<String>,
    /// `allow-headers`
    #[serde(skip_serializing_if = "is_default")]
    pub allow_headers: Vec<String>,
    /// `expose-headers`
    #[serde(skip_serializing_if = "is_default")]
    pub expose_headers: Vec<String>,
    /// `allow-credentials`
    #[serde(skip_serializing_if = "is_default")]
    pub allow_credentials: bool,
    /// `max-age`
    #[serde(skip_serializing_if = "is_default")]
    pub max_age: Option<String>,
    /// `refuse`
    #[serde(skip_serializing_if = "is_default")]
    pub refuse: Refuse,
    /// `upstream`
    #[serde(skip_serializing_if = "is_default")]
    pub upstream: Upstream,
}

/// What becomes of a request from a refused origin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "a policy file has these two")]
pub enum Refuse {
    /// It is forwarded all the same.
    #[default]
    Forward,
    /// It is answered with 403.
    Reject,
}

/// What becomes of the CORS fields that the upstream sets itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "a policy file has these two")]
pub enum Upstream {
    /// The policy's take their place.
    #[default]
    Override,
    /// A response that has some is left alone.
    Keep,
}

/// What is behind the gateway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "something or nothing")]
pub enum Behind {
    /// A server.
    #[default]
    Server,
    /// Nothing that accepts connections.
    Nothing,
}

/// Where the server behind the gateway is, which has the answers of the scenario.
pub const UPSTREAM: Place = Place::Home;

impl StatedPolicy {
    /// The policy as it stands in a policy file, with the origins of places.
    pub(super) fn text(&self, places: &Places) -> Result<String, serde_json::Error> {
        let mut text = String::new();
        let stated: serde_json::Map<_, _> = serde_json::from_str(&serde_json::to_string(self)?)?;
        for (key, value) in stated {
            // What there is of JSON in it is TOML too.
            text.push_str(&format!(
                "{key} = {}\n",
                places.filled(&value.to_string(), 0)
            ));
        }
        let has = |it: &str| self.allow_origins.iter().any(|origin| origin.contains(it));
        if has("null") {
            text.push_str("dangerously-allow-null-origin = true\n");
        }
        if self.allow_credentials && has("*") {
            text.push_str("dangerously-allow-public-suffix = true\n");
        }
        Ok(text)
    }
}

impl Trial {
    /// Reads the text form.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        let trial: Self = serde_json::from_str(text)?;
        Ok(trial)
    }
}

impl fmt::Display for Trial {
    /// The text form on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string(self).map_err(|_| fmt::Error)?;
        f.write_str(&text)
    }
}

/// Is it in a list of the policy, or of the route?
pub(super) fn has(list: &[String], item: &str) -> bool {
    list.iter().any(|it| it == item)
}
