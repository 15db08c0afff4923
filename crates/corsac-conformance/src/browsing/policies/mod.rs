//! The server half in the loop: policies in the gateway, and what a page in a browser sees is what
//! they mean.
//!
//! A [`Trial`] is a policy, a page, and what the page asks for behind the gateway, over `http` and
//! `https`. What the policy means for it is found from the prose of the guide, without a line of
//! the core; [`hold_policies`] compares that with what the page saw, with what reached the server
//! behind the gateway, and with the preflights that the gateway answered.

mod gateway;
mod held;
mod judge;
mod kept;
mod made;
mod meaning;
mod request;
mod smaller;
mod trial;

pub use held::{HeldPolicies, Surprise, hold_policies, policies_table};
pub use made::trials;
pub use smaller::smaller_trials;
pub use trial::{Behind, Refuse, StatedPolicy, Trial, UPSTREAM, Upstream};
