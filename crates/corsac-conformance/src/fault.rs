//! The faults of other libraries, in `conformance/faults.toml`.

use std::path::Path;

use serde::Deserialize;

use crate::load::{Entry, LoadErrors, load_file};

/// All faults that are known.
pub type FaultList = Vec<Fault>;

/// A fault of another library that corsac must not have.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Its name in the `guards` of a case.
    pub id: String,
    /// The library.
    pub library: String,
    /// The issue, or the place in the library.
    pub source: String,
    /// What is wrong there, as a sentence.
    pub fault: String,
    /// The test that guards it, if neither a request nor a policy can show it.
    pub test: Option<String>,
    /// Why no case can show it.
    pub because: Option<String>,
}

/// Reads the list of faults.
pub fn load_faults(path: &Path) -> Result<FaultList, LoadErrors> {
    load_file(path)
}

impl Entry for Fault {
    const KEY: &'static str = "fault";
    const NAME_KEY: &'static str = "id";

    fn found_in(&mut self, _file: &str) {}

    fn name(&self) -> &str {
        &self.id
    }

    fn faults(&self) -> Vec<String> {
        match self.test.is_some() == self.because.is_some() {
            true => Vec::new(),
            false => vec!["`test` and `because` go together".to_owned()],
        }
    }
}
