//! Each tenant's origins are its own, and change while the example serves.

use axum::Router;
use axum::body::Body;
use corsac_tenants::Tenants;
use http::Request;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, HOST, ORIGIN, VARY};
use sqlx::sqlite::SqlitePoolOptions;
use tower::ServiceExt;

#[tokio::test]
async fn each_tenant_has_its_own_origins() {
    let tenants = tenants().await;
    tenants.allow("a.example", SHOP).await.unwrap();
    let api = tenants.router().unwrap();
    check(&api, ("a.example", SHOP), Some(SHOP)).await;
    check(&api, ("b.example", SHOP), None).await;
    check(&api, ("a.example", "https://evil.test"), None).await;
    check(&api, ("b.example", CONSOLE), Some(CONSOLE)).await;
}

#[tokio::test]
async fn a_change_of_the_table_holds_from_the_next_request_on() {
    let tenants = tenants().await;
    let api = tenants.router().unwrap();
    check(&api, ("a.example", SHOP), None).await;
    tenants.allow("a.example", SHOP).await.unwrap();
    check(&api, ("a.example", SHOP), Some(SHOP)).await;
    tenants.forbid("a.example", SHOP).await.unwrap();
    check(&api, ("a.example", SHOP), None).await;
}

/// Asks a tenant from an origin, and compares which origin may read the answer.
async fn check(api: &Router, (tenant, origin): (&str, &str), allowed: Option<&str>) {
    let request = Request::builder()
        .header(HOST, tenant)
        .header(ORIGIN, origin);
    let request = request.body(Body::empty()).unwrap();
    let response = api.clone().oneshot(request).await.unwrap();
    let told = response.headers().get(ACCESS_CONTROL_ALLOW_ORIGIN);
    let told = told.map(|it| it.to_str().unwrap());
    assert_eq!(told, allowed, "{origin} asks {tenant}");
    assert!(response.headers().contains_key(VARY));
}

async fn tenants() -> Tenants {
    // Every connection to a database in memory has one of its own.
    let pool = SqlitePoolOptions::new().max_connections(1);
    let pool = pool.connect("sqlite::memory:").await.unwrap();
    Tenants::open(pool).await.unwrap()
}

const SHOP: &str = "https://shop.example";

const CONSOLE: &str = "https://console.example";
