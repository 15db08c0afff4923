//! Where the programs are that a browser needs.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use super::{Engine, StartError};

/// A program, and the Debian package that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "that is all there is to say")]
pub struct Program {
    /// The name of its file.
    pub name: &'static str,
    /// The package.
    pub package: &'static str,
}

/// The directories in which the environment says that programs are.
pub(super) fn path() -> OsString {
    env::var_os("PATH").unwrap_or_default()
}

impl Program {
    /// Finds the program in one of the directories of `path`.
    pub(super) fn on(self, path: &OsStr, engine: Engine) -> Result<PathBuf, StartError> {
        let mut files = env::split_paths(path).map(|it| it.join(self.name));
        let found = files.find(|it| it.is_file());
        found.ok_or(StartError::Missing(engine, self))
    }

    /// Finds the program where a package puts what is not meant for the command line: under
    /// `/usr/lib`, two directories down, the second of which has such a name.
    pub(super) fn in_library(self, prefix: &str, engine: Engine) -> Result<PathBuf, StartError> {
        let architectures = subdirectories(Path::new("/usr/lib"));
        let mut files = architectures
            .iter()
            .flat_map(|it| subdirectories(it))
            .filter(|it| is_named(it, prefix))
            .map(|it| it.join(self.name));
        let found = files.find(|it| it.is_file());
        found.ok_or(StartError::Missing(engine, self))
    }
}

fn subdirectories(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|it| it.path()).collect();
    paths.sort();
    paths
}

fn is_named(path: &Path, prefix: &str) -> bool {
    let name = path.file_name().and_then(OsStr::to_str);
    name.is_some_and(|it| it.starts_with(prefix))
}
