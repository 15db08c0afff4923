//! An example: an API of many tenants, whose origins are in a table of SQLite.
//!
//! A tenant is a host name. Which origins may read its answers is asked of the table, and changed
//! while requests are served.
#![warn(clippy::unwrap_used)]

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use corsac::{ConfigErrors, Policy};
use corsac_tower::{DynamicCorsLayer, Verdicts};
use http::HeaderValue;
use http::header::HOST;
use http::request::Parts;
use sqlx::SqlitePool;

/// The table of origins, and what is remembered of it.
#[derive(Clone, Debug)]
pub struct Tenants {
    pool: SqlitePool,
    verdicts: Verdicts,
}

impl Tenants {
    /// The table in this database, made if it is not there.
    pub async fn open(pool: SqlitePool) -> sqlx::Result<Self> {
        sqlx::query(TABLE).execute(&pool).await?;
        Ok(Self {
            pool,
            verdicts: Verdicts::kept_for(KEPT_FOR),
        })
    }

    /// Lets the pages of an origin read a tenant's answers, from the next request on.
    pub async fn allow(&self, tenant: &str, origin: &str) -> sqlx::Result<()> {
        self.change(
            "INSERT OR IGNORE INTO origins VALUES (?, ?)",
            tenant,
            origin,
        )
        .await
    }

    /// Takes that back.
    pub async fn forbid(&self, tenant: &str, origin: &str) -> sqlx::Result<()> {
        self.change(
            "DELETE FROM origins WHERE tenant = ? AND origin = ?",
            tenant,
            origin,
        )
        .await
    }

    async fn change(&self, sql: &'static str, tenant: &str, origin: &str) -> sqlx::Result<()> {
        let query = sqlx::query(sql).bind(tenant).bind(origin);
        query.execute(&self.pool).await?;
        self.verdicts.forget();
        Ok(())
    }

    /// The API, with a policy that asks the table.
    pub fn router(&self) -> Result<Router, ConfigErrors> {
        let policy = Policy::builder(["https://console.example"])
            .credentials()
            .build_with_function(["host"])?;
        let pool = self.pool.clone();
        let cors = DynamicCorsLayer::new(policy, move |origin: &HeaderValue, request: &Parts| {
            let tenant = request.headers.get(HOST).and_then(text);
            let question = tenant.zip(text(origin));
            is_allowed(pool.clone(), question)
        });
        Ok(Router::new()
            .route("/", get(async || "hello"))
            .layer(cors.with_verdicts(&self.verdicts)))
    }
}

/// Asks the table. What cannot be asked is refused.
async fn is_allowed(pool: SqlitePool, question: Option<(String, String)>) -> bool {
    let Some((tenant, origin)) = question else {
        return false;
    };
    let found = sqlx::query("SELECT 1 FROM origins WHERE tenant = ? AND origin = ?")
        .bind(tenant)
        .bind(origin)
        .fetch_optional(&pool)
        .await;
    matches!(found, Ok(Some(_)))
}

fn text(value: &HeaderValue) -> Option<String> {
    value.to_str().ok().map(str::to_owned)
}

const TABLE: &str = "CREATE TABLE IF NOT EXISTS origins \
                     (tenant TEXT NOT NULL, origin TEXT NOT NULL, PRIMARY KEY (tenant, origin))";

/// Another process may change the table: so long the old answer is given.
const KEPT_FOR: Duration = Duration::from_secs(10);
