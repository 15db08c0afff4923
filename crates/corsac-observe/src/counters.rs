//! Counters through the `metrics` facade.

use corsac::Answer;
use corsac::server::Decision;
use metrics::counter;

/// The counter of all decisions, by `kind` (`preflight` or `request`) and `refusal` (its code, or
/// `none`).
pub const DECISIONS: &str = "corsac_decisions_total";

/// The counter of what a policy in report-only mode would have said differently, by `difference`
/// and `refusal`.
pub const DIFFERENCES: &str = "corsac_report_only_differences_total";

/// Counts every decision.
///
/// All labels are names of ours: whatever is asked, there are no more series than codes. Each
/// decision looks its counter up in the recorder that is installed, as the `metrics` crate does.
pub fn counters() -> impl Fn(&Decision<'_>) + Send + Sync + 'static {
    |decision| {
        let kind = match decision.answer {
            Answer::Preflight(_) => "preflight",
            Answer::Reject(_) | Answer::Forward(_) => "request",
        };
        let refusal = decision.answer.refusal();
        let refusal = refusal.map_or("none", |it| it.code());
        counter!(DECISIONS, "kind" => kind, "refusal" => refusal).increment(1);
        if let Some(difference) = decision.difference {
            let refusal = difference.refusal().code();
            counter!(DIFFERENCES, "difference" => difference.name(), "refusal" => refusal)
                .increment(1);
        }
    }
}
