//! The rules that the cases show, in `conformance/fetch-rules.toml`.

use std::path::Path;

use serde::Deserialize;

use crate::load::{Entry, LoadErrors, load_file};

/// A rule of the browser's half, or a decision where the standard leaves one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FetchRule {
    /// Its name in the `rules` of a case.
    pub id: String,
    /// What it says.
    pub means: String,
    /// Why no case can show it, if none can.
    pub because: Option<String>,
    /// Where else it is shown, if no case can: `crate: name of the test`.
    pub test: Option<String>,
}

/// Reads the list of rules.
pub fn load_fetch_rules(path: &Path) -> Result<Vec<FetchRule>, LoadErrors> {
    load_file(path)
}

impl Entry for FetchRule {
    const KEY: &'static str = "rule";
    const NAME_KEY: &'static str = "id";

    fn found_in(&mut self, _file: &str) {}

    fn name(&self) -> &str {
        &self.id
    }

    fn faults(&self) -> Vec<String> {
        match self.test.is_some() && self.because.is_none() {
            true => vec!["`test` asks for `because`".to_owned()],
            false => Vec::new(),
        }
    }
}
