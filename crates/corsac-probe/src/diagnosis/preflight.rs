//! Answers to a preflight that do not allow the request.

use std::ops::Range;

use corsac::header::{is_cors_non_wildcard_request_header_name, is_token_byte};
use corsac::user_agent::{
    CheckedRequest, CorsCheckFailure, Header, HeaderList, PreflightFailure, UnsafeHeaderNames,
    check_preflight_response,
};
use corsac_fetch::location::location_url;
use corsac_fetch::{Exchange, ResponseHead};
use url::Url;

use super::scene::{Scene, lines};
use super::sharing::{ALLOW_CREDENTIALS, ALLOW_ORIGIN, names_any_field, of_failure};
use super::status;
use crate::code::Code;
use crate::finding::{Finding, Stage, printable, value_of};

const ALLOW_METHODS: &str = "access-control-allow-methods";
const ALLOW_HEADERS: &str = "access-control-allow-headers";

/// A value that needs permission whatever the header.
const NEVER_SAFELISTED: &[u8] = b"\"";

/// A request can have many headers that are not allowed; nobody reads of more than these.
const MAX_FAILURES: usize = 40;

pub(super) fn failed(scene: &Scene<'_>) -> Vec<Finding> {
    let (Some((_, exchange)), Some((_, head))) = (scene.last(), scene.last_head()) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    let is_ok = (200..=299).contains(&head.status);
    if !is_ok {
        findings.push(of_status(scene, exchange, head));
        // What answers so knows nothing of CORS: the one finding says it all.
        if !head.headers.contains(ALLOW_ORIGIN.as_bytes()) {
            return findings;
        }
    }
    let failures = failures(scene, exchange, head);
    let mut names = Vec::new();
    for failure in failures {
        match failure {
            PreflightFailure::CorsCheck(CorsCheckFailure::MissingAllowOrigin) => {
                let why = format!(
                    "the answer to the preflight does not allow the page of `{}`",
                    scene.page_origin()
                );
                let finding = Finding::new(Code::NoAllowOrigin, Stage::Preflight, why);
                findings.push(scene.with_whole_header(finding, ALLOW_ORIGIN));
                if !names_any_field(&head.headers) {
                    return findings;
                }
            }
            PreflightFailure::CorsCheck(failure) => {
                findings.extend(of_failure(scene, head, failure, Stage::Preflight));
            }
            PreflightFailure::MalformedAllowMethods(at) => {
                let span = joined_span(&head.headers, ALLOW_METHODS, at.line, at.start..at.end);
                findings.push(malformed(
                    scene,
                    Code::AllowMethodsInvalid,
                    ALLOW_METHODS,
                    span,
                ));
            }
            PreflightFailure::MalformedAllowHeaders(at) => {
                let span = joined_span(&head.headers, ALLOW_HEADERS, at.line, at.start..at.end);
                findings.push(malformed(
                    scene,
                    Code::AllowHeadersInvalid,
                    ALLOW_HEADERS,
                    span,
                ));
            }
            PreflightFailure::MethodNotAllowed => {
                findings.push(method_not_allowed(scene, exchange, head));
            }
            PreflightFailure::RequestHeaderNotAllowed(name) => names.push(name),
            // A status was told already.
            _ => {}
        }
    }
    findings.extend(headers_not_allowed(scene, head, &names));
    findings
}

/// The failures in the order of the standard, each with those before it mended.
fn failures(scene: &Scene<'_>, exchange: &Exchange, head: &ResponseHead) -> Vec<PreflightFailure> {
    let asked = |name: &[u8]| value_of(&exchange.sent.headers, name).unwrap_or_default();
    let method = asked(b"access-control-request-method");
    // A redirect may have dropped some: what was asked for is what counts.
    let names = asked(b"access-control-request-headers");
    let names = names.split(|byte| *byte == b',');
    let headers: HeaderList = names
        .filter_map(|name| Header::new(name, NEVER_SAFELISTED))
        .collect();
    let names = UnsafeHeaderNames::of(&headers);
    let Some(checked) = scene.checked(&method, &names) else {
        return Vec::new();
    };
    let quirks = scene.case.profile.quirks();
    let mut headers = head.headers.clone();
    let mut failures = Vec::new();
    while failures.len() < MAX_FAILURES
        && let Err(failure) = check_preflight_response(&checked, 204, &headers, &quirks)
    {
        mend(&mut headers, &failure, &checked);
        failures.push(failure);
    }
    failures
}

