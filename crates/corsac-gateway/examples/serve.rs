//! Serves a policy file: `cargo run -p corsac-gateway --example serve corsac.toml`.
//!
//! The `corsac` command does the same with more words.

use std::error::Error;

use corsac_gateway::Gateway;
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("name a policy file")?;
    let config = corsac_config::read(&std::fs::read_to_string(path)?)?;
    let listener = TcpListener::bind(config.listen).await?;
    let shutdown = async {
        // Without a way to hear of Ctrl-C the process ends by it as any other.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    Gateway::new(&config).serve(listener, shutdown).await;
    Ok(())
}
