//! What is counted while the gateway serves.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use corsac::{Refusal, RequestField, RequestHead};
use http::HeaderValue;
use tokio::time::Instant;

use crate::observer::AnsweredBy;
use crate::record::Record;
use crate::server_event::Teller;

/// What is counted. The numbers are of the whole process, and outlive a reload.
#[derive(Debug, Default)]
pub(crate) struct Statistics {
    stage: AtomicU8,
    routes: Mutex<BTreeMap<Arc<str>, Arc<RouteCounts>>>,
    unrouted: Arc<RouteCounts>,
    refusals: Mutex<Refusals>,
    pub(crate) connections_accepted: AtomicU64,
    pub(crate) connections_closed: AtomicU64,
    pub(crate) connections_reclaimed: AtomicU64,
    pub(crate) connections_without_tls: AtomicU64,
    pub(crate) reloads: AtomicU64,
    pub(crate) failed_reloads: AtomicU64,
    pub(crate) log_lines_dropped: AtomicU64,
    /// Who is told of servers.
    pub(crate) server_events: Teller,
}

/// A connection of a client that is open.
#[derive(Debug)]
pub(crate) struct CountedConnection(Arc<Statistics>);

impl Drop for CountedConnection {
    fn drop(&mut self) {
        self.0.connections_closed.fetch_add(1, Ordering::Relaxed);
    }
}

/// How far the gateway has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Starting,
    Ready,
    Leaving,
}

/// The exchanges of one route.
#[derive(Debug, Default)]
pub(crate) struct RouteCounts {
    /// By class of the status, the first for those without one, and by who answered.
    exchanges: [[AtomicU64; ANSWERERS.len()]; CLASSES.len()],
    /// How many took at most so long.
    buckets: [AtomicU64; BUCKETS.len()],
    microseconds: AtomicU64,
}

/// What was refused, and what would have been.
#[derive(Debug, Default)]
struct Refusals {
    by_code: BTreeMap<&'static str, u64>,
    differences: BTreeMap<(&'static str, &'static str), u64>,
    recent: VecDeque<RecentRefusal>,
}

/// A refusal, as often as it came in a row of others like it.
#[derive(Clone, Debug)]
pub(crate) struct RecentRefusal {
    pub(crate) code: &'static str,
    pub(crate) sentence: String,
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) origin: String,
    /// What a preflight asked for.
    pub(crate) requested: Option<String>,
    /// The part of it that is at fault.
    pub(crate) refused: Option<String>,
    pub(crate) route: String,
    pub(crate) times: u64,
    pub(crate) last: Instant,
}

impl Statistics {
    pub(crate) fn enter(&self, stage: Stage) {
        self.stage.fetch_max(stage as u8, Ordering::SeqCst);
    }

    pub(crate) fn stage(&self) -> Stage {
        let stage = self.stage.load(Ordering::SeqCst);
        match stage {
            0 => Stage::Starting,
            1 => Stage::Ready,
            _ => Stage::Leaving,
        }
    }

    /// Counts a connection of a client, for as long as the value lives.
    pub(crate) fn connected(self: &Arc<Self>) -> CountedConnection {
        self.connections_accepted.fetch_add(1, Ordering::Relaxed);
        CountedConnection(Arc::clone(self))
    }

    /// Counts a client that spoke plain HTTP where TLS is spoken.
    pub(crate) fn turned_away_without_tls(&self) {
        self.connections_without_tls.fetch_add(1, Ordering::Relaxed);
    }

    /// The counts of the route of this name, which go on after a reload.
    ///
    /// Those of former files are forgotten when there are too many.
    pub(crate) fn of_route(&self, name: &Arc<str>) -> Arc<RouteCounts> {
        let mut routes = lock(&self.routes);
        let is_known = routes.contains_key(name);
        if !is_known && routes.len() >= MAX_ROUTES {
            routes.retain(|_, counts| Arc::strong_count(counts) > 1);
        }
        Arc::clone(routes.entry(Arc::clone(name)).or_default())
    }

