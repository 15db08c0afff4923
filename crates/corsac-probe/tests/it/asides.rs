//! What is found by asking more than the page asks.

use std::sync::Mutex;

use super::{answer, check, get, put};

const VARY: &str = "Vary: Origin";

/// A server that allows the page alone.
fn picky(heard: &super::Heard, always: &[&str], when_allowed: &[&str]) -> String {
    match heard.origin() {
        Some("https://app.example") => {
            let own = ["Access-Control-Allow-Origin: https://app.example"];
            answer("200 OK", &[&own[..], always, when_allowed].concat())
        }
        _ => answer("200 OK", always),
    }
}

#[test]
fn a_list_with_vary_is_fine() {
    check(get(), |heard| picky(heard, &[VARY], &[]), &[]);
    check(
        get(),
        |heard| picky(heard, &["Vary: Accept, origin"], &[]),
        &[],
    );
    check(get(), |heard| picky(heard, &["Vary: *"], &[]), &[]);
}

#[test]
fn a_cache_is_not_told() {
    check(get(), |heard| picky(heard, &[], &[]), &["missing-vary"]);
    check(
        get(),
        |heard| picky(heard, &[], &[VARY]),
        &["vary-only-when-allowed"],
    );
}

#[test]
fn everyone_is_allowed_by_name() {
    let reflecting = |heard: &super::Heard| {
        let origin = heard.origin().unwrap_or("*");
        let field = format!("Access-Control-Allow-Origin: {origin}");
        let methods = "Access-Control-Allow-Methods: PUT";
        let headers = "Access-Control-Allow-Headers: content-type";
        answer("200 OK", &[&field, methods, headers, VARY])
    };
    check(get(), reflecting, &["reflects-any-origin"]);
    check(put(), reflecting, &["reflects-any-origin"]);
    let insecure = || get().of("http://app.example");
    super::check_over(
        super::Wire::Plain,
        &insecure(),
        reflecting,
        &["reflects-any-origin"],
    );
    let afar = super::Server::start(super::Wire::Plain, reflecting);
    let url = format!("http://api.test:{}/", afar.address.port());
    let report = super::run(insecure().probe(url), &afar.options());
    assert_eq!(super::codes(&report), ["reflects-any-origin"]);
}

#[test]
fn errors_have_no_fields() {
    check(
        get(),
        |heard| match heard.path.as_str() {
            "/pets" => answer(
                "200 OK",
                &["Access-Control-Allow-Origin: https://app.example"],
            ),
            _ => answer("404 Not Found", &[]),
        },
        &["no-allow-origin-on-error"],
    );
}

/// What is told of a server that allows everyone at these paths, and nobody elsewhere.
fn check_root(allowed: &'static [&'static str], end: &str) {
    let server = super::Server::start(super::Wire::Plain, move |heard| {
        match allowed.contains(&heard.path.as_str()) {
            true => answer("200 OK", &["Access-Control-Allow-Origin: *"]),
            false => answer("200 OK", &[]),
        }
    });
    let report = super::run(get().probe(server.url("/pets")), &server.options());
    assert_eq!(super::codes(&report), ["no-allow-origin"]);
    let end = end.replace("{root}", &server.url("/"));
    let why = &report.findings[0].why;
    assert!(why.ends_with(&end), "{why}");
}

#[test]
fn a_part_of_a_server_that_is_set_up_is_told_of() {
    check_root(
        &["/"],
        "; `{root}` does: only a part of the server is set up",
    );
    check_root(&[], "; nor does `{root}`");
}

#[test]
fn each_request_of_the_page_is_told_of_once() {
    static TOLD: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let server = super::Server::start(super::Wire::Plain, |_| {
        let allowed = "Access-Control-Allow-Origin: https://app.example";
        answer("200 OK", &[allowed, "Access-Control-Allow-Methods: PUT"])
    });
    let mut probe = get().method("PUT").probe(server.url("/pets"));
    probe.tell = Some(|outgoing| {
        let method = String::from_utf8_lossy(&outgoing.method);
        TOLD.lock().unwrap().push(method.into_owned());
    });
    super::run(probe, &server.options());
    assert_eq!(*TOLD.lock().unwrap(), ["OPTIONS", "PUT"]);
}

#[test]
fn asides_read_and_never_write() {
    let (sender, heard) = std::sync::mpsc::channel();
    let server = super::Server::start(super::Wire::Plain, move |heard| {
        let kind = format!("{} {}", heard.method, heard.origin().unwrap_or("-"));
        sender.send(kind).unwrap();
        answer(
            "200 OK",
            &[
                "Access-Control-Allow-Origin: *",
                "Access-Control-Allow-Methods: DELETE",
            ],
        )
    });
    let probe = get().method("DELETE").probe(server.url("/pets"));
    let report = super::run(probe, &server.options());
    let mut heard: Vec<String> = heard.try_iter().collect();
    heard.sort();
    assert_eq!(report.n_requests, heard.len());
    assert_eq!(
        heard,
        [
            "DELETE https://app.example",
            "GET https://app.example",
            "OPTIONS https://app.example",
            "OPTIONS https://app.example",
            "OPTIONS https://app.example",
            "OPTIONS https://corsac-probe.example",
        ]
    );
}
