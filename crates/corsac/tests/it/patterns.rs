//! Patterns of origins: how they are spelled, and what they contain.

use corsac::origin::{Origin, OriginFault};
use corsac::server::OriginPattern;

/// Checks which origins a pattern contains and which it does not.
#[track_caller]
fn check(pattern: &str, contained: &[&str], others: &[&str]) {
    let parsed: OriginPattern = pattern
        .parse()
        .unwrap_or_else(|error| panic!("{pattern}: {error}"));
    let contains = |it: &&&str| parsed.contains(&Origin::parse(it.as_bytes()).expect("an origin"));
    let missing: Vec<_> = contained.iter().filter(|it| !contains(it)).collect();
    let extra: Vec<_> = others.iter().filter(contains).collect();
    assert!(
        missing.is_empty() && extra.is_empty(),
        "{pattern}: {missing:?} {extra:?}"
    );
}

#[track_caller]
fn check_fault(pattern: &str, position: usize, fault: OriginFault) {
    let error = OriginPattern::parse(pattern).expect_err(pattern);
    assert_eq!(
        (error.position, error.fault),
        (position, fault),
        "{pattern}"
    );
}

#[test]
fn an_exact_pattern_contains_itself_only() {
    check(
        "https://app.example.com",
        &["https://app.example.com"],
        &[
            "http://app.example.com",
            "https://app.example.com:8443",
            "https://example.com",
            "https://a.app.example.com",
            "https://app.example.com.evil.test",
            "https://evilapp.example.com",
        ],
    );
}

#[test]
fn a_subdomain_pattern_contains_every_depth_but_not_the_domain_itself() {
    check(
        "https://*.example.com",
        &["https://a.example.com", "https://a.b.c.example.com"],
        &[
            "https://example.com",
            "https://evilexample.com",
            "https://a.example.com:8443",
            "http://a.example.com",
            "https://a.example.com.evil.test",
        ],
    );
}

#[test]
fn a_port_pattern_contains_every_port() {
    check(
        "http://localhost:*",
        &["http://localhost", "http://localhost:5173"],
        &[
            "https://localhost:5173",
            "http://a.localhost:5173",
            "http://localhost.evil.test",
        ],
    );
    check(
        "https://*.example.com:*",
        &["https://a.example.com", "https://a.b.example.com:8443"],
        &["https://example.com:8443", "http://a.example.com:8443"],
    );
    check(
        "http://[::1]:*",
        &["http://[::1]", "http://[::1]:8080"],
        &["http://[::2]:8080"],
    );
}

#[test]
fn a_hole_is_filled_inside_its_label() {
    check(
        "https://deploy-preview-*--shop.example.app",
        &[
            "https://deploy-preview-1--shop.example.app",
            "https://deploy-preview-a-b--shop.example.app",
        ],
        &[
            "https://deploy-preview---shop.example.app",
            "https://deploy-preview-1.2--shop.example.app",
            "https://deploy-preview-1--shop.example.app:8443",
            "https://x.deploy-preview-1--shop.example.app",
            "https://deploy-preview-1--shop.example.app.evil.test",
        ],
    );
    check(
        "https://api-*.example.com:*",
        &[
            "https://api-1.example.com:8443",
            "https://api-x.example.com",
        ],
        &[
            "https://api-1.example.com.evil.test",
            "https://api-1.evil.example.com",
        ],
    );
    check(
        "https://a.*-b.example.com",
        &["https://a.x-b.example.com"],
        &[
            "https://a.xb.example.com",
            "https://a.x.y-b.example.com",
            "https://x-b.example.com",
        ],
    );
}

#[test]
fn a_star_has_its_places() {
    check_fault("https://*", 8, OriginFault::Wildcard);
    check_fault("https://*:*", 8, OriginFault::Wildcard);
    check_fault("https://a.*.example.com", 10, OriginFault::Wildcard);
    check_fault("https://*.*.example.com", 10, OriginFault::Wildcard);
    check_fault("https://*.a-*.example.com", 12, OriginFault::Wildcard);
    check_fault("https://example.*", 16, OriginFault::Wildcard);
    check_fault("https://example.c*m", 17, OriginFault::Wildcard);
    check_fault("https://*.127.0.0.1", 8, OriginFault::Wildcard);
    check_fault("*://example.com", 0, OriginFault::Wildcard);
    check_fault("http*://example.com", 4, OriginFault::Wildcard);
    check_fault("https://example.com:80*", 22, OriginFault::Wildcard);
    check_fault("https://example.com:*0", 20, OriginFault::Wildcard);
    check_fault("*.example.com", 0, OriginFault::MissingScheme);
    check_fault("https://example.com/*", 19, OriginFault::Path);
    check_fault("file://*", 0, OriginFault::OpaqueScheme);
}

#[test]
fn a_pattern_without_a_star_is_an_origin() {
    for text in [
        "https://app.example",
        "http://127.0.0.1:1",
        "capacitor://localhost",
    ] {
        assert!(OriginPattern::parse(text).is_ok() && Origin::parse(text.as_bytes()).is_ok());
    }
    for text in [
        "https://app.example/",
        "https://APP.example",
        "https://app.example:443",
        "",
    ] {
        assert!(OriginPattern::parse(text).is_err() && Origin::parse(text.as_bytes()).is_err());
    }
}
