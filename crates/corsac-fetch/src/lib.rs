//! A user agent that obeys CORS as the Fetch standard says.
//!
//! A fetch is a conversation of exchanges: perhaps a preflight, a request, redirects with
//! preflights of their own. [`fetch`] starts one and returns a [`Step`]: either something to send,
//! or the outcome. Whoever drives it sends, and hands the response's head to
//! [`Pending::receive`], which returns the next step. The machine has no socket and no clock: it
//! runs the same under a network client, under a test with virtual time, and under a fuzzer.
#![warn(clippy::unwrap_used)]

#[cfg(feature = "net")]
pub mod client;
mod machine;
mod request;
mod fetch;
mod main_fetch;
mod http_fetch;
mod cors_preflight_fetch;
mod http_network_or_cache_fetch;
mod http_redirect_fetch;
pub mod request_constructor;
pub mod internal_request;
pub mod url_list;
pub mod trustworthy;
pub mod bad_port;
pub mod mixed_content;
pub mod referrer;
pub mod origin_header;
pub mod sec_fetch;
pub mod location;
pub mod data_url;
pub mod cross_origin_resource_policy;
pub mod timing_allow_origin;
pub mod cookies;
pub mod address_space;
mod response;
mod network_error;
mod trace;
mod rendering;
mod user_agent;
mod profile;

pub use fetch::fetch;
pub use machine::{
    Outcome, Outgoing, OutgoingBody, Pending, Purpose, ResponseHead, Step, TransportFailure,
};
pub use network_error::NetworkError;
pub use profile::Profile;
pub use request::{Body, CacheMode, FetchRequest, Page, Referrer, ReferrerPolicy};
pub use rendering::{Line, LineKind};
pub use request_constructor::TypeError;
pub use response::FilteredResponse;
pub use trace::{
    Comparison, Event, Exchange, PreflightCause, Rule, StepOutcome, TaintingReason, Trace,
};
pub use user_agent::{Identity, UserAgent};
