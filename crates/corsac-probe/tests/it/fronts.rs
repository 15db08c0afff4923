//! Several servers behind one name, and what is in front of a server.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::server::{Heard, Server, Wire};
use super::{answer, codes, get, put, run};

const ALLOWED: &str = "Access-Control-Allow-Origin: https://app.example";
const METHODS: &str = "Access-Control-Allow-Methods: PUT";
const HEADERS: &str = "Access-Control-Allow-Headers: content-type";
const VARY: &str = "Vary: Origin";

/// Checks what is found of several servers behind one name, asked in turns.
fn check_in_turns(asked: super::Asked, answers: &'static [&'static [&'static str]], found: &str) {
    let n_asked = AtomicUsize::new(0);
    let server = Server::start(Wire::Plain, move |heard| {
        if heard.origin() != Some("https://app.example") || heard.path != "/pets" {
            return answer("200 OK", &[VARY, ALLOWED]);
        }
        let n = n_asked.fetch_add(1, Ordering::Relaxed);
        answer("200 OK", answers[n % answers.len()])
    });
    let report = run(asked.probe(server.url("/pets")), &server.options());
    let is_found = codes(&report).contains(&found);
    assert!(is_found, "{:#?}", report.findings);
}

#[test]
fn servers_that_are_not_set_up_alike_are_told_of() {
    check_in_turns(get(), &[&[ALLOWED, VARY], &[]], "answers-differ");
    check_in_turns(get(), &[&[], &[ALLOWED, VARY]], "answers-differ");
    check_in_turns(
        put(),
        &[
            &[ALLOWED, METHODS, HEADERS, VARY],
            &[ALLOWED, METHODS, VARY],
        ],
        "answers-differ",
    );
}

#[test]
fn the_order_of_a_list_is_no_difference() {
    let n_asked = AtomicUsize::new(0);
    let server = Server::start(Wire::Plain, move |_| {
        let n = n_asked.fetch_add(1, Ordering::Relaxed);
        let (methods, age) = match n % 2 {
            0 => ("Access-Control-Allow-Methods: PUT, GET", "9"),
            _ => ("Access-Control-Allow-Methods: GET,PUT", "8"),
        };
        let age = format!("Access-Control-Max-Age: {age}");
        answer("200 OK", &[ALLOWED, methods, HEADERS, VARY, &age])
    });
    let report = run(put().probe(server.url("/pets")), &server.options());
    assert_eq!(codes(&report), [""; 0], "{:#?}", report.findings);
}

#[test]
fn who_asks_too_often_is_no_other_server() {
    let n_asked = AtomicUsize::new(0);
    let server = Server::start(Wire::Plain, move |_| {
        match n_asked.fetch_add(1, Ordering::Relaxed) {
            0..4 => answer("200 OK", &["Access-Control-Allow-Origin: *"]),
            _ => answer("429 Too Many Requests", &[]),
        }
    });
    let report = run(get().probe(server.url("/pets")), &server.options());
    assert!(!codes(&report).contains(&"answers-differ"));
}

/// A cache that keeps what it was told before the server was mended.
fn cached(heard: &Heard, sign: &str) -> String {
    match heard.path.as_str() {
        "/pets" => answer("200 OK", &[sign]),
        _ => answer("200 OK", &[ALLOWED, VARY]),
    }
}

/// Checks what is found of an old answer that shows this sign of a cache.
fn check_cached(sign: &'static str, found: &[&str]) {
    let server = Server::start(Wire::Plain, move |heard| cached(heard, sign));
    let report = run(get().probe(server.url("/pets")), &server.options());
    assert_eq!(codes(&report), found, "{sign}: {:#?}", report.findings);
}

#[test]
fn an_old_answer_of_a_cache_is_told_of() {
    let both = ["no-allow-origin", "answer-from-cache"];
    check_cached("Age: 120", &both);
    check_cached("X-Cache: Hit from cloudfront", &both);
    check_cached("CF-Cache-Status: HIT", &both);
    check_cached("Age: 0", &["no-allow-origin"]);
    check_cached("CF-Cache-Status: MISS", &["no-allow-origin"]);
    check_cached("X-Cache: Miss from cloudfront", &["no-allow-origin"]);
}

#[test]
fn a_cache_that_keeps_nothing_wrong_is_not_told_of() {
    super::check(
        get(),
        |_| answer("200 OK", &["Age: 120"]),
        &["no-allow-origin"],
    );
}

#[test]
fn the_server_behind_a_proxy_is_compared_with_it() {
    let behind = Server::start(Wire::Plain, |heard| match heard.is_preflight() {
        true => answer("204 No Content", &[ALLOWED, METHODS, HEADERS, VARY]),
        false => answer("200 OK", &[ALLOWED, VARY]),
    });
    for asked in [get(), put()] {
        let front = Server::start(Wire::Plain, |_| answer("200 OK", &[]));
        let mut probe = asked.probe(front.url("/pets"));
        probe.behind = Some(behind.url("/").parse().unwrap());
        let report = run(probe, &front.options());
        assert_eq!(
            codes(&report),
            ["no-allow-origin", "changed-by-proxy"],
            "{:#?}",
            report.findings
        );
        let mut probe = asked.probe(front.url("/pets"));
        probe.behind = Some(front.url("/").parse().unwrap());
        let report = run(probe, &front.options());
        assert_eq!(codes(&report), ["no-allow-origin"]);
    }
}

/// Whether it is remarked that these headers may have lost the origin on the way.
fn is_remarked(headers: &'static [&'static str]) -> bool {
    let server = Server::start(Wire::Plain, |_| answer("200 OK", headers));
    let report = run(get().probe(server.url("/pets")), &server.options());
    assert_eq!(codes(&report), ["no-allow-origin"]);
    let mut found = report.findings.iter().map(|it| it.code.as_str());
    found.any(|it| it == "changed-by-proxy")
}

#[test]
fn an_answer_that_depends_on_an_origin_nobody_saw_is_remarked() {
    assert!(is_remarked(&["Vary: Accept, Origin", "Via: 1.1 cache"]));
    assert!(is_remarked(&[VARY, "CF-RAY: 7"]));
    assert!(!is_remarked(&[VARY]));
    assert!(!is_remarked(&["Via: 1.1 cache"]));
}
