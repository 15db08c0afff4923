//! What observers are told, and a policy in report-only mode.

use std::sync::{Arc, Mutex};

use actix_web::App;
use actix_web::test::init_service;
use corsac::Policy;
use corsac_actix::Cors;

use crate::exchange::exchange;

#[actix_web::test]
async fn a_policy_in_report_only_mode_changes_nothing_and_its_differences_are_told() {
    let policy = |origin| Policy::builder([origin]).build().unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&told);
    let cors = Cors::new(policy("https://*.example"))
        .report_only(policy("https://app.example"))
        .observe(move |decision| {
            let difference = decision.difference.map_or("alike", |it| it.name());
            listener.lock().unwrap().push(difference);
        });
    let app = init_service(App::new().wrap(cors)).await;
    for origin in ["https://app.example", "https://old.example"] {
        let answer = exchange(&app, &format!("GET / | origin: {origin}")).await;
        let shared = format!("404 | access-control-allow-origin: {origin} | vary: Origin");
        assert_eq!(answer, shared);
    }
    assert_eq!(*told.lock().unwrap(), ["alike", "would-refuse"]);
}
