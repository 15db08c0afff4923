//! What the user agent makes of a scenario: the machine, with answers from the script.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use corsac::user_agent::{
    CredentialsMode, RedirectMode, RequestMode, RequestOrigin, ResponseType, UseCorsPreflight,
};
use corsac_fetch::client::read_http1_response;
use corsac_fetch::{
    CacheMode, FetchRequest, Interface, Outcome, Outgoing, OutgoingBody, Profile, Purpose, Step,
    UserAgent, console_messages,
};
use url::Url;

use super::observation::{
    About, Arrived, Line, Observation, Seen, SeenResponse, with_high_bytes_alike,
};
use super::place::Places;
use super::scenario::{
    Api, Body, Cache, Call, Credentials, Mode, Redirect, Scenario, isomorphic_decode,
    isomorphic_encode,
};

/// What the user agent, faithful to an engine, makes of a scenario.
#[must_use]
pub fn foretell(scenario: &Scenario, profile: Profile, places: &Places) -> Observation {
    let mut play = Play::new(scenario, profile, places);
    play.all();
    play.observation
}

/// A fetch of a scenario that ended in a network error.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "there is no more to it")]
pub struct Blocked {
    /// The code of the network error.
    pub code: &'static str,
    /// What the engine says on its console.
    pub console: Vec<String>,
}

/// What is blocked of a scenario by the user agent, faithful to an engine.
#[must_use]
pub fn foretell_blocked(scenario: &Scenario, profile: Profile, places: &Places) -> Vec<Blocked> {
    let mut play = Play::new(scenario, profile, places);
    play.all();
    play.blocked
}

/// When every scenario begins, in seconds since the Unix epoch.
const START: Duration = Duration::from_secs(1_780_000_000);

/// Every scenario has a user agent to itself, so that one number serves for all.
const ID: u64 = 0;

/// A scenario that is being played.
struct Play<'a> {
    ua: UserAgent,
    now: Duration,
    about: About<'a>,
    /// How often each route has been taken.
    n_asked: HashMap<Option<usize>, usize>,
    /// The body of the response that came last.
    last_body: String,
    observation: Observation,
    blocked: Vec<Blocked>,
}

impl<'a> Play<'a> {
    fn new(scenario: &'a Scenario, profile: Profile, places: &'a Places) -> Self {
        Self {
            ua: UserAgent::new(profile),
            now: START,
            about: About {
                places,
                scenario,
                id: ID,
            },
            n_asked: HashMap::new(),
            last_body: String::new(),
            observation: Observation::default(),
            blocked: Vec::new(),
        }
    }

    fn all(&mut self) {
        for call in &self.about.scenario.calls {
            self.now += Duration::from_secs(call.wait.into());
            let seen = self.call(call);
            self.observation.seen.push(seen);
        }
    }

    fn call(&mut self, call: &Call) -> Seen {
        let page = self.page();
        let request = self.asked(call);
        let step = corsac_fetch::fetch(&mut self.ua, &page, request.clone(), self.now);
        let Ok(mut step) = step else {
            return Seen::Refused;
        };
        loop {
            step = match step {
                Step::Done(outcome) => {
                    let script = corsac_fetch::ScriptedFetch {
                        page: &page,
                        request: &request,
                        interface: interface(call.api),
                    };
                    self.note_blocked(script, &outcome);
                    return self.seen(call, &outcome);
                }
                Step::Send(outgoing, pending) => {
                    let answer = self.answer(&outgoing);
                    match read_http1_response([&answer[..]], &outgoing.method) {
                        Ok((head, body)) => {
                            self.last_body = isomorphic_decode(&body.unwrap_or_default());
                            pending.receive(&mut self.ua, head, self.now)
                        }
                        Err(failure) => pending.fail(&mut self.ua, failure),
                    }
                }
            };
        }
    }

    fn note_blocked(&mut self, script: corsac_fetch::ScriptedFetch<'_>, outcome: &Outcome) {
        if let Err(error) = &outcome.result {
            self.blocked.push(Blocked {
                code: error.code(),
                console: console_messages(self.ua.profile(), script, outcome),
            });
        }
    }

    fn page(&self) -> corsac_fetch::Page {
        let page = self.about.scenario.page;
        let url = Url::parse(&page.url(self.about.places)).expect("a page has a URL");
        let page_of_url = corsac_fetch::Page::new(url);
        match page.sandboxed {
            true => corsac_fetch::Page {
                origin: RequestOrigin::Opaque(1),
                ..page_of_url
            },
            false => page_of_url,
        }
    }

    fn asked(&self, call: &Call) -> FetchRequest {
        let mut headers: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        for (name, value) in &call.headers {
            let (name, value) = (
                isomorphic_encode(name),
                isomorphic_encode(&self.filled(value)),
            );
            let same = |(it, _): &&mut (Vec<u8>, Vec<u8>)| it.eq_ignore_ascii_case(&name);
            match headers.iter_mut().find(same) {
                Some((_, joined)) if call.api == Api::Xhr => {
                    joined.extend_from_slice(b", ");
                    joined.extend_from_slice(&value);
                }
                Some(_) | None => headers.push((name, value)),
            }
        }
        let is_without_body = ["GET", "HEAD"]
            .iter()
            .any(|it| it.eq_ignore_ascii_case(&call.method));
        let body = call.body.as_ref();
        let of_fetch = FetchRequest {
            method: isomorphic_encode(&call.method),
            headers,
            credentials: credentials_mode(call.credentials),
            body: body.map(body_of),
            ..FetchRequest::new(self.filled(&call.url))
        };
        match call.api {
            Api::Fetch => FetchRequest {
                mode: mode(call.mode),
                redirect: redirect_mode(call.redirect),
                cache: cache_mode(call.cache),
                ..of_fetch
            },
            Api::Xhr => FetchRequest {
                // An XMLHttpRequest ignores it instead of refusing.
                body: of_fetch.body.filter(|_| !is_without_body),
                credentials: match call.credentials {
                    Credentials::Include => CredentialsMode::Include,
                    Credentials::Omit | Credentials::SameOrigin => CredentialsMode::SameOrigin,
                },
                upload_listener: match call.upload_listener {
                    true => UseCorsPreflight::Set,
                    false => UseCorsPreflight::Unset,
                },
                ..of_fetch
            },
        }
    }

