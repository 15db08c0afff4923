//! Which cookies are kept, and to which requests they go back.

mod time;

use std::time::Duration;

use corsac_fetch::cookies::{
    CookieCaller, CookieContext, CookieRefusal, CookieRules, CookieStore, MAX_COOKIES,
    MAX_COOKIES_PER_HOST, SameSiteContext, UnsetSameSite, default_path, domain_matches,
    path_matches,
};

use crate::support::{asked, request, url};

const NOW: Duration = Duration::from_secs(1_800_000_000);
const HOME: &str = "https://app.site.com/dir/page";

/// A store, as requests to one site see it.
struct Jar(CookieStore);

impl Jar {
    fn new() -> Self {
        Self(CookieStore::default())
    }

    /// A store into which responses from these URLs set cookies.
    fn with(cookies: &[(&str, &str)]) -> Self {
        let mut jar = Self::new();
        for (from, cookie) in cookies {
            assert_eq!(jar.set(from, cookie), Ok(()), "{cookie}");
        }
        jar
    }

    fn set(&mut self, from: &str, cookie: &str) -> Result<(), CookieRefusal> {
        self.set_in(from, cookie, SameSiteContext::StrictOrLess)
    }

    fn set_in(
        &mut self,
        from: &str,
        cookie: &str,
        same_site: SameSiteContext,
    ) -> Result<(), CookieRefusal> {
        let url = url(from);
        let caller = CookieCaller::Http;
        self.0.store(
            cookie.as_bytes(),
            CookieContext {
                url: &url,
                caller,
                same_site,
            },
            NOW,
        )
    }

    fn sent(&mut self, to: &str) -> String {
        self.sent_in(to, SameSiteContext::StrictOrLess, NOW)
    }

    fn sent_in(&mut self, to: &str, same_site: SameSiteContext, now: Duration) -> String {
        let url = url(to);
        let caller = CookieCaller::Http;
        let cookies = self.0.retrieve(
            CookieContext {
                url: &url,
                caller,
                same_site,
            },
            now,
        );
        String::from_utf8(cookies.unwrap_or_default()).expect("text")
    }
}

/// What goes back to `HOME` after it set this cookie.
fn check(cookie: &str, expected: Result<&str, CookieRefusal>) {
    let mut jar = Jar::new();
    let found = jar.set(HOME, cookie).map(|()| jar.sent(HOME));
    assert_eq!(found, expected.map(str::to_owned), "{cookie}");
}

#[test]
fn name_and_value_are_what_stands_before_the_first_semicolon() {
    check("a=b", Ok("a=b"));
    check(" a \t=\t b c ;x", Ok("a=b c"));
    check("a=b=c", Ok("a=b=c"));
    check("a=\"b\"", Ok("a=\"b\""));
    check("a=", Ok("a="));
    check("=b", Ok("b"));
    check("b", Ok("b"));
    check("a,b=c", Ok("a,b=c"));
    check("a=b\u{fc}", Ok("a=b\u{fc}"));
    for empty in ["", "=", ";", " = ;a=b", ";Secure"] {
        check(empty, Err(CookieRefusal::Empty));
    }
    for control in ["a\u{1}=b", "a=b\u{7f}", "a=b;\u{c}", "a=b\n"] {
        check(control, Err(CookieRefusal::ControlCharacter));
    }
    check("a=b\tc", Ok("a=b\tc"));
}

#[test]
fn name_and_value_have_4096_bytes_together_and_an_attribute_1024() {
    let longest = format!("a={}", "b".repeat(4095));
    check(&longest, Ok(&longest));
    check(&format!("{longest}b"), Err(CookieRefusal::TooLong));
    // The path is too long to count, so that the cookie is for the directory of the page.
    check(&format!("a=b; Path=/{}", "x".repeat(1024)), Ok("a=b"));
    check(&format!("a=b; Path=/{}", "x".repeat(1023)), Ok(""));
}

#[test]
fn bytes_that_are_no_text_come_back_as_they_are() {
    let mut store = CookieStore::default();
    let page = url(HOME);
    assert_eq!(
        store.set_document_cookie(b"\xFF=\x80\xFE", &page, NOW),
        Ok(())
    );
    assert_eq!(store.document_cookie(&page, NOW), b"\xFF=\x80\xFE");
}

