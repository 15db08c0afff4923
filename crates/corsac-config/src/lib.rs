//! Reads corsac policy files, and says everything that is wrong with them at once.
//!
//! A policy file is TOML: where to listen, the policies by name, and the routes to upstreams that
//! they guard.
//!
//! ```
//! let config = corsac_config::read(r#"
//!     listen = "127.0.0.1:8080"
//!
//!     [policy.shop]
//!     allow-origins = ["https://app.example"]
//!     allow-methods = ["PUT", "DELETE"]
//!
//!     [[route]]
//!     path = "/v1"
//!     upstream = "http://127.0.0.1:3001"
//!     policy = "shop"
//! "#)?;
//! assert_eq!(config.routes[0].upstream.servers[0].authority(), "127.0.0.1:3001");
//! # Ok::<(), corsac_config::Problems>(())
//! ```
//!
//! A file with mistakes gives all of them, each with the bytes that are meant:
//!
//! ```
//! use corsac_config::Style;
//!
//! let source = r#"allow-origins = ["https://app.example/"]"#;
//! let problems = corsac_config::read_policy(source).unwrap_err();
//! assert_eq!(problems.render("policy.toml", source, Style::Plain), r#"
//! error[origin-trailing-slash]: an origin has no slash at the end
//!  --> policy.toml:1:38
//!   |
//! 1 | allow-origins = ["https://app.example/"]
//!   |                                      ^
//!   |
//!   = help: did you mean `https://app.example`?
//! "#.trim_start());
//! ```
#![warn(clippy::unwrap_used)]

mod config;
mod document;
mod duration;
mod files;
mod front;
mod lines;
mod listen;
mod nearest;
mod network;
mod openapi;
mod operations;
mod policy;
mod problem;
mod render;
mod roots;
mod route;
mod route_host;
mod route_path;
mod server;
mod size;
mod synonyms;
mod table;
mod template;
mod text;
mod upstream;
mod value;
mod yaml;

pub use config::{
    Config, DEFAULT_LISTEN, Extent, Resource, Route, Timeouts, read, read_policy,
    read_policy_with_warnings, read_with_files,
};
pub use document::{MAX_SOURCE_LEN, MAX_TOKENS, without_comments};
pub use duration::{DurationFault, MalformedDuration, parse_duration};
pub use files::{Load, MAX_NAMED_FILE_LEN, files_beside};
pub use front::{CertificateFiles, Front, Limits};
pub use lines::Position;
pub use network::{MalformedNetwork, Network};
pub use operations::{AccessLog, Admin, DEFAULT_ADMIN_LISTEN, LogFormat, LogOutput, Operations};
pub use problem::{MAX_PROBLEMS, Problem, Problems, Severity};
pub use render::Style;
pub use route_host::HostPattern;
pub use route_path::{MalformedPath, PathFault, parse_path};
pub use server::{MalformedUpstream, Scheme, Server, UpstreamFault};
pub use upstream::{HealthCheck, Http2, Upstream, UpstreamSettings};