    fn filled(&self, text: &str) -> String {
        self.about.filled(text)
    }

    /// Notes what is sent, and returns the bytes that the script has for it.
    fn answer(&mut self, outgoing: &Outgoing) -> Vec<u8> {
        let About {
            places, scenario, ..
        } = self.about;
        let Some(place) = places.place_of(&outgoing.url) else {
            return Vec::new();
        };
        let path = path_of(&outgoing.url);
        let method = isomorphic_decode(&outgoing.method);
        let body = match &outgoing.body {
            OutgoingBody::Bytes(bytes) => isomorphic_decode(bytes),
            OutgoingBody::None | OutgoingBody::Stream => String::new(),
        };
        let line = Line {
            place,
            method: &method,
            path: &path,
            body: &body,
        };
        let text = |it: &corsac::user_agent::Header| {
            (isomorphic_decode(it.name()), isomorphic_decode(it.value()))
        };
        let headers: Vec<_> = outgoing.headers.iter().map(text).collect();
        let arrived = Arrived::new(line, &headers, self.about);
        let is_preflight = outgoing.purpose == Purpose::Preflight;
        let asked = self.about.asked(&arrived, is_preflight);
        let n_asked = self.n_asked.entry(scenario.route(&asked)).or_default();
        let answer = scenario.answer(&asked, *n_asked);
        *n_asked += 1;
        let bytes = self.about.bytes(&answer, &arrived);
        self.observation.arrived.push(arrived);
        bytes
    }

    fn seen(&self, call: &Call, outcome: &Outcome) -> Seen {
        let Ok(response) = &outcome.result else {
            return Seen::NetworkError;
        };
        let named = |text: &[u8]| self.about.places.named(&isomorphic_decode(text), ID);
        let mut headers: Vec<(String, String)> = Vec::new();
        for header in response.headers.iter() {
            let name = isomorphic_decode(&header.name().to_ascii_lowercase());
            let value = with_high_bytes_alike(&named(header.value()));
            match headers.iter_mut().find(|(it, _)| *it == name) {
                Some((_, joined)) => *joined = format!("{joined}, {value}"),
                None => headers.push((name, value)),
            }
        }
        headers.sort();
        let url = response.url.as_deref().map_or("", Url::as_str);
        let body = match response.has_body {
            true => self.last_body.clone(),
            false => String::new(),
        };
        let is_told = call.api == Api::Fetch;
        Seen::Response(SeenResponse {
            r#type: is_told.then(|| type_name(response.r#type).to_owned()),
            status: response.status,
            url: named(url.as_bytes()),
            redirected: is_told.then_some(response.redirected),
            headers,
            body: Some(body),
        })
    }
}

fn path_of(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}

fn body_of(body: &Body) -> corsac_fetch::Body {
    let (text, content_type) = match body {
        Body::Text(text) => (text, Some("text/plain;charset=UTF-8")),
        Body::Buffer(text) => (text, None),
        Body::Blob { r#type, text } => (text, Some(r#type.as_str()).filter(|it| !it.is_empty())),
    };
    corsac_fetch::Body::Bytes {
        bytes: Arc::from(text.as_bytes()),
        content_type: content_type.map(isomorphic_encode),
    }
}

fn interface(api: Api) -> Interface {
    match api {
        Api::Fetch => Interface::Fetch,
        Api::Xhr => Interface::XmlHttpRequest,
    }
}

fn credentials_mode(credentials: Credentials) -> CredentialsMode {
    match credentials {
        Credentials::SameOrigin => CredentialsMode::SameOrigin,
        Credentials::Omit => CredentialsMode::Omit,
        Credentials::Include => CredentialsMode::Include,
    }
}

fn mode(mode: Mode) -> RequestMode {
    match mode {
        Mode::Cors => RequestMode::Cors,
        Mode::NoCors => RequestMode::NoCors,
        Mode::SameOrigin => RequestMode::SameOrigin,
    }
}

fn redirect_mode(redirect: Redirect) -> RedirectMode {
    match redirect {
        Redirect::Follow => RedirectMode::Follow,
        Redirect::Error => RedirectMode::Error,
        Redirect::Manual => RedirectMode::Manual,
    }
}

fn cache_mode(cache: Cache) -> CacheMode {
    match cache {
        Cache::Default => CacheMode::Default,
        Cache::OnlyIfCached => CacheMode::OnlyIfCached,
    }
}

/// The type, as `Response.type` has it.
fn type_name(r#type: ResponseType) -> &'static str {
    match r#type {
        ResponseType::Basic => "basic",
        ResponseType::Cors => "cors",
        ResponseType::Default => "default",
        ResponseType::Error => "error",
        ResponseType::Opaque => "opaque",
        ResponseType::OpaqueRedirect => "opaqueredirect",
    }
}
