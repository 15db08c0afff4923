//! The cases of `conformance/fetch/*.toml`: a page's fetches, what a server answers, and what the
//! page sees.

mod case;
mod name;
pub mod oracle;
mod rule;
mod run;

pub use case::{
    Answer, Body, CaseBlob, CaseRequest, ExpectedOutcome, ExpectedRequest, FetchCase, OneExchange,
    OneFetch, load_fetch_cases,
};
pub use rule::{FetchRule, load_fetch_rules};
pub use run::{FetchFailure, FetchReport, run_fetch_case, run_fetch_cases};
