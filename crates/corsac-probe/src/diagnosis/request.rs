//! What is to be said of an answer that the page gets, and of the request itself.

use corsac::header::{is_cors_response_header_name, is_forbidden_response_header_name};
use corsac::user_agent::{ExtractFailure, ResponseType, extract_header_list_values};
use corsac_fetch::address_space::AddressSpace;
use corsac_fetch::cookies::CookieRefusal;
use corsac_fetch::{
    Exchange, FilteredResponse, NetworkError, Outcome, Profile, Purpose, StepOutcome,
};
use url::{Host, Url};

use super::scene::Scene;
use super::status;
use crate::code::{Code, Severity};
use crate::finding::{Evidence, Finding, Stage, printable, value_of};

const EXPOSE_HEADERS: &str = "access-control-expose-headers";
const MAX_AGE: &str = "access-control-max-age";

/// Chromium's bound in seconds: with more, only Firefox keeps the answer for longer.
const COMMON_MAX_AGE: u64 = 7_200;

/// What is to be said of an answer that is handed to the page.
pub(super) fn shared(scene: &Scene<'_>, response: &FilteredResponse) -> Vec<Finding> {
    let mut findings = Vec::new();
    if response.r#type == ResponseType::Opaque {
        let why = "the script asks for the mode `no-cors`";
        findings.push(Finding::new(Code::OpaqueResponse, Stage::Request, why));
        return findings;
    }
    if let Some((_, head)) = scene.last_head()
        && let Some(finding) = status::real_reason(scene, head, Stage::Request)
    {
        findings.push(finding.with_severity(Severity::Warning));
    }
    if response.r#type == ResponseType::Cors {
        findings.extend(exposed(scene, response));
    }
    if response.status == 401 && has_dropped_authorization(scene) {
        let why = format!("`{}` was reached by a redirect", scene.last_url());
        let finding = Finding::new(Code::AuthorizationDropped, Stage::Redirect, why);
        findings.push(scene.with_status(finding));
    }
    let preflights = scene.trace.exchanges().iter().enumerate();
    let preflights = preflights.filter(|(_, it)| it.sent.purpose == Purpose::Preflight);
    findings.extend(preflights.filter_map(|(at, exchange)| kept(at, exchange)));
    findings
}

/// What the script wants to read and cannot.
fn exposed(scene: &Scene<'_>, response: &FilteredResponse) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some((_, head)) = scene.last_head() else {
        return findings;
    };
    for name in scene.case.read {
        if response.headers.contains(name.as_bytes()) {
            continue;
        }
        if is_forbidden_response_header_name(name.as_bytes()) {
            let why = format!("no script may read `{name}`, whatever the answer exposes");
            findings.push(Finding::new(Code::HeaderNotExposed, Stage::Request, why));
        } else if head.headers.contains(name.as_bytes()) {
            let why = format!("the answer has `{name}`, and does not expose it");
            let finding = Finding::new(Code::HeaderNotExposed, Stage::Request, why);
            findings.push(scene.with_whole_header(finding, EXPOSE_HEADERS));
        } else {
            let why = format!("the answer has no `{name}`");
            findings.push(Finding::new(Code::HeaderAbsent, Stage::Request, why));
        }
    }
    match extract_header_list_values(&head.headers, EXPOSE_HEADERS.as_bytes()) {
        Ok(Some(names)) if scene.is_credentialed() && names.iter().any(|it| it == b"*") => {
            let why = "the request carries credentials, for which `*` is a name";
            let code = Code::ExposeWildcardWithCredentials;
            let finding = Finding::new(code, Stage::Request, why);
            findings.push(scene.with_whole_header(finding, EXPOSE_HEADERS));
        }
        Ok(_) => {}
        Err(ExtractFailure { start, end, .. }) => {
            let why = "an element of the list cannot be a header name";
            let finding = Finding::new(Code::ExposeHeadersInvalid, Stage::Request, why);
            findings.push(scene.with_header(finding, EXPOSE_HEADERS, start..end));
        }
    }
    findings
}

fn has_dropped_authorization(scene: &Scene<'_>) -> bool {
    let mut events = scene.trace.events().iter();
    events.any(|event| event.outcome == StepOutcome::AuthorizationDropped)
}

