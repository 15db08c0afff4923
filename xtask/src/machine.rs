//! The machine that a benchmark ran on.

use std::fs;

use anyhow::{Context, Result};

/// The name of the processor.
pub(crate) fn processor() -> Result<String> {
    let text = fs::read_to_string("/proc/cpuinfo")?;
    let line = text.lines().find(|it| it.starts_with("model name"));
    let name = line.and_then(|it| it.split_once(':'));
    let (_, name) = name.context("the processor has no name")?;
    Ok(name.trim().to_owned())
}
