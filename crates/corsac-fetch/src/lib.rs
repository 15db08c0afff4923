//! A user agent that obeys CORS as the Fetch standard says.
//!
//! A fetch is a conversation of exchanges: perhaps a preflight, a request, redirects with
//! preflights of their own. [`fetch`] starts one and returns a [`Step`]: either something to send,
//! or the outcome. Whoever drives it sends, and hands the response's head to
//! [`Pending::receive`], which returns the next step. The machine has no socket and no clock: it
//! runs the same under a network client, under a test with virtual time, and under a fuzzer.
#![warn(clippy::unwrap_used)]

pub mod address_space;
pub mod bad_port;
mod blob_url;
#[cfg(feature = "net")]
pub mod client;
mod console;
pub mod cookies;
mod cors_preflight_fetch;
pub mod cross_origin_resource_policy;
pub mod data_url;
mod fetch;
mod http_fetch;
mod http_network_or_cache_fetch;
mod http_redirect_fetch;
mod integrity;
pub mod internal_request;
mod local_network_access;
pub mod location;
mod machine;
mod main_fetch;
mod method;
pub mod mixed_content;
mod network_error;
pub mod origin_header;
mod profile;
mod redirect_rules;
pub mod referrer;
mod rendering;
mod request;
pub mod request_constructor;
mod response;
mod script_rules;
pub mod sec_fetch;
pub mod timing_allow_origin;
mod tls_failure;
mod trace;
pub mod trustworthy;
pub mod url_list;
mod user_agent;

pub use blob_url::{Blob, BlobUrlFailure, BlobUrlStore};
pub use console::{Interface, ScriptedFetch, console_messages};
pub use fetch::fetch;
pub use integrity::{HashAlgorithm, IntegrityFailure, IntegrityMetadata};
pub use machine::{
    ConnectionChoice, Outcome, Outgoing, OutgoingBody, Pending, ProxyFailure, Purpose,
    ResponseHead, Step, TransportFailure,
};
pub use method::Method;
pub use network_error::NetworkError;
pub use profile::Profile;
pub use rendering::{Line, LineKind};
pub use request::{Body, CacheMode, FetchRequest, Page, Referrer, ReferrerPolicy};
pub use request_constructor::TypeError;
pub use response::FilteredResponse;
pub use tls_failure::TlsFailure;
pub use trace::{
    Comparison, Event, Exchange, Expected, PreflightCause, PreflightCauses, Rule, StepOutcome,
    TaintingReason, Trace,
};
pub use user_agent::{Identity, UserAgent};

/// The documents whose examples are compiled and run.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../../../docs/guide/what-a-browser-does.md")]
    struct WhatABrowserDoes;
}
