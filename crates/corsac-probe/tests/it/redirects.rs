//! Redirects.

use super::server::{Server, Wire};
use super::{answer, check, codes, get, put, run};

const ALLOWED: &str = "Access-Control-Allow-Origin: https://app.example";

/// What is found if `/pets` leads there, and everything else answers well.
fn check_location(location: &'static str, found: &[&str]) {
    check(
        get(),
        move |heard| match heard.path.as_str() {
            "/pets" => answer("302 Found", &[ALLOWED, &format!("Location: {location}")]),
            _ => answer("200 OK", &[ALLOWED]),
        },
        found,
    );
}

#[test]
fn a_redirect_on_the_same_server_is_fine() {
    check_location("/other", &[]);
}

#[test]
fn a_redirect_leads_nowhere() {
    check_location("http://", &["redirect-location-invalid"]);
    check_location("ftp://api.test/", &["redirect-scheme"]);
    check_location(
        "http://user:password@api.test/",
        &["redirect-with-credentials-in-url"],
    );
    check_location("/pets", &["redirect-loop"]);
}

#[test]
fn a_redirect_without_the_fields() {
    check(
        get(),
        |_| answer("302 Found", &["Location: /other"]),
        &["redirect-cross-origin-no-cors"],
    );
    check(
        get(),
        |heard| match heard.path.as_str() {
            "/pets" => answer("302 Found", &[ALLOWED, "Location: /other"]),
            _ => answer("200 OK", &[]),
        },
        &["redirect-cross-origin-no-cors"],
    );
}

#[test]
fn a_script_that_wants_no_redirect() {
    let server = Server::start(Wire::Plain, |_| {
        answer("302 Found", &[ALLOWED, "Location: /other"])
    });
    let mut probe = get().probe(server.url("/pets"));
    probe.request.redirect = corsac::user_agent::RedirectMode::Error;
    let report = run(probe, &server.options());
    assert_eq!(codes(&report), ["redirect-mode-error"]);
}

#[test]
fn a_redirect_to_a_third_origin_taints() {
    let third = Server::start(Wire::Plain, |_| answer("200 OK", &[ALLOWED]));
    let to = third.url("/elsewhere");
    check(
        get(),
        move |_| answer("302 Found", &[ALLOWED, &format!("Location: {to}")]),
        // A page over https may ask this machine over http.
        &["redirect-tainted-origin"],
    );
}

#[test]
fn authorization_stays_behind() {
    // Firefox asks for `authorization` there too, although it drops it.
    let third = Server::start(Wire::Plain, |heard| match heard.is_preflight() {
        true => answer(
            "204 No Content",
            &[
                "Access-Control-Allow-Origin: *",
                "Access-Control-Allow-Headers: authorization",
            ],
        ),
        false => answer("401 Unauthorized", &["Access-Control-Allow-Origin: *"]),
    });
    let to = third.url("/elsewhere");
    check(
        get().header("Authorization", "Bearer x"),
        move |heard| match heard.is_preflight() {
            true => answer(
                "204 No Content",
                &[ALLOWED, "Access-Control-Allow-Headers: authorization"],
            ),
            false => answer("302 Found", &[ALLOWED, &format!("Location: {to}")]),
        },
        &["authorization-dropped"],
    );
}

#[test]
fn where_a_preflight_is_redirected_is_asked() {
    let server = Server::start(Wire::Plain, |heard| match heard.path.as_str() {
        "/pets" => answer("308 Permanent", &["Location: /pets/"]),
        _ => answer(
            "204 No Content",
            &[
                ALLOWED,
                "Access-Control-Allow-Methods: *",
                "Access-Control-Allow-Headers: *",
            ],
        ),
    });
    let report = run(put().probe(server.url("/pets")), &server.options());
    let why = &report.findings[0].why;
    let end = format!("called directly, `{}` is allowed", server.url("/pets/"));
    assert!(why.ends_with(&end), "{why}");
}
