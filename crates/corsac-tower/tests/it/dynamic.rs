//! Origins that a function knows.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use corsac::Policy;
use corsac::server::DynamicPolicy;
use corsac_tower::{DynamicCorsLayer, MAX_VERDICTS, Verdicts};

use crate::exchange::exchange;

/// Which origins each tenant, by its host, allows; and how often that was looked up.
#[derive(Clone, Default)]
struct Tenants {
    allowed: Arc<Mutex<BTreeSet<(String, String)>>>,
    n_questions: Arc<AtomicUsize>,
}

impl Tenants {
    fn with(self, host: &str, origin: &str) -> Self {
        self.allow(host, origin);
        self
    }

    fn allow(&self, host: &str, origin: &str) {
        let entry = (host.to_owned(), origin.to_owned());
        self.allowed.lock().unwrap().insert(entry);
    }

    fn n_questions(&self) -> usize {
        self.n_questions.load(Ordering::SeqCst)
    }

    /// An API whose layer asks the tenants, and takes its time.
    fn api(&self, verdicts: Option<&Verdicts>) -> Router {
        let tenants = self.clone();
        let cors = DynamicCorsLayer::new(policy(), move |origin, request| {
            let host = request.headers.get("host").cloned();
            let (origin, tenants) = (origin.clone(), tenants.clone());
            async move {
                tokio::task::yield_now().await;
                tenants.n_questions.fetch_add(1, Ordering::SeqCst);
                let text = |it: &http::HeaderValue| it.to_str().unwrap().to_owned();
                let entry = (host.as_ref().map(text).unwrap_or_default(), text(&origin));
                tenants.allowed.lock().unwrap().contains(&entry)
            }
        });
        let cors = match verdicts {
            Some(verdicts) => cors.with_verdicts(verdicts),
            None => cors,
        };
        Router::new().route("/", get(async || "hello")).layer(cors)
    }
}

fn policy() -> DynamicPolicy {
    let builder = Policy::builder(["https://admin.example"]).credentials();
    builder
        .methods(["PUT"])
        .build_with_function(["Host"])
        .unwrap()
}

fn tenants() -> Tenants {
    Tenants::default().with("one.example", "https://a.example")
}

const SHARED: &str = "access-control-allow-credentials: true | access-control-allow-origin";

async fn check(tenants: &Tenants, request: &str, expected: &str) {
    let told = exchange(tenants.api(None), request).await;
    assert_eq!(told, expected, "{request}");
}

#[tokio::test]
async fn the_function_decides_for_each_tenant() {
    let tenants = tenants();
    check(
        &tenants,
        "GET / | origin: https://a.example | host: one.example",
        &format!("200 | {SHARED}: https://a.example | vary: Origin, host"),
    )
    .await;
    check(
        &tenants,
        "GET / | origin: https://a.example | host: two.example",
        "200 | vary: Origin, host",
    )
    .await;
    check(
        &tenants,
        "OPTIONS / | origin: https://a.example | host: one.example | \
         access-control-request-method: PUT",
        "204 | access-control-allow-credentials: true | access-control-allow-methods: PUT | \
         access-control-allow-origin: https://a.example | vary: Origin, host",
    )
    .await;
    check(
        &tenants,
        "OPTIONS / | origin: https://a.example | host: two.example | \
         access-control-request-method: PUT",
        "403 | vary: Origin, host",
    )
    .await;
    assert_eq!(tenants.n_questions(), 4);
}

#[tokio::test]
async fn it_is_not_asked_what_need_not_be_asked() {
    let tenants = tenants();
    for request in [
        "GET /",
        "GET / | origin: https://admin.example",
        "GET / | origin: null",
        "GET / | origin: https://a.example/",
        "GET / | origin: https://a.example | origin: https://a.example",
    ] {
        exchange(tenants.api(None), request).await;
    }
    assert_eq!(tenants.n_questions(), 0);
}

#[tokio::test]
async fn what_is_malformed_or_null_is_never_allowed() {
    let anyone = DynamicCorsLayer::sync(policy(), |_: &http::HeaderValue, _: &_| true);
    let app = Router::new()
        .route("/", get(async || "hello"))
        .layer(anyone);
    for origin in ["null", "https://a.example/", "*", "https://A.example"] {
        let told = exchange(app.clone(), &format!("GET / | origin: {origin}")).await;
        assert_eq!(told, "200 | vary: Origin, host", "{origin}");
    }
}

#[tokio::test]
async fn a_verdict_is_kept_for_its_time_and_for_its_tenant() {
    let tenants = tenants();
    let seconds = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&seconds);
    let clock = move || Duration::from_secs(clock.load(Ordering::SeqCst));
    let verdicts = Verdicts::by_clock(Duration::from_secs(60), clock);
    let app = tenants.api(Some(&verdicts));
    for (second, host, n_questions) in [
        (0, "one.example", 1),
        (59, "one.example", 1),
        (59, "two.example", 2),
        (60, "one.example", 3),
        (61, "one.example", 3),
    ] {
        seconds.store(second, Ordering::SeqCst);
        let request = format!("GET / | origin: https://a.example | host: {host}");
        let told = exchange(app.clone(), &request).await;
        assert_eq!(told.contains(SHARED), host == "one.example", "{told}");
        assert_eq!(tenants.n_questions(), n_questions, "{second} s, {host}");
    }
}

#[tokio::test]
async fn what_changes_while_serving_holds_once_verdicts_are_forgotten() {
    let tenants = tenants();
    let verdicts = Verdicts::kept_for(Duration::MAX);
    let app = tenants.api(Some(&verdicts));
    let request = "GET / | origin: https://b.example | host: one.example";
    let refused = "200 | vary: Origin, host";
    assert_eq!(exchange(app.clone(), request).await, refused);
    tenants.allow("one.example", "https://b.example");
    assert_eq!(exchange(app.clone(), request).await, refused);
    verdicts.forget();
    let allowed = exchange(app, request).await;
    assert!(allowed.contains("https://b.example"), "{allowed}");
}

#[tokio::test]
async fn who_makes_origins_up_does_not_fill_the_memory() {
    let verdicts = Verdicts::kept_for(Duration::MAX);
    let app = tenants().api(Some(&verdicts));
    for number in 0..=MAX_VERDICTS {
        exchange(
            app.clone(),
            &format!("GET / | origin: https://a-{number}.test"),
        )
        .await;
        assert!(verdicts.len() <= MAX_VERDICTS);
    }
    verdicts.forget();
    let long = "x".repeat(100_000);
    exchange(
        app,
        &format!("GET / | origin: https://a.test | host: {long}"),
    )
    .await;
    assert!(verdicts.is_empty());
}

#[test]
fn a_star_beside_a_function_is_a_mistake() {
    let errors = Policy::builder(["*"]).build_with_function(["not a name"]);
    let errors = errors.unwrap_err();
    let codes: Vec<_> = errors.iter().map(|it| it.code()).collect();
    assert_eq!(
        codes,
        ["wildcard-origin-with-function", "header-name-invalid"]
    );
}
