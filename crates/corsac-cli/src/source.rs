//! Policy files as they are named on the command line.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use corsac_config::{Config, MAX_SOURCE_LEN, Problems};

use crate::exit::Failure;

/// A policy file that was read.
pub(crate) struct Source {
    /// The name that a reader knows it by.
    pub(crate) name: String,
    pub(crate) text: String,
}

impl Source {
    /// Reads a file, or stdin if it is named `-`.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let name = match path.to_str() {
            Some("-") => "<stdin>".to_owned(),
            Some(_) | None => path.display().to_string(),
        };
        let bytes = match name.as_str() {
            "<stdin>" => bounded(io::stdin().lock()),
            _ => File::open(path).and_then(bounded),
        };
        let bytes = bytes.map_err(|error| unreadable(&name, &error))?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self { name, text }),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                Err(Failure::misuse(format!(
                    "cannot read {name}: it is not UTF-8 at byte {at}"
                )))
            }
        }
    }

    pub(crate) fn parsed(&self) -> Result<Config, Problems> {
        corsac_config::read(&self.text)
    }
}

/// All bytes, but not more than it takes to see that there are too many.
fn bounded(reader: impl Read) -> io::Result<Vec<u8>> {
    let limit = u64::try_from(MAX_SOURCE_LEN)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    let mut bytes = Vec::new();
    reader.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(name: &str, error: &io::Error) -> Failure {
    let failure = Failure::misuse(format!("cannot read {name}: {error}"));
    match error.kind() {
        io::ErrorKind::NotFound => {
            failure.with_help("name the policy file, or write one; `corsac demo` needs none")
        }
        _ => failure,
    }
}
