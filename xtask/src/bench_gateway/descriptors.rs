//! How many files this process, and what it starts, may have open.

use std::fs;
use std::process::{self, Command};

use anyhow::{Context, Result};

use crate::step::output_of;

/// Sees to it that ten thousand connections have a descriptor each, here and in each server.
pub(super) fn raise_limit() -> Result<()> {
    let limits = fs::read_to_string("/proc/self/limits")?;
    let (soft, hard) = open_files(&limits).context("no limit of open files")?;
    if soft >= NEEDED {
        return Ok(());
    }
    let hard = hard.max(NEEDED);
    let mut command = Command::new("prlimit");
    command.args(["--pid", &process::id().to_string()]);
    command.arg(format!("--nofile={NEEDED}:{hard}"));
    output_of(&mut command).context("ten thousand idle connections take more descriptors")?;
    Ok(())
}

/// The soft limit and the hard one.
fn open_files(limits: &str) -> Option<(u64, u64)> {
    let line = limits
        .lines()
        .find_map(|it| it.strip_prefix("Max open files"))?;
    let mut numbers = line.split_whitespace().map(|it| match it {
        "unlimited" => Some(u64::MAX),
        number => number.parse().ok(),
    });
    Some((numbers.next()??, numbers.next()??))
}

/// As many connections, and some to spare.
const NEEDED: u64 = 12_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read() {
        let limits = "Limit  Soft Limit  Hard Limit  Units\nMax open files   1024  20000  files\n";
        assert_eq!(open_files(limits), Some((1024, 20_000)));
        let limits = "Max open files   1024  unlimited  files\n";
        assert_eq!(open_files(limits), Some((1024, u64::MAX)));
        assert_eq!(open_files(""), None);
    }
}