    /// Counts an exchange that is over.
    pub(crate) fn count(&self, record: &Record<'_>, counts: Option<&RouteCounts>) {
        counts.unwrap_or(&self.unrouted).count(record);
        let refusal = record.verdict.refusal();
        if refusal.is_none() && record.difference.is_none() {
            return;
        }
        let mut refusals = lock(&self.refusals);
        if let Some(refusal) = refusal {
            *refusals.by_code.entry(refusal.code()).or_default() += 1;
            refusals.remember(RecentRefusal::of(record, &refusal));
        }
        if let Some(difference) = record.difference {
            let kind = (difference.name(), difference.refusal().code());
            *refusals.differences.entry(kind).or_default() += 1;
        }
    }

    /// Every route with its counts; the last is for what no route was found for.
    pub(crate) fn routes(&self) -> Vec<(Arc<str>, Arc<RouteCounts>)> {
        let routes = lock(&self.routes);
        let routes = routes
            .iter()
            .map(|(name, it)| (Arc::clone(name), Arc::clone(it)));
        let unrouted = (Arc::from(""), Arc::clone(&self.unrouted));
        routes.chain([unrouted]).collect()
    }

    pub(crate) fn refusals_by_code(&self) -> BTreeMap<&'static str, u64> {
        lock(&self.refusals).by_code.clone()
    }

    pub(crate) fn differences(&self) -> BTreeMap<(&'static str, &'static str), u64> {
        lock(&self.refusals).differences.clone()
    }

    /// What was refused last, the latest first.
    pub(crate) fn recent(&self) -> Vec<RecentRefusal> {
        let mut recent: Vec<_> = lock(&self.refusals).recent.iter().cloned().collect();
        recent.sort_by_key(|it| std::cmp::Reverse(it.last));
        recent
    }
}

