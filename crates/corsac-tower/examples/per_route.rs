//! An API whose routes have different policies: one for everyone, one for the shop's own pages,
//! and one route that no other origin may read.
//!
//! ```text
//! cargo run -p corsac-tower --example per_route
//! curl -si http://127.0.0.1:4000/catalogue -H 'Origin: https://anyone.example'
//! curl -si http://127.0.0.1:4000/orders/7 -H 'Origin: https://shop.example'
//! curl -si http://127.0.0.1:4000/orders/7 -X OPTIONS \
//!     -H 'Origin: https://shop.example' -H 'Access-Control-Request-Method: DELETE'
//! curl -si http://127.0.0.1:4000/health -H 'Origin: https://shop.example'
//! ```

use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use corsac::{ConfigErrors, Policy};
use corsac_tower::CorsLayer;
use http::StatusCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let app = router()?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:4000").await?;
    Ok(axum::serve(listener, app).await?)
}

/// The API. Each layer is around the routes that were added before it, and only those.
pub(crate) fn router() -> Result<Router, ConfigErrors> {
    // Public data: any page may read it, and no cookie comes along.
    let everyone = Policy::builder(["*"]).build()?;
    let catalogue = get(list_catalogue).layer(CorsLayer::new(everyone));

    // The shop's pages act for the user who is logged in.
    let shop = Policy::builder(["https://shop.example", "https://*.preview.shop.example"])
        .credentials()
        .methods(["PUT", "DELETE"])
        .request_headers(["content-type"])
        .expose_headers(["x-total-count"])
        .max_age(Duration::from_secs(2 * 60 * 60))
        .build()?;
    let orders = Router::new()
        .route("/", get(list_orders))
        .route(
            "/{id}",
            get(show_order).put(replace_order).delete(delete_order),
        )
        .fallback(async || StatusCode::NOT_FOUND)
        .layer(CorsLayer::new(shop));

    // No layer: a page of another origin can read nothing here.
    let health = get(async || "ok");

    Ok(Router::new()
        .route("/catalogue", catalogue)
        .nest("/orders", orders)
        .route("/health", health))
}

async fn list_catalogue() -> &'static str {
    "tea, coffee"
}

async fn list_orders() -> ([(&'static str, &'static str); 1], &'static str) {
    ([("x-total-count", "1")], "7")
}

async fn show_order(Path(id): Path<u32>) -> String {
    format!("order {id}")
}

async fn replace_order(Path(_): Path<u32>, _order: String) -> StatusCode {
    StatusCode::NO_CONTENT
}

async fn delete_order(Path(_): Path<u32>) -> StatusCode {
    StatusCode::NO_CONTENT
}
