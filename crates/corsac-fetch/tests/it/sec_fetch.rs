//! What a server learns of where a request comes from.

use corsac::user_agent::{HeaderList, RequestMode};
use corsac_fetch::sec_fetch::{Site, append_fetch_metadata_headers, site_of};

use crate::support::{asked, request, url};

fn check(page: &str, urls: &[&str], expected: Site) {
    let mut request = request(page, &asked(urls[0]));
    for redirect in &urls[1..] {
        request = request.redirected_to(url(redirect));
    }
    assert_eq!(site_of(&request), expected, "{page} {urls:?}");
}

#[test]
fn the_widest_relation_over_all_redirects_counts() {
    let page = "https://app.site.com/";
    check(page, &["https://app.site.com/x"], Site::SameOrigin);
    check(page, &["https://api.site.com/x"], Site::SameSite);
    check(page, &["https://app.site.com:8443/x"], Site::SameSite);
    check(page, &["http://app.site.com/x"], Site::CrossSite);
    check(page, &["https://other.com/x"], Site::CrossSite);
    let home = "https://app.site.com/x";
    check(page, &[home, "https://api.site.com/", home], Site::SameSite);
    check(page, &[home, "https://other.com/", home], Site::CrossSite);
    check(
        page,
        &["https://other.com/", "https://api.site.com/"],
        Site::CrossSite,
    );
}

#[test]
fn owners_below_a_public_suffix_are_strangers() {
    check(
        "https://a.github.io/",
        &["https://b.github.io/"],
        Site::CrossSite,
    );
}

#[test]
fn three_fields_are_told_to_a_trustworthy_url() {
    let mut headers = HeaderList::new();
    let mut asked = asked("https://api.test/");
    asked.mode = RequestMode::NoCors;
    append_fetch_metadata_headers(&request("http://app.test/", &asked), &mut headers);
    let fields: Vec<_> = headers.iter().map(|it| (it.name(), it.value())).collect();
    let expected: [(&[u8], &[u8]); 3] = [
        (b"Sec-Fetch-Dest", b"empty"),
        (b"Sec-Fetch-Mode", b"no-cors"),
        (b"Sec-Fetch-Site", b"cross-site"),
    ];
    assert_eq!(fields, expected);
}

#[test]
fn nothing_is_told_over_plain_http() {
    let mut headers = HeaderList::new();
    let request = request("https://app.test/", &asked("http://api.test/"));
    append_fetch_metadata_headers(&request, &mut headers);
    assert_eq!(headers, HeaderList::new());
}
