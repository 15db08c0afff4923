//! What a browser keeps of the answer to a preflight.

use corsac::user_agent::{
    AuthorizationWildcard, CachedTaint, CachedWildcard, CredentialedEntry, Quirks,
};

use super::super::scenario::Call;
use super::request::{Request, is_simple};
use super::trial::{Trial, has};

/// What was told of a URL.
pub(super) struct Kept {
    url: String,
    with_credentials: bool,
    methods: Vec<String>,
    names: Vec<String>,
}

impl Kept {
    /// What is kept of the answer that the page gets for a request, if anything is.
    pub(super) fn of(
        (call, request): (&Call, &Request),
        trial: &Trial,
        quirks: &Quirks,
    ) -> Option<Self> {
        let is_off = trial.policy.max_age.as_deref() == Some("0s");
        let is_opaque = trial.scenario.page.sandboxed;
        let is_unkept = is_opaque && quirks.cache.tainted == CachedTaint::ServesNone;
        (!is_off && !is_unkept).then(|| Self {
            url: call.url.clone(),
            with_credentials: request.with_credentials,
            methods: told_methods(trial, request),
            names: told_names(trial, request),
        })
    }

    /// Rule 8: does it serve a later request, so that no preflight is needed?
    pub(super) fn serves(&self, (call, request): (&Call, &Request), quirks: &Quirks) -> bool {
        let is_credentials_served = match quirks.cache.credentialed {
            CredentialedEntry::ServesAll => self.with_credentials || !request.with_credentials,
            CredentialedEntry::ServesItsLike => self.with_credentials == request.with_credentials,
        };
        let is_any = |list: &[String]| {
            has(list, "*")
                && !request.with_credentials
                && quirks.cache.wildcard != CachedWildcard::IsLiteral
        };
        let is_covered = |name: &str| {
            name != "authorization" || quirks.authorization == AuthorizationWildcard::Covered
        };
        let is_name_told =
            |name: &String| has(&self.names, name) || is_any(&self.names) && is_covered(name);
        let is_method_told = is_simple(&request.method)
            || has(&self.methods, &request.method)
            || is_any(&self.methods);
        self.url == call.url
            && is_credentials_served
            && is_method_told
            && request.unsafe_names.iter().all(is_name_told)
    }
}

/// The methods in an answer: those that the policy lists, `*`, or the one that was asked for; and
/// none that does not exist.
fn told_methods(trial: &Trial, request: &Request) -> Vec<String> {
    let listed = &trial.policy.allow_methods;
    match (&trial.methods, has(listed, "*")) {
        (Some(existing), true) => existing.clone(),
        (Some(existing), false) => {
            let mut told = listed.clone();
            told.retain(|it| has(existing, it));
            told
        }
        (None, true) if trial.policy.allow_credentials => vec![request.method.clone()],
        (None, _) => listed.clone(),
    }
}

/// The header names in an answer: those that the policy lists, `*`, or those that were asked for.
fn told_names(trial: &Trial, request: &Request) -> Vec<String> {
    let listed = &trial.policy.allow_headers;
    match has(listed, "*") && trial.policy.allow_credentials {
        true => request.unsafe_names.clone(),
        false => listed.iter().map(|it| it.to_lowercase()).collect(),
    }
}
