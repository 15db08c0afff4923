//! The set of origins says what a naive matcher says.

use corsac::server::{OriginPattern, OriginSet};
use corsac_conformance::oracle::{is_serialized_domain_origin, pattern_contains};
use proptest::prelude::*;
use proptest::sample::select;

use super::cases;

/// Few labels, and such as are parts of one another, so that near misses abound.
fn label() -> impl Strategy<Value = &'static str> {
    select(vec![
        "a",
        "b",
        "ab",
        "ba",
        "a-b",
        "a--b",
        "x",
        "app",
        "example",
        "xn--bcher-kva",
    ])
}

fn host() -> impl Strategy<Value = String> {
    prop::collection::vec(label(), 1..5).prop_map(|labels| labels.join("."))
}

fn port() -> impl Strategy<Value = &'static str> {
    select(vec!["", "", ":8080", ":8081", ":80", ":443"])
}

fn scheme() -> impl Strategy<Value = &'static str> {
    select(vec!["https://", "https://", "http://"])
}

/// A pattern as an operator might write it; some are none, and are left out.
fn pattern() -> impl Strategy<Value = String> {
    let hole = prop_oneof![Just("*-"), Just("-*"), Just("*"), Just("-*-"), Just("a*")];
    let host_pattern = prop_oneof![
        4 => host(),
        4 => host().prop_map(|host| format!("*.{host}")),
        4 => (host(), hole, label()).prop_map(|(host, hole, label)| format!("{label}{hole}.{host}")),
        2 => (label(), label(), host()).prop_map(|(a, b, host)| format!("{a}.{b}-*x.{host}")),
    ];
    let port = prop_oneof![3 => port(), 1 => Just(":*")];
    let tuple = (scheme(), host_pattern, port).prop_map(|(a, b, c)| format!("{a}{b}{c}"));
    prop_oneof![40 => tuple, 1 => Just("*".to_owned())]
}

/// An origin, or what a change or two make of it: another one, or none.
fn near_miss(origin: String) -> impl Strategy<Value = String> {
    let changes: Vec<fn(&str) -> String> = vec![
        |it| it.replacen("://", "://a.", 1),
        |it| it.replacen("://", "://a", 1),
        |it| it.replacen("://", "://a-", 1),
        |it| it.replacen("://", "://.", 1),
        |it| it.replacen('.', "", 1),
        |it| it.replacen('.', "-", 1),
        |it| it.replacen('.', "..", 1),
        |it| {
            it.split_once('.')
                .map_or_else(String::new, |(_, rest)| format!("https://{rest}"))
        },
        |it| format!("{it}.example"),
        |it| format!("{it}x"),
        |it| format!("{it}."),
        |it| format!("{it}/"),
        |it| format!("{it}:8080"),
        |it| format!("{it}:443"),
        |it| it.replacen(":80", ":180", 1),
        |it| it.replacen("https", "http", 1),
        |it| it.replacen("http:", "https:", 1),
        |it| it.replacen('a', "A", 1),
        |it| it.to_uppercase(),
        |it| it.replacen("://", "://user@", 1),
        |it| it.replacen("-b", "", 1),
        |it| it.replacen("--", "-", 1),
        |it| it.replacen('-', "-evil.", 1),
        |it| it.chars().take(it.len().saturating_sub(1)).collect(),
    ];
    let changes = || select(changes.clone());
    let kept: fn(&str) -> String = str::to_owned;
    let first = prop_oneof![3 => Just(kept), 5 => changes()];
    let second = prop_oneof![6 => Just(kept), 1 => changes()];
    (first, second).prop_map(move |(first, second)| second(&first(&origin)))
}

/// An origin near one of the patterns: its `*` filled in, then changed.
fn origin_near(patterns: Vec<String>) -> impl Strategy<Value = String> {
    let filling = select(vec!["a", "b", "ab", "a-b", "a.b", "42", "", "-"]);
    let port = select(vec!["8080", "9000", "443", "80"]);
    (select(patterns), filling, port).prop_flat_map(|(pattern, filling, port)| {
        let origin = match pattern.strip_suffix(":*") {
            Some(rest) => format!("{rest}:{port}"),
            None => pattern,
        };
        near_miss(origin.replace('*', filling))
    })
}

fn patterns_and_origin() -> impl Strategy<Value = (Vec<String>, String)> {
    let is_pattern = |it: &String| OriginPattern::parse(it).is_ok();
    let patterns = prop::collection::vec(pattern().prop_filter("no pattern", is_pattern), 1..8);
    patterns.prop_flat_map(|patterns| (Just(patterns.clone()), origin_near(patterns)))
}

proptest! {
    #![proptest_config(cases(10_000))]

    #[test]
    fn the_set_contains_what_the_naive_matcher_says((patterns, origin) in patterns_and_origin()) {
        let parsed: Vec<_> = patterns.iter().map(|it| OriginPattern::parse(it)).collect();
        let parsed: Vec<_> = parsed.into_iter().collect::<Result<_, _>>()?;
        let set = OriginSet::new(&parsed).expect("eight patterns are few");
        let answer = set.contains(origin.as_bytes());
        let is_origin = is_serialized_domain_origin(&origin);
        prop_assert_eq!(answer.is_ok(), is_origin, "{} in {:?}", origin, patterns);
        let naive = is_origin && patterns.iter().any(|it| pattern_contains(it, &origin));
        prop_assert_eq!(answer == Ok(true), naive, "{} in {:?}", origin, patterns);
    }
}

/// The generators would be worth nothing if they hit nothing.
#[test]
fn a_good_part_of_the_generated_origins_are_contained_and_a_good_part_are_none() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::new(cases(0));
    let (mut n_contained, mut n_refused, mut n_malformed) = (0, 0, 0);
    for _ in 0..2000 {
        let tree = patterns_and_origin()
            .new_tree(&mut runner)
            .expect("there are patterns");
        let (patterns, origin) = tree.current();
        if !is_serialized_domain_origin(&origin) {
            n_malformed += 1;
        } else if patterns.iter().any(|it| pattern_contains(it, &origin)) {
            n_contained += 1;
        } else {
            n_refused += 1;
        }
    }
    let counts = [n_contained, n_refused, n_malformed];
    assert!(
        counts.iter().all(|it| *it >= 200),
        "contained, refused, malformed: {counts:?}"
    );
}
