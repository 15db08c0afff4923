//! A policy that is replaced while requests are served.

use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::rt::System;
use actix_web::rt::task::yield_now;
use actix_web::test::init_service;
use actix_web::{App, HttpResponse, web};
use corsac::Policy;
use corsac_actix::{Cors, PolicyHandle};

use crate::exchange::exchange;

#[actix_web::test]
async fn a_new_policy_holds_from_the_next_request_on_in_every_app() {
    let handle = PolicyHandle::new(policy_of_the_shop());
    let app = || App::new().wrap(Cors::from_handle(&handle));
    let apps = [init_service(app()).await, init_service(app()).await];
    for (policy, expected) in [
        (policy_of_the_shop(), BY_THE_SHOP),
        (policy_for_everyone(), FOR_EVERYONE),
        (policy_of_the_shop(), BY_THE_SHOP),
    ] {
        handle.replace(policy);
        for app in &apps {
            assert_eq!(exchange(app, REQUEST).await, expected);
        }
    }
}

#[actix_web::test]
async fn a_request_under_way_keeps_the_policy_that_it_began_with() {
    let handle = PolicyHandle::new(policy_of_the_shop());
    let replaced_by_the_handler = handle.clone();
    let handler = move || {
        replaced_by_the_handler.replace(policy_for_everyone());
        async { HttpResponse::NotFound().finish() }
    };
    let app = App::new()
        .route("/", web::get().to(handler))
        .wrap(Cors::from_handle(&handle));
    let app = init_service(app).await;
    assert_eq!(exchange(&app, REQUEST).await, BY_THE_SHOP);
    assert_eq!(exchange(&app, REQUEST).await, FOR_EVERYONE);
}

#[test]
fn the_handle_gives_back_the_present_policy() {
    let handle = PolicyHandle::new(policy_of_the_shop());
    handle.replace(policy_for_everyone());
    let exposed = corsac::server::PreparedValue::ExposedHeaders;
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
        let asker = scope.spawn(|| ask_until_both_were_seen(&handle)).join();
        is_over.store(true, Ordering::Relaxed);
        if let Err(panic) = asker {
            std::panic::resume_unwind(panic);
        }
    });
}

/// Asks until each of the two policies has answered often, and compares every answer with both.
fn ask_until_both_were_seen(handle: &PolicyHandle) {
    let mut seen = [0; 2];
    System::new().block_on(async {
        let handler = web::to(async || {
            std::thread::yield_now();
            yield_now().await;
            HttpResponse::NotFound().finish()
        });
        let app = App::new()
            .default_service(handler)
            .wrap(Cors::from_handle(handle));
        let app = init_service(app).await;
        while seen.iter().any(|times| *times < ENOUGH) {
            let told = exchange(&app, REQUEST).await;
            let by = [BY_THE_SHOP, FOR_EVERYONE]
                .iter()
                .position(|it| *it == told);
            seen[by.unwrap_or_else(|| panic!("a mixture: {told}"))] += 1;
        }
    });
}

/// A policy that differs from [`policy_for_everyone`] in every field.
fn policy_of_the_shop() -> Policy {
    let builder = Policy::builder(["https://app.example"]).credentials();
    builder.expose_headers(["x-shop"]).build().unwrap()
}

fn policy_for_everyone() -> Policy {
    let builder = Policy::builder(["*"]);
    builder.expose_headers(["x-everyone"]).build().unwrap()
}

/// How often each policy must have answered.
const ENOUGH: u32 = 300;

const REQUEST: &str = "GET / | origin: https://app.example";

const BY_THE_SHOP: &str = "404 | access-control-allow-credentials: true | \
                           access-control-allow-origin: https://app.example | \
                           access-control-expose-headers: x-shop | vary: Origin";

const FOR_EVERYONE: &str =
    "404 | access-control-allow-origin: * | access-control-expose-headers: x-everyone";
