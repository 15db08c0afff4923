//! A user agent that obeys CORS as the Fetch standard says.
//!
//! A fetch is a conversation of exchanges: perhaps a preflight, a request, redirects with
//! preflights of their own. [`fetch`] starts one and returns a [`Step`]: either something to send,
//! or the outcome. Whoever drives it sends, and hands the response's head to
//! [`Pending::receive`], which returns the next step. The machine has no socket and no clock: it
//! runs the same under a network client, under a test with virtual time, and under a fuzzer.
#![warn(clippy::unwrap_used)]

mod machine;
mod request;
pub mod request_constructor;
pub mod internal_request;
pub mod url_list;
pub mod trustworthy;
pub mod bad_port;
pub mod referrer;
pub mod origin_header;
pub mod location;
mod response;
mod profile;

pub use machine::{Outgoing, OutgoingBody, Purpose, ResponseHead, Step, TransportFailure};
pub use profile::Profile;
pub use request::{Body, CacheMode, FetchRequest, Page, Referrer, ReferrerPolicy};
pub use response::{FilteredResponse, NetworkError};
