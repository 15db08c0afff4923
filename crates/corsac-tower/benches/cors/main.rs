//! What the layer adds to an exchange, beside tower-http's `CorsLayer` in the same run.
//!
//! `cargo bench -p corsac-tower`. Without `--bench`, as under `cargo test`, everything runs once
//! and nothing is printed.
#![expect(clippy::print_stdout, reason = "a bench prints its tables")]

mod hostile;
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
            exchanges: 100,
        },
        false => Effort {
            rounds: 1,
            exchanges: 2,
        },
    };
    let mut tables = String::new();
    for n_origins in [1, 100] {
        tables += &table(effort, n_origins);
    }
    tables += &hostile::table(effort);
    if is_bench {
        println!("{tables}{NOTES}");
    }
}

/// One table: every kind of request, with every subject.
fn table(effort: Effort, n_origins: usize) -> String {
    let mut table = format!("\n{n_origins} origins\n{HEADINGS}\n");
    for kind in RequestKind::ALL {
        let request = kind.request(n_origins);
        let measured = measure(
            effort,
            subjects(HandlerFields::Json, kind, n_origins),
            &request,
        );
        let without_fields = subjects(HandlerFields::None, kind, n_origins);
        let allocations = without_fields
            .into_iter()
            .map(|mut it| it.allocations(request.clone()));
        table += &rows(kind, &measured, &allocations.collect::<Vec<_>>());
        table.push('\n');
    }
    table
}

fn subjects(fields: HandlerFields, kind: RequestKind, n_origins: usize) -> Vec<Subject> {
    let handler = Handler { fields };
    let by_hand = ByHand {
        handler: handler.clone(),
        fields: Arc::new(fields_by_hand(kind)),
    };
    let fixed = CorsLayer::new(policy(n_origins)).layer(handler.clone());
    let handle = PolicyHandle::new(policy(n_origins));
    let swapped = CorsLayer::from_handle(&handle).layer(handler.clone());
    let tower_http = tower_http(n_origins).layer(handler.clone());
    vec![
        Subject::one_service(BARE, handler),
        Subject::one_service(FLOOR, by_hand),
        Subject::one_service(PEER, tower_http.clone()),
        Subject::one_service("corsac", fixed.clone()),
        Subject::one_service("corsac, handle", swapped.clone()),
        Subject::cloned_service(CLONED_PEER, tower_http),
        Subject::cloned_service("corsac, cloned", fixed),
        Subject::cloned_service("corsac, handle, cloned", swapped),
    ]
}

fn rows(kind: RequestKind, measured: &[Measured], without_fields: &[u64]) -> String {
    let added = |row: &Measured| row.nanoseconds - find(measured, BARE).nanoseconds;
    let rows = measured
        .iter()
        .zip(without_fields)
        .map(|(row, without_fields)| {
            let peer = if row.name.ends_with("cloned") {
                CLONED_PEER
            } else {
                PEER
            };
            format!(
                "{:<19}{:<24}{:>7.0}{:>8.0}{:>13.2}{:>10.2}{:>9}{:>10}\n",
                kind.name(),
                row.name,
                row.nanoseconds,
                added(row),
                added(row) / added(find(measured, peer)),
                added(row) / added(find(measured, FLOOR)),
                row.allocations,
                without_fields,
            )
        });
    rows.collect()
}

fn find<'a>(measured: &'a [Measured], name: &str) -> &'a Measured {
    measured
        .iter()
        .find(|it| it.name == name)
        .expect("every table has these subjects")
}

const BARE: &str = "handler alone";

const FLOOR: &str = "fields by hand";

const PEER: &str = "tower-http";

const CLONED_PEER: &str = "tower-http, cloned";

const HEADINGS: &str = "\
request            subject                      ns   added  /tower-http  /by hand   allocs  no fields";

const NOTES: &str = "
ns          median of the rounds, for one exchange; the handler answers with two fields of its own
added       over the handler alone
/tower-http added time over that of tower-http's CorsLayer, cloned where the row is
/by hand    added time over that of inserting the same fields by hand
allocs      of one exchange; no fields: if the handler's response has no fields
cloned      the service is cloned for each request, as axum does
The origin asked for is in the middle of the list. A preflight is compared with a plain answer of
the handler. Of a refused request's allocations six are the refusal's, three in each extension map.";
