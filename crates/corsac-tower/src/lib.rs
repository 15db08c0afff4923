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

/// The examples of the documents, which must compile.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../../../README.md")]
    struct Readme;

    #[doc = include_str!("../../../docs/guide/tower-layer.md")]
    struct TowerLayer;
}
