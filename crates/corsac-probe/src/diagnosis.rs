//! Reads findings off the trace of a fetch.
//!
//! What ended the fetch, and the rule that decided, come from the trace. What is looked at here is
//! how the answer came to be so, and what would have failed next: for the latter, the core's own
//! checks run again on the answer with the failure mended.

mod preflight;
mod redirect;
mod request;
mod scene;
mod sharing;
mod status;
mod transport;

use std::cmp::Reverse;

use corsac_fetch::{FetchRequest, NetworkError, Outcome, Page, Profile};

use crate::code::{Code, Severity};
use crate::finding::{Finding, Stage};

pub use scene::Case;
pub(crate) use scene::{Scene, page_origin};

/// Everything that is to be said about a fetch, what stopped it first.
///
/// A fetch that failed has at least one finding with the severity `error`.
#[must_use]
pub fn diagnose(case: &Case<'_>, outcome: &Outcome) -> Vec<Finding> {
    let scene = Scene::new(case, &outcome.trace);
    let mut findings = match &outcome.result {
        Ok(response) => request::shared(&scene, response),
        Err(error) => failed(&scene, error),
    };
    for finding in request::beside(&scene, outcome) {
        let is_known = findings.iter().any(|it| it.code == finding.code);
        match finding.code {
            _ if is_known => {}
            // It is why the server is asked at all.
            Code::RequestHasResponseHeaders => findings.insert(0, finding),
            _ => findings.push(finding),
        }
    }
    findings.sort_by_key(|it| Reverse(it.severity));
    findings
}

fn failed(scene: &Scene<'_>, error: &NetworkError) -> Vec<Finding> {
    let said = |code, stage| {
        let why = format!("`{}`: {error}", scene.last_url());
        vec![Finding::new(code, stage, why)]
    };
    match error {
        NetworkError::CorsCheck(_) => sharing::failed(scene),
        NetworkError::Preflight(_) => preflight::failed(scene),
        NetworkError::PreflightTransport(failure) | NetworkError::Transport(failure) => {
            vec![transport::failed(scene, failure)]
        }
        NetworkError::SameOriginMode => said(Code::SameOriginMode, Stage::Script),
        NetworkError::NoCorsRedirectMode => said(Code::NoCorsRedirectMode, Stage::Script),
        NetworkError::Scheme | NetworkError::MixedContent if is_websocket(scene) => {
            said(Code::WebsocketNotCors, Stage::Script)
        }
        NetworkError::Scheme | NetworkError::MixedContent if is_host_and_port(scene.last_url()) => {
            said(Code::UrlWithoutScheme, Stage::Script)
        }
        NetworkError::LocalNetworkAccess(_) => vec![
            Finding::new(Code::LocalNetwork, Stage::Connection, error.to_string())
                .with_severity(Severity::Error),
        ],
        NetworkError::Scheme | NetworkError::SchemeFetch => {
            said(Code::UnsupportedScheme, Stage::Script)
        }
        NetworkError::BadPort => said(Code::BlockedPort, Stage::Script),
        // A secure page may not ask over such a scheme either, but that is not what to change.
        NetworkError::MixedContent if !scene.last_url().starts_with("http:") => {
            said(Code::UnsupportedScheme, Stage::Script)
        }
        NetworkError::MixedContent => vec![mixed_content(scene)],
        NetworkError::DataUrl => said(Code::DataUrlInvalid, Stage::Script),
        NetworkError::OnlyIfCached => said(Code::OnlyIfCached, Stage::Script),
        NetworkError::ProxyAuthentication => said(Code::ProxyAuthentication, Stage::Connection),
        NetworkError::CrossOriginResourcePolicy(failure) => {
            let header = "cross-origin-resource-policy";
            let finding = Finding::new(
                Code::CrossOriginResourcePolicy,
                Stage::Request,
                failure.to_string(),
            );
            vec![scene.with_whole_header(finding, header)]
        }
        NetworkError::RedirectMode
        | NetworkError::RedirectLocation(_)
        | NetworkError::RedirectScheme
        | NetworkError::TooManyRedirects
        | NetworkError::RedirectCredentials
        | NetworkError::RedirectCredentialsBack
        | NetworkError::RedirectStream => redirect::failed(scene, error),
        // The engine may learn of reasons before this crate does.
        _ => said(Code::NetworkFailure, Stage::Request),
    }
}

fn is_websocket(scene: &Scene<'_>) -> bool {
    let url = scene.last_url();
    url.starts_with("ws:") || url.starts_with("wss:")
}

/// Is this `localhost:3000/pets`, of which the host is taken for a scheme?
fn is_host_and_port(url: &str) -> bool {
    let Some((host, rest)) = url.split_once(':') else {
        return false;
    };
    let port = rest.split(['/', '?', '#']).next().unwrap_or_default();
    (host == "localhost" || host.contains('.')) && port.parse::<u16>().is_ok()
}

fn mixed_content(scene: &Scene<'_>) -> Finding {
    let url = scene.last_url().to_owned();
    let finding = Finding::new(
        Code::MixedContent,
        Stage::Script,
        format!(
            "the page is of `{}`, and asks for `{url}`",
            scene.page_origin()
        ),
    );
    // To the standard a page of http://localhost is secure; to browsers it is not.
    match scene.case.profile {
        Profile::Spec if scene.page_origin().starts_with("http:") => {
            finding.with_severity(Severity::Warning)
        }
        Profile::Spec | Profile::Chromium | Profile::Firefox | Profile::WebKit => finding,
    }
}

impl<'a> Case<'a> {
    /// What is asked, of which nothing else is said.
    #[must_use]
    pub fn new(page: &'a Page, request: &'a FetchRequest) -> Self {
        Self {
            page,
            request,
            read: &[],
            profile: Profile::Spec,
        }
    }
}
