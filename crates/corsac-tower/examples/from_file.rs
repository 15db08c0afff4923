//! A policy from a file, which is read again while the server runs.
//!
//! ```text
//! cargo run -p corsac-tower --example from_file
//! ```
//!
//! Change `corsac.toml` beside this file, then press Enter. If there is a mistake in it, all of
//! its mistakes are shown, and the old policy goes on serving.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example talks to its reader"
)]

use std::path::Path;

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
    println!("http://127.0.0.1:4000 follows {POLICY_FILE}; press Enter to read it again");
    std::thread::spawn(move || {
        for _ in std::io::stdin().lines() {
            match reload(&handle, Path::new(POLICY_FILE)) {
                Ok(()) => println!("the new policy is in force"),
                Err(problems) => eprintln!("{problems}\nthe old policy stays in force"),
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

/// Replaces the policy by the one in the file, if that has one.
pub(crate) fn reload(handle: &PolicyHandle, path: &Path) -> Result<(), String> {
    handle.replace(read_policy(path)?);
    Ok(())
}

/// The policy in the file, or everything that is wrong with it, underlined.
pub(crate) fn read_policy(path: &Path) -> Result<Policy, String> {
    let name = path.display().to_string();
    let source = std::fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
    corsac_config::read_policy(&source)
        .map_err(|problems| problems.render(&name, &source, Style::Plain))
}
