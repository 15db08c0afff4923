//! What a policy means for a page, from the prose of the guide alone.
//!
//! It shares no line with the core, the gateway or the machine. Where engines are known to read the
//! standard differently, their [`Quirks`] say how; the policy means the same to all of them.

use corsac::user_agent::{AuthorizationWildcard, OnFailure, Quirks, StoredAnswer};

use super::super::place::Places;
use super::super::scenario::{Answer, Api, Asked as AskedRoute, Call, Mode};
use super::kept::Kept;
use super::request::{Request, is_simple};
use super::trial::{Behind, Refuse, Trial, UPSTREAM, Upstream, has};
use crate::fetching::oracle::{Asked, CorsLines, is_asked_first, is_seen, is_shared};
use crate::oracle::pattern_contains;

/// What must happen.
#[derive(Debug, Default)]
pub(super) struct Meant {
    /// The preflights that the gateway answers: the path, the status, and the code of the refusal.
    pub(super) preflights: Vec<String>,
    /// What reaches the server behind the gateway: the call, and the method as it is sent.
    pub(super) arrived: Vec<(Call, String)>,
    /// What the script sees of each call.
    pub(super) seen: Vec<MeantSeen>,
}

/// What a script sees.
#[derive(Debug)]
pub(super) enum MeantSeen {
    Refused,
    NetworkError,
    Opaque,
    Response(MeantResponse),
}

/// A response that a script may read.
#[derive(Debug)]
pub(super) struct MeantResponse {
    pub(super) status: u16,
    /// What the server behind the gateway answered, unless the gateway did.
    pub(super) answer: Option<Answer>,
    /// Without a body, whatever the answer has.
    pub(super) is_to_head: bool,
    exposed: Vec<String>,
    with_credentials: bool,
}

impl MeantResponse {
    /// May the script read the header of this name, which is in lower case?
    pub(super) fn exposes(&self, name: &str) -> bool {
        let exposed: Vec<_> = self.exposed.iter().map(String::as_str).collect();
        let lines = CorsLines {
            expose_headers: &exposed,
            ..CorsLines::default()
        };
        let asked = Asked {
            origin: "",
            with_credentials: self.with_credentials,
            method: "",
            unsafe_names: &[],
            has_listener: false,
        };
        is_seen(&asked, name, &lines)
    }
}

/// What the trial's policy means for the trial's page.
pub(super) fn meaning(trial: &Trial, quirks: &Quirks, places: &Places) -> Meant {
    let page = trial.scenario.page;
    let origin = match page.sandboxed {
        true => "null".to_owned(),
        false => places.origin(page.place),
    };
    let patterns = trial.policy.allow_origins.iter();
    let mut patterns = patterns.map(|it| places.filled(it, 0));
    let mut told = Told {
        is_allowed: patterns.any(|it| pattern_contains(&it, &origin)),
        trial,
        quirks,
        origin,
        kept: None,
        meant: Meant::default(),
    };
    for call in &trial.scenario.calls {
        let seen = told.call(call);
        told.meant.seen.push(seen);
    }
    told.meant
}

struct Told<'a> {
    trial: &'a Trial,
    quirks: &'a Quirks,
    origin: String,
    /// Is the origin among those that the policy allows?
    is_allowed: bool,
    /// What the browser keeps of the last preflight that was for the page.
    kept: Option<Kept>,
    meant: Meant,
}

