//! `conformance/browsers/deviations.toml`: where a browser is known to depart from its profile.

use std::fmt;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::browser::Engine;
use super::compare::Deviation;
use super::scenario::Scenario;

/// A known deviation of an engine from its profile.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct KnownDeviation {
    /// What it is, as a sentence.
    pub name: String,
    /// The engine.
    #[serde(deserialize_with = "engine")]
    pub engine: Engine,
    /// What deviates: the kinds of [`Deviation`].
    pub kinds: Vec<String>,
    /// What the text of the scenario has, all of it; its text is on one line, without spaces.
    #[serde(default)]
    pub scenario_has: Vec<String>,
    /// What is said of the deviation has this, if it is given.
    #[serde(default)]
    pub deviation_has: Vec<String>,
    /// Why the profile does not do it too.
    pub reason: String,
    /// Where it was reported, if it was.
    pub bug: Option<String>,
    /// A scenario that shows it. It is played in every run, so that an entry that no longer
    /// deviates is found.
    #[serde(deserialize_with = "scenario")]
    pub example: Scenario,
}

impl KnownDeviation {
    /// Is this what the entry is about?
    #[must_use]
    pub fn covers(&self, engine: Engine, scenario: &str, deviation: &Deviation) -> bool {
        let said = deviation.to_string();
        self.engine == engine
            && self.kinds.contains(&deviation.kind)
            && self.scenario_has.iter().all(|it| scenario.contains(it))
            && self.deviation_has.iter().all(|it| said.contains(it))
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    deviation: Vec<KnownDeviation>,
}

/// Reads the list.
pub fn load_known_deviations(path: &Path) -> Result<Vec<KnownDeviation>, KnownDeviationsError> {
    let failed = |problem: &dyn fmt::Display| KnownDeviationsError {
        path: path.display().to_string(),
        problem: problem.to_string(),
    };
    let text = fs::read_to_string(path).map_err(|error| failed(&error))?;
    let file: File = toml::from_str(&text).map_err(|error| failed(&error))?;
    Ok(file.deviation)
}

/// The list cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownDeviationsError {
    path: String,
    problem: String,
}

impl fmt::Display for KnownDeviationsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.problem)
    }
}

impl std::error::Error for KnownDeviationsError {}

fn engine<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Engine, D::Error> {
    let name = String::deserialize(deserializer)?;
    let named = Engine::ALL.into_iter().find(|it| it.name() == name);
    named.ok_or_else(|| serde::de::Error::custom(format!("`{name}` is no engine")))
}

fn scenario<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Scenario, D::Error> {
    let text = String::deserialize(deserializer)?;
    Scenario::parse(&text).map_err(serde::de::Error::custom)
}
