//! What is in the repository: the files that git tracks, and the graph of crates.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::rust_source::Code;
use crate::step::output_of;

/// The directory of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask is a member of the workspace")
}

/// All that a tidy check may look at.
#[derive(Debug, Default)]
pub(crate) struct Repository {
    pub(crate) files: Vec<File>,
    pub(crate) crates: Vec<Crate>,
    /// The crates of this workspace and all that they depend on.
    pub(crate) packages: Vec<Package>,
}

/// A tracked file.
#[derive(Debug)]
pub(crate) struct File {
    /// Its path from the root, with `/` between.
    pub(crate) path: String,
    pub(crate) len: usize,
    /// What is in it, if it is text.
    pub(crate) text: Option<String>,
}

/// A crate of this workspace.
#[derive(Debug)]
pub(crate) struct Crate {
    pub(crate) name: String,
    /// What it names under `[dependencies]` and `[build-dependencies]`.
    pub(crate) dependencies: BTreeSet<String>,
    /// The same, and all that these need in turn.
    pub(crate) closure: BTreeSet<String>,
}

/// A package of the lock file.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// Its licence, as an SPDX expression.
    pub(crate) licence: String,
}

impl Repository {
    pub(crate) fn read() -> Result<Self> {
        let mut command = Command::new("cargo");
        command
            .args(["metadata", "--format-version", "1", "--locked"])
            .current_dir(root());
        let answer: Value = serde_json::from_str(&output_of(&mut command)?)?;
        let surprise = "`cargo metadata` answered something else";
        Ok(Self {
            files: tracked_files()?,
            crates: crates(&answer).context(surprise)?,
            packages: packages(&answer).context(surprise)?,
        })
    }

    pub(crate) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The text of a file; none if there is no such file.
    pub(crate) fn text(&self, path: &str) -> &str {
        self.file(path).map_or("", File::text)
    }

    /// The files in Rust.
    pub(crate) fn rust_files(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }
}

impl File {
    pub(crate) fn new(path: &str, bytes: Vec<u8>) -> Self {
        Self {
            path: path.into(),
            len: bytes.len(),
            text: String::from_utf8(bytes).ok(),
        }
    }

    /// What is in it; nothing if that is not text.
    pub(crate) fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    pub(crate) fn code(&self) -> Code {
        Code::of(self.text())
    }

    /// The crate's directory: `crates/corsac` or `xtask`.
    pub(crate) fn crate_directory(&self) -> Option<&str> {
        let rest = self.path.strip_prefix("crates/");
        match rest {
            Some(rest) => rest
                .find('/')
                .map(|end| &self.path[..self.path.len() - rest.len() + end]),
            None => self.path.starts_with("xtask/").then_some("xtask"),
        }
    }

    /// Is it part of what a crate ships, rather than of its tests, benches or examples?
    pub(crate) fn is_product(&self) -> bool {
        let directory = self.crate_directory().unwrap_or_default();
        self.path[directory.len()..].starts_with("/src/") && !self.is_test()
    }

    /// Does it only serve tests?
    pub(crate) fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.ends_with("/tests.rs")
    }
}

fn tracked_files() -> Result<Vec<File>> {
    let mut command = Command::new("git");
    // A checkout that belongs to someone else, as in a container, is read all the same.
    command
        .args(["-c", "safe.directory=*", "ls-files", "-z"])
        .current_dir(root());
    let paths = output_of(&mut command).context("the tree must be a git checkout")?;
    let mut files = Vec::new();
    for path in paths.split_terminator('\0') {
        let on_disk = root().join(path);
        // A file that was deleted and not yet committed is not there to be checked.
        if on_disk.is_file() {
            let bytes = std::fs::read(on_disk).with_context(|| format!("reading {path}"))?;
            files.push(File::new(path, bytes));
        }
    }
    Ok(files)
}

fn packages(answer: &Value) -> Option<Vec<Package>> {
    let packages = answer["packages"].as_array()?.iter().map(|it| {
        let licence = it["license"].as_str().unwrap_or("none").into();
        Some(Package {
            name: it["name"].as_str()?.into(),
            licence,
        })
    });
    packages.collect()
}

fn crates(answer: &Value) -> Option<Vec<Crate>> {
    let mut names = BTreeMap::new();
    for package in answer["packages"].as_array()? {
        names.insert(package["id"].as_str()?, package["name"].as_str()?);
    }
    let mut edges = BTreeMap::new();
    for node in answer["resolve"]["nodes"].as_array()? {
        let dependencies = node["deps"].as_array()?.iter().filter(|it| is_shipped(it));
        let dependencies: Option<Vec<&str>> = dependencies.map(|it| it["pkg"].as_str()).collect();
        edges.insert(node["id"].as_str()?, dependencies?);
    }
    let members = answer["workspace_members"].as_array()?.iter().map(|id| {
        let id = id.as_str()?;
        let names_of = |ids: &BTreeSet<&str>| {
            ids.iter()
                .filter_map(|id| names.get(id))
                .map(|it| String::from(*it))
                .collect()
        };
        Some(Crate {
            name: (*names.get(id)?).into(),
            dependencies: names_of(&edges.get(id)?.iter().copied().collect()),
            closure: names_of(&closure(id, &edges)),
        })
    });
    members.collect()
}

/// Is a dependency needed by those who use the crate, rather than by its own tests?
fn is_shipped(dependency: &Value) -> bool {
    let kinds = dependency["dep_kinds"].as_array();
    kinds.is_some_and(|kinds| kinds.iter().any(|it| it["kind"] != "dev"))
}

fn closure<'a>(id: &'a str, edges: &BTreeMap<&'a str, Vec<&'a str>>) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut to_visit = vec![id];
    while let Some(id) = to_visit.pop() {
        for dependency in edges.get(id).into_iter().flatten() {
            if reached.insert(*dependency) {
                to_visit.push(dependency);
            }
        }
    }
    reached
}