impl Told<'_> {
    fn call(&mut self, call: &Call) -> MeantSeen {
        let request = Request::of(call);
        let is_without_body = ["GET", "HEAD"].contains(&request.method.as_str());
        match (call.api, call.mode) {
            (Api::Fetch, _) if is_without_body && call.body.is_some() => MeantSeen::Refused,
            (Api::Fetch, Mode::SameOrigin) => MeantSeen::NetworkError,
            (Api::Fetch, Mode::NoCors) => {
                // Only then is there an `Origin` for the policy to see.
                let is_rejected = request.method == "POST" && self.is_rejected();
                if !is_rejected {
                    self.answer(call, &request);
                }
                MeantSeen::Opaque
            }
            (Api::Fetch, Mode::Cors) | (Api::Xhr, _) => self.cors(call, &request),
        }
    }

    fn cors(&mut self, call: &Call, request: &Request) -> MeantSeen {
        let unsafe_names: Vec<_> = request.unsafe_names.iter().map(String::as_str).collect();
        let origin = self.origin.clone();
        let asked = Asked {
            origin: &origin,
            with_credentials: request.with_credentials,
            method: &request.method,
            unsafe_names: &unsafe_names,
            has_listener: request.has_listener,
        };
        let needs_preflight = is_asked_first(&asked);
        let kept = self.kept.as_ref();
        let is_kept = kept.is_some_and(|it| it.serves((call, request), self.quirks));
        if needs_preflight && !is_kept {
            self.preflight(call, request);
            let is_let_go = self.is_let_go(request);
            let is_kept = match self.quirks.cache.stored_answer {
                StoredAnswer::IfItAllows => is_let_go,
                StoredAnswer::IfItIsRead => self.is_shared(request),
            };
            if is_kept {
                self.kept = Kept::of((call, request), self.trial, self.quirks);
            }
            if !is_let_go {
                return MeantSeen::NetworkError;
            }
        }
        let seen = self.response(call, request, &asked);
        let is_failed = matches!(seen, MeantSeen::NetworkError);
        if is_failed && self.quirks.cache.on_failure != OnFailure::Keep {
            self.kept = None;
        }
        seen
    }

    /// Rules 11 to 14: what the page sees of the response.
    fn response(&mut self, call: &Call, request: &Request, asked: &Asked<'_>) -> MeantSeen {
        if self.is_rejected() {
            return MeantSeen::NetworkError;
        }
        let policy = &self.trial.policy;
        let (status, answer) = self.answer(call, request);
        let lines_of = |name| self.lines_of(answer.as_ref(), name);
        let allow_origin = lines_of("access-control-allow-origin");
        let is_kept = policy.upstream == Upstream::Keep && !allow_origin.is_empty();
        let (is_readable, exposed) = if is_kept {
            let allow_credentials = lines_of("access-control-allow-credentials");
            let lines = CorsLines {
                allow_origin: &strs(&allow_origin),
                allow_credentials: &strs(&allow_credentials),
                ..CorsLines::default()
            };
            let exposed = lines_of("access-control-expose-headers");
            (is_shared(asked, &lines), exposed)
        } else {
            (self.is_shared(request), policy.expose_headers.clone())
        };
        match is_readable {
            false => MeantSeen::NetworkError,
            true => MeantSeen::Response(MeantResponse {
                status,
                answer,
                is_to_head: request.method == "HEAD",
                exposed,
                with_credentials: request.with_credentials,
            }),
        }
    }

    /// Does the policy share responses with the page?
    fn is_shared(&self, request: &Request) -> bool {
        self.is_allowed && (self.trial.policy.allow_credentials || !request.with_credentials)
    }

    /// Is the request answered without the handler, because of its origin?
    fn is_rejected(&self) -> bool {
        !self.is_allowed && self.trial.policy.refuse == Refuse::Reject
    }

    /// The status, and the answer if it is not the gateway's own.
    fn answer(&mut self, call: &Call, request: &Request) -> (u16, Option<Answer>) {
        if !self.exists(&request.method) {
            return (405, None);
        }
        if self.trial.behind == Behind::Nothing {
            return (502, None);
        }
        self.meant
            .arrived
            .push((call.clone(), request.method.clone()));
        let path = path_of(call);
        let asked = AskedRoute {
            place: UPSTREAM,
            path: &path,
            is_preflight: false,
            is_of_others: false,
        };
        let answer = self.trial.scenario.answer(&asked, 0);
        (answer.status, Some(answer))
    }

    /// The lines of a header in an answer.
    fn lines_of(&self, answer: Option<&Answer>, name: &str) -> Vec<String> {
        let headers = answer.map_or(&[][..], |it| &it.headers);
        let lines = headers
            .iter()
            .filter(|it| it.0.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.replace("{origin}", &self.origin));
        lines.collect()
    }

    /// Rules 5 and 6: what the gateway answers, and what it notes.
    fn preflight(&mut self, call: &Call, request: &Request) {
        let has_name =
            |name: &String| self.is_name_allowed(name, AuthorizationWildcard::NotCovered);
        let (status, refusal) = if !self.is_allowed {
            (403, "origin-not-allowed")
        } else if !self.is_method_allowed(&request.method) {
            (204, "method-not-allowed")
        } else if !request.unsafe_names.iter().all(has_name) {
            (204, "request-header-not-allowed")
        } else {
            (204, "allowed")
        };
        let path = path_of(call).replace("{here}", "");
        let answered = format!("{path} {status} {refusal}");
        self.meant.preflights.push(answered);
    }

    fn is_let_go(&self, request: &Request) -> bool {
        let mut names = request.unsafe_names.iter();
        self.is_shared(request)
            && self.is_method_allowed(&request.method)
            && names.all(|it| self.is_name_allowed(it, self.quirks.authorization))
    }

    /// Rule 7, and what exists.
    fn is_method_allowed(&self, method: &str) -> bool {
        let is_listed = has(&self.trial.policy.allow_methods, method) || self.is_any_method();
        is_simple(method) || is_listed && self.exists(method)
    }

    fn is_name_allowed(&self, name: &str, authorization: AuthorizationWildcard) -> bool {
        let policy = &self.trial.policy;
        let is_listed = policy
            .allow_headers
            .iter()
            .any(|it| it.to_lowercase() == name);
        let is_covered = name != "authorization"
            || policy.allow_credentials
            || authorization != AuthorizationWildcard::NotCovered;
        is_listed || has(&policy.allow_headers, "*") && is_covered
    }

    fn is_any_method(&self) -> bool {
        has(&self.trial.policy.allow_methods, "*")
    }

    fn exists(&self, method: &str) -> bool {
        let methods = self.trial.methods.as_ref();
        methods.is_none_or(|it| has(it, method) || method == "HEAD" && has(it, "GET"))
    }
}

/// The path of a call's URL, which begins with where the gateway is.
pub(super) fn path_of(call: &Call) -> String {
    let at = call.url.find("{here}").unwrap_or_default();
    call.url[at..].to_owned()
}

fn strs(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).collect()
}
