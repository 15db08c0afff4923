//! What pages and operators see of an app with the middleware.

mod allocations;
mod exchange;
mod refusal;
mod replacing;
mod watching;
mod wrapping;
