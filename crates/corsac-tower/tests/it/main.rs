//! What pages and operators see of a service with the layer.

mod allocations;
#[cfg(feature = "axum")]
mod axum_router;
mod decoration;
mod dynamic;
mod errors;
mod examples;
mod exchange;
mod lambda;
mod load;
mod over_hyper;
mod over_tonic;
mod refusal;
mod replacing;
mod routing;
mod watching;
