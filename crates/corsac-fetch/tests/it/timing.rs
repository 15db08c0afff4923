//! Which pages may see how long a response took.

use corsac::user_agent::ResponseTainting;
use corsac_fetch::internal_request::TimingAllow;
use corsac_fetch::timing_allow_origin::tao_check;

use crate::support::{asked, headers, request, url};

fn check(lines: &[&str], tainting: ResponseTainting, expected: TimingAllow) {
    let lines: Vec<_> = lines
        .iter()
        .map(|it| ("timing-allow-origin", *it))
        .collect();
    let request = request("https://app.test/", &asked("https://api.test/")).tainted(tainting);
    assert_eq!(tao_check(&request, &headers(&lines)), expected, "{lines:?}");
}

#[test]
fn a_page_sees_the_timing_of_what_names_it_or_everyone() {
    for tainting in [ResponseTainting::Cors, ResponseTainting::Opaque] {
        check(&["*"], tainting, TimingAllow::Passed);
        check(&["https://app.test"], tainting, TimingAllow::Passed);
        check(
            &["https://x.test, https://app.test"],
            tainting,
            TimingAllow::Passed,
        );
        check(&["https://x.test", "*"], tainting, TimingAllow::Passed);
        for lines in [
            &[][..],
            &["null"],
            &["https://app.test/"],
            &["\"*\""],
            &["HTTPS://APP.TEST"],
        ] {
            check(lines, tainting, TimingAllow::Failed);
        }
    }
}

#[test]
fn a_page_sees_the_timing_of_its_own_origin() {
    check(&[], ResponseTainting::Basic, TimingAllow::Passed);
}

#[test]
fn a_tainted_request_is_named_null() {
    let request = request("https://app.test/", &asked("https://b.test/"))
        .redirected_to(url("https://c.test/"))
        .tainted(ResponseTainting::Cors);
    let named = |value| headers(&[("timing-allow-origin", value)]);
    assert_eq!(tao_check(&request, &named("null")), TimingAllow::Passed);
    assert_eq!(
        tao_check(&request, &named("https://app.test")),
        TimingAllow::Failed
    );
}
