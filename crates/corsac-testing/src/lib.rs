//! For the tests of a tower service: what would a page of another origin see of it?
//!
//! A [`Browser`] fetches from a service as a page's script does, without a network: it sends the
//! preflight if one is needed, follows redirects, keeps cookies and the answers to preflights, and
//! hides from the page what CORS hides. If the page does not see what the test expects, the test
//! fails with every step that led there.
//!
//! ```
//! use axum::{Router, body::Body, routing::put};
//! use corsac::Policy;
//! use corsac_testing::Browser;
//! use corsac_tower::CorsLayer;
//! use http::Request;
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let policy = Policy::builder(["https://app.example"]).methods(["PUT"]).build()?;
//! let router = Router::new().route("/pets/1", put(async || "kept")).layer(CorsLayer::new(policy));
//!
//! let request = || Request::put("/pets/1").body(Body::from("tea")).unwrap();
//! let seen = Browser::at("https://app.example").fetch(&router, request()).await;
//! assert_eq!(seen.assert_readable().status(), 200);
//!
//! let seen = Browser::at("https://other.example").fetch(&router, request()).await;
//! seen.assert_blocked("preflight/missing-allow-origin");
//! # Ok::<(), corsac::ConfigErrors>(())
//! # }).unwrap();
//! ```
//!
//! What decides is the machine of [`corsac_fetch`], which follows the Fetch standard; here is only
//! what carries its requests to a service.
#![warn(clippy::unwrap_used)]

mod browser;
mod seen;

pub use browser::Browser;
pub use corsac::user_agent::CredentialsMode;
pub use corsac_fetch::{NetworkError, Outcome, Profile};
pub use seen::Seen;

/// The examples of the guide, which must compile.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../../../docs/guide/testing.md")]
    struct Testing;
}