/// Makes the answer such that it would not fail so.
fn mend(headers: &mut HeaderList, failure: &PreflightFailure, checked: &CheckedRequest<'_>) {
    match failure {
        PreflightFailure::CorsCheck(
            CorsCheckFailure::MissingAllowCredentials | CorsCheckFailure::AllowCredentialsNotTrue,
        ) => set(headers, ALLOW_CREDENTIALS, b"true"),
        PreflightFailure::CorsCheck(_) => set(headers, ALLOW_ORIGIN, checked.origin.as_bytes()),
        PreflightFailure::MalformedAllowMethods(_) => {
            let tokens = tokens(headers, ALLOW_METHODS);
            set(headers, ALLOW_METHODS, &tokens);
        }
        PreflightFailure::MalformedAllowHeaders(_) => {
            let tokens = tokens(headers, ALLOW_HEADERS);
            set(headers, ALLOW_HEADERS, &tokens);
        }
        PreflightFailure::MethodNotAllowed => append(headers, ALLOW_METHODS, checked.method),
        PreflightFailure::RequestHeaderNotAllowed(name) => append(headers, ALLOW_HEADERS, name),
        _ => {}
    }
}

fn set(headers: &mut HeaderList, name: &str, value: &[u8]) {
    if let Some(header) = Header::new(name.as_bytes(), value) {
        headers.delete(name.as_bytes());
        headers.append(header);
    }
}

fn append(headers: &mut HeaderList, name: &str, value: &[u8]) {
    if let Some(header) = Header::new(name.as_bytes(), value) {
        headers.append(header);
    }
}

/// What was meant by a list that cannot be read: whatever in it could be an element.
fn tokens(headers: &HeaderList, name: &str) -> Vec<u8> {
    let value = value_of(headers, name.as_bytes()).unwrap_or_default();
    let tokens: Vec<&[u8]> = value
        .split(|byte| !is_token_byte(*byte))
        .filter(|it| !it.is_empty())
        .collect();
    tokens.join(&b", "[..])
}

fn joined_span(headers: &HeaderList, name: &str, line: usize, span: Range<usize>) -> Range<usize> {
    let lines = lines(headers, name);
    let before: usize = lines.iter().take(line).map(|line| line.len() + 2).sum();
    before + span.start..before + span.end
}

fn malformed(scene: &Scene<'_>, code: Code, header: &str, span: Range<usize>) -> Finding {
    let value = scene
        .last_head()
        .and_then(|(_, head)| value_of(&head.headers, header.as_bytes()))
        .unwrap_or_default();
    let element = value.get(span.clone()).unwrap_or_default();
    let why = format!(
        "`{}` cannot be an element of the list",
        printable(element.trim_ascii())
    );
    let start = span.start + element.len() - element.trim_ascii_start().len();
    let span = start..start + element.trim_ascii().len();
    scene.with_header(Finding::new(code, Stage::Preflight, why), header, span)
}

fn method_not_allowed(scene: &Scene<'_>, exchange: &Exchange, head: &ResponseHead) -> Finding {
    let method =
        value_of(&exchange.sent.headers, b"access-control-request-method").unwrap_or_default();
    let list = value_of(&head.headers, ALLOW_METHODS.as_bytes()).unwrap_or_default();
    let asked = printable(&method);
    let other_case = element(&list, |it| it.eq_ignore_ascii_case(&method));
    let wildcard = element(&list, |it| it == b"*").filter(|_| scene.is_credentialed());
    let (code, span, why) = match (other_case, wildcard) {
        (Some(span), _) => (
            Code::MethodCase,
            span,
            format!("the script asks for `{asked}`, which is another method"),
        ),
        (None, Some(span)) => (
            Code::WildcardLiteralWithCredentials,
            span,
            format!("with credentials, `*` does not stand for `{asked}`"),
        ),
        (None, None) => (
            Code::MethodNotAllowed,
            0..list.len(),
            format!("the browser asked for `{asked}`, which the list does not name"),
        ),
    };
    let finding = Finding::new(code, Stage::Preflight, why);
    scene.with_header(finding, ALLOW_METHODS, span)
}