/// What is to be said of how long a preflight is kept.
fn kept(at: usize, exchange: &Exchange) -> Option<Finding> {
    let head = exchange.received.as_ref()?;
    let value = value_of(&head.headers, MAX_AGE.as_bytes());
    let finding = |code, why: String| {
        let span = 0..value.as_ref().map_or(0, Vec::len);
        Some(
            Finding::new(code, Stage::Preflight, why).with_evidence(Evidence {
                exchange: Some(at),
                header: MAX_AGE.to_owned(),
                value: value.clone(),
                span,
            }),
        )
    };
    let Some(text) = &value else {
        let why = "without `Access-Control-Max-Age`, the answer is kept for 5 seconds";
        return finding(Code::PreflightNeverCached, why.to_owned());
    };
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        let why = format!("`{}` is not a number of seconds", printable(text));
        return finding(Code::MaxAgeInvalid, why);
    }
    let number = std::str::from_utf8(text).ok().map(str::parse::<i128>);
    match number {
        Some(Ok(seconds)) if seconds <= 0 => {
            let why = format!("{seconds} seconds are none");
            finding(Code::PreflightNeverCached, why)
        }
        Some(Ok(seconds)) if seconds <= i128::from(COMMON_MAX_AGE) => None,
        _ => {
            let why = format!(
                "of {} seconds, Chromium keeps {COMMON_MAX_AGE}",
                printable(text)
            );
            finding(Code::MaxAgeAboveCap, why)
        }
    }
}

/// What is to be said of the request and the page, whatever the answer.
pub(super) fn beside(scene: &Scene<'_>, outcome: &Outcome) -> Vec<Finding> {
    let mut findings: Vec<Finding> = response_headers(scene).into_iter().collect();
    let is_cors_failure = matches!(
        scene.error(),
        Some(NetworkError::CorsCheck(_) | NetworkError::Preflight(_))
    );
    if scene.page_origin() == "null" && (outcome.result.is_ok() || is_cors_failure) {
        let why = "the page sends `Origin: null`";
        findings.push(Finding::new(Code::NullOriginPage, Stage::Script, why));
    }
    findings.extend(local_network(scene));
    if outcome.result.is_ok() {
        findings.extend(refused_cookies(scene));
    }
    findings
}

/// A page from afar that asks something near, as far as the addresses tell.
fn local_network(scene: &Scene<'_>) -> Option<Finding> {
    let url = scene.request()?.current_url();
    let space = space_of(url)?;
    let page = &scene.case.page.url;
    // Where the page's host leads is not known: it is taken to be from afar. Where it is known, the
    // browser decides.
    let is_known = scene.case.page.address.is_some() || space_of(page).is_some();
    if space == AddressSpace::Public || page.host().is_none() || is_known {
        return None;
    }
    let why = format!("`{url}` is in the address space `{space}`");
    Some(Finding::new(Code::LocalNetwork, Stage::Connection, why))
}

/// The address space of a URL that names an address, or this machine.
fn space_of(url: &Url) -> Option<AddressSpace> {
    match url.host()? {
        Host::Domain(name) if name == "localhost" || name.ends_with(".localhost") => {
            Some(AddressSpace::Loopback)
        }
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(AddressSpace::of(address.into())),
        Host::Ipv6(address) => Some(AddressSpace::of(address.into())),
    }
}

fn response_headers(scene: &Scene<'_>) -> Option<Finding> {
    let names = scene.case.request.headers.iter().map(|(name, _)| name);
    let names: Vec<String> = names
        .filter(|name| is_cors_response_header_name(name))
        .map(|name| format!("`{}`", printable(name)))
        .collect();
    let (verb, names) = match names.len() {
        0 => return None,
        1 => ("is a field", names.join("")),
        _ => ("are fields", names.join(" and ")),
    };
    let why = format!("{names} {verb} of answers, and the script sends it");
    let finding = Finding::new(Code::RequestHasResponseHeaders, Stage::Script, why);
    let is_refused = matches!(scene.error(), Some(NetworkError::Preflight(_)));
    Some(match is_refused {
        true => finding.with_severity(Severity::Error),
        false => finding,
    })
}

fn refused_cookies(scene: &Scene<'_>) -> Vec<Finding> {
    let refusals = scene.trace.events().iter();
    let refusals = refusals.filter_map(|event| match &event.outcome {
        StepOutcome::CookieRefused(refusal) => Some(refusal),
        _ => None,
    });
    refusals
        .map(|refusal| {
            let code = match refusal {
                CookieRefusal::SameSiteAcrossSites => Code::CookieSameSite,
                CookieRefusal::SecureOverHttp
                | CookieRefusal::OverlaysSecure
                | CookieRefusal::SameSiteNoneWithoutSecure => Code::CookieNotSecure,
                CookieRefusal::ThirdParty => Code::CookieThirdParty,
                _ => Code::CookieRefused,
            };
            let why = match scene.case.profile {
                Profile::Spec => refusal.to_string(),
                Profile::Chromium | Profile::Firefox | Profile::WebKit => {
                    format!("{}: {refusal}", scene.case.profile.name())
                }
            };
            let finding = Finding::new(code, Stage::Request, why);
            scene.with_whole_header(finding, "set-cookie")
        })
        .collect()
}
