//! An API that says what its policy refuses: as lines of a log, and as counters for Prometheus.
//!
//! A stricter policy is only tried out: it decides nothing, and what it would have refused is told
//! in the same places.
//!
//! ```text
//! cargo run -p corsac-observe --features metrics --example watched
//! curl -si http://127.0.0.1:4000/ -H 'Origin: https://evil.example'
//! curl -si http://127.0.0.1:4000/ -H 'Origin: https://old.example'
//! curl -s http://127.0.0.1:4000/metrics
//! ```

pub(crate) mod recorder;

use axum::Router;
use axum::routing::get;
use corsac::{ConfigErrors, Policy};
use corsac_tower::CorsLayer;
use recorder::Counts;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().init();
    let counts = Counts::default();
    metrics::set_global_recorder(counts.clone())?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:4000").await?;
    Ok(axum::serve(listener, router(counts)?).await?)
}

pub(crate) fn router(counts: Counts) -> Result<Router, ConfigErrors> {
    let policy = Policy::builder(["https://app.example", "https://old.example"]).build()?;
    let stricter = Policy::builder(["https://app.example"]).build()?;
    let cors = CorsLayer::new(policy)
        .report_only(stricter)
        .observe(corsac_observe::events())
        .observe(corsac_observe::counters());
    Ok(Router::new()
        .route("/", get(async || "hello"))
        .layer(cors)
        // Added after the layer: what watches the API is not watched itself.
        .route("/metrics", get(async move || counts.to_string())))
}