fn headers_not_allowed(
    scene: &Scene<'_>,
    head: &ResponseHead,
    names: &[Vec<u8>],
) -> Option<Finding> {
    let list = value_of(&head.headers, ALLOW_HEADERS.as_bytes()).unwrap_or_default();
    let wildcard = element(&list, |it| it == b"*");
    let [first, ..] = names else {
        return None;
    };
    let asked: Vec<String> = names
        .iter()
        .map(|it| format!("`{}`", printable(it)))
        .collect();
    let asked = asked.join(", ");
    let is_authorization = is_cors_non_wildcard_request_header_name(first);
    let (code, span, why) = match wildcard {
        Some(span) if scene.is_credentialed() => (
            Code::WildcardLiteralWithCredentials,
            span,
            format!("with credentials, `*` does not stand for {asked}"),
        ),
        Some(span) if is_authorization => (
            Code::WildcardDoesNotCoverAuthorization,
            span,
            "the script sets `Authorization`, for which `*` does not stand".to_owned(),
        ),
        Some(_) | None => (
            Code::HeaderNotAllowed,
            0..list.len(),
            format!("the script sets {asked}, which the list does not name"),
        ),
    };
    let finding = Finding::new(code, Stage::Preflight, why);
    Some(scene.with_header(finding, ALLOW_HEADERS, span))
}

/// The first element of a list that is meant, without the space around it.
fn element(list: &[u8], is_meant: impl Fn(&[u8]) -> bool) -> Option<Range<usize>> {
    let mut start = 0;
    for element in list.split(|byte| *byte == b',') {
        let token = element.trim_ascii();
        if is_meant(token) {
            let start = start + element.len() - element.trim_ascii_start().len();
            return Some(start..start + token.len());
        }
        start += element.len() + 1;
    }
    None
}

/// A preflight that was not answered with an ok status.
fn of_status(scene: &Scene<'_>, exchange: &Exchange, head: &ResponseHead) -> Finding {
    if let Some(finding) = status::real_reason(scene, head, Stage::Preflight) {
        return finding;
    }
    if let Ok(Some(to)) = location_url(head.status, &head.headers, &exchange.sent.url) {
        let why = format!("`{}` redirects to `{to}`", exchange.sent.url);
        let code = redirect_code(&exchange.sent.url, &to);
        let finding = Finding::new(code, Stage::Preflight, why);
        return scene.with_whole_header(finding, "location");
    }
    let is_bucket = value_of(&head.headers, b"server").is_some_and(|it| it == b"AmazonS3");
    let asks_to_authenticate = head.headers.contains(b"www-authenticate");
    let code = match head.status {
        403 if is_bucket => Code::BucketRuleMissing,
        401 | 403 | 407 => Code::PreflightAuth,
        _ if asks_to_authenticate => Code::PreflightAuth,
        404 | 405 | 501 => Code::PreflightNoHandler,
        _ => Code::PreflightStatus,
    };
    let why = format!(
        "{} answers the preflight with {}",
        status::server(&head.headers),
        status::status_line(head)
    );
    scene.with_status(Finding::new(code, Stage::Preflight, why))
}

/// What a redirect of a preflight changes.
fn redirect_code(from: &Url, to: &Url) -> Code {
    let is_same_but = |change: fn(&mut Url, &Url)| {
        let mut changed = from.clone();
        change(&mut changed, to);
        changed.as_str() == to.as_str()
    };
    if from.scheme() == "http" && to.scheme() == "https" && rest_of(from) == rest_of(to) {
        return Code::PreflightRedirectScheme;
    }
    let is_slash = is_same_but(|from, to| from.set_path(to.path()))
        && from.path().trim_end_matches('/') == to.path().trim_end_matches('/');
    match is_slash {
        true => Code::PreflightRedirectSlash,
        false => Code::PreflightRedirect,
    }
}

/// What of an address is the same over http and https; ports of servers differ.
fn rest_of(url: &Url) -> (Option<&str>, &str, Option<&str>) {
    (url.host_str(), url.path(), url.query())
}
