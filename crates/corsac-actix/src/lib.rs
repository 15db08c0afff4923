//! actix-web middleware that enforces a [`corsac::Policy`].
//!
//! ```no_run
//! use actix_web::{App, HttpServer, web};
//! use corsac::Policy;
//! use corsac_actix::Cors;
//!
//! #[actix_web::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let policy = Policy::builder(["https://app.example", "http://localhost:*"])
//!         .credentials()
//!         .methods(["PUT", "DELETE"])
//!         .request_headers(["content-type"])
//!         .build()?; // every mistake at once, before the server starts
//!     let cors = Cors::new(policy);
//!     let app = move || App::new().route("/", web::get().to(async || "hello")).wrap(cors.clone());
//!     Ok(HttpServer::new(app).bind(("127.0.0.1", 3000))?.run().await?)
//! }
//! ```
//!
//! - [`Cors`] wraps an `App`, a scope or a resource. Preflights are answered by the policy; every
//!   response is decorated, those of errors too.
//! - [`PolicyHandle`] replaces the policy of all workers while requests are served.
//! - [`Cors::observe`] tells of every decision, and why something was refused;
//!   [`Cors::refusals_in_extensions`] puts the [`corsac::Refusal`] where handlers and other
//!   middleware find it. It is a value for logs and counters, and is not sent to anyone.
//!
//! # Where it goes
//!
//! A browser hides every response that lacks the fields of CORS, a 404 or a 401 as much as a 200.
//! So the middleware belongs around everything that can answer. In actix-web the middleware that
//! is wrapped last is the outermost: wrap the whole `App`, and wrap this one last, after
//! authentication, rate limits and whatever else answers. Only what watches, such as a logger,
//! belongs outside of it.
//!
//! | it wraps | what goes wrong |
//! |---|---|
//! | the `App`, before authentication | authentication refuses preflights, which carry no credentials, and its 401 lacks the fields |
//! | a scope | nothing inside of the scope; a 404 outside of it lacks the fields |
//! | a resource with `route`s | nothing inside of the resource |
//! | a handler with a method in its attribute, as `#[get("/", wrap = "…")]` | the resource is for that method alone, so that preflights do not get to it: wrap a scope around it |
//!
//! What actix-web answers before any app sees a request, such as a 400 for a request that is not
//! HTTP, no middleware can decorate. If a handler panics, actix-web answers nothing at all.
#![warn(clippy::unwrap_used)]

mod apply;
mod future;
mod handle;
mod middleware;
mod source;

pub use future::ResponseFuture;
pub use handle::PolicyHandle;
pub use middleware::{Cors, CorsMiddleware};

/// The examples of the guide, which must compile.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../../../docs/guide/actix-middleware.md")]
    struct ActixMiddleware;

    #[doc = include_str!("../../../docs/guide/migrating-from-actix-cors.md")]
    struct MigratingFromActixCors;
}
