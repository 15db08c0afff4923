//! How long cookies are kept: `Max-Age`, `Expires` and its dates.

use std::time::Duration;

use corsac_fetch::cookies::{MAX_AGE, SameSiteContext, parse_date};

use super::{HOME, Jar, NOW, check};

#[test]
fn max_age_counts_before_expires() {
    let future = "Fri, 01 Jan 2100 00:00:00 GMT";
    let past = "Thu, 01 Jan 2026 00:00:00 GMT";
    check(&format!("a=b; Expires={future}"), Ok("a=b"));
    check(&format!("a=b; Expires={past}"), Ok(""));
    check(&format!("a=b; Max-Age=1; Expires={past}"), Ok("a=b"));
    check(&format!("a=b; Expires={future}; Max-Age=0"), Ok(""));
    check("a=b; Max-Age=-1", Ok(""));
    for ignored in ["", "x", "1x", "-", "+1", "1.5", " - 1"] {
        check(&format!("a=b; Max-Age={ignored}"), Ok("a=b"));
    }
    check("a=b; Max-Age=0; Max-Age=99999999999999999999999", Ok("a=b"));
    check("a=b; Expires=nonsense", Ok("a=b"));
    check(&format!("a=b; Expires={past}; Expires=nonsense"), Ok(""));
}

#[test]
fn a_cookie_ends_on_time_and_no_later_than_after_400_days() {
    let mut jar = Jar::with(&[
        (HOME, "short=1; Max-Age=10"),
        (HOME, "long=2; Max-Age=999999999"),
        (HOME, "late=3; Expires=Fri, 01 Jan 2100 00:00:00 GMT"),
        (HOME, "session=4"),
    ]);
    let mut at = |age| jar.sent_in(HOME, SameSiteContext::StrictOrLess, NOW + age);
    let second = Duration::from_secs(1);
    assert_eq!(
        at(10 * second - second),
        "short=1; long=2; late=3; session=4"
    );
    assert_eq!(at(10 * second), "long=2; late=3; session=4");
    assert_eq!(at(MAX_AGE - second), "long=2; late=3; session=4");
    assert_eq!(at(MAX_AGE), "session=4");
}

#[test]
fn a_cookie_that_has_ended_takes_the_old_one_along() {
    let mut jar = Jar::with(&[(HOME, "a=1"), (HOME, "a=2; Max-Age=0")]);
    assert_eq!(jar.sent(HOME), "");
    assert!(jar.0.is_empty());
}

#[test]
fn dates_are_read_leniently() {
    let check = |date: &str, expected: Option<u64>| {
        assert_eq!(
            parse_date(date.as_bytes()),
            expected.map(Duration::from_secs),
            "{date}"
        );
    };
    for date in [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "6 nov 94 8:49:37",
        "1994 November 6 08:49:37x",
        "x;06/NOVember/1994;08:49:37",
    ] {
        check(date, Some(784_111_777));
    }
    check("1 Jan 1970 00:00:00", Some(0));
    check("31 Dec 1601 00:00:00", Some(0));
    check("29 Feb 2000 23:59:59", Some(951_868_799));
    check("1 Mar 69 00:00:00", Some(3_129_321_600));
    for malformed in [
        "",
        "6 Nov 1994",
        "Nov 1994 08:49:37",
        "6 1994 08:49:37",
        "6 Nov 08:49:37",
        "32 Jan 2000 00:00:00",
        "0 Jan 2000 00:00:00",
        "29 Feb 1900 00:00:00",
        "31 Apr 2000 00:00:00",
        "6 Nov 1600 00:00:00",
        "6 Nov 1994 24:00:00",
        "6 Nov 1994 00:60:00",
        "6 Nov 1994 00:00:60",
        "6 Nov 1994 00:00:000",
        "6 Nov 19944 00:00:00",
        "6 No 1994 00:00:00",
    ] {
        check(malformed, None);
    }
}
