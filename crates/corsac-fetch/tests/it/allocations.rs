//! What deciding allocates, counted.

use std::time::Duration;

use allocation_counter::measure;
use corsac_fetch::{FetchRequest, Page, Profile, ResponseHead, Step, UserAgent, fetch};

use crate::support::{headers, url};

/// How many they were when this was written. A lower number is good news: write it here.
const MOST: u64 = 35;
const NOW: Duration = Duration::from_secs(1_800_000_000);

/// A `PUT` of JSON to another origin, made, preflighted, answered and dropped.
fn exchange(page: &Page, ua: &mut UserAgent, [preflight, response]: [ResponseHead; 2]) {
    let request = FetchRequest {
        method: b"PUT".to_vec(),
        headers: vec![(b"content-type".to_vec(), b"application/json".to_vec())],
        ..FetchRequest::new("https://api.test/v1/pets/1")
    };
    let Ok(Step::Send(_, pending)) = fetch(ua, page, request, NOW) else {
        panic!("a preflight is sent");
    };
    let Step::Send(_, pending) = pending.receive(ua, preflight, NOW) else {
        panic!("the request is sent");
    };
    let Step::Done(outcome) = pending.receive(ua, response, NOW) else {
        panic!("that is all");
    };
    assert!(outcome.result.is_ok(), "{:?}", outcome.result);
}

fn heads() -> [ResponseHead; 2] {
    let preflight = [
        ("access-control-allow-origin", "https://app.test"),
        ("access-control-allow-methods", "PUT, DELETE"),
        (
            "access-control-allow-headers",
            "authorization, content-type",
        ),
    ];
    let response = [
        ("access-control-allow-origin", "https://app.test"),
        ("access-control-expose-headers", "x-total-count"),
        ("content-type", "application/json"),
    ];
    [(204, &preflight), (200, &response)].map(|(status, lines)| ResponseHead {
        status,
        status_text: Vec::new(),
        headers: headers(lines),
        address: None,
    })
}

#[test]
fn a_preflighted_exchange_allocates_no_more_than_it_did() {
    let page = Page::new(url("https://app.test/dir/page.html"));
    let mut ua = UserAgent::new(Profile::Spec);
    let heads = heads();
    let info = measure(|| exchange(&page, &mut ua, heads));
    assert!(info.count_total <= MOST, "{}", info.count_total);
}
