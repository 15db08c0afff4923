//! A tower layer that enforces a [`corsac::Policy`]: for axum, hyper, tonic and whatever else is a
//! [`tower_service::Service`] of `http` requests.
//!
//! ```no_run
//! use axum::{Router, routing::get};
//! use corsac::Policy;
//! use corsac_tower::CorsLayer;
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let policy = Policy::builder(["https://app.example", "http://localhost:*"])
//!         .credentials()
//!         .methods(["PUT", "DELETE"])
//!         .request_headers(["content-type"])
//!         .build()?; // every mistake at once
//!     let app = Router::new().route("/", get(async || "hello")).layer(CorsLayer::new(policy));
//!     let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
//!     Ok(axum::serve(listener, app).await?)
//! }
//! ```
//!
//! - [`CorsLayer`] wraps a service. Preflights are answered by the policy; every response of the
//!   service is decorated; its errors can be [made responses](CorsLayer::map_err), which are
//!   decorated too.
//! - [`PolicyHandle`] replaces the policy while requests are served.
//! - [`DynamicCorsLayer`] asks a function about origins that the policy does not list.
//! - [`CorsLayer::observe`] tells of every decision, and why something was refused;
//!   [`CorsLayer::refusals_in_extensions`] puts the [`corsac::Refusal`] where handlers and other
//!   layers find it. It is a value for logs and counters, and is not sent to anyone.
//! - With the feature `axum`, `axum::CorsRouter` answers preflights with the methods that each
//!   route has.
//! - [`join_lines`] is for transports that have room for one line of each field, such as Lambda.
//! - [`apply`] is what an adapter for something else needs.
//!
//! # The order of layers
//!
//! A browser hides every response that lacks the fields of CORS, a 404 or a 401 as much as a 200:
//! the page then sees a network error, and its developer looks for the fault in the wrong place.
//! So the layer belongs around everything that can answer. In axum a layer is around what was
//! added before it, so that it comes last:
//!
//! ```
//! # use axum::{Router, routing::get};
//! # let policy = corsac::Policy::builder(["https://app.example"]).build()?;
//! # let cors = corsac_tower::CorsLayer::new(policy);
//! # let authentication = tower::layer::util::Identity::new();
//! # let app: Router =
//! Router::new()
//!     .route("/orders", get(async || "[]"))
//!     .layer(authentication) // answers 401 …
//!     .layer(cors); // … with the fields, because it is inside this layer
//! # Ok::<(), corsac::ConfigErrors>(())
//! ```
//!
//! | the layer is added | what goes wrong |
//! |---|---|
//! | before some routes | those routes have no CORS at all |
//! | with [`route_layer`][route_layer] | a 404 lacks the fields |
//! | before authentication, rate limits or timeouts | their 401, 429 and 504 lack the fields, and authentication refuses preflights, which carry no credentials |
//! | before a layer that catches panics | its 500 lacks the fields |
//!
//! In a `ServiceBuilder` it is the other way round: the first layer is the outermost, so that this
//! one comes first. The example `layer_order` shows all of this on the wire.
//!
//! [route_layer]: https://docs.rs/axum/0.8/axum/struct.Router.html#method.route_layer
#![warn(clippy::unwrap_used)]

pub mod apply;
#[cfg(feature = "axum")]
pub mod axum;
mod beside;
mod dynamic;
mod future;
mod handle;
mod join_lines;
mod layer;
mod map_err;
mod service;

pub use dynamic::{DynamicCors, DynamicCorsLayer, DynamicResponseFuture, MAX_VERDICTS, Verdicts};
pub use future::ResponseFuture;
pub use handle::PolicyHandle;
pub use join_lines::join_lines;
pub use layer::CorsLayer;
pub use map_err::{MapErr, MapErrFuture, MapErrLayer};
pub use service::Cors;

/// The examples of the documents, which must compile.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../../../README.md")]
    struct Readme;

    #[doc = include_str!("../../../docs/guide/migrating-from-tower-http.md")]
    struct MigratingFromTowerHttp;

    #[cfg(feature = "axum")]
    #[doc = include_str!("../../../docs/guide/tower-layer.md")]
    struct TowerLayer;
}
