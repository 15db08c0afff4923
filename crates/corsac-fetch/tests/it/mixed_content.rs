//! What a secure page may not fetch.

use corsac_fetch::mixed_content::{MixedContentRule, is_blocked_as_mixed_content};

use crate::support::{origin, url};

fn check(page: &str, to: &str, rule: MixedContentRule, expected: bool) {
    let blocked = is_blocked_as_mixed_content(&origin(page), &url(to), rule);
    assert_eq!(blocked, expected, "{page} {to} {rule:?}");
}

#[test]
fn a_page_over_https_fetches_nothing_over_http() {
    for rule in [
        MixedContentRule::TrustworthyPages,
        MixedContentRule::HttpsPages,
    ] {
        check("https://app.test", "http://api.test", rule, true);
        check("https://app.test", "https://api.test", rule, false);
        check("https://app.test", "http://localhost:3000", rule, false);
        check("https://app.test", "data:,x", rule, false);
        check("http://app.test", "http://api.test", rule, false);
        check("null", "http://api.test", rule, false);
    }
}

#[test]
fn a_page_of_this_machine_may_in_browsers_but_not_in_the_standard() {
    let (page, to) = ("http://localhost:3000", "http://api.test");
    check(page, to, MixedContentRule::TrustworthyPages, true);
    check(page, to, MixedContentRule::HttpsPages, false);
}
