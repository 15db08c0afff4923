//! What a message means, from its words and what is filled in.

use corsac_fetch::Profile;

use super::{Named, Unknown};
use crate::allow_origin::allow_origin_faults;
use crate::code::Code;
use crate::finding::{Evidence, Finding, Stage};
use crate::wording::Wording;

/// An origin that no page has: what is wrong with a value however the page is called is wrong with
/// it too.
const NO_PAGE: &str = "https://page.invalid";

pub(super) fn findings(wording: &Wording, named: &Named) -> Vec<Finding> {
    let stage = stage(wording);
    let mut findings = match wording.code {
        Code::AllowOriginMismatch
        | Code::AllowOriginInvalid
        | Code::AllowOriginList
        | Code::AllowOriginDuplicate => of_value(wording.code, stage, named),
        code => vec![of_status(code, stage, named)],
    };
    if named.origin.as_deref() == Some("null")
        && !findings.iter().any(|it| it.code == Code::NullOriginPage)
    {
        let why = "the page sends `Origin: null`";
        findings.push(Finding::new(Code::NullOriginPage, Stage::Script, why));
    }
    if let Some(header) = &named.header
        && header
            .to_ascii_lowercase()
            .starts_with("access-control-allow-")
    {
        let why = format!("`{header}` is a field of answers, and the script sends it");
        let code = Code::RequestHasResponseHeaders;
        findings.insert(0, Finding::new(code, Stage::Script, why));
    }
    findings
}

fn stage(wording: &Wording) -> Stage {
    match wording.code {
        Code::PreflightStatus
        | Code::PreflightRedirect
        | Code::AllowMethodsInvalid
        | Code::AllowHeadersInvalid
        | Code::MethodNotAllowed
        | Code::HeaderNotAllowed => Stage::Preflight,
        Code::ConnectionRefused
        | Code::DnsFailure
        | Code::TlsUntrusted
        | Code::TlsExpired
        | Code::TlsWrongHost
        | Code::TlsHandshake
        | Code::Timeout
        | Code::NetworkFailure => Stage::Connection,
        Code::RedirectCrossOriginNoCors
        | Code::RedirectWithCredentialsInUrl
        | Code::RedirectScheme
        | Code::RedirectModeError
        | Code::RedirectLoop => Stage::Redirect,
        Code::MixedContent | Code::ContentSecurityPolicy | Code::UnsupportedScheme => Stage::Script,
        _ => Stage::Request,
    }
}

/// What the value itself tells, and what it tells with the page's origin.
fn of_value(code: Code, stage: Stage, named: &Named) -> Vec<Finding> {
    let Some(value) = &named.value else {
        let why = "the message does not name the value";
        return vec![Finding::new(code, stage, why)];
    };
    let origin = named.origin.as_deref();
    let faults = allow_origin_faults(&[value.as_bytes()], origin.unwrap_or(NO_PAGE).as_bytes());
    let depends_on_page = |code: Code| {
        matches!(
            code,
            Code::AllowOriginMismatch
                | Code::AllowOriginSchemeMismatch
                | Code::AllowOriginPortMismatch
                | Code::AllowOriginHostMismatch
        )
    };
    let mut findings: Vec<Finding> = faults
        .into_iter()
        .filter(|fault| origin.is_some() || !depends_on_page(fault.code))
        .map(|fault| {
            Finding::new(fault.code, stage, fault.why).with_evidence(Evidence {
                exchange: None,
                header: "access-control-allow-origin".to_owned(),
                value: Some(value.clone().into_bytes()),
                span: fault.span,
            })
        })
        .collect();
    if findings.is_empty() {
        let why = match origin {
            Some(origin) => format!("the answer allows `{value}`, and the page is of `{origin}`"),
            None => format!("the answer allows `{value}`, and the page is of another origin"),
        };
        findings.push(Finding::new(code, stage, why));
    }
    findings
}

/// What a status tells beside the words.
fn of_status(code: Code, stage: Stage, named: &Named) -> Finding {
    let refined = match (code, named.status) {
        (Code::NoAllowOrigin | Code::PreflightStatus, Some(502..=504)) => Code::GatewayError,
        (Code::NoAllowOrigin | Code::PreflightStatus, Some(500..)) => Code::ServerError,
        (Code::NoAllowOrigin, Some(400..)) => Code::NoAllowOriginOnError,
        (Code::PreflightStatus, Some(401 | 403 | 407)) => Code::PreflightAuth,
        (Code::PreflightStatus, Some(404 | 405)) => Code::PreflightNoHandler,
        (Code::PreflightStatus, Some(300..=399)) => Code::PreflightRedirect,
        (Code::AllowCredentialsNotTrue, _) if named.value.as_deref() == Some("") => {
            Code::NoAllowCredentials
        }
        (Code::MethodNotAllowed, _) if is_other_case(named.method.as_deref()) => Code::MethodCase,
        (code, _) => code,
    };
    let why = match (refined, &named.method, &named.header, named.status) {
        (Code::MethodCase, Some(method), _, _) => {
            format!(
                "the script asks for `{method}`, which is not `{}`",
                method.to_uppercase()
            )
        }
        (_, Some(method), _, _) => format!("the method is `{method}`"),
        (_, _, Some(header), _) => format!("the header is `{header}`"),
        (_, _, _, Some(status)) => format!("the status is {status}"),
        _ => match (&named.url, &named.value) {
            (_, Some(value)) if !value.is_empty() => format!("the value is `{value}`"),
            (Some(url), _) => format!("it is about `{url}`"),
            (None, _) => "the message says no more".to_owned(),
        },
    };
    Finding::new(refined, stage, why)
}

/// Methods that `fetch()` does not turn into upper case.
fn is_other_case(method: Option<&str>) -> bool {
    method.is_some_and(|it| it.chars().any(|char| char.is_ascii_lowercase()))
}

/// What is not in the message, and what is needed for more than it says.
pub(super) fn unknown(wording: &Wording, named: &Named) -> Vec<Unknown> {
    let is_about_the_page = !matches!(
        wording.code,
        Code::ConnectionRefused
            | Code::DnsFailure
            | Code::TlsUntrusted
            | Code::TlsExpired
            | Code::TlsWrongHost
            | Code::TlsHandshake
            | Code::Timeout
    );
    let mut unknown = Vec::new();
    if named.origin.is_none() && is_about_the_page {
        unknown.push(Unknown::Origin);
    }
    if named.url.is_none() {
        unknown.push(Unknown::Url);
    }
    let hides_answer = wording.browser == Profile::WebKit && wording.code == Code::NoAllowOrigin;
    if hides_answer || matches!(wording.code, Code::ReasonHidden | Code::NetworkFailure) {
        unknown.push(Unknown::Answer);
    }
    unknown
}