#[test]
fn a_domain_is_the_host_or_one_above_it_that_is_no_public_suffix() {
    check("a=b; Domain=site.com", Ok("a=b"));
    check("a=b; Domain=.APP.Site.com", Ok("a=b"));
    check("a=b; Domain=", Ok("a=b"));
    check("a=b; Domain=other.com; domain=site.com", Ok("a=b"));
    for mismatch in [
        "other.com",
        "pp.site.com",
        "x.app.site.com",
        "site.com.",
        "1.2.3.4",
    ] {
        check(
            &format!("a=b; Domain={mismatch}"),
            Err(CookieRefusal::DomainMismatch),
        );
    }
    check("a=b; Domain=com", Err(CookieRefusal::DomainIsPublicSuffix));
    check("a=b; Domain=\u{fc}.com", Err(CookieRefusal::DomainNotAHost));
    check("a=b; Domain=a b", Err(CookieRefusal::DomainNotAHost));
}

#[test]
fn a_cookie_with_a_domain_goes_to_all_below_it_and_one_without_to_its_host_alone() {
    let mut jar = Jar::with(&[
        (HOME, "a=1; Domain=site.com; Path=/"),
        (HOME, "b=2; Path=/"),
    ]);
    assert_eq!(jar.sent("https://app.site.com/"), "a=1; b=2");
    assert_eq!(jar.sent("https://x.app.site.com/"), "a=1");
    assert_eq!(jar.sent("https://site.com/"), "a=1");
    assert_eq!(jar.sent("https://notsite.com/"), "");
}

#[test]
fn a_public_suffix_can_set_cookies_for_itself_alone() {
    let mut jar = Jar::with(&[("https://github.io/", "a=1; Domain=github.io")]);
    assert_eq!(jar.sent("https://github.io/"), "a=1");
    assert_eq!(jar.sent("https://me.github.io/"), "");
    let refused = jar.set("https://me.github.io/", "a=1; Domain=github.io");
    assert_eq!(refused, Err(CookieRefusal::DomainIsPublicSuffix));
    let refused = jar.set("http://me.localhost/", "a=1; Domain=localhost");
    assert_eq!(refused, Err(CookieRefusal::DomainIsPublicSuffix));
}

#[test]
fn an_address_has_nothing_below_it() {
    let mut jar = Jar::with(&[
        ("http://127.0.0.1/", "a=1; Domain=127.0.0.1"),
        ("http://[::1]/", "b=2; Domain=[::1]"),
    ]);
    assert_eq!(jar.sent("http://127.0.0.1:8000/"), "a=1");
    assert_eq!(jar.sent("http://[::1]/"), "b=2");
    let refused = jar.set("http://127.0.0.1/", "a=1; Domain=0.0.1");
    assert_eq!(refused, Err(CookieRefusal::DomainMismatch));
    assert!(!domain_matches("127.0.0.1", "0.1") && domain_matches("a.b", "b"));
}

#[test]
fn a_path_matches_itself_and_what_is_below_it() {
    for (request, cookie, expected) in [
        ("/", "/", true),
        ("/a", "/", true),
        ("/a", "/a", true),
        ("/a/b", "/a", true),
        ("/a/b", "/a/", true),
        ("/ab", "/a", false),
        ("/a", "/a/", false),
        ("/a/", "/ab", false),
    ] {
        assert_eq!(
            path_matches(request.as_bytes(), cookie.as_bytes()),
            expected
        );
    }
    for (path, expected) in [
        ("/", "/"),
        ("/a", "/"),
        ("/a/", "/a"),
        ("/a/b/c", "/a/b"),
        ("", "/"),
    ] {
        assert_eq!(default_path(path), expected);
    }
}

#[test]
fn a_path_that_does_not_start_with_a_slash_is_none() {
    check("a=b; Path=dir", Ok("a=b"));
    check("a=b; Path=", Ok("a=b"));
    check("a=b; Path=/other", Ok(""));
    check("a=b; Path=/other; Path=/dir", Ok("a=b"));
}

#[test]
fn longer_paths_come_first_and_then_older_cookies() {
    let mut jar = Jar::with(&[
        (HOME, "root=1; Path=/"),
        (HOME, "old=2"),
        (HOME, "new=3"),
        (HOME, "page=4; Path=/dir/page"),
        (HOME, "old=5"),
    ]);
    assert_eq!(jar.sent(HOME), "page=4; old=5; new=3; root=1");
}

