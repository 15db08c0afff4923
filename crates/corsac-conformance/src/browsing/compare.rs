//! Where two observations of a scenario differ.

use std::fmt;

use super::observation::{Arrived, Observation, Seen, SeenResponse};

/// Something that differs between what the user agent foretells and what a browser did.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Deviation {
    /// Which thing, in general: without the number of the request or call.
    pub kind: String,
    /// Which thing, in particular.
    pub place: String,
    /// What the user agent foretells.
    pub foretold: String,
    /// What the browser did.
    pub happened: String,
}

impl Deviation {
    /// What is the same in deviations that have the same cause, more often than not.
    #[must_use]
    pub fn gist(&self) -> String {
        let Self {
            kind,
            foretold,
            happened,
            ..
        } = self;
        let is_there = |value: &str| if value == NONE { "none" } else { "one" };
        match kind.as_str() {
            "requests" => format!("{kind}: {} / {}", methods(foretold), methods(happened)),
            "outcome" | "type" | "status" | "redirected" => {
                format!("{kind}: {foretold} / {happened}")
            }
            name if name.starts_with("request sec-") => format!("{kind}: {foretold} / {happened}"),
            _ => format!("{kind}: {} / {}", is_there(foretold), is_there(happened)),
        }
    }
}

/// Whether each request is a preflight: not more of its method.
fn methods(requests: &str) -> String {
    let lines = requests.split(" | ");
    let methods = lines.map(|it| {
        if it.starts_with("OPTIONS ") {
            "preflight"
        } else {
            "request"
        }
    });
    methods.collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            place,
            foretold,
            happened,
            ..
        } = self;
        write!(f, "{place}: foretold {foretold}, happened {happened}")
    }
}

/// Where two observations differ; what is on the console aside.
#[must_use]
pub fn compare(foretold: &Observation, happened: &Observation) -> Vec<Deviation> {
    let mut found = Found::default();
    let lines = |it: &Observation| it.arrived.iter().map(line).collect::<Vec<_>>();
    let (ours, theirs) = (lines(foretold), lines(happened));
    if ours == theirs {
        let both = foretold.arrived.iter().zip(&happened.arrived);
        for (index, (ours, theirs)) in both.enumerate() {
            found.request(index, ours, theirs);
        }
    } else {
        found.note("requests", None, &ours.join(" | "), &theirs.join(" | "));
    }
    for (index, (ours, theirs)) in foretold.seen.iter().zip(&happened.seen).enumerate() {
        found.call(index, ours, theirs);
    }
    if foretold.seen.len() != happened.seen.len() {
        let (ours, theirs) = (foretold.seen.len(), happened.seen.len());
        found.note("calls", None, &ours.to_string(), &theirs.to_string());
    }
    found.deviations
}

#[derive(Default)]
struct Found {
    deviations: Vec<Deviation>,
}

impl Found {
    fn note(&mut self, what: &str, index: Option<usize>, foretold: &str, happened: &str) {
        if foretold == happened {
            return;
        }
        let place = match index {
            Some(index) => format!("{what} of {}", index + 1),
            None => what.to_owned(),
        };
        self.deviations.push(Deviation {
            kind: what.to_owned(),
            place,
            foretold: foretold.to_owned(),
            happened: happened.to_owned(),
        });
    }

    fn request(&mut self, index: usize, ours: &Arrived, theirs: &Arrived) {
        let names = ours.fields.keys().chain(theirs.fields.keys());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names.dedup();
        let shown = |value: Option<&String>| match value {
            Some(value) => format!("{value:?}"),
            None => NONE.to_owned(),
        };
        for name in names {
            let what = format!("request {name}");
            let (ours, theirs) = (ours.fields.get(name), theirs.fields.get(name));
            self.note(&what, Some(index), &shown(ours), &shown(theirs));
        }
        self.note("request body", Some(index), &ours.body, &theirs.body);
    }

    fn call(&mut self, index: usize, ours: &Seen, theirs: &Seen) {
        let (Seen::Response(ours), Seen::Response(theirs)) = (ours, theirs) else {
            return self.note("outcome", Some(index), &outcome(ours), &outcome(theirs));
        };
        let SeenResponse {
            r#type,
            status,
            url,
            redirected,
            headers,
            body,
        } = ours;
        let mut note = |what: &str, ours: String, theirs: String| {
            self.note(what, Some(index), &ours, &theirs);
        };
        note("type", shown(r#type), shown(&theirs.r#type));
        note("status", status.to_string(), theirs.status.to_string());
        note("url", url.clone(), theirs.url.clone());
        note("redirected", shown(redirected), shown(&theirs.redirected));
        note("headers", fields(headers), fields(&theirs.headers));
        note("body", shown(body), shown(&theirs.body));
    }
}

const NONE: &str = "none";

fn line(arrived: &Arrived) -> String {
    let Arrived {
        place,
        method,
        path,
        ..
    } = arrived;
    format!("{method} {{{}}}{path}", place.name())
}

/// What came of a call, in short.
pub(super) fn outcome(seen: &Seen) -> String {
    match seen {
        Seen::Refused => "refused".to_owned(),
        Seen::NetworkError => "network error".to_owned(),
        Seen::Nothing => "nothing in time".to_owned(),
        Seen::Response(response) => {
            let r#type = response.r#type.as_deref().unwrap_or("a");
            format!("{type} response {}", response.status)
        }
    }
}

fn shown<T: fmt::Debug>(value: &Option<T>) -> String {
    match value {
        Some(value) => format!("{value:?}"),
        None => NONE.to_owned(),
    }
}

fn fields(headers: &[(String, String)]) -> String {
    let line = |(name, value): &(String, String)| format!("{name}: {value:?}");
    headers.iter().map(line).collect::<Vec<_>>().join(", ")
}
