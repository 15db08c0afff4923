//! The cookie store does what a naive one does, which keeps all cookies in a list.

use std::time::Duration;

use corsac_fetch::cookies::{
    CookieCaller, CookieContext, CookieStore, SameSiteContext, parse_date,
};
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::url;

/// A cookie as it is set, over few enough values that they meet.
#[derive(Clone, Debug)]
struct Set {
    name: &'static str,
    value: u8,
    domain: Option<&'static str>,
    path: Option<&'static str>,
    secure: bool,
    http_only: bool,
    same_site: Option<&'static str>,
    max_age: Option<i64>,
}

impl Set {
    fn text(&self) -> String {
        let mut text = format!("{}={}", self.name, self.value);
        let attributes = [
            self.domain.map(|it| format!("; Domain={it}")),
            self.path.map(|it| format!("; Path={it}")),
            self.secure.then(|| "; Secure".to_owned()),
            self.http_only.then(|| "; HttpOnly".to_owned()),
            self.same_site.map(|it| format!("; SameSite={it}")),
            self.max_age.map(|it| format!("; Max-Age={it}")),
        ];
        text.extend(attributes.into_iter().flatten());
        text
    }
}

#[derive(Clone, Debug)]
enum Step {
    Store(Set, &'static str, SameSiteContext, CookieCaller),
    Retrieve(&'static str, SameSiteContext, CookieCaller),
    Wait(u64),
}

/// A cookie in the list of the naive store.
#[derive(Clone, Debug)]
struct Kept {
    set: Set,
    host: String,
    host_only: bool,
    path: String,
    ends: Option<i64>,
}

/// Keeps cookies in the order of their creation.
#[derive(Default)]
struct Naive {
    cookies: Vec<Kept>,
    now: i64,
}

fn is_below(host: &str, domain: &str) -> bool {
    host == domain || host.ends_with(&format!(".{domain}"))
}

fn is_in(path: &str, directory: &str) -> bool {
    path == directory
        || format!("{path}/").starts_with(&format!("{}/", directory.trim_end_matches('/')))
            && (!directory.ends_with('/') || path.starts_with(directory))
}

fn level(same_site: Option<&str>) -> u8 {
    match same_site {
        Some("Strict") => 2,
        Some("None") => 0,
        Some(_) | None => 1,
    }
}

fn highest(context: SameSiteContext) -> u8 {
    match context {
        SameSiteContext::StrictOrLess => 2,
        SameSiteContext::LaxOrLess => 1,
        SameSiteContext::UnsetOrLess => 0,
    }
}

impl Naive {
    fn forget_ended(&mut self) {
        let now = self.now;
        self.cookies
            .retain(|kept| kept.ends.is_none_or(|ends| ends > now));
    }

    fn store(&mut self, set: &Set, from: &str, context: SameSiteContext, caller: CookieCaller) {
        self.forget_ended();
        let url = url(from);
        let host = url.host_str().expect("a host").to_owned();
        let is_https = url.scheme() == "https";
        let directory = url.path().rsplit_once('/').expect("a slash").0;
        let directory = if directory.is_empty() { "/" } else { directory };
        let kept = Kept {
            host: set.domain.unwrap_or(&host).to_owned(),
            host_only: set.domain.is_none(),
            path: set.path.unwrap_or(directory).to_owned(),
            ends: set
                .max_age
                .map(|age| if age <= 0 { i64::MIN } else { self.now + age }),
            set: set.clone(),
        };
        let overlays = |old: &Kept| {
            old.set.secure
                && old.set.name == set.name
                && (is_below(&old.host, &kept.host) || is_below(&kept.host, &old.host))
                && is_in(&kept.path, &old.path)
        };
        let is_script = caller == CookieCaller::Script;
        let is_same = |old: &Kept| {
            (old.set.name, &old.host, old.host_only, &old.path)
                == (kept.set.name, &kept.host, kept.host_only, &kept.path)
        };
        let is_refused = kept.host == "com"
            || !is_below(&host, &kept.host)
            || is_script && set.http_only
            || !is_https && (set.secure || self.cookies.iter().any(overlays))
            || highest(context) == 0 && level(set.same_site) > 0
            || level(set.same_site) == 0 && !set.secure
            || set.name == "__Host-c" && !(set.secure && kept.host_only && set.path == Some("/"))
            || self
                .cookies
                .iter()
                .any(|old| is_script && is_same(old) && old.set.http_only);
        if is_refused {
            return;
        }
        match self.cookies.iter().position(is_same) {
            Some(at) => self.cookies[at] = kept,
            None => self.cookies.push(kept),
        }
        self.forget_ended();
    }

    fn retrieve(&mut self, to: &str, context: SameSiteContext, caller: CookieCaller) -> String {
        self.forget_ended();
        let url = url(to);
        let host = url.host_str().expect("a host");
        let mut sent: Vec<_> = self
            .cookies
            .iter()
            .filter(|kept| {
                let is_for_host = if kept.host_only {
                    host == kept.host
                } else {
                    is_below(host, &kept.host)
                };
                is_for_host
                    && is_in(url.path(), &kept.path)
                    && (!kept.set.secure || url.scheme() == "https")
                    && (!kept.set.http_only || caller == CookieCaller::Http)
                    && level(kept.set.same_site) <= highest(context)
            })
            .collect();
        sent.sort_by_key(|kept| usize::MAX - kept.path.len());
        let sent = sent
            .iter()
            .map(|kept| format!("{}={}", kept.set.name, kept.set.value));
        sent.collect::<Vec<_>>().join("; ")
    }
}

const URLS: [&str; 6] = [
    "https://site.com/",
    "http://site.com/a/b",
    "https://x.site.com/a/",
    "http://x.site.com/a/b/c",
    "https://y.x.site.com/ab",
    "https://other.com/a",
];

fn sets() -> impl Strategy<Value = Set> {
    (
        select(vec!["a", "b", "__Host-c"]),
        any::<u8>(),
        select(vec![
            None,
            Some("site.com"),
            Some("x.site.com"),
            Some("other.com"),
            Some("com"),
        ]),
        select(vec![None, Some("/"), Some("/a"), Some("/a/"), Some("/a/b")]),
        any::<bool>(),
        any::<bool>(),
        select(vec![None, Some("Strict"), Some("Lax"), Some("None")]),
        select(vec![None, Some(-1), Some(0), Some(5), Some(50)]),
    )
        .prop_map(
            |(name, value, domain, path, secure, http_only, same_site, max_age)| Set {
                name,
                value,
                domain,
                path,
                secure,
                http_only,
                same_site,
                max_age,
            },
        )
}

fn steps() -> impl Strategy<Value = Step> {
    let contexts = || {
        select(vec![
            SameSiteContext::StrictOrLess,
            SameSiteContext::LaxOrLess,
            SameSiteContext::UnsetOrLess,
        ])
    };
    let callers = || select(vec![CookieCaller::Http, CookieCaller::Script]);
    let urls = || select(URLS.to_vec());
    prop_oneof![
        4 => (sets(), urls(), contexts(), callers())
            .prop_map(|(set, from, context, caller)| Step::Store(set, from, context, caller)),
        3 => (urls(), contexts(), callers())
            .prop_map(|(to, context, caller)| Step::Retrieve(to, context, caller)),
        1 => (0_u64..10).prop_map(Step::Wait),
    ]
}

fn run(steps: Vec<Step>) {
    let (mut store, mut naive) = (CookieStore::default(), Naive::default());
    let epoch = 1_000_000;
    for step in steps {
        let now = Duration::from_secs(epoch + naive.now.unsigned_abs());
        match step {
            Step::Store(set, from, same_site, caller) => {
                naive.store(&set, from, same_site, caller);
                let context = CookieContext {
                    url: &url(from),
                    caller,
                    same_site,
                };
                // Whether it is refused shows in what is sent.
                _ = store.store(set.text().as_bytes(), context, now);
            }
            Step::Retrieve(to, same_site, caller) => {
                let context = CookieContext {
                    url: &url(to),
                    caller,
                    same_site,
                };
                let found = store.retrieve(context, now).unwrap_or_default();
                let expected = naive.retrieve(to, same_site, caller);
                assert_eq!(String::from_utf8_lossy(&found), expected);
            }
            Step::Wait(seconds) => naive.now += i64::try_from(seconds).expect("few seconds"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_naive_store_sends_the_same_cookies(steps in prop::collection::vec(steps(), 1..60)) {
        run(steps);
    }

    #[test]
    fn no_bytes_panic(cookie: Vec<u8>, date: Vec<u8>) {
        let page = url("https://a.site.com/x/y");
        let mut store = CookieStore::default();
        let mut line = b"a=b; Expires=".to_vec();
        line.extend(&date);
        for bytes in [&cookie, &line] {
            _ = store.set_document_cookie(bytes, &page, Duration::ZERO);
        }
        _ = parse_date(&date);
        drop(store.document_cookie(&page, Duration::MAX));
    }
}
