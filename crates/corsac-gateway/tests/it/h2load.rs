//! `h2load`, a client of HTTP/2 that is not ours, in a hurry.

use std::io::ErrorKind;

use tokio::process::Command;

use crate::harness::{Serving, Upstream, config, gateway};
use crate::tls_harness::{Files, tls_gateway, tls_table};

/// Has every request answered with 200, where `h2load` is installed.
async fn check(url: &str) {
    let mut command = Command::new("h2load");
    command.args([
        "--requests=2000",
        "--clients=8",
        "--max-concurrent-streams=32",
    ]);
    let output = command.arg(url).kill_on_drop(true).output().await;
    let output = match output {
        Ok(output) => String::from_utf8_lossy(&output.stdout).into_owned(),
        Err(error) if error.kind() == ErrorKind::NotFound => return,
        Err(error) => panic!("h2load does not start: {error}"),
    };
    let all = "2000 total, 2000 started, 2000 done, 2000 succeeded, 0 failed, 0 errored, 0 timeout";
    assert!(output.contains(all), "{output}");
    assert!(output.contains("2000 2xx"), "{output}");
}

#[tokio::test]
async fn it_is_served_without_tls() {
    let (upstream, _heads) = Upstream::recording().await;
    let serving = Serving::start(&gateway(&config(upstream.address, "h2c = true"))).await;
    check(&format!("http://{}/v1", serving.address)).await;
}

#[tokio::test]
async fn it_is_served_over_tls() {
    let (upstream, _heads) = Upstream::recording().await;
    let files = Files::new();
    files.pair("gateway", &["gateway.test"]);
    let config = format!("{}\n{}", config(upstream.address, ""), tls_table("gateway"));
    let serving = Serving::start(&tls_gateway(&config, &files)).await;
    check(&format!("https://{}/v1", serving.address)).await;
}
