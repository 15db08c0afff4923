//! What the `Referer` field says.

use corsac_fetch::internal_request::Request;
use corsac_fetch::referrer::{
    MAX_REFERRER_LEN, Part, determine_referrer, parse_referrer_policy_header,
    set_referrer_policy_on_redirect, strip_for_use_as_referrer,
};
use corsac_fetch::{Referrer, ReferrerPolicy};

use crate::support::{asked, headers, origin, page, request, url};

const PAGE: &str = "https://me:secret@app.test/dir/page?q#fragment";
const WHOLE: &str = "https://app.test/dir/page?q";
const ORIGIN: &str = "https://app.test/";
const SAME: &str = "https://app.test/api";
const CROSS: &str = "https://other.test/api";
const DOWN: &str = "http://other.test/api";

/// The referrer of a request from `from` under a policy.
fn referrer_of(from: &str, to: &str, policy: ReferrerPolicy) -> Option<String> {
    let mut asked = asked(to);
    asked.referrer_policy = Some(policy);
    determine_referrer(&request(from, &asked))
}

/// The referrers to the same origin, to another, and to another over plain HTTP.
fn check(policy: ReferrerPolicy, expected: [Option<&str>; 3]) {
    let found = [SAME, CROSS, DOWN].map(|to| referrer_of(PAGE, to, policy));
    assert_eq!(
        found,
        expected.map(|it| it.map(str::to_owned)),
        "{policy:?}"
    );
}

#[test]
fn every_policy_says_as_much_as_it_should() {
    check(ReferrerPolicy::NoReferrer, [None, None, None]);
    check(
        ReferrerPolicy::NoReferrerWhenDowngrade,
        [Some(WHOLE), Some(WHOLE), None],
    );
    check(ReferrerPolicy::SameOrigin, [Some(WHOLE), None, None]);
    check(ReferrerPolicy::Origin, [Some(ORIGIN); 3]);
    check(
        ReferrerPolicy::StrictOrigin,
        [Some(ORIGIN), Some(ORIGIN), None],
    );
    check(
        ReferrerPolicy::OriginWhenCrossOrigin,
        [Some(WHOLE), Some(ORIGIN), Some(ORIGIN)],
    );
    check(
        ReferrerPolicy::StrictOriginWhenCrossOrigin,
        [Some(WHOLE), Some(ORIGIN), None],
    );
    check(ReferrerPolicy::UnsafeUrl, [Some(WHOLE); 3]);
}

#[test]
fn a_page_over_plain_http_has_nothing_to_downgrade() {
    let from = "http://app.test/x";
    let policies = [
        (ReferrerPolicy::NoReferrerWhenDowngrade, "http://app.test/x"),
        (ReferrerPolicy::StrictOrigin, "http://app.test/"),
        (
            ReferrerPolicy::StrictOriginWhenCrossOrigin,
            "http://app.test/",
        ),
    ];
    for (policy, expected) in policies {
        assert_eq!(referrer_of(from, DOWN, policy).as_deref(), Some(expected));
    }
}

#[test]
fn this_machine_over_plain_http_is_no_downgrade() {
    let found = referrer_of(PAGE, "http://localhost/", ReferrerPolicy::StrictOrigin);
    assert_eq!(found.as_deref(), Some(ORIGIN));
}

#[test]
fn of_a_referrer_of_more_than_4096_characters_only_the_origin_is_sent() {
    let longest = format!("{ORIGIN}{}", "x".repeat(MAX_REFERRER_LEN - ORIGIN.len()));
    let found = referrer_of(&longest, DOWN, ReferrerPolicy::UnsafeUrl);
    assert_eq!(found.as_deref(), Some(&longest[..]));
    let found = referrer_of(&format!("{longest}x"), DOWN, ReferrerPolicy::UnsafeUrl);
    assert_eq!(found.as_deref(), Some(ORIGIN));
}

#[test]
fn a_page_of_an_opaque_origin_has_no_referrer_of_its_own() {
    let mut page = page("https://app.test/");
    page.origin = origin("null");
    let request = Request::new(&asked(CROSS), &page).expect("a request");
    assert_eq!(determine_referrer(&request), None);
}

#[test]
fn a_script_can_leave_the_referrer_out_or_name_another_page_of_its_origin() {
    let mut asked = asked(SAME);
    asked.referrer = Referrer::NoReferrer;
    assert_eq!(determine_referrer(&request(PAGE, &asked)), None);
    asked.referrer = Referrer::Url(url("https://app.test/elsewhere#x").into());
    let found = determine_referrer(&request(PAGE, &asked));
    assert_eq!(found.as_deref(), Some("https://app.test/elsewhere"));
}

#[test]
fn a_url_without_a_host_is_no_referrer() {
    for text in [
        "about:blank",
        "data:,x",
        "blob:https://a.test/x",
        "file:///x",
        "mailto:a@b",
    ] {
        for part in [Part::Whole, Part::Origin] {
            assert_eq!(strip_for_use_as_referrer(&url(text), part), None, "{text}");
        }
    }
}

#[test]
fn the_last_known_policy_of_a_response_counts() {
    let check = |values: &[&str], expected| {
        let headers: Vec<_> = values.iter().map(|it| ("referrer-policy", *it)).collect();
        assert_eq!(
            parse_referrer_policy_header(&self::headers(&headers)),
            expected
        );
    };
    check(&[], None);
    check(&["", "nonsense", "no referrer"], None);
    check(&["no-referrer"], Some(ReferrerPolicy::NoReferrer));
    check(&["origin, Unsafe-URL"], Some(ReferrerPolicy::UnsafeUrl));
    check(&["origin", "same-origin"], Some(ReferrerPolicy::SameOrigin));
    check(&["origin,,strict"], Some(ReferrerPolicy::Origin));
    check(&["origin, no-referrer\u{b}"], Some(ReferrerPolicy::Origin));
}

#[test]
fn a_redirect_can_change_the_policy_for_the_rest_of_the_way() {
    let mut request = request(PAGE, &asked(CROSS));
    set_referrer_policy_on_redirect(&mut request, &headers(&[]));
    let found = determine_referrer(&request);
    assert_eq!(found.as_deref(), Some(ORIGIN));
    set_referrer_policy_on_redirect(&mut request, &headers(&[("Referrer-Policy", "unsafe-url")]));
    let found = determine_referrer(&request);
    assert_eq!(found.as_deref(), Some(WHOLE));
}
