//! A tower layer that enforces a [`corsac::Policy`].
#![warn(clippy::unwrap_used)]

pub mod apply;
mod future;
mod handle;
mod layer;
mod map_err;
mod service;

pub use future::ResponseFuture;
pub use handle::PolicyHandle;
pub use layer::CorsLayer;
pub use map_err::{MapErr, MapErrFuture, MapErrLayer};
pub use service::Cors;
