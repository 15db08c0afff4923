//! Where what happened is not what the policy means.

use super::super::compare::{self, Deviation};
use super::super::observation::{Arrived, Observation, Seen, SeenResponse};
use super::super::scenario::{Api, Body, Call};
use super::meaning::{Meant, MeantResponse, MeantSeen, path_of};
use super::trial::Trial;

/// What was to be seen of a trial.
#[derive(Debug)]
pub(super) struct Tried {
    /// By the page, and by the server behind the gateway.
    pub(super) observation: Observation,
    /// By the gateway.
    pub(super) preflights: Vec<String>,
    /// The calls, with the URLs of the gateway.
    pub(super) calls: Vec<Call>,
}

/// Where the two differ.
pub(super) fn judge(trial: &Trial, meant: &Meant, tried: &Tried) -> Vec<Deviation> {
    let mut found = Found::default();
    let preflights = |it: &[String]| it.join(" | ");
    found.note(
        "preflights",
        preflights(&meant.preflights),
        preflights(&tried.preflights),
    );
    found.arrived(meant, &tried.observation.arrived);
    let calls = trial.scenario.calls.len();
    found.note(
        "calls",
        calls.to_string(),
        tried.observation.seen.len().to_string(),
    );
    let both = meant.seen.iter().zip(&tried.observation.seen);
    for ((meant, seen), call) in both.zip(&tried.calls) {
        found.seen(meant, seen, call);
    }
    found.deviations
}

#[derive(Default)]
struct Found {
    deviations: Vec<Deviation>,
}

impl Found {
    fn note(&mut self, kind: &str, foretold: String, happened: String) {
        if foretold != happened {
            self.deviations.push(Deviation {
                kind: kind.to_owned(),
                place: kind.to_owned(),
                foretold,
                happened,
            });
        }
    }

    fn arrived(&mut self, meant: &Meant, arrived: &[Arrived]) {
        let lines = meant
            .arrived
            .iter()
            .map(|(call, method)| format!("{method} {}", path_of(call)));
        let came = arrived
            .iter()
            .map(|it| format!("{} {}", it.method, it.path));
        let (lines, came): (Vec<_>, Vec<_>) = (lines.collect(), came.collect());
        if lines != came {
            return self.note("requests", lines.join(" | "), came.join(" | "));
        }
        for ((call, _), came) in meant.arrived.iter().zip(arrived) {
            for (name, value) in &call.headers {
                let name = name.to_lowercase();
                let came = came.fields.get(&name).cloned().unwrap_or_default();
                self.note(&format!("request {name}"), value.clone(), came);
            }
            let body = match &call.body {
                Some(Body::Text(text) | Body::Buffer(text) | Body::Blob { text, .. }) => text,
                None => "",
            };
            if !["GET", "HEAD"].contains(&came.method.as_str()) {
                self.note("request body", body.to_owned(), came.body.clone());
            }
        }
    }

    fn seen(&mut self, meant: &MeantSeen, seen: &Seen, call: &Call) {
        self.note("outcome", outcome(meant, call), compare::outcome(seen));
        let (MeantSeen::Response(meant), Seen::Response(seen)) = (meant, seen) else {
            return;
        };
        self.note("url", call.url.clone(), seen.url.clone());
        self.headers(meant, seen);
        if let Some(answer) = &meant.answer {
            let body = match meant.is_to_head {
                true => "",
                false => &answer.body,
            };
            let read = seen.body.clone().unwrap_or_default();
            self.note("body", body.to_owned(), read);
        }
    }

    /// All that the server sent and the policy exposes must be there, and nothing that the policy
    /// does not expose, whoever sent it.
    fn headers(&mut self, meant: &MeantResponse, seen: &SeenResponse) {
        let answered = meant.answer.iter().flat_map(|it| &it.headers);
        let exposed = answered.filter(|(name, _)| {
            let name = name.to_lowercase();
            !name.starts_with("access-control-") && meant.exposes(&name)
        });
        let mut exposed: Vec<_> = exposed
            .map(|(name, value)| format!("{}: {value}", name.to_lowercase()))
            .collect();
        exposed.sort();
        let is_sent = |it: &&(String, String)| {
            let start = format!("{}: ", it.0);
            let is_of_server = exposed.iter().any(|it| it.starts_with(&start));
            is_of_server || !meant.exposes(&it.0)
        };
        let shown = seen.headers.iter().filter(is_sent);
        let mut shown: Vec<_> = shown
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        shown.sort();
        self.note("headers", exposed.join(", "), shown.join(", "));
    }
}

fn outcome(meant: &MeantSeen, call: &Call) -> String {
    let r#type = |name: &'static str| match call.api {
        Api::Fetch => name,
        Api::Xhr => "a",
    };
    match meant {
        MeantSeen::Refused => "refused".to_owned(),
        MeantSeen::NetworkError => "network error".to_owned(),
        MeantSeen::Opaque => "opaque response 0".to_owned(),
        MeantSeen::Response(response) => format!("{} response {}", r#type("cors"), response.status),
    }
}
