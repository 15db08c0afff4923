//! What pages and operators see of a service with the layer.

mod allocations;
mod decoration;
mod errors;
mod examples;
mod exchange;
mod over_hyper;
mod over_tonic;
mod refusal;
mod replacing;
mod routing;
