//! The CORS protocol, without I/O.
//!
//! [Cross-Origin Resource Sharing](https://fetch.spec.whatwg.org/#http-cors-protocol) is how a
//! server tells a browser which pages may read its answers. This crate is the protocol itself:
//! it takes bytes and returns a decision. It has no clock, no socket, no log and no environment.
//!
//! A server has a [`Policy`], and asks it about the head of every request:
//!
//! ```
//! use corsac::{Answer, Policy, RequestField, RequestHead};
//!
//! // The page at https://app.example wants to PUT; the browser asks first.
//! struct Preflight;
//! impl RequestHead for Preflight {
//!     fn method(&self) -> &[u8] {
//!         b"OPTIONS"
//!     }
//!     fn lines(&self, field: RequestField) -> impl Iterator<Item = &[u8]> {
//!         let value: &[u8] = match field {
//!             RequestField::Origin => b"https://app.example",
//!             RequestField::AccessControlRequestMethod => b"PUT",
//!             RequestField::AccessControlRequestHeaders => b"content-type",
//!         };
//!         std::iter::once(value)
//!     }
//! }
//!
//! let policy = Policy::builder(["https://app.example"])
//!     .methods(["PUT", "DELETE"])
//!     .request_headers(["content-type"])
//!     .build()?;
//!
//! let Answer::Preflight(reply) = policy.answer(&Preflight) else { unreachable!() };
//! assert_eq!(reply.status(), 204);
//! assert_eq!(reply.refusal(), None);
//! # Ok::<(), corsac::ConfigErrors>(())
//! ```
//!
//! What the policy refuses to be is as important: [`PolicyBuilder::build`] returns every mistake
//! at once, insecure settings and dead ones included.
//!
//! ```
//! let errors = corsac::Policy::builder(["https://app.example/", "*"])
//!     .credentials()
//!     .build()
//!     .unwrap_err();
//! let codes: Vec<_> = errors.iter().map(|error| error.code()).collect();
//! assert_eq!(codes, ["origin-trailing-slash", "wildcard-origin-with-credentials"]);
//! ```
#![no_std]
#![warn(clippy::unwrap_used)]

extern crate alloc;

pub mod header;
pub mod method;
pub mod origin;
pub mod server;
pub mod user_agent;

pub use server::{Answer, ConfigErrors, Policy, PolicyBuilder, Refusal, RequestField, RequestHead};
