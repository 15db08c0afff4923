//! A policy that is replaced while requests are served.

use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::routing::get;
use corsac::Policy;
use corsac_tower::{CorsLayer, PolicyHandle};
use tower::ServiceExt;

use crate::exchange::{exchange, request_of, text_of};

#[tokio::test]
async fn a_new_policy_holds_from_the_next_request_on() {
    let handle = PolicyHandle::new(policy_of_the_shop());
    let app = app(&handle);
    assert_eq!(exchange(app.clone(), REQUEST).await, BY_THE_SHOP);
    handle.replace(policy_for_everyone());
    assert_eq!(exchange(app.clone(), REQUEST).await, FOR_EVERYONE);
    handle.clone().replace(policy_of_the_shop());
    assert_eq!(exchange(app, REQUEST).await, BY_THE_SHOP);
}

#[tokio::test]
async fn a_request_under_way_keeps_the_policy_that_it_began_with() {
    let handle = PolicyHandle::new(policy_of_the_shop());
    let replaced_by_the_handler = handle.clone();
    let handler = get(async move || replaced_by_the_handler.replace(policy_for_everyone()));
    let app = Router::new()
        .route("/", handler)
        .layer(CorsLayer::from_handle(&handle));
    assert_eq!(exchange(app.clone(), REQUEST).await, BY_THE_SHOP);
    assert_eq!(exchange(app, REQUEST).await, FOR_EVERYONE);
}

#[test]
fn the_handle_gives_back_the_present_policy() {
    let handle = PolicyHandle::new(policy_of_the_shop());
    let before = handle.policy();
    handle.replace(policy_for_everyone());
    let exposed = corsac::server::PreparedValue::ExposedHeaders;
    assert_eq!(before.value(exposed), Some(b"x-shop".as_slice()));
    assert_eq!(
        handle.policy().value(exposed),
        Some(b"x-everyone".as_slice())
    );
}

#[test]
fn no_response_is_a_mixture_of_two_policies() {
    let handle = PolicyHandle::new(policy_of_the_shop());
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                handle.replace(policy_for_everyone());
                handle.replace(policy_of_the_shop());
            }
        });
        let askers = [0; 2].map(|_| scope.spawn(|| ask_until_both_were_seen(&handle)));
        let panics = askers.map(|asker| asker.join().err());
        is_over.store(true, Ordering::Relaxed);
        if let Some(panic) = panics.into_iter().flatten().next() {
            std::panic::resume_unwind(panic);
        }
    });
}

/// Asks until each of the two policies has answered often, and compares every answer with both.
fn ask_until_both_were_seen(handle: &PolicyHandle) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let app = app(handle);
    let mut seen = [0; 2];
    runtime.block_on(async {
        while seen.iter().any(|times| *times < ENOUGH) {
            for (request, answers) in [
                (REQUEST, [BY_THE_SHOP, FOR_EVERYONE]),
                (PREFLIGHT, PREFLIGHT_ANSWERS),
            ] {
                let response = app.clone().oneshot(request_of(request)).await.unwrap();
                let told = text_of(&response);
                let by = answers.iter().position(|it| *it == told);
                seen[by.unwrap_or_else(|| panic!("a mixture: {told}"))] += 1;
            }
        }
    });
}

/// An API whose handler lets other things happen while a request is under way.
fn app(handle: &PolicyHandle) -> Router {
    let handler = get(async || {
        std::thread::yield_now();
        tokio::task::yield_now().await;
    });
    Router::new()
        .route("/", handler)
        .layer(CorsLayer::from_handle(handle))
}

/// A policy that differs from [`policy_for_everyone`] in every field.
fn policy_of_the_shop() -> Policy {
    let builder = Policy::builder(["https://app.example"]).credentials();
    builder
        .methods(["PUT"])
        .expose_headers(["x-shop"])
        .build()
        .unwrap()
}

fn policy_for_everyone() -> Policy {
    let builder = Policy::builder(["*"]).methods(["DELETE"]);
    builder.expose_headers(["x-everyone"]).build().unwrap()
}

/// How often each policy must have answered.
const ENOUGH: u32 = 500;

const REQUEST: &str = "GET / | origin: https://app.example";

const BY_THE_SHOP: &str = "200 | access-control-allow-credentials: true | \
                           access-control-allow-origin: https://app.example | \
                           access-control-expose-headers: x-shop | vary: Origin";

const FOR_EVERYONE: &str =
    "200 | access-control-allow-origin: * | access-control-expose-headers: x-everyone";

const PREFLIGHT: &str =
    "OPTIONS / | origin: https://app.example | access-control-request-method: PUT";

const PREFLIGHT_ANSWERS: [&str; 2] = [
    "204 | access-control-allow-credentials: true | access-control-allow-methods: PUT | \
     access-control-allow-origin: https://app.example | vary: Origin",
    "204 | access-control-allow-methods: DELETE | access-control-allow-origin: *",
];
