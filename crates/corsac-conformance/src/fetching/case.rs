//! The form of a case.

use std::net::IpAddr;
use std::path::Path;

use serde::Deserialize;

use super::name::{
    address_space, cache_mode, credentials, mode, permission, redirect, referrer_policy,
    response_type,
};
use crate::field::{FieldLine, bytes_of};
use crate::load::{Entry, LoadErrors, load_dir};
use corsac::user_agent::{CredentialsMode, Header, RedirectMode, RequestMode, ResponseType};
use corsac_fetch::address_space::{AddressSpace, Permission};
use corsac_fetch::{CacheMode, Profile, ReferrerPolicy};

/// One case: a page, its fetches in a row, and what comes of each.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FetchCase {
    /// The file in which it stands.
    #[serde(skip)]
    pub file: String,
    /// What is the case, as a sentence.
    pub name: String,
    /// The rules that it shows, by their names in `conformance/fetch-rules.toml`.
    pub rules: Vec<String>,
    /// The algorithms of the standard that it shows, by anchor and step.
    pub steps: Vec<String>,
    /// The page's URL.
    #[serde(default = "default_page")]
    pub page: String,
    /// `null` for a page whose origin is not that of its URL.
    pub page_origin: Option<String>,
    /// The page's referrer policy.
    #[serde(default, with = "referrer_policy")]
    pub page_referrer_policy: Option<ReferrerPolicy>,
    /// The address that the page came from.
    pub page_address: Option<IpAddr>,
    /// The engine; the standard itself if nothing is said.
    pub profile: Option<String>,
    /// What `blob:` URLs lead to.
    #[serde(default)]
    pub blob: Vec<CaseBlob>,
    /// What the user has said to pages that want to talk to the local network.
    #[serde(default, with = "permission")]
    pub local_network: Permission,
    /// The fetches, one after the other, of one user agent.
    pub fetch: Vec<OneFetch>,
}

fn default_page() -> String {
    "https://app.example/page".to_owned()
}

/// A blob that a page made a URL of.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CaseBlob {
    /// The URL.
    pub url: String,
    /// The MIME type.
    #[serde(default)]
    pub r#type: String,
    /// The bytes.
    pub text: String,
}

/// One fetch.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OneFetch {
    /// How many seconds go by before it.
    #[serde(default)]
    pub advance: u64,
    /// What the script asks for.
    pub request: CaseRequest,
    /// Every exchange on the wire, in order.
    #[serde(default)]
    pub exchange: Vec<OneExchange>,
    /// What the page gets.
    pub outcome: ExpectedOutcome,
}

/// What a script asks for; what is left out is as `fetch` has it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CaseRequest {
    /// The URL, absolute or relative to the page.
    pub url: String,
    /// The method.
    #[serde(default = "get")]
    pub method: String,
    /// The headers.
    #[serde(default)]
    pub headers: Vec<FieldLine>,
    /// The body.
    pub body: Option<Body>,
    /// The mode.
    #[serde(default = "mode::cors", with = "mode")]
    pub mode: RequestMode,
    /// The credentials mode.
    #[serde(default, with = "credentials")]
    pub credentials: CredentialsMode,
    /// The redirect mode.
    #[serde(default, with = "redirect")]
    pub redirect: RedirectMode,
    /// The cache mode.
    #[serde(default, with = "cache_mode")]
    pub cache: CacheMode,
    /// The referrer: a URL, or nothing for no referrer.
    pub referrer: Option<String>,
    /// The referrer policy.
    #[serde(default, with = "referrer_policy")]
    pub referrer_policy: Option<ReferrerPolicy>,
    /// Digests of which the body must have one.
    #[serde(default)]
    pub integrity: String,
    /// Is there a listener on the upload?
    #[serde(default)]
    pub upload_listener: bool,
    /// The network on which the script says the server is.
    #[serde(default, with = "address_space")]
    pub target_address_space: Option<AddressSpace>,
}

fn get() -> String {
    "GET".to_owned()
}

/// The body of a request.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[expect(
    clippy::exhaustive_enums,
    reason = "the format of the data has these three"
)]
pub enum Body {
    /// A string, which has a content type.
    Text(String),
    /// A buffer, which has none.
    Buffer(String),
    /// A stream.
    Stream {},
}

/// One exchange on the wire.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OneExchange {
    /// What must be sent.
    pub expect: ExpectedRequest,
    /// What comes back: 200 without headers if nothing is said.
    #[serde(default)]
    pub respond: Answer,
}

/// What must be sent.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ExpectedRequest {
    /// The method.
    pub method: String,
    /// The URL.
    pub url: String,
    /// Headers that must be there with exactly this value, all lines joined.
    #[serde(default)]
    pub headers: Vec<FieldLine>,
    /// Names of headers that must not be there.
    #[serde(default)]
    pub absent: Vec<String>,
    /// The names of all headers, in order.
    pub names: Option<Vec<String>>,
    /// Whether credentials go along.
    pub credentials: Option<bool>,
    /// Whether only a new connection will do.
    pub new_connection: Option<bool>,
    /// The bytes of the body; nothing for none at all.
    pub body: Option<String>,
}

/// What comes back.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Answer {
    /// The status.
    pub status: Option<u16>,
    /// The headers.
    #[serde(default)]
    pub headers: Vec<FieldLine>,
    /// The address that the connection leads to.
    pub address: Option<IpAddr>,
    /// Why nothing comes, by a word that the format's description lists.
    pub fail: Option<String>,
}

