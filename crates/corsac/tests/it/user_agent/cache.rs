//! The CORS-preflight cache: R48 to R54.

use std::time::Duration;

use corsac::user_agent::{
    CacheKey, CheckedRequest, CredentialsMode, PreflightCache, PreflightPermissions, Quirks,
    UnsafeHeaderNames, UseCorsPreflight,
};

use super::{headers, origin, sent};

/// A cache, and a request that differs from test to test.
struct Bench {
    cache: PreflightCache,
    page: &'static str,
    url: &'static str,
}

impl Bench {
    fn new() -> Self {
        Self {
            cache: PreflightCache::default(),
            page: "https://app.example",
            url: "https://api.example/",
        }
    }

    fn key(&self) -> CacheKey {
        let (partition, url) = (origin(self.page).site(), self.url.into());
        CacheKey {
            partition,
            origin: sent(self.page),
            url,
        }
    }

    /// Stores at the time 0 what `allowed` says: methods, a bar, header names.
    fn store(&mut self, mode: CredentialsMode, allowed: &str, seconds: u64) {
        let (methods, names) = allowed.split_once('|').expect("a bar");
        let permissions = PreflightPermissions {
            methods: words(methods),
            header_names: words(names),
            max_age: Duration::from_secs(seconds),
        };
        let (key, origin, list) = (self.key(), sent(self.page), UnsafeHeaderNames::default());
        let request = checked(b"GET", &list, &origin, mode);
        self.cache
            .store(key, &request, &permissions, (&Quirks::SPEC, Duration::ZERO));
    }

    fn allows(&self, mode: CredentialsMode, method: &str, lines: &[&str], now: u64) -> bool {
        let (origin, list) = (sent(self.page), UnsafeHeaderNames::of(&headers(lines)));
        let request = checked(method.as_bytes(), &list, &origin, mode);
        self.cache.allows(
            &self.key(),
            &request,
            &Quirks::SPEC,
            Duration::from_secs(now),
        )
    }
}

fn words(text: &str) -> Vec<&[u8]> {
    text.split_whitespace().map(str::as_bytes).collect()
}

fn checked<'a>(
    method: &'a [u8],
    unsafe_header_names: &'a UnsafeHeaderNames,
    origin: &'a corsac::user_agent::SerializedRequestOrigin,
    credentials_mode: CredentialsMode,
) -> CheckedRequest<'a> {
    let use_cors_preflight = UseCorsPreflight::Unset;
    CheckedRequest {
        method,
        unsafe_header_names,
        origin,
        credentials_mode,
        use_cors_preflight,
    }
}

const OMIT: CredentialsMode = CredentialsMode::Omit;
const INCLUDE: CredentialsMode = CredentialsMode::Include;

#[test]
fn what_was_allowed_is_allowed_until_it_expires() {
    let mut bench = Bench::new();
    bench.store(OMIT, "PUT|x-a", 10);
    assert!(bench.allows(OMIT, "PUT", &["X-A: 1"], 9));
    assert!(!bench.allows(OMIT, "PUT", &["X-A: 1"], 10));
    assert!(!bench.allows(OMIT, "DELETE", &[], 0));
    assert!(!bench.allows(OMIT, "PUT", &["x-b: 1"], 0));
    assert!(bench.allows(OMIT, "GET", &["x-a: 1"], 0));
}

#[test]
fn a_new_answer_with_a_max_age_of_zero_ends_what_it_names() {
    let mut bench = Bench::new();
    bench.store(OMIT, "PUT DELETE|", 10);
    bench.store(OMIT, "PUT|", 0);
    assert!(!bench.allows(OMIT, "PUT", &[], 0));
    assert!(bench.allows(OMIT, "DELETE", &[], 0));
}

#[test]
fn a_new_answer_leaves_alone_what_it_does_not_name() {
    let mut bench = Bench::new();
    bench.store(OMIT, "PUT DELETE|x-a x-b", 10);
    bench.store(OMIT, "DELETE|X-B x-c", 20);
    assert_eq!(bench.cache.len(), 5);
    assert!(bench.allows(OMIT, "PUT", &["x-a: 1", "x-c: 1"], 9));
    assert!(bench.allows(OMIT, "DELETE", &["x-b: 1", "x-c: 1"], 19));
    assert!(!bench.allows(OMIT, "PUT", &[], 10) && !bench.allows(OMIT, "GET", &["x-a: 1"], 10));
}

#[test]
fn a_wildcard_allows_everything_but_authorization() {
    let mut bench = Bench::new();
    bench.store(OMIT, "*|*", 10);
    assert!(bench.allows(OMIT, "PURGE", &["x-a: 1"], 0));
    assert!(!bench.allows(OMIT, "GET", &["authorization: x"], 0));
}

#[test]
fn a_wildcard_with_credentials_is_a_name() {
    let mut bench = Bench::new();
    bench.store(INCLUDE, "PUT *|*", 10);
    assert!(bench.allows(INCLUDE, "PUT", &[], 0));
    assert!(!bench.allows(INCLUDE, "DELETE", &[], 0));
    assert!(bench.allows(INCLUDE, "*", &["*: 1"], 0));
}

#[test]
fn credentials_cover_their_absence_but_not_the_other_way() {
    let mut bench = Bench::new();
    bench.store(INCLUDE, "PUT|", 10);
    assert!(bench.allows(OMIT, "PUT", &[], 0));
    let mut bench = Bench::new();
    bench.store(OMIT, "PUT|", 10);
    assert!(!bench.allows(INCLUDE, "PUT", &[], 0));
}

#[test]
fn another_origin_or_url_is_another_matter() {
    let mut bench = Bench::new();
    bench.store(OMIT, "PUT|", 10);
    bench.page = "https://other.example";
    assert!(!bench.allows(OMIT, "PUT", &[], 0));
    bench.page = "https://app.example";
    bench.url = "https://api.example/?other";
    assert!(!bench.allows(OMIT, "PUT", &[], 0));
}

#[test]
fn clearing_forgets_both_kinds() {
    let mut bench = Bench::new();
    bench.store(OMIT, "PUT|x-a", 10);
    bench.store(INCLUDE, "PUT|x-a", 10);
    assert_eq!(bench.cache.len(), 4);
    let key = bench.key();
    bench.cache.clear(&key);
    assert!(bench.cache.is_empty());
    assert!(!bench.allows(OMIT, "PUT", &[], 0));
}

#[test]
fn storing_again_starts_the_time_anew() {
    let mut bench = Bench::new();
    bench.store(OMIT, "PUT|", 5);
    bench.store(OMIT, "PUT|", 10);
    assert!(bench.allows(OMIT, "PUT", &[], 9));
    assert_eq!(bench.cache.len(), 1);
}
