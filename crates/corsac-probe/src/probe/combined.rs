//! What several browsers together say.

use corsac::user_agent::CredentialsMode;
use corsac_fetch::cookies::ThirdParties;
use corsac_fetch::{Profile, StepOutcome};

use super::{Probe, Verdict, Visit};
use crate::code::{Code, Severity};
use crate::diagnosis::diagnose;
use crate::finding::{Finding, Stage};

/// The visit that is told step by step: of a real browser if there is one, that blocks if one does.
pub(super) fn primary(visits: &[Visit]) -> usize {
    let is_real = |at: &usize| visits[*at].profile != Profile::Spec;
    let mut order: Vec<usize> = (0..visits.len()).collect();
    order.sort_by_key(|at| !is_real(at));
    let blocked = |at: &&usize| visits[**at].outcome.result.is_err();
    let has_real = order.iter().any(is_real);
    let first_blocked = order
        .iter()
        .find(|at| blocked(at) && (is_real(at) || !has_real));
    first_blocked
        .or_else(|| order.first())
        .copied()
        .unwrap_or(0)
}

/// Blocked if any browser blocks. The standard counts only if it is asked for alone: what it
/// blocks and no browser does, no page notices.
pub(super) fn verdict(visits: &[Visit]) -> Verdict {
    let real = visits.iter().filter(|it| it.profile != Profile::Spec);
    let mut verdicts: Vec<Verdict> = real.map(|it| Verdict::of(&it.outcome)).collect();
    if verdicts.is_empty() {
        verdicts = visits.iter().map(|it| Verdict::of(&it.outcome)).collect();
    }
    let has = |verdict| verdicts.contains(&verdict);
    if has(Verdict::Blocked) {
        Verdict::Blocked
    } else if has(Verdict::Unreachable) {
        Verdict::Unreachable
    } else {
        Verdict::Allowed
    }
}

/// The findings of all browsers, each once.
pub(super) fn findings(probe: &Probe, visits: &[Visit]) -> Vec<Finding> {
    let primary = primary(visits);
    let has_real = visits.iter().any(|it| it.profile != Profile::Spec);
    let mut findings = diagnose(
        &probe.case(visits[primary].profile),
        &visits[primary].outcome,
    );
    let mut differs = Vec::new();
    for (at, visit) in visits.iter().enumerate() {
        if at == primary {
            continue;
        }
        let is_spec = visit.profile == Profile::Spec && has_real;
        for finding in diagnose(&probe.case(visit.profile), &visit.outcome) {
            let is_known = findings.iter().any(|it| it.code == finding.code);
            if is_known || (is_spec && finding.code == Code::MixedContent) {
                continue;
            }
            if finding.severity == Severity::Error {
                differs.push(finding.code);
            }
            findings.push(match is_spec && finding.severity == Severity::Error {
                true => finding.with_severity(Severity::Warning),
                false => finding,
            });
        }
    }
    drop_what_comes_after(&mut findings);
    findings.extend(difference(visits, &differs));
    findings.extend(unsent_cookies(probe, visits));
    findings
}

/// That a browser keeps no cookies of other sites concerns a cookie that is right otherwise.
fn drop_what_comes_after(findings: &mut Vec<Finding>) {
    let is_wrong = findings.iter().any(|it| {
        matches!(
            it.code,
            Code::CookieSameSite | Code::CookieNotSecure | Code::CookieRefused
        )
    });
    findings.retain(|it| !is_wrong || it.code != Code::CookieThirdParty);
}

/// Who blocks and who does not.
fn difference(visits: &[Visit], codes: &[Code]) -> Option<Finding> {
    let names = |is_meant: fn(&Visit) -> bool| {
        let names: Vec<&str> = visits
            .iter()
            .filter(|it| is_meant(it))
            .map(|it| match it.profile {
                Profile::Spec => "the standard",
                Profile::Chromium | Profile::Firefox | Profile::WebKit => it.profile.name(),
            })
            .collect();
        names.join(", ")
    };
    let blocking = names(|it| it.outcome.result.is_err());
    let allowing = names(|it| it.outcome.result.is_ok());
    if blocking.is_empty() || allowing.is_empty() {
        return None;
    }
    let is_mixed_content_alone = codes.is_empty() && blocking == "the standard";
    if is_mixed_content_alone {
        return None;
    }
    let because = match codes.first() {
        Some(code) => format!(": see {code}"),
        None => String::new(),
    };
    let why = format!("blocked by {blocking}; allowed by {allowing}{because}");
    Some(Finding::new(Code::BrowsersDiffer, Stage::Others, why))
}

/// Cookies that the server has set and that do not go along.
fn unsent_cookies(probe: &Probe, visits: &[Visit]) -> Option<Finding> {
    if probe.cookies.is_empty() || probe.request.credentials != CredentialsMode::Include {
        return None;
    }
    let lacks_cookie = |visit: &&Visit| {
        let trace = &visit.outcome.trace;
        let sent = trace.events().iter().find_map(|event| match event.outcome {
            StepOutcome::Sent {
                exchange,
                credentials: true,
            } => trace.exchanges().get(exchange),
            _ => None,
        });
        sent.is_some_and(|it| !it.sent.headers.contains(b"cookie"))
    };
    let browsers: Vec<Profile> = visits
        .iter()
        .filter(lacks_cookie)
        .map(|it| it.profile)
        .collect();
    let sends_none = |it: &Profile| it.cookie_rules().third_parties == ThirdParties::Blocked;
    let code = match browsers.iter().all(sends_none) {
        true => Code::CookieThirdParty,
        false => Code::CookieSameSite,
    };
    let names: Vec<&str> = browsers.iter().map(|it| it.name()).collect();
    let why = format!("not sent by {}", names.join(", "));
    (!names.is_empty()).then(|| Finding::new(code, Stage::Request, why))
}