impl RouteCounts {
    fn count(&self, record: &Record<'_>) {
        let class = record.status.map_or(0, |it| usize::from(it.as_u16() / 100));
        let by = match record.answered_by {
            None => 0,
            Some(AnsweredBy::Policy) => 1,
            Some(AnsweredBy::Upstream) => 2,
            Some(AnsweredBy::Gateway(_) | AnsweredBy::Itself) => 3,
        };
        let class = class.min(CLASSES.len() - 1);
        self.exchanges[class][by].fetch_add(1, Ordering::Relaxed);
        let took = u64::try_from(record.duration.as_micros()).unwrap_or(u64::MAX);
        self.microseconds.fetch_add(took, Ordering::Relaxed);
        if let Some(bucket) = BUCKETS.iter().position(|(limit, _)| took <= *limit) {
            self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The exchanges by class and by who answered, without those that there are none of.
    pub(crate) fn exchanges(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
        CLASSES.iter().zip(&self.exchanges).flat_map(|(class, by)| {
            let numbers = ANSWERERS.iter().zip(by);
            let numbers = numbers.map(|(by, number)| (*class, *by, number.load(Ordering::Relaxed)));
            numbers.filter(|(_, _, number)| *number > 0)
        })
    }

    /// How many took at most so long, in seconds; each includes the ones before.
    pub(crate) fn buckets(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let mut sum = 0;
        BUCKETS
            .iter()
            .zip(&self.buckets)
            .map(move |((_, limit), n)| {
                sum += n.load(Ordering::Relaxed);
                (*limit, sum)
            })
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.microseconds.load(Ordering::Relaxed) as f64 / 1e6
    }
}

impl Refusals {
    fn remember(&mut self, refusal: RecentRefusal) {
        if let Some(known) = self.recent.iter_mut().find(|it| it.is_like(&refusal)) {
            known.times += 1;
            known.last = refusal.last;
            return;
        }
        if self.recent.len() == MAX_RECENT {
            let last = |it: &(usize, &RecentRefusal)| it.1.last;
            let oldest = self.recent.iter().enumerate().min_by_key(last);
            let oldest = oldest.map_or(0, |(at, _)| at);
            self.recent.remove(oldest);
        }
        self.recent.push_back(refusal);
    }
}

impl RecentRefusal {
    fn of(record: &Record<'_>, refusal: &Refusal) -> Self {
        let origin = record.origin.map_or(&b""[..], |it| it.as_bytes());
        let requested = [record.requested_method, record.requested_headers];
        let requested = requested.into_iter().flatten();
        let requested = requested.map(|it| shown(it.as_bytes()));
        let requested: Vec<String> = requested.collect();
        Self {
            code: refusal.code(),
            sentence: refusal.to_string(),
            method: shown(record.method.as_str().as_bytes()),
            target: shown(record.uri.path().as_bytes()),
            origin: shown(origin),
            requested: (!requested.is_empty()).then(|| requested.join(" with ")),
            refused: refused(record, refusal),
            route: record.route.unwrap_or_default().to_owned(),
            times: 1,
            last: Instant::now(),
        }
    }

    fn is_like(&self, other: &Self) -> bool {
        self.code == other.code
            && self.origin == other.origin
            && self.method == other.method
            && self.target == other.target
            && self.requested == other.requested
            && self.sentence == other.sentence
    }
}

/// The preflight that a record is about, as far as that tells: it has the first line of the header
/// names, and browsers send no second one.
struct Preflight<'a>(&'a Record<'a>);

impl RequestHead for Preflight<'_> {
    fn method(&self) -> &[u8] {
        self.0.method.as_str().as_bytes()
    }

    fn lines(&self, field: RequestField) -> impl Iterator<Item = &[u8]> {
        let line = match field {
            RequestField::Origin => self.0.origin,
            RequestField::AccessControlRequestMethod => self.0.requested_method,
            RequestField::AccessControlRequestHeaders => self.0.requested_headers,
        };
        line.map(HeaderValue::as_bytes).into_iter()
    }
}

/// The method or the header name that is at fault.
fn refused(record: &Record<'_>, refusal: &Refusal) -> Option<String> {
    let preflight = Preflight(record);
    let bytes = match refusal {
        Refusal::MalformedRequestHeader(name) | Refusal::RequestHeaderNotAllowed(name) => {
            name.in_head(&preflight)?
        }
        Refusal::MalformedRequestMethod | Refusal::MethodNotAllowed => {
            record.requested_method?.as_bytes()
        }
        // The origin is shown in any case, and of too many names none is at fault.
        _ => return None,
    };
    Some(shown(bytes))
}

/// The bytes as text: cut short, and all that is not a printable character of ASCII escaped.
fn shown(bytes: &[u8]) -> String {
    let start = &bytes[..bytes.len().min(MAX_SHOWN)];
    let mut text = start.escape_ascii().to_string();
    if start.len() < bytes.len() {
        text.push_str("...");
    }
    text
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The classes of statuses, after the digit that they begin with; the first is for no status.
const CLASSES: [&str; 6] = ["none", "1xx", "2xx", "3xx", "4xx", "5xx"];

/// Who answers; the first is nobody.
const ANSWERERS: [&str; 4] = ["none", "policy", "upstream", "gateway"];

/// How long exchanges take, in microseconds, and as Prometheus writes it, in seconds.
const BUCKETS: [(u64, &str); 10] = [
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (1_000_000, "1"),
    (2_500_000, "2.5"),
    (10_000_000, "10"),
];

/// Refusals that are remembered: a page that a person looks through. Beyond it, the oldest goes.
const MAX_RECENT: usize = 100;

/// Routes that are counted, those of former files included. A file has hardly ever as many.
const MAX_ROUTES: usize = 4096;

/// Bytes of a path or an origin that are shown: enough to recognize it.
const MAX_SHOWN: usize = 200;
