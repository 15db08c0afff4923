//! Where redirects lead.

use corsac::user_agent::{Header, HeaderList};
use corsac_fetch::location::{LocationFailure, location_url};

use crate::support::{headers, url};

/// The URL that a 302 of `https://a.test/dir/page?q#old` leads to.
fn check(location: &[u8], expected: Result<&str, LocationFailure>) {
    let from = url("https://a.test/dir/page?q#old");
    let header = Header::new(b"Location", location).expect("a header");
    let headers: HeaderList = [header].into_iter().collect();
    let found = location_url(302, &headers, &from);
    let found = found.map(|url| url.expect("a location").to_string());
    assert_eq!(found, expected.map(str::to_owned));
}

#[test]
fn a_location_is_relative_to_the_url_of_the_response() {
    check(b"other", Ok("https://a.test/dir/other#old"));
    check(b"//b.test", Ok("https://b.test/#old"));
    check(b"http://b.test/x", Ok("http://b.test/x#old"));
    check(b"", Ok("https://a.test/dir/page?q#old"));
}

#[test]
fn a_fragment_goes_along_unless_the_location_has_one() {
    check(b"x#new", Ok("https://a.test/dir/x#new"));
    check(b"x#", Ok("https://a.test/dir/x#"));
}

#[test]
fn bytes_beyond_ascii_are_percent_encoded_as_they_are() {
    check(b"/\xC3\xBC?\xFF", Ok("https://a.test/%C3%BC?%FF#old"));
    check(
        "https://b\u{FC}cher.test/".as_bytes(),
        Ok("https://xn--bcher-kva.test/#old"),
    );
    check(b"https://\xFF.test/", Err(LocationFailure::NotAUrl));
}

#[test]
fn a_location_that_is_no_url_is_a_failure() {
    check(b"https://a b/", Err(LocationFailure::NotAUrl));
    check(b"https://a.test:99999/", Err(LocationFailure::NotAUrl));
}

#[test]
fn two_locations_are_a_failure() {
    let headers = headers(&[("location", "/a"), ("location", "/a")]);
    let found = location_url(302, &headers, &url("https://a.test/"));
    assert_eq!(found, Err(LocationFailure::SeveralLines));
}

#[test]
fn only_five_statuses_redirect() {
    let headers = headers(&[("location", "/a")]);
    let redirects: Vec<u16> = (0..=999)
        .filter(|status| {
            location_url(*status, &headers, &url("https://a.test/")).is_ok_and(|it| it.is_some())
        })
        .collect();
    assert_eq!(redirects, [301, 302, 303, 307, 308]);
}

#[test]
fn a_redirect_without_a_location_leads_nowhere() {
    let found = location_url(302, &headers(&[]), &url("https://a.test/"));
    assert_eq!(found, Ok(None));
}
