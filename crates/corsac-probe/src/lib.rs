//! Why a browser blocks a request, and what to change.
//!
//! A [`Probe`] sends a request as a page's script would, as several browsers would, and a few
//! more that tell what is wrong. [`diagnose`] reads the trace of a fetch and returns [`Finding`]s:
//! values with a stable [`Code`], the bytes that are at fault, and a [`Fix`] for the server's own
//! configuration. [`explain`] starts from what a browser printed, or recorded, instead.
#![warn(clippy::unwrap_used)]

mod allow_origin;
mod code;
mod diagnosis;
mod explain;
mod finding;
mod fixes;
mod har;
mod pages;
mod probe;
pub mod report;
mod wording;

pub use allow_origin::{Fault, allow_origin_faults};
pub use code::{Code, Severity};
pub use diagnosis::{Case, diagnose};
pub use explain::{Explanation, Known, MAX_TEXT_LEN, Named, Unknown, explain};
pub use finding::{Evidence, Finding, Stage, printable};
pub use fixes::{Fix, Ground, Snippet, Stack, Tried, fix};
pub use har::{HarError, MAX_HAR_LEN, Recorded, explain_har};
pub use pages::{FAMILIES, Family, Page};
pub use probe::{Asides, Probe, ProbeError, Report, Sending, Tell, Verdict, Visit};
pub use wording::{Age, Wording, message, wordings};
