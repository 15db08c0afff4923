//! What an operator asks a gateway: is it well, what is it doing, and what did it refuse?
//!
//! It is another listener than the gateway's, so that no client of the API can reach it.

mod explanations;
mod guard;
mod metrics;
mod page;

pub use explanations::{Explanation, explanation};

use std::convert::Infallible;
use std::sync::Arc;

use arc_swap::ArcSwap;
use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::body::Body;
use crate::limits::{
    ACCEPT_PAUSE, ADMIN_HEAD_TIMEOUT, MAX_ADMIN_CONNECTIONS, MAX_ADMIN_HEAD_BYTES,
};
use crate::routes::Routes;
use crate::statistics::{Stage, Statistics};

/// The admin listener of a gateway: see [`Gateway::with_admin`](crate::Gateway::with_admin).
///
/// It answers `GET` for `/healthz`, `/readyz`, `/metrics`, `/config`, and `/`, a page of what was
/// refused last. Nothing can be changed there.
///
/// # Security
///
/// It asks nobody who they are. A page of another origin that is open in an operator's browser is
/// turned away, and so is one whose host name was pointed at this listener.
#[derive(Clone, Debug)]
pub struct Admin(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    statistics: Arc<Statistics>,
    routes: Arc<ArcSwap<Routes>>,
    hosts: Vec<String>,
    in_force: ArcSwap<String>,
}

impl Admin {
    pub(crate) fn new(
        statistics: &Arc<Statistics>,
        routes: &Arc<ArcSwap<Routes>>,
        hosts: &[String],
    ) -> Self {
        Self(Arc::new(Shared {
            statistics: Arc::clone(statistics),
            routes: Arc::clone(routes),
            hosts: hosts.to_vec(),
            in_force: ArcSwap::default(),
        }))
    }

    /// From now on this is the configuration in force, as `/config` shows it.
    pub fn show_config(&self, config: String) {
        self.0.in_force.store(Arc::new(config));
    }

    /// Serves the clients of a listener, until the future is dropped.
    pub async fn serve(&self, listener: TcpListener) {
        let free = Arc::new(Semaphore::new(MAX_ADMIN_CONNECTIONS));
        loop {
            let permit = Arc::clone(&free).acquire_owned().await;
            match listener.accept().await {
                Ok((stream, _)) => {
                    let client = serve_client(self.clone(), stream);
                    tokio::spawn(async move {
                        client.await;
                        drop(permit);
                    });
                }
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            }
        }
    }

    fn answer(&self, request: &Request<Incoming>) -> Response<Body> {
        if let Err(stranger) = guard::admit(request, &self.0.hosts) {
            return plain(stranger.status(), stranger.text());
        }
        if ![Method::GET, Method::HEAD].contains(request.method()) {
            let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "nothing changes here\n");
            let allow = HeaderValue::from_static("GET, HEAD");
            response.headers_mut().insert(ALLOW, allow);
            return response;
        }
        let statistics = &self.0.statistics;
        match request.uri().path() {
            "/healthz" => plain(StatusCode::OK, "ok\n"),
            "/readyz" => readiness(statistics.stage()),
            "/metrics" => {
                let servers = self.0.routes.load().servers.numbers();
                typed(metrics::render(statistics, &servers), METRICS_TYPE)
            }
            "/config" => typed((**self.0.in_force.load()).clone(), TEXT_TYPE),
            "/" => typed(page::render(statistics), "text/html; charset=utf-8"),
            "/style.css" => typed(page::STYLE, "text/css; charset=utf-8"),
            _ => plain(StatusCode::NOT_FOUND, NOT_FOUND),
        }
    }
}

async fn serve_client(admin: Admin, stream: TcpStream) {
    let service = service_fn(move |request| {
        let response = admin.answer(&request);
        async move { Ok::<_, Infallible>(response) }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new());
    builder.header_read_timeout(ADMIN_HEAD_TIMEOUT);
    builder.max_header_size(MAX_ADMIN_HEAD_BYTES);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    // A client that goes away needs no answer.
    let _ = connection.await;
}

fn readiness(stage: Stage) -> Response<Body> {
    match stage {
        Stage::Starting => plain(StatusCode::SERVICE_UNAVAILABLE, "starting\n"),
        Stage::Ready => plain(StatusCode::OK, "ready\n"),
        Stage::Leaving => plain(StatusCode::SERVICE_UNAVAILABLE, "leaving\n"),
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = typed(text, TEXT_TYPE);
    *response.status_mut() = status;
    response
}

fn typed(text: impl Into<Bytes>, content_type: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::text(text.into()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for (name, value) in SAFEGUARDS {
        let name = HeaderName::from_static(name);
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// What keeps a page from embedding this one or reading of it, and this one from loading anything
/// but its own style.
const SAFEGUARDS: [(&str, &str); 5] = [
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
    ),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
];

const TEXT_TYPE: &str = "text/plain; charset=utf-8";

/// [The text format](https://prometheus.io/docs/instrumenting/exposition_formats/) of Prometheus.
const METRICS_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

const NOT_FOUND: &str = "there are /, /config, /healthz, /metrics and /readyz\n";
