//! What the layer adds to an exchange, beside tower-http's `CorsLayer` in the same run.
//!
//! `cargo bench -p corsac-tower`. Without `--bench`, as under `cargo test`, everything runs once.
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

mod measure;
mod subjects;

use std::sync::Arc;

use corsac_tower::{CorsLayer, PolicyHandle};
use tower::Layer;

use measure::{Effort, Measured, Subject, measure};
use subjects::{ByHand, Handler, HandlerFields, RequestKind, fields_by_hand, policy, tower_http};

fn main() {
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let effort = match is_bench {
        true => Effort {
            rounds: 300,
            exchanges: 200,
        },
        false => Effort {
            rounds: 1,
            exchanges: 2,
        },
    };
    for (title, fields) in [
        ("a response without fields", HandlerFields::None),
        ("a JSON response", HandlerFields::Json),
    ] {
        for n_origins in [1, 100] {
            println!("\n{title}, {n_origins} origins");
            println!(
                "{:<20}{:<22}{:>8}{:>8}{:>12}{:>8}{:>8}",
                "request", "subject", "ns", "added", "/tower-http", "/floor", "allocs"
            );
            for request in RequestKind::ALL {
                let handler = Handler { fields };
                let measured = measure(effort, subjects(&handler, request, n_origins), || {
                    request.request(n_origins)
                });
                print_rows(request, &measured);
            }
        }
    }
}

fn subjects(handler: &Handler, request: RequestKind, n_origins: usize) -> Vec<Subject> {
    let by_hand = ByHand {
        handler: handler.clone(),
        fields: Arc::new(fields_by_hand(request)),
    };
    let fixed = CorsLayer::new(policy(n_origins)).layer(handler.clone());
    let handle = PolicyHandle::new(policy(n_origins));
    let swapped = CorsLayer::from_handle(&handle).layer(handler.clone());
    let tower_http = tower_http(n_origins).layer(handler.clone());
    vec![
        Subject::one_service("bare", handler.clone()),
        Subject::one_service("floor", by_hand),
        Subject::one_service("tower-http", tower_http.clone()),
        Subject::one_service("corsac", fixed.clone()),
        Subject::one_service("corsac handle", swapped.clone()),
        Subject::cloned_service("tower-http cloned", tower_http),
        Subject::cloned_service("corsac cloned", fixed),
        Subject::cloned_service("corsac handle cloned", swapped),
    ]
}

fn print_rows(request: RequestKind, measured: &[Measured]) {
    let added = |name: &str| {
        let find = |name: &str| {
            measured
                .iter()
                .find(|it| it.name == name)
                .expect("it is there")
        };
        find(name).nanoseconds - find("bare").nanoseconds
    };
    for row in measured {
        let peer = if row.name.ends_with("cloned") {
            "tower-http cloned"
        } else {
            "tower-http"
        };
        println!(
            "{:<20}{:<22}{:>8.1}{:>8.1}{:>12.2}{:>8.2}{:>8}",
            request.name(),
            row.name,
            row.nanoseconds,
            added(row.name),
            added(row.name) / added(peer),
            added(row.name) / added("floor"),
            row.allocations,
        );
    }
}
