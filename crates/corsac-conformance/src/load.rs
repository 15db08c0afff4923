//! Reads the data files, and says which file and which case is wrong.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

/// The directory of the cases in this repository.
#[must_use]
pub fn conformance_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance")
}

/// Everything that is wrong with the data, not only the first thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadErrors(pub Vec<LoadError>);

/// One thing that is wrong with the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    /// The file, relative to the directory of the cases.
    pub file: String,
    /// The name of the case, or its place in the file if it has none.
    pub case: Option<String>,
    /// What is wrong.
    pub message: String,
}

impl LoadError {
    pub(crate) fn of_file(file: &str, message: impl fmt::Display) -> Self {
        Self {
            file: file.to_owned(),
            case: None,
            message: message.to_string(),
        }
    }

    pub(crate) fn of_case(file: &str, case: &str, message: impl fmt::Display) -> Self {
        Self {
            case: Some(case.to_owned()),
            ..Self::of_file(file, message)
        }
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.case {
            Some(case) => write!(f, "{}: {case}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

impl std::error::Error for LoadError {}

impl fmt::Display for LoadErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|error| writeln!(f, "{error}"))
    }
}

impl std::error::Error for LoadErrors {}

/// Something that stands in a data file under a key of its own, again and again.
pub(crate) trait Entry: DeserializeOwned {
    /// The key of the tables: `[[case]]`.
    const KEY: &'static str;
    /// The key under which an entry has its name.
    const NAME_KEY: &'static str;

    /// Tells the entry where it stands.
    fn found_in(&mut self, file: &str);

    /// The entry's name.
    fn name(&self) -> &str;

    /// What is wrong with the entry beyond its shape.
    fn faults(&self) -> Vec<String>;
}

/// Reads every entry of every `.toml` file in a directory, in the order of the files' names.
pub(crate) fn load_dir<E: Entry>(dir: &Path) -> Result<Vec<E>, LoadErrors> {
    let unreadable = |error| LoadErrors(vec![LoadError::of_file(&label(dir), error)]);
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|it| it == "toml") {
            files.push(path);
        }
    }
    files.sort();
    let mut entries = Vec::new();
    let mut errors = Vec::new();
    for file in files {
        match load_file(&file) {
            Ok(of_file) => entries.extend(of_file),
            Err(LoadErrors(of_file)) => errors.extend(of_file),
        }
    }
    if errors.is_empty() {
        Ok(entries)
    } else {
        Err(LoadErrors(errors))
    }
}

/// Reads every entry of one file.
pub(crate) fn load_file<E: Entry>(path: &Path) -> Result<Vec<E>, LoadErrors> {
    let text = fs::read_to_string(path)
        .map_err(|error| LoadErrors(vec![LoadError::of_file(&label(path), error)]))?;
    parse(&label(path), &text)
}

/// Reads every entry of a file's text.
pub(crate) fn parse<E: Entry>(file: &str, text: &str) -> Result<Vec<E>, LoadErrors> {
    let tables = tables_of::<E>(file, text).map_err(|error| LoadErrors(vec![error]))?;
    let mut entries: Vec<E> = Vec::with_capacity(tables.len());
    let mut errors = Vec::new();
    for (index, table) in tables.into_iter().enumerate() {
        let place = format!("[[{}]] no. {}", E::KEY, index + 1);
        let name = table
            .get(E::NAME_KEY)
            .and_then(toml::Value::as_str)
            .unwrap_or(&place);
        let name = name.to_owned();
        let mut entry: E = match table.try_into() {
            Ok(entry) => entry,
            Err(error) => {
                errors.push(LoadError::of_case(
                    file,
                    &name,
                    error.to_string().trim_end(),
                ));
                continue;
            }
        };
        entry.found_in(file);
        errors.extend(
            entry
                .faults()
                .iter()
                .map(|it| LoadError::of_case(file, &name, it)),
        );
        if entries.iter().any(|it| it.name() == entry.name()) {
            errors.push(LoadError::of_case(file, &name, "another one has this name"));
        }
        entries.push(entry);
    }
    if errors.is_empty() {
        Ok(entries)
    } else {
        Err(LoadErrors(errors))
    }
}

fn tables_of<E: Entry>(file: &str, text: &str) -> Result<Vec<toml::Table>, LoadError> {
    let mut document: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| LoadError::of_file(file, error))?;
    let entries = document.remove(E::KEY);
    if let Some(key) = document.keys().next() {
        return Err(LoadError::of_file(
            file,
            format!("the key `{key}` is unknown"),
        ));
    }
    let Some(toml::Value::Array(entries)) = entries else {
        return Err(LoadError::of_file(
            file,
            format!("there is no [[{}]]", E::KEY),
        ));
    };
    let not_table = || LoadError::of_file(file, format!("`{}` is a list of tables", E::KEY));
    let as_table = |it| match it {
        toml::Value::Table(table) => Ok(table),
        _ => Err(not_table()),
    };
    entries.into_iter().map(as_table).collect()
}

/// The last two parts of a path: `server/vary.toml`.
fn label(path: &Path) -> String {
    let parts: Vec<_> = path.iter().rev().take(2).collect();
    let parts: Vec<_> = parts.iter().rev().map(|it| it.to_string_lossy()).collect();
    parts.join("/")
}
