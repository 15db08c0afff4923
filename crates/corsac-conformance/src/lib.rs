//! Runs the conformance cases against every implementation of a policy.
//!
//! The cases are data, in `conformance/` at the root of the repository:
//!
//! - `server/*.toml`: a policy, a request and a handler's response, and what comes out of them. Each
//!   case is asked of every [`Subject`]: the core alone, the tower layer, and the gateway over real
//!   sockets;
//! - `policy/*.toml`: a policy, and every mistake and doubt that must be found in it;
//! - `fetch/*.toml`: a page's fetches, what a server answers, and what the page sees, by the rules
//!   of `fetch-rules.toml`. The machine of `corsac-fetch` is held against them, in virtual time;
//! - `faults.toml`: the faults of other libraries, each guarded by cases that name it.
//!
//! [`oracle`] holds matchers and readers so naive that they are evidently right; property tests and
//! fuzzers hold the fast ones of the core against them.
#![warn(clippy::unwrap_used)]

pub mod browsing;
mod fault;
pub mod fetch_driver;
pub mod fetching;
mod field;
pub mod fuzzing;
mod load;
pub mod oracle;
mod policy_case;
mod question;
mod run;
pub mod seeded;
mod server_case;
pub mod subject;

pub use fault::{Fault, FaultList, load_faults};
pub use field::{FieldLine, Generated, Value, bytes_of};
pub use load::{LoadError, LoadErrors, conformance_dir};
pub use policy_case::{
    ExpectedRemark, PolicyCase, PolicyFailure, load_policy_cases, run_policy_case,
};
pub use question::{AnsweredBy, Fields, HandlerResponse, Outcome, Question};
pub use run::{Difference, Failure, Report, run};
pub use server_case::{
    Expectation, RequestData, ResponseData, ServerCase, Transport, load_server_cases,
};
pub use subject::{Subject, SubjectError};
