//! A policy from a file, which is watched while the server runs.
//!
//! ```text
//! cargo run -p corsac-tower --example from_file
//! ```
//!
//! Change `corsac.toml` beside this file: the new policy is in force within a second. If there is a
//! mistake in it, all of its mistakes are shown, each with its line and column, and the old policy goes on serving.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example talks to its reader"
)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use corsac::Policy;
use corsac_config::Style;
use corsac_tower::{CorsLayer, PolicyHandle};

const POLICY_FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/corsac.toml");

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let handle = PolicyHandle::new(read_policy(Path::new(POLICY_FILE))?);
    let app = router(&handle);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:4000").await?;
    println!("http://127.0.0.1:4000 follows {POLICY_FILE}; change it");
    tokio::spawn(async move {
        let mut watched = Watched::new(Path::new(POLICY_FILE));
        let mut seconds = tokio::time::interval(Duration::from_secs(1));
        loop {
            seconds.tick().await;
            match watched.look(&handle) {
                None => {}
                Some(Ok(())) => println!("the new policy is in force"),
                Some(Err(problems)) => eprintln!("{problems}\nthe old policy stays in force"),
            }
        }
    });
    Ok(axum::serve(listener, app).await?)
}

/// The API; the layer follows the handle.
pub(crate) fn router(handle: &PolicyHandle) -> Router {
    Router::new()
        .route("/", get(async || "hello"))
        .layer(CorsLayer::from_handle(handle))
}

/// A policy file, and what was in it when it was last looked at.
pub(crate) struct Watched {
    path: PathBuf,
    seen: Option<String>,
}

impl Watched {
    /// Watches a file, from what is in it now.
    pub(crate) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            seen: std::fs::read_to_string(path).ok(),
        }
    }

    /// Replaces the policy if the file has changed; tells what is wrong with it, once for each
    /// change.
    pub(crate) fn look(&mut self, handle: &PolicyHandle) -> Option<Result<(), String>> {
        let source = std::fs::read_to_string(&self.path).ok();
        if source == self.seen {
            return None;
        }
        self.seen = source;
        Some(read_policy(&self.path).map(|policy| handle.replace(policy)))
    }
}

/// The policy in the file, or everything that is wrong with it, underlined.
pub(crate) fn read_policy(path: &Path) -> Result<Policy, String> {
    let name = path.display().to_string();
    let source = std::fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
    corsac_config::read_policy(&source)
        .map_err(|problems| problems.render(&name, &source, Style::Plain))
}