/// What the page gets. Exactly one of `type`, `network-error` and `type-error` is there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ExpectedOutcome {
    /// The type of the response.
    #[serde(default, with = "response_type")]
    pub r#type: Option<ResponseType>,
    /// Its status: 200 if nothing is said.
    pub status: Option<u16>,
    /// Its URL: that of the last exchange if nothing is said, and empty for an opaque response.
    pub url: Option<String>,
    /// Was there a redirect?
    #[serde(default)]
    pub redirected: bool,
    /// All headers that the script sees, in order.
    #[serde(default)]
    pub headers: Vec<FieldLine>,
    /// Is there a body? There is one if nothing is said.
    pub body: Option<bool>,
    /// The code of the network error.
    pub network_error: Option<String>,
    /// The code of the `TypeError` before anything is sent.
    pub type_error: Option<String>,
}

impl FetchCase {
    /// The engine.
    #[must_use]
    pub fn profile(&self) -> Profile {
        let name = self.profile.as_deref().unwrap_or("spec");
        let named = Profile::ALL.into_iter().find(|it| it.name() == name);
        named.expect("checked when it was loaded")
    }

    /// The algorithms that it shows, each with its step if there is one.
    pub fn shown_steps(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.steps.iter().map(|it| match it.split_once(' ') {
            Some((anchor, step)) => (anchor, Some(step)),
            None => (it.as_str(), None),
        })
    }
}

/// Reads all cases of a directory.
pub fn load_fetch_cases(dir: &Path) -> Result<Vec<FetchCase>, LoadErrors> {
    load_dir(dir)
}

impl Entry for FetchCase {
    const KEY: &'static str = "case";
    const NAME_KEY: &'static str = "name";

    fn found_in(&mut self, file: &str) {
        file.clone_into(&mut self.file);
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let is_profile = |name: &String| Profile::ALL.iter().any(|it| it.name() == name);
        if self.profile.as_ref().is_some_and(|it| !is_profile(it)) {
            faults.push("`profile` is no engine".to_owned());
        }
        if self.page_origin.as_ref().is_some_and(|it| it != "null") {
            faults.push("`page-origin` can only be `null`".to_owned());
        }
        if self.rules.is_empty() || self.steps.is_empty() {
            faults.push("`rules` and `steps` name at least one each".to_owned());
        }
        if self.fetch.is_empty() {
            faults.push("there is no [[case.fetch]]".to_owned());
        }
        let of_fetches = self.fetch.iter().flat_map(faults_of_fetch);
        faults.extend(of_fetches);
        faults
    }
}

fn faults_of_fetch(fetch: &OneFetch) -> Vec<String> {
    let mut faults = Vec::new();
    let outcome = &fetch.outcome;
    let n_kinds = usize::from(outcome.r#type.is_some())
        + usize::from(outcome.network_error.is_some())
        + usize::from(outcome.type_error.is_some());
    if n_kinds != 1 {
        let keys = "`type`, `network-error` and `type-error`";
        faults.push(format!("`outcome` has exactly one of {keys}"));
    }
    let text = fetch.request.headers.iter().chain(&outcome.headers);
    faults.extend(text.filter_map(|line| line.expanded().err()));
    for exchange in &fetch.exchange {
        let sent = exchange.expect.headers.iter();
        for line in sent.chain(&exchange.respond.headers) {
            match line.expanded() {
                Ok(lines) => faults.extend(lines.iter().filter_map(fault_of_line)),
                Err(fault) => faults.push(fault),
            }
        }
        let answer = &exchange.respond;
        if answer.fail.is_some() && (answer.status.is_some() || !answer.headers.is_empty()) {
            faults.push("an answer that fails has no status and no headers".to_owned());
        }
        if answer
            .fail
            .as_ref()
            .is_some_and(|it| failure_of(it).is_none())
        {
            faults.push("`fail` is no failure".to_owned());
        }
    }
    faults
}

fn fault_of_line((name, value): &(String, Vec<u8>)) -> Option<String> {
    match Header::new(name.as_bytes(), value) {
        Some(_) => None,
        None => Some(format!("`{name}: {}` is no header", value.escape_ascii())),
    }
}

/// The failure that a word of the format stands for.
pub(super) fn failure_of(word: &str) -> Option<corsac_fetch::TransportFailure> {
    use corsac_fetch::{TlsFailure, TransportFailure};
    match word {
        "dns" => Some(TransportFailure::Dns),
        "connect" => Some(TransportFailure::Connect(
            std::io::ErrorKind::ConnectionRefused,
        )),
        "tls" => Some(TransportFailure::Tls(TlsFailure::NotValidNow(
            "the certificate has expired".to_owned(),
        ))),
        "timeout" => Some(TransportFailure::Timeout),
        "closed" => Some(TransportFailure::Closed),
        "stream-over-http1" => Some(TransportFailure::StreamOverHttp1),
        "not-writable" => Some(TransportFailure::NotWritable(
            "the method is no token".to_owned(),
        )),
        _ => None,
    }
}

/// The lines that field lines of a loaded case stand for.
pub(super) fn expanded(lines: &[FieldLine]) -> Vec<(String, Vec<u8>)> {
    let lines = lines
        .iter()
        .map(|line| line.expanded().expect("checked when it was loaded"));
    lines.flatten().collect()
}

/// The bytes that a text of a loaded case stands for.
pub(super) fn bytes(text: &str) -> Vec<u8> {
    bytes_of(text).unwrap_or_else(|| text.as_bytes().to_vec())
}
