//! Events through the `tracing` facade.

use std::time::{Duration, Instant};

use corsac::Answer;
use corsac::server::Decision;

use crate::rate_limit::RateLimit;

/// Writes an event for what is refused, and for what a policy in report-only mode would have said
/// differently.
///
/// The target is `corsac`, the level is `INFO`, and the fields are `refusal` (its code), `method`,
/// `origin`, and `suppressed`: how many events of the same code were not written since the last.
/// What report-only mode brings has the field `difference`. Of each code [`BURST`](crate::BURST)
/// events are written at once, and then one for each [`INTERVAL`](crate::INTERVAL).
pub fn events() -> impl Fn(&Decision<'_>) + Send + Sync + 'static {
    #[expect(
        clippy::disallowed_methods,
        reason = "a log is about when things happen; tests give a clock of their own"
    )]
    let start = Instant::now();
    events_by_clock(move || start.elapsed())
}

/// The same by a clock of the caller's, which says how much time has passed.
pub fn events_by_clock(
    clock: impl Fn() -> Duration + Send + Sync + 'static,
) -> impl Fn(&Decision<'_>) + Send + Sync + 'static {
    let refusals = RateLimit::default();
    let differences = RateLimit::default();
    move |decision| {
        if let Some(refusal) = decision.answer.refusal()
            && let Some(suppressed) = refusals.admit(refusal.code(), clock())
        {
            let (kind, method, origin) = told(decision);
            tracing::info!(
                target: "corsac",
                refusal = refusal.code(), kind, method, origin, suppressed,
                "{refusal}"
            );
        }
        if let Some(difference) = decision.difference
            && let Some(suppressed) = differences.admit(difference.refusal().code(), clock())
        {
            let (kind, method, origin) = told(decision);
            tracing::info!(
                target: "corsac",
                difference = difference.name(),
                refusal = difference.refusal().code(), kind, method, origin, suppressed,
                "the policy in report-only mode decides otherwise"
            );
        }
    }
}

fn told(decision: &Decision<'_>) -> (&'static str, String, String) {
    let kind = match decision.answer {
        Answer::Preflight(_) => "preflight",
        Answer::Reject(_) | Answer::Forward(_) => "request",
    };
    let origin = decision.origin.unwrap_or_default();
    (kind, shown(decision.method), shown(origin))
}

/// The bytes as text that a log can take: cut short, and each byte that is not a printable
/// character of ASCII escaped.
fn shown(bytes: &[u8]) -> String {
    let start = &bytes[..bytes.len().min(LONGEST_SHOWN)];
    start.escape_ascii().to_string()
}

/// The longest origin that a policy allows has 326 bytes; to recognize one, a host is enough.
const LONGEST_SHOWN: usize = 128;
