//! Files as they are named on the command line.

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
        let name = name_of(path);
        // One more byte than may be: the reader of policy files says that there are too many.
        let limit = u64::try_from(MAX_SOURCE_LEN).unwrap_or(u64::MAX);
        let bytes = bounded(path, limit.saturating_add(1)).map_err(|error| {
            let failure = unreadable(&name, &error);
            match error.kind() {
                io::ErrorKind::NotFound => failure
                    .with_help("name the policy file, or write one; `corsac demo` needs none"),
                _ => failure,
            }
        })?;
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
        let files = corsac_config::files_beside(Path::new(&self.name));
        corsac_config::read_with_files(&self.text, &files)
    }
}

/// The bytes of a file, or of stdin if it is named `-`. More than `limit` are refused.
pub(crate) fn read_bytes(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    let name = name_of(path);
    let bytes =
        bounded(path, limit.saturating_add(1)).map_err(|error| unreadable(&name, &error))?;
    match bytes.len() as u64 > limit {
        true => Err(Failure::misuse(format!(
            "{name} has more than {limit} bytes"
        ))),
        false => Ok(bytes),
    }
}

/// The name that a reader knows a file by.
fn name_of(path: &Path) -> String {
    match is_stdin(path) {
        true => "<stdin>".to_owned(),
        false => path.display().to_string(),
    }
}

fn is_stdin(path: &Path) -> bool {
    path.to_str() == Some("-")
}

/// All bytes, but not more than so many.
fn bounded(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match is_stdin(path) {
        true => io::stdin().lock().take(limit).read_to_end(&mut bytes)?,
        false => File::open(path)?.take(limit).read_to_end(&mut bytes)?,
    };
    Ok(bytes)
}

fn unreadable(name: &str, error: &io::Error) -> Failure {
    Failure::misuse(format!("cannot read {name}: {error}"))
}
