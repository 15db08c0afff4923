//! The counters.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use corsac::server::Observer;
use corsac_observe::counters;
use metrics::{
    Counter, CounterFn, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};

use crate::decide;

/// What is counted for requests of these origins.
#[track_caller]
fn check(origins: &[&str], expected: &[(&str, u64)]) {
    let counted = Counts::default();
    let observer: Observer = Arc::new(counters());
    metrics::with_local_recorder(&counted, || {
        for origin in origins {
            decide(&observer, origin);
        }
    });
    let counted = counted.0.lock().unwrap().clone();
    let expected = expected.iter().map(|(name, n)| ((*name).to_owned(), *n));
    assert_eq!(counted, expected.collect());
}

#[test]
fn every_decision_is_counted_by_its_code() {
    check(
        &[
            "https://app.example",
            "https://app.example",
            "https://evil.test",
            "x",
        ],
        &[
            ("corsac_decisions_total kind=request refusal=none", 2),
            (
                "corsac_decisions_total kind=request refusal=origin-not-allowed",
                1,
            ),
            (
                "corsac_decisions_total kind=request refusal=malformed-origin",
                1,
            ),
        ],
    );
}

#[test]
fn what_report_only_mode_would_refuse_is_counted() {
    check(
        &["https://old.example"],
        &[
            ("corsac_decisions_total kind=request refusal=none", 1),
            (
                "corsac_report_only_differences_total difference=would-refuse \
                 refusal=origin-not-allowed",
                1,
            ),
        ],
    );
}

/// A recorder that keeps counters by their names and labels.
#[derive(Clone, Debug, Default)]
struct Counts(Arc<Mutex<BTreeMap<String, u64>>>);

struct Counted(Counts, String);

impl CounterFn for Counted {
    fn increment(&self, value: u64) {
        *self.0.0.lock().unwrap().entry(self.1.clone()).or_default() += value;
    }

    fn absolute(&self, value: u64) {
        self.0.0.lock().unwrap().insert(self.1.clone(), value);
    }
}

impl Recorder for Counts {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let labels = key
            .labels()
            .map(|it| format!(" {}={}", it.key(), it.value()));
        let name = key.name().to_owned() + &labels.collect::<String>();
        Counter::from_arc(Arc::new(Counted(self.clone(), name)))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}
