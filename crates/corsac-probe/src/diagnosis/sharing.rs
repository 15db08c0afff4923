//! An answer that may not be shared with the page.

use corsac::header::is_cors_response_header_name;
use corsac::user_agent::{
    CheckedRequest, CorsCheckFailure, Header, HeaderList, SerializedRequestOrigin,
    UnsafeHeaderNames, cors_check,
};
use corsac_fetch::ResponseHead;
use corsac_fetch::location::is_redirect_status;

use super::scene::{Scene, lines};
use super::status;
use crate::allow_origin::allow_origin_faults;
use crate::code::{Code, Severity};
use crate::finding::{Finding, Stage, printable, value_of};

pub(super) const ALLOW_ORIGIN: &str = "access-control-allow-origin";
pub(super) const ALLOW_CREDENTIALS: &str = "access-control-allow-credentials";

/// More than there are failures of a CORS check one after the other.
const MAX_FAILURES: usize = 4;

/// The answer to the request itself, or a redirect on its way.
pub(super) fn failed(scene: &Scene<'_>) -> Vec<Finding> {
    let names = UnsafeHeaderNames::default();
    let (Some((_, head)), Some(checked)) = (scene.last_head(), scene.checked(b"GET", &names))
    else {
        return Vec::new();
    };
    let stage = match is_redirect_status(head.status) {
        true => Stage::Redirect,
        false => Stage::Request,
    };
    let mut findings = Vec::new();
    let mut headers = head.headers.clone();
    for failure in failures(&checked, &mut headers) {
        match failure {
            CorsCheckFailure::MissingAllowOrigin => {
                findings.extend(missing_allow_origin(scene, head, stage));
                // What an answer without any of the fields lacks besides is no finding of its own.
                if !names_any_field(&head.headers) {
                    break;
                }
            }
            _ => findings.extend(of_failure(scene, head, failure, stage)),
        }
    }
    findings
}

/// The failures of the CORS check, each with those before it mended in the headers.
pub(super) fn failures(
    checked: &CheckedRequest<'_>,
    headers: &mut HeaderList,
) -> Vec<CorsCheckFailure> {
    let mut failures = Vec::new();
    while failures.len() < MAX_FAILURES
        && let Err(failure) = cors_check(checked, headers)
    {
        failures.push(failure);
        mend(headers, failure, checked.origin);
    }
    failures
}

/// Makes the answer such that it would not fail so.
fn mend(headers: &mut HeaderList, failure: CorsCheckFailure, origin: &SerializedRequestOrigin) {
    let (name, value) = match failure {
        CorsCheckFailure::MissingAllowCredentials | CorsCheckFailure::AllowCredentialsNotTrue => {
            (ALLOW_CREDENTIALS, &b"true"[..])
        }
        _ => (ALLOW_ORIGIN, origin.as_bytes()),
    };
    if let Some(header) = Header::new(name.as_bytes(), value) {
        headers.set(header);
    }
}

pub(super) fn names_any_field(headers: &HeaderList) -> bool {
    headers
        .iter()
        .any(|it| is_cors_response_header_name(it.name()))
}

fn missing_allow_origin(scene: &Scene<'_>, head: &ResponseHead, stage: Stage) -> Vec<Finding> {
    if let Some(finding) = status::real_reason(scene, head, stage) {
        let hidden = status::hidden_error(scene, head, stage).with_severity(Severity::Warning);
        return vec![finding, hidden];
    }
    if head.status >= 400 {
        return vec![status::hidden_error(scene, head, stage)];
    }
    let (code, why) = match (stage, scene.is_redirected()) {
        (Stage::Redirect, _) => (
            Code::RedirectCrossOriginNoCors,
            format!(
                "the redirect from `{}` has no `Access-Control-Allow-Origin`",
                scene.last_url()
            ),
        ),
        (_, true) => (
            Code::RedirectCrossOriginNoCors,
            format!(
                "the redirect leads to `{}`, whose answer has no `Access-Control-Allow-Origin`",
                scene.last_url()
            ),
        ),
        (_, false) => (
            Code::NoAllowOrigin,
            format!(
                "the answer does not allow the page of `{}`",
                scene.page_origin()
            ),
        ),
    };
    let finding = Finding::new(code, stage, why);
    vec![scene.with_whole_header(finding, ALLOW_ORIGIN)]
}

/// What to say of a failure, but for a missing `Access-Control-Allow-Origin`.
pub(super) fn of_failure(
    scene: &Scene<'_>,
    head: &ResponseHead,
    failure: CorsCheckFailure,
    stage: Stage,
) -> Vec<Finding> {
    let credentials = value_of(&head.headers, ALLOW_CREDENTIALS.as_bytes());
    let of_header = |code, header, why: String| {
        vec![scene.with_whole_header(Finding::new(code, stage, why), header)]
    };
    match failure {
        CorsCheckFailure::WildcardWithCredentials => of_header(
            Code::WildcardWithCredentials,
            ALLOW_ORIGIN,
            "the request carries credentials, for which `*` does not count".to_owned(),
        ),
        CorsCheckFailure::AllowOriginMismatch => mismatch(scene, head, stage),
        CorsCheckFailure::MissingAllowCredentials => of_header(
            Code::NoAllowCredentials,
            ALLOW_CREDENTIALS,
            "the request carries credentials, which the answer does not allow".to_owned(),
        ),
        CorsCheckFailure::AllowCredentialsNotTrue => of_header(
            Code::AllowCredentialsNotTrue,
            ALLOW_CREDENTIALS,
            format!(
                "`{}` is not `true`",
                printable(&credentials.unwrap_or_default())
            ),
        ),
        _ => of_header(Code::NoAllowOrigin, ALLOW_ORIGIN, failure.to_string()),
    }
}

fn mismatch(scene: &Scene<'_>, head: &ResponseHead, stage: Stage) -> Vec<Finding> {
    let Some(sent) = scene.sent_origin() else {
        return Vec::new();
    };
    let lines = lines(&head.headers, ALLOW_ORIGIN);
    let is_null = sent.as_bytes() == b"null";
    if is_null && scene.page_origin() != "null" {
        let why = format!(
            "the request came to `{}` by a redirect from another origin, so that it says \
             `Origin: null`",
            scene.last_url()
        );
        let finding = Finding::new(Code::RedirectTaintedOrigin, stage, why);
        return vec![scene.with_whole_header(finding, ALLOW_ORIGIN)];
    }
    if is_null && lines.len() == 1 {
        let why = "the answer allows another origin, and no answer should allow `null`";
        let finding = Finding::new(Code::NullOriginPage, stage, why).with_severity(Severity::Error);
        return vec![scene.with_whole_header(finding, ALLOW_ORIGIN)];
    }
    let faults = allow_origin_faults(&lines, sent.as_bytes()).into_iter();
    faults
        .map(|fault| {
            let finding = Finding::new(fault.code, stage, fault.why);
            scene.with_header(finding, ALLOW_ORIGIN, fault.span)
        })
        .collect()
}