#[test]
fn a_secure_cookie_is_neither_set_nor_sent_over_plain_http() {
    let mut jar = Jar::with(&[("https://a.test/", "a=1; Secure")]);
    assert_eq!(jar.sent("https://a.test/"), "a=1");
    assert_eq!(jar.sent("http://a.test/"), "");
    let refused = jar.set("http://a.test/", "b=1; Secure");
    assert_eq!(refused, Err(CookieRefusal::SecureOverHttp));
}

#[test]
fn plain_http_cannot_stand_in_for_a_secure_cookie() {
    let mut jar = Jar::with(&[("https://x.site.com/", "a=1; Secure; Path=/login")]);
    for (from, cookie) in [
        ("http://x.site.com/", "a=2; Path=/login"),
        ("http://x.site.com/", "a=2; Path=/login/en"),
        ("http://y.x.site.com/", "a=2; Path=/login; Domain=site.com"),
        (
            "http://y.x.site.com/",
            "a=2; Path=/login; Domain=x.site.com",
        ),
    ] {
        assert_eq!(
            jar.set(from, cookie),
            Err(CookieRefusal::OverlaysSecure),
            "{cookie}"
        );
    }
    assert_eq!(jar.set("http://x.site.com/", "a=2; Path=/"), Ok(()));
    assert_eq!(jar.set("http://x.site.com/", "b=2; Path=/login"), Ok(()));
    assert_eq!(jar.set("http://x.site.com/", "b=3; Path=/login"), Ok(()));
    assert_eq!(jar.set("http://y.site.com/", "a=2; Path=/login"), Ok(()));
    let mut jar = Jar::with(&[("https://x.site.com/", "a=1; Secure; Domain=site.com")]);
    let refused = jar.set("http://y.site.com/", "a=2");
    assert_eq!(refused, Err(CookieRefusal::OverlaysSecure));
}

#[test]
fn scripts_neither_see_nor_touch_what_is_http_only() {
    let page = url(HOME);
    let mut jar = Jar::with(&[(HOME, "a=1; HttpOnly"), (HOME, "b=2")]);
    assert_eq!(jar.0.document_cookie(&page, NOW), b"b=2");
    assert_eq!(jar.sent(HOME), "a=1; b=2");
    let mut set = |cookie: &[u8]| jar.0.set_document_cookie(cookie, &page, NOW);
    assert_eq!(
        set(b"c=3; HttpOnly"),
        Err(CookieRefusal::HttpOnlyFromScript)
    );
    assert_eq!(set(b"a=3"), Err(CookieRefusal::ReplacesHttpOnly));
    assert_eq!(set(b"b=3"), Ok(()));
    assert_eq!(jar.sent(HOME), "a=1; b=3");
}

/// What goes back in the three contexts.
fn sent_by_context(jar: &mut Jar, to: &str) -> [String; 3] {
    let contexts = [
        SameSiteContext::StrictOrLess,
        SameSiteContext::LaxOrLess,
        SameSiteContext::UnsetOrLess,
    ];
    contexts.map(|context| jar.sent_in(to, context, NOW))
}

#[test]
fn same_site_says_which_cookies_go_across_sites() {
    let cookies = [
        (HOME, "s=1; SameSite=Strict"),
        (HOME, "l=1; SameSite=lax"),
        (HOME, "u=1"),
        (HOME, "n=1; SameSite=None; Secure"),
        (HOME, "x=1; SameSite=nonsense"),
    ];
    let all = "s=1; l=1; u=1; n=1; x=1";
    let mut jar = Jar::with(&cookies);
    assert_eq!(
        sent_by_context(&mut jar, HOME),
        [all, "l=1; u=1; n=1; x=1", "n=1"]
    );
    let rules = CookieRules {
        unset_same_site: UnsetSameSite::None,
        ..CookieRules::default()
    };
    let mut jar = Jar(CookieStore::new(rules));
    for (from, cookie) in cookies {
        assert_eq!(jar.set(from, cookie), Ok(()));
    }
    let expected = [all, "l=1; u=1; n=1; x=1", "u=1; n=1; x=1"];
    assert_eq!(sent_by_context(&mut jar, HOME), expected);
}

#[test]
fn what_does_not_go_across_sites_is_not_set_across_sites() {
    let mut jar = Jar::new();
    let mut set = |cookie| jar.set_in(HOME, cookie, SameSiteContext::UnsetOrLess);
    for cookie in ["a=1", "a=1; SameSite=Lax", "a=1; SameSite=Strict"] {
        assert_eq!(set(cookie), Err(CookieRefusal::SameSiteAcrossSites));
    }
    assert_eq!(
        set("a=1; SameSite=None"),
        Err(CookieRefusal::SameSiteNoneWithoutSecure)
    );
    assert_eq!(set("a=1; SameSite=None; Secure"), Ok(()));
}

