//! What the `Origin` field says, and when there is one.

use corsac::user_agent::{RequestMode, ResponseTainting};
use corsac_fetch::ReferrerPolicy;
use corsac_fetch::internal_request::Request;
use corsac_fetch::origin_header::origin_header;

use crate::support::{asked, request, url};

const PAGE: &str = "https://app.test/page";

const POLICIES: [ReferrerPolicy; 8] = [
    ReferrerPolicy::NoReferrer,
    ReferrerPolicy::NoReferrerWhenDowngrade,
    ReferrerPolicy::SameOrigin,
    ReferrerPolicy::Origin,
    ReferrerPolicy::StrictOrigin,
    ReferrerPolicy::OriginWhenCrossOrigin,
    ReferrerPolicy::StrictOriginWhenCrossOrigin,
    ReferrerPolicy::UnsafeUrl,
];

/// What the `Origin` field of a request says.
fn sent(request: &Request) -> Option<Vec<u8>> {
    origin_header(request).map(|header| header.value().to_vec())
}

/// The policies under which a `no-cors` POST from `PAGE` to this URL hides its origin.
fn hiding_policies(to: &str, mode: RequestMode) -> Vec<ReferrerPolicy> {
    let is_hidden = |policy: &ReferrerPolicy| {
        let mut asked = asked(to);
        asked.method = b"POST".to_vec();
        asked.mode = mode;
        asked.referrer_policy = Some(*policy);
        match sent(&request(PAGE, &asked)).as_deref() {
            Some(b"null") => true,
            Some(b"https://app.test") => false,
            other => panic!("{other:?}"),
        }
    };
    POLICIES.into_iter().filter(is_hidden).collect()
}

#[test]
fn a_cors_request_always_names_its_origin() {
    for policy in POLICIES {
        let mut asked = asked("http://other.test/");
        asked.referrer_policy = Some(policy);
        let request = request(PAGE, &asked).tainted(ResponseTainting::Cors);
        assert_eq!(sent(&request).as_deref(), Some(&b"https://app.test"[..]));
    }
}

#[test]
fn a_get_without_cors_has_no_origin() {
    for method in ["GET", "HEAD"] {
        for tainting in [ResponseTainting::Basic, ResponseTainting::Opaque] {
            let mut asked = asked(PAGE);
            asked.method = method.into();
            assert_eq!(sent(&request(PAGE, &asked).tainted(tainting)), None);
        }
    }
}

#[test]
fn a_post_in_mode_cors_ignores_the_referrer_policy() {
    assert_eq!(hiding_policies(PAGE, RequestMode::Cors), []);
}

#[test]
fn a_post_without_cors_to_ones_own_origin_hides_it_only_under_no_referrer() {
    let hiding = hiding_policies(PAGE, RequestMode::SameOrigin);
    assert_eq!(hiding, [ReferrerPolicy::NoReferrer]);
}

#[test]
fn a_post_without_cors_to_another_origin_hides_it_under_same_origin_too() {
    let hiding = hiding_policies("https://other.test/", RequestMode::NoCors);
    assert_eq!(
        hiding,
        [ReferrerPolicy::NoReferrer, ReferrerPolicy::SameOrigin]
    );
}

#[test]
fn a_post_without_cors_hides_its_origin_from_plain_http_unless_it_is_to_be_told() {
    let hiding = hiding_policies("http://app.test/", RequestMode::NoCors);
    let telling = POLICIES.into_iter().filter(|it| !hiding.contains(it));
    let expected = [
        ReferrerPolicy::Origin,
        ReferrerPolicy::OriginWhenCrossOrigin,
        ReferrerPolicy::UnsafeUrl,
    ];
    assert_eq!(telling.collect::<Vec<_>>(), expected);
}

#[test]
fn a_redirect_from_a_foreign_origin_to_another_makes_it_null() {
    let request = request(PAGE, &asked("https://b.test/")).tainted(ResponseTainting::Cors);
    assert_eq!(sent(&request).as_deref(), Some(&b"https://app.test"[..]));
    let request = request.redirected_to(url("https://c.test/"));
    assert_eq!(sent(&request).as_deref(), Some(&b"null"[..]));
    let request = request.redirected_to(url(PAGE));
    assert_eq!(sent(&request).as_deref(), Some(&b"null"[..]));
}

#[test]
fn a_host_that_the_grammar_of_origins_refuses_is_an_origin_all_the_same() {
    let request = request("http://a_b.test:8000/x", &asked("https://c.test/"));
    let request = request.tainted(ResponseTainting::Cors);
    assert_eq!(
        sent(&request).as_deref(),
        Some(&b"http://a_b.test:8000"[..])
    );
}
