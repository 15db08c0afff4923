//! What a look-up in an origin set costs, from one pattern to a million, and how large the set is.
//!
//! Two working sets tell the structure's own cost from that of the processor's caches: 64 origins
//! that are asked for again and again, and origins spread over the whole set.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use corsac::server::{OriginPattern, OriginSet};

/// A kind of set, and what is looked up in it.
struct Kind {
    name: &'static str,
    pattern: fn(usize) -> String,
    origin: fn(usize) -> String,
}

const KINDS: [Kind; 3] = [
    Kind {
        name: "exact",
        pattern: |number| format!("https://tenant-{number}.shop.example"),
        origin: |number| format!("https://tenant-{number}.shop.example"),
    },
    Kind {
        name: "subdomains",
        pattern: |number| format!("https://*.tenant-{number}.example"),
        origin: |number| format!("https://app.tenant-{number}.example"),
    },
    Kind {
        name: "hole",
        pattern: |number| format!("https://preview-*--site-{number:07}.example.app"),
        origin: |number| format!("https://preview-123--site-{number:07}.example.app"),
    },
];

/// How many origins are looked up in the hot working set.
const HOT: usize = 64;

fn main() {
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let (sizes, lookups): (&[usize], usize) = match is_bench {
        true => (&[1, 10, 100, 1_000, 10_000, 100_000, 1_000_000], 2_000_000),
        false => (&[1, 100], 200),
    };
    println!(
        "{:<12}{:>10}{:>10}{:>12}{:>10}{:>16}",
        "kind", "patterns", "hot ns", "spread ns", "miss ns", "bytes/pattern"
    );
    for kind in &KINDS {
        for size in sizes {
            measure(kind, *size, lookups);
        }
    }
}

fn measure(kind: &Kind, size: usize, lookups: usize) {
    let patterns: Vec<OriginPattern> = (0..size)
        .map(|number| (kind.pattern)(number).parse().expect("a pattern"))
        .collect();
    let set = OriginSet::new(&patterns).expect("not too large");
    let bytes_per_pattern = set.size() / size;
    drop(patterns);
    let hot: Vec<_> = (0..HOT)
        .map(|number| (kind.origin)(number % size))
        .collect();
    // A stride that shares no factor with the sizes visits the set without an order.
    let spread: Vec<_> = (0..size.min(200_000))
        .map(|number| (kind.origin)(number * 7_919 % size))
        .collect();
    let misses: Vec<_> = (0..HOT)
        .map(|number| (kind.origin)(size + number))
        .collect();
    let timed = |origins: &[String], expected: bool| {
        for origin in origins {
            assert_eq!(set.contains(origin.as_bytes()), Ok(expected), "{origin}");
        }
        nanoseconds_per_lookup(&set, origins, lookups)
    };
    println!(
        "{:<12}{size:>10}{:>10.1}{:>12.1}{:>10.1}{bytes_per_pattern:>16}",
        kind.name,
        timed(&hot, true),
        timed(&spread, true),
        timed(&misses, false),
    );
}

/// The fastest of five rounds.
fn nanoseconds_per_lookup(set: &OriginSet, origins: &[String], lookups: usize) -> f64 {
    let rounds = (0..5).map(|_| time(set, origins, lookups));
    let fastest = rounds.min().expect("five rounds");
    fastest.as_secs_f64() * 1e9 / lookups as f64
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn time(set: &OriginSet, origins: &[String], lookups: usize) -> Duration {
    let start = Instant::now();
    for origin in origins.iter().cycle().take(lookups) {
        black_box(set.contains(black_box(origin.as_bytes())).is_ok());
    }
    start.elapsed()
}
