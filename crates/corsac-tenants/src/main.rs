//! Serves the example on port 3000, with `tenants.sqlite` in the working directory.

use std::error::Error;

use corsac_tenants::Tenants;
use sqlx::SqlitePool;
use sqlx::sqlite::SqliteConnectOptions;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let file = SqliteConnectOptions::new().filename("tenants.sqlite");
    let pool = SqlitePool::connect_with(file.create_if_missing(true)).await?;
    let tenants = Tenants::open(pool).await?;
    tenants
        .allow("localhost:3000", "https://shop.example")
        .await?;
    let listener = TcpListener::bind(("127.0.0.1", 3000)).await?;
    Ok(axum::serve(listener, tenants.router()?).await?)
}
