//! The events.

use std::fmt::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use corsac::server::Observer;
use corsac_observe::{BURST, INTERVAL, events_by_clock};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::decide;

/// An observer with a clock that is set by hand.
fn observer() -> (Observer, Arc<AtomicU64>) {
    let seconds = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&seconds);
    let clock = move || Duration::from_secs(clock.load(Ordering::SeqCst));
    (Arc::new(events_by_clock(clock)), seconds)
}

/// The events that are written meanwhile, a line for each.
fn written(work: impl FnOnce()) -> Vec<String> {
    let lines = Lines::default();
    tracing::subscriber::with_default(lines.clone(), work);
    let lines = lines.0.lock().unwrap();
    lines.clone()
}

#[test]
fn what_is_refused_is_written_with_its_code() {
    let (observer, _) = observer();
    let lines = written(|| decide(&observer, "https://evil.test"));
    assert_eq!(
        lines,
        [
            "INFO corsac refusal=origin-not-allowed kind=request method=GET \
          origin=https://evil.test suppressed=0 message=the policy does not allow this origin"
        ]
    );
}

#[test]
fn what_is_allowed_is_not_written() {
    let (observer, _) = observer();
    let lines = written(|| decide(&observer, "https://app.example"));
    assert_eq!(lines, [""; 0]);
}

#[test]
fn what_a_stricter_policy_would_refuse_is_written() {
    let (observer, _) = observer();
    let lines = written(|| decide(&observer, "https://old.example"));
    assert_eq!(
        lines,
        [
            "INFO corsac difference=would-refuse refusal=origin-not-allowed kind=request method=GET \
          origin=https://old.example suppressed=0 \
          message=the policy in report-only mode decides otherwise"
        ]
    );
}

#[test]
fn an_origin_cannot_forge_or_swell_the_log() {
    let (observer, _) = observer();
    let hostile = format!("https://a\n\u{1b}[31m{}", "x".repeat(100_000));
    let lines = written(|| decide(&observer, &hostile));
    assert!(
        lines[0].contains(r"origin=https://a\n\x1b[31mxxx"),
        "{lines:?}"
    );
    assert!(lines[0].len() < 400, "{lines:?}");
}

#[test]
fn a_scanner_does_not_fill_the_disk() {
    let (observer, seconds) = observer();
    let an_hour = 60 * 60;
    let lines = written(|| {
        for second in 0..an_hour {
            seconds.store(second, Ordering::SeqCst);
            for _ in 0..3 {
                decide(&observer, "https://evil.test");
            }
        }
    });
    let most = u64::from(BURST) + an_hour / INTERVAL.as_secs();
    assert!(lines.len() as u64 <= most, "{}", lines.len());
    assert!(
        lines.last().unwrap().contains("suppressed=29 "),
        "{:?}",
        lines.last()
    );
}

#[test]
fn one_kind_does_not_silence_another() {
    let (observer, _) = observer();
    let lines = written(|| {
        for _ in 0..100 {
            decide(&observer, "https://evil.test");
        }
        decide(&observer, "not an origin");
    });
    assert_eq!(lines.len(), BURST as usize + 1);
    assert!(
        lines
            .iter()
            .any(|it| it.contains("refusal=malformed-origin"))
    );
}

/// A subscriber that keeps events as text.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl Subscriber for Lines {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let metadata = event.metadata();
        let mut line = Line(
            format!("{} {}", metadata.level(), metadata.target()),
            String::new(),
        );
        event.record(&mut line);
        let Line(start, message) = line;
        self.0.lock().unwrap().push(start + &message);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// The fields of an event, and its message, which comes last.
struct Line(String, String);

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let to = match field.name() {
            "message" => &mut self.1,
            _ => &mut self.0,
        };
        write!(to, " {}={value:?}", field.name()).unwrap();
    }
}
