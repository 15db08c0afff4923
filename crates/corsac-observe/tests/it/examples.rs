//! The example does what it says.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use tower::ServiceExt;

#[expect(dead_code, reason = "the example's main")]
#[path = "../../examples/watched/main.rs"]
mod watched;

/// What the example's log has, and then its page of counters, after these requests.
fn told(origins: &[&str]) -> (String, String) {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .without_time()
        .with_writer(move || writer.clone())
        .finish();
    let counts = watched::recorder::Counts::default();
    let app = watched::router(counts.clone()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let metrics = metrics::with_local_recorder(&counts, || {
        tracing::subscriber::with_default(subscriber, || {
            runtime.block_on(async {
                for origin in origins {
                    assert_eq!(body(&app, "/", origin).await, "hello");
                }
                body(&app, "/metrics", "https://evil.example").await
            })
        })
    });
    let log = log.0.lock().unwrap().clone();
    (String::from_utf8(log).unwrap(), metrics)
}

async fn body(app: &Router, path: &str, origin: &str) -> String {
    let request = Request::get(path).header("origin", origin);
    let request = request.body(Body::empty()).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn what_is_refused_is_in_the_log_and_counted() {
    let (log, metrics) = told(&[
        "https://app.example",
        "https://evil.example",
        "https://old.example",
    ]);
    assert_eq!(
        log,
        " INFO corsac: the policy does not allow this origin refusal=\"origin-not-allowed\" \
         kind=\"request\" method=\"GET\" origin=\"https://evil.example\" suppressed=0\n \
         INFO corsac: the policy in report-only mode decides otherwise \
         difference=\"would-refuse\" refusal=\"origin-not-allowed\" kind=\"request\" \
         method=\"GET\" origin=\"https://old.example\" suppressed=0\n"
    );
    assert_eq!(
        metrics,
        "corsac_decisions_total{kind=\"request\",refusal=\"none\"} 2\n\
         corsac_decisions_total{kind=\"request\",refusal=\"origin-not-allowed\"} 1\n\
         corsac_report_only_differences_total{difference=\"would-refuse\",\
         refusal=\"origin-not-allowed\"} 1\n"
    );
}

/// What is written, to be read later.
#[derive(Clone, Debug, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
