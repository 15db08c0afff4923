//! The origin set: the same answers as its patterns, one by one.

use corsac::origin::Origin;
use corsac::server::{OriginPattern, OriginSet};
use proptest::prelude::*;
use proptest::sample::select;

/// Is the origin in one of the patterns? Straight from the prose, with pieces of text.
fn is_contained_naively(pattern: &str, origin: &str) -> bool {
    let split = |text: &str| -> (String, String, Option<String>) {
        let (scheme, authority) = text.split_once("://").expect("a scheme");
        match authority.rsplit_once(':') {
            Some((host, port)) => (scheme.into(), host.into(), Some(port.into())),
            None => (scheme.into(), authority.into(), None),
        }
    };
    let (scheme, host, port) = split(pattern);
    let (its_scheme, its_host, its_port) = split(origin);
    let is_host = match host.split_once('*') {
        None => host == its_host,
        Some(("", parent)) if parent.starts_with('.') => {
            its_host.ends_with(parent) && its_host.len() > parent.len()
        }
        Some((start, end)) => (1..=its_host.len()).any(|len| {
            let filling = "x".repeat(len);
            its_host.len() == start.len() + len + end.len()
                && its_host.replace(|it| it != '.', "x")
                    == format!("{start}{filling}{end}").replace(|it| it != '.', "x")
                && its_host.starts_with(start)
                && its_host.ends_with(end)
        }),
    };
    scheme == its_scheme && is_host && (port.as_deref() == Some("*") || port == its_port)
}

/// Patterns and origins over few schemes, hosts and ports, so that near misses are frequent.
fn any_pattern() -> impl Strategy<Value = String> {
    let host = prop_oneof![
        any_host(),
        any_host().prop_map(|host| format!("*.{host}")),
        (any_label(), any_label(), any_host())
            .prop_map(|(start, end, host)| format!("{start}*{end}.{host}")),
        (any_label(), any_host()).prop_map(|(start, host)| format!("{start}-*.{host}")),
        (any_label(), any_label(), any_host())
            .prop_map(|(first, end, host)| format!("{first}.*-{end}.{host}")),
    ];
    let port = select(vec!["", ":*", ":81", ":8443"]);
    (select(vec!["http", "https", "app"]), host, port)
        .prop_map(|(scheme, host, port)| format!("{scheme}://{host}{port}"))
}

fn any_origin() -> impl Strategy<Value = String> {
    let port = select(vec!["", ":81", ":8443", ":9"]);
    (select(vec!["http", "https", "app"]), any_host(), port)
        .prop_map(|(scheme, host, port)| format!("{scheme}://{host}{port}"))
}

fn any_label() -> impl Strategy<Value = String> {
    select(vec!["a", "b", "ab", "ba", "a-b", "aab"]).prop_map(String::from)
}

fn any_host() -> impl Strategy<Value = String> {
    proptest::collection::vec(any_label(), 1..4).prop_map(|labels| labels.join("."))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn the_set_says_what_a_naive_matcher_says(
        patterns in proptest::collection::vec(any_pattern(), 0..12),
        origins in proptest::collection::vec(any_origin(), 12),
    ) {
        let parsed: Vec<OriginPattern> =
            patterns.iter().map(|it| it.parse().expect("a pattern")).collect();
        let set = OriginSet::new(&parsed).expect("few patterns");
        for origin in &origins {
            let expected = patterns.iter().any(|it| is_contained_naively(it, origin));
            let one_by_one = Origin::parse(origin.as_bytes()).expect("an origin");
            let found = set.contains(origin.as_bytes());
            prop_assert_eq!(found, Ok(expected), "{} in {:?}", origin, patterns);
            prop_assert_eq!(parsed.iter().any(|it| it.contains(&one_by_one)), expected);
        }
    }

    #[test]
    fn no_bytes_make_the_set_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let patterns = ["https://*.a.b", "http://x-*.a.b:*", "null", "https://a:*"];
        let patterns = patterns.map(|it| it.parse().expect("a pattern"));
        let set = OriginSet::new(&patterns).expect("few patterns");
        let _ = set.contains(&bytes);
    }
}

#[test]
fn every_pattern_of_a_large_set_is_found_and_nothing_else() {
    let patterns: Vec<OriginPattern> = (0..30_000)
        .map(|number| match number % 5 {
            0 => format!("https://shop-{number}.example"),
            1 => format!("https://*.tenant-{number}.example"),
            2 => format!("http://host-{number}.example:*"),
            3 => format!("https://pr-*--site-{number}.example.app"),
            _ => format!("https://*.deep-{number}.a.b.example:*"),
        })
        .map(|text| text.parse().expect("a pattern"))
        .collect();
    let set = OriginSet::new(&patterns).expect("not too large");
    assert_eq!(set.patterns(), patterns.len());
    for number in 0..30_000 {
        let (inside, outside) = match number % 5 {
            0 => (
                format!("https://shop-{number}.example"),
                format!("http://shop-{number}.example"),
            ),
            1 => (
                format!("https://x.y.tenant-{number}.example"),
                format!("https://tenant-{number}.example"),
            ),
            2 => (
                format!("http://host-{number}.example:99"),
                format!("http://x.host-{number}.example:99"),
            ),
            3 => (
                format!("https://pr-7--site-{number}.example.app"),
                format!("https://pr---site-{number}.example.app"),
            ),
            _ => (
                format!("https://x.deep-{number}.a.b.example:77"),
                format!("https://deep-{number}.a.b.example:77"),
            ),
        };
        assert_eq!(set.contains(inside.as_bytes()), Ok(true), "{inside}");
        assert_eq!(set.contains(outside.as_bytes()), Ok(false), "{outside}");
    }
}

#[test]
fn null_is_contained_only_if_it_is_listed() {
    let set_of = |patterns: &[&str]| {
        let patterns: Vec<_> = patterns
            .iter()
            .map(|it| it.parse().expect("a pattern"))
            .collect();
        OriginSet::new(&patterns).expect("few patterns")
    };
    assert_eq!(set_of(&["https://a.example"]).contains(b"null"), Ok(false));
    assert_eq!(set_of(&["null"]).contains(b"null"), Ok(true));
    assert_eq!(set_of(&["*"]).contains(b"null"), Ok(true));
    assert!(set_of(&["null"]).contains(b"NULL").is_err());
    assert_eq!(set_of(&[]).contains(b"https://a.example"), Ok(false));
}
