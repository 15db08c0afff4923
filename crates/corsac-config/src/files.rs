//! Other files that a policy file names.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::document::Document;
use crate::problem::{Problem, quoted};
use crate::value::Value;

/// Reads a file by the name that the policy file gives it.
///
/// It need not hand out more than [`MAX_NAMED_FILE_LEN`] bytes and one.
pub type Load<'a> = &'a dyn Fn(&str) -> io::Result<Vec<u8>>;

/// Files in the folder of a policy file, or wherever else their names lead from there.
pub fn files_beside(policy_file: &Path) -> impl Fn(&str) -> io::Result<Vec<u8>> + use<> {
    let folder = policy_file.parent().map(PathBuf::from).unwrap_or_default();
    move |name| {
        let mut bytes = Vec::new();
        let limit = MAX_NAMED_FILE_LEN as u64 + 1;
        File::open(folder.join(name))?
            .take(limit)
            .read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// No file at all: what a text that came from nowhere has beside it.
pub(crate) fn no_files(_name: &str) -> io::Result<Vec<u8>> {
    Err(io::Error::new(
        ErrorKind::Unsupported,
        "there are no files beside this text",
    ))
}

/// The files that a policy file names.
pub(crate) struct Files<'a> {
    load: Load<'a>,
    /// The names so far.
    pub(crate) names: Vec<String>,
}

/// A file that a policy file names.
pub(crate) struct NamedFile {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

impl<'a> Files<'a> {
    pub(crate) fn new(load: Load<'a>) -> Self {
        let names = Vec::new();
        Self { load, names }
    }

    /// The file that a value names.
    pub(crate) fn read<'s>(
        &mut self,
        value: &Value<'s>,
        document: &mut Document<'s>,
    ) -> Option<NamedFile> {
        let text = document.string(value)?;
        let name = text.value.to_owned();
        if !self.names.contains(&name) {
            self.names.push(name.clone());
        }
        let problem = match (self.load)(&name) {
            Ok(bytes) if bytes.len() <= MAX_NAMED_FILE_LEN => {
                return Some(NamedFile { name, bytes });
            }
            Ok(_) => {
                let most = MAX_NAMED_FILE_LEN >> 20;
                let message = format!("{} is longer than {most} MiB", quoted(&name));
                Problem::error("file-too-long", message)
            }
            Err(error) => {
                let message = format!("cannot read {}: {error}", quoted(&name));
                Problem::error("file-unreadable", message)
            }
        };
        document.report(problem.at(text.source_span(0..name.len())));
        None
    }
}

/// The longest file that is read because a policy file names it, in bytes.
///
/// The longest published OpenAPI documents have some 10 MiB.
pub const MAX_NAMED_FILE_LEN: usize = 16 << 20;
