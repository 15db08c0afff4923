//! A directory for all that a browser writes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, process};

use super::Engine;

/// A new and empty directory. When it is dropped, it is gone.
#[derive(Debug)]
pub(super) struct Scratch(PathBuf);

impl Scratch {
    /// The name is short, since a browser makes sockets in it.
    pub(super) fn new(engine: Engine) -> io::Result<Self> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("corsac-{engine}-{}-{number}", process::id());
        let scratch = Self(env::temp_dir().join(name));
        fs::create_dir(&scratch.0)?;
        Ok(scratch)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}
