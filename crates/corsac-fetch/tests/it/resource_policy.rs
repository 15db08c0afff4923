//! Which responses a page may embed unread.

use corsac_fetch::cross_origin_resource_policy::{
    ResourcePolicyFailure, cross_origin_resource_policy_check,
};

use crate::support::{headers, origin};

/// Which of three policies let the page embed a response: same-origin, same-site, cross-origin.
fn check(page: &str, response: &str, expected: [bool; 3]) {
    let found = ["same-origin", "same-site", "cross-origin"].map(|policy| {
        let headers = headers(&[("Cross-Origin-Resource-Policy", policy)]);
        cross_origin_resource_policy_check(&origin(page), &origin(response), &headers).is_ok()
    });
    assert_eq!(found, expected, "{page} {response}");
}

#[test]
fn the_policy_says_who_may_embed() {
    check(
        "https://a.site.com",
        "https://a.site.com",
        [true, true, true],
    );
    check(
        "https://a.site.com",
        "https://b.site.com",
        [false, true, true],
    );
    check(
        "https://a.site.com",
        "https://other.com",
        [false, false, true],
    );
    check("null", "https://a.site.com", [false, false, true]);
}

#[test]
fn what_is_secure_does_not_go_to_a_page_of_its_site_that_is_not() {
    check(
        "http://a.site.com",
        "https://b.site.com",
        [false, false, true],
    );
    check(
        "https://a.site.com",
        "http://b.site.com",
        [false, true, true],
    );
}

#[test]
fn a_policy_that_is_not_spelled_right_is_none() {
    for lines in [
        &[][..],
        &["Same-Origin"],
        &["same-origin, same-origin"],
        &["same-origin", "same-origin"],
        &["same-origin;x"],
    ] {
        let lines: Vec<_> = lines
            .iter()
            .map(|it| ("cross-origin-resource-policy", *it))
            .collect();
        let (page, response) = (origin("https://a.test"), origin("https://b.test"));
        let found = cross_origin_resource_policy_check(&page, &response, &headers(&lines));
        assert_eq!(found, Ok(()), "{lines:?}");
    }
}

#[test]
fn the_failure_names_the_policy() {
    let headers = headers(&[("cross-origin-resource-policy", "same-site")]);
    let (page, response) = (origin("https://a.test"), origin("https://b.test"));
    let found = cross_origin_resource_policy_check(&page, &response, &headers);
    assert_eq!(found, Err(ResourcePolicyFailure::NotSameSite));
}
