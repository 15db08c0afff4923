//! Events and counters of what a [`corsac::Policy`] decides.
//!
//! Both are observers: they go where an adapter takes one.
//!
//! ```
//! # #[cfg(all(feature = "tracing", feature = "metrics"))] {
//! use corsac::server::Observer;
//! use std::sync::Arc;
//!
//! let observers: [Observer; 2] =
//!     [Arc::new(corsac_observe::events()), Arc::new(corsac_observe::counters())];
//! // corsac_tower::CorsLayer::new(policy).observe(corsac_observe::events())
//! # let _ = observers;
//! # }
//! ```
//!
//! - `events` writes an event of `tracing` for what is refused, and for what a policy in
//!   report-only mode would have said differently. It is rate-limited, so that nobody from outside
//!   fills a disk.
//! - With the feature `metrics`, `counters` counts every decision.
//!
//! What is told of a request is its method and its origin, cut short and without control
//! characters, and the code of the refusal.
#![warn(clippy::unwrap_used)]

#[cfg(feature = "metrics")]
mod counters;
#[cfg(feature = "tracing")]
mod events;
#[cfg(feature = "tracing")]
mod rate_limit;

#[cfg(feature = "metrics")]
pub use counters::{DECISIONS, DIFFERENCES, counters};
#[cfg(feature = "tracing")]
pub use events::{events, events_by_clock};
#[cfg(feature = "tracing")]
pub use rate_limit::{BURST, INTERVAL};