#[test]
fn a_request_that_is_or_was_at_another_site_has_only_cookies_that_go_everywhere() {
    let context = |page: &str, urls: &[&str]| {
        let mut request = request(page, &asked(urls[0]));
        for redirect in &urls[1..] {
            request = request.redirected_to(url(redirect));
        }
        SameSiteContext::of(&request)
    };
    let (page, sibling, other) = (HOME, "https://api.site.com/", "https://other.com/");
    assert_eq!(context(page, &[page]), SameSiteContext::StrictOrLess);
    assert_eq!(
        context(page, &[sibling, page]),
        SameSiteContext::StrictOrLess
    );
    assert_eq!(
        context(page, &["http://app.site.com/"]),
        SameSiteContext::UnsetOrLess
    );
    assert_eq!(context(page, &[other]), SameSiteContext::UnsetOrLess);
    assert_eq!(context(page, &[other, page]), SameSiteContext::UnsetOrLess);
}

#[test]
fn a_prefix_is_a_promise_in_any_case() {
    for (attributes, expected) in [
        ("Secure; Path=/", true),
        ("Path=/", false),
        ("Secure", false),
        ("Secure; Path=/; Domain=app.site.com", false),
        ("Secure; Path=/dir", false),
    ] {
        let mut jar = Jar::new();
        let set = jar.set(HOME, &format!("__HoSt-a=b; {attributes}"));
        assert_eq!(set.is_ok(), expected, "{attributes}");
    }
    check("__secure-a=b", Err(CookieRefusal::Prefix));
    check("__Secure-a=b; Secure", Ok("__Secure-a=b"));
    check("__Http-a=b; Secure", Err(CookieRefusal::Prefix));
    check("__Http-a=b; Secure; HttpOnly", Ok("__Http-a=b"));
    check(
        "__Host-Http-a=b; Secure; Path=/",
        Err(CookieRefusal::Prefix),
    );
    check(
        "__Host-Http-a=b; Secure; Path=/; HttpOnly",
        Ok("__Host-Http-a=b"),
    );
    for value in ["__host-a", "=__Secure-a", "__HTTP-=x"] {
        let mut jar = Jar::new();
        let refused = jar
            .set(HOME, &format!("{value}; Path=/"))
            .expect_err("a promise");
        assert!(matches!(
            refused,
            CookieRefusal::Prefix | CookieRefusal::PrefixInValue
        ));
    }
}

#[test]
fn a_host_keeps_what_was_used_last_and_its_secure_cookies_longest() {
    let mut jar = Jar::with(&[
        (
            "https://app.site.com/secure",
            "secure=1; Secure; Path=/secure",
        ),
        (HOME, "read=1; Path=/read"),
        (HOME, "unread=1; Path=/unread"),
    ]);
    assert_eq!(jar.sent("https://app.site.com/read"), "read=1");
    for number in 3..=MAX_COOKIES_PER_HOST {
        assert_eq!(jar.set(HOME, &format!("c{number}=1")), Ok(()));
    }
    assert_eq!(jar.0.len(), MAX_COOKIES_PER_HOST);
    let left = ["secure", "read", "unread"].map(|path| {
        let url = format!("https://app.site.com/{path}");
        !jar.sent(&url).is_empty()
    });
    assert_eq!(left, [true, true, false]);
}

#[test]
fn there_is_an_end_to_all_cookies_together() {
    let mut jar = Jar::new();
    for number in 0..MAX_COOKIES + 10 {
        let from = format!("https://h{}.test/", number / 20);
        assert_eq!(jar.set(&from, &format!("c{number}=1")), Ok(()));
    }
    assert_eq!(jar.0.len(), MAX_COOKIES);
    let left = jar.sent("https://h0.test/");
    assert_eq!(left.split("; ").count(), 10);
    assert!(left.starts_with("c10=1"));
}

#[test]
fn a_url_without_a_host_has_no_cookies() {
    let mut jar = Jar::new();
    assert_eq!(jar.set("data:,x", "a=b"), Err(CookieRefusal::NoHost));
    assert_eq!(jar.sent("data:,x"), "");
}
