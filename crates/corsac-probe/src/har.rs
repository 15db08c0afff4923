//! Explains what a browser recorded: an HTTP archive.

mod archive;
mod replay;

use std::fmt;

use crate::finding::Finding;
use archive::{Archive, Entry};

/// The largest recording that is read, in bytes: it is held in memory.
pub const MAX_HAR_LEN: u64 = 512 * 1024 * 1024;

/// A request of a recording that a browser kept from its page.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recorded {
    /// Its place in the recording, from 0.
    pub entry: usize,
    /// The address.
    pub url: String,
    /// The method.
    pub method: String,
    /// The page's origin.
    pub origin: String,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// Why a recording cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HarError {
    /// It is not JSON, or not of the shape of a recording; the text says where.
    Malformed(String),
}

impl fmt::Display for HarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(text) => write!(f, "this is not a HAR file: {text}"),
        }
    }
}

impl std::error::Error for HarError {}

/// Finds the requests of a recording that CORS kept from their page, and explains each by the
/// recorded bytes.
pub fn explain_har(bytes: &[u8]) -> Result<Vec<Recorded>, HarError> {
    let archive = Archive::read(bytes)?;
    let entries = &archive.log.entries;
    let asked = entries.iter().enumerate();
    let asked = asked.filter(|(_, entry)| !entry.is_preflight() && entry.is_across_origins());
    let recorded = asked.filter_map(|(at, entry)| {
        let findings = replay::findings(entries, at)?;
        Some(Recorded {
            entry: at,
            url: entry.request.url.clone(),
            method: entry.request.method.clone(),
            origin: entry.origin().unwrap_or_default().to_owned(),
            findings,
        })
    });
    Ok(recorded.collect())
}
