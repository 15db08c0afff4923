//! axum, with corsac-tower and with tower-http.

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use corsac_probe::Stack;
use http::{HeaderName, Method};
use tokio::task::JoinSet;

use super::{check, check_source, listener};

type Mended = Result<Router, Box<dyn Error>>;

/// An application that knows nothing of CORS.
fn app() -> Router {
    let pets = || async { ([("x-total", "3")], "pets") };
    Router::new().route("/pets", get(pets).put(pets))
}

fn with_corsac(app: Router) -> Mended {
    use corsac::Policy;
    use corsac_tower::CorsLayer;

    let policy = Policy::builder(["https://app.example"])
        .credentials()
        .methods(["PUT"])
        .request_headers(["content-type", "x-one"])
        .expose_headers(["x-total"])
        .max_age(Duration::from_secs(7200))
        .build()?;
    let app = app.layer(CorsLayer::new(policy));
    Ok(app)
}

fn with_tower_http(app: Router) -> Mended {
    use tower_http::cors::{AllowOrigin, CorsLayer};

    let cors = CorsLayer::new()
        .allow_origin(AllowOrigin::list(["https://app.example".parse()?]))
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT])
        .allow_headers([
            HeaderName::from_static("content-type"),
            HeaderName::from_static("x-one"),
        ])
        .expose_headers([HeaderName::from_static("x-total")])
        .allow_credentials(true)
        .max_age(Duration::from_secs(7200));
    let app = app.layer(cors);
    Ok(app)
}

/// Serves until the set is dropped.
fn serve(app: Router, servers: &mut JoinSet<std::io::Result<()>>) -> SocketAddr {
    let (listener, address) = listener();
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    servers.spawn(async move { axum::serve(listener, app).await });
    address
}

async fn check_mended(stack: Stack, mend: fn(Router) -> Mended) {
    check_source(stack, include_str!("axum.rs"));
    let mut servers = JoinSet::new();
    let broken = serve(app(), &mut servers);
    let mended = serve(mend(app()).unwrap(), &mut servers);
    check(broken, mended).await;
}

#[tokio::test]
async fn axum_is_mended_with_corsac_tower() {
    check_mended(Stack::Axum, with_corsac).await;
}

#[tokio::test]
async fn axum_is_mended_with_tower_http() {
    check_mended(Stack::TowerHttp, with_tower_http).await;
}
