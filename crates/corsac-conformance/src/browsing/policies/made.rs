//! Random policies, and random requests to what they guard, from a seed.

use std::iter;

use super::super::place::{Place, Places};
use super::super::scenario::{Answer, Api, Body, Call, Credentials, Mode, Page, Route, Scenario};
use super::trial::{Behind, Refuse, StatedPolicy, Trial, Upstream};
use crate::oracle::pattern_contains;
use crate::seeded::Seeded;

/// Trials of `n` policies, several for each. The same for the same seed.
#[must_use]
pub fn trials(n: usize, seed: u64) -> Vec<Trial> {
    let mut seeded = Seeded::new(seed);
    let mut trials = Vec::with_capacity(n * TRIALS_PER_POLICY);
    for _ in 0..n {
        let policy = policy(&mut seeded);
        for _ in 0..TRIALS_PER_POLICY {
            trials.push(trial(&policy, &mut seeded));
        }
    }
    trials
}

/// Every policy meets so many pages.
const TRIALS_PER_POLICY: usize = 4;

fn policy(seeded: &mut Seeded) -> StatedPolicy {
    let is_open = seeded.once_in(5);
    let allow_credentials = !is_open && seeded.once_in(2);
    let expose_headers = match !allow_credentials && seeded.once_in(4) {
        true => owned(&["*"]),
        false => some_of(&EXPOSED, seeded),
    };
    StatedPolicy {
        allow_origins: match is_open {
            true => owned(&["*"]),
            false => at_least_one_of(&ORIGINS, seeded),
        },
        allow_methods: match seeded.once_in(4) {
            true => owned(&["*"]),
            false => some_of(&METHODS, seeded),
        },
        allow_headers: match seeded.below(8) {
            0 | 1 => owned(&["*"]),
            2 => owned(&["*", "authorization"]),
            _ => some_of(&HEADERS, seeded),
        },
        expose_headers,
        allow_credentials,
        max_age: one_of(&MAX_AGES, seeded).map(str::to_owned),
        refuse: one_of(&[Refuse::Forward, Refuse::Forward, Refuse::Reject], seeded),
        upstream: match seeded.once_in(4) {
            true => Upstream::Keep,
            false => Upstream::Override,
        },
    }
}

fn trial(policy: &StatedPolicy, seeded: &mut Seeded) -> Trial {
    // Most that is random is refused, which shows little.
    let is_obedient = !seeded.once_in(3);
    let mut page = page(seeded);
    for _ in 0..TRIES {
        if is_obedient && !is_allowed(page, policy) {
            page = self::page(seeded);
        }
    }
    let mut calls: Vec<Call> = Vec::new();
    for path in ["a", "b"] {
        let mut call = call(page, path, seeded);
        // A preflight is kept for five seconds if nothing is said, and a page can be slower.
        let is_again = policy.max_age.is_some() && seeded.once_in(2);
        let mut again = is_again.then(|| again(&call, seeded)).flatten();
        for it in iter::once(&mut call).chain(again.as_mut()) {
            if is_obedient {
                obey(policy, it);
            }
        }
        calls.push(call);
        calls.extend(again);
    }
    let routes = ["a", "b"].map(|path| Route {
        at: format!("{{home}}{{here}}{path}"),
        preflight: false,
        answers: vec![answer(seeded)],
        ..Route::default()
    });
    Trial {
        policy: policy.clone(),
        scenario: Scenario {
            page,
            calls,
            routes: routes.to_vec(),
        },
        methods: seeded
            .once_in(8)
            .then(|| at_least_one_of(&EXISTING, seeded)),
        behind: match seeded.once_in(12) {
            true => Behind::Nothing,
            false => Behind::Server,
        },
    }
}

/// How often another page is looked for.
const TRIES: usize = 6;

fn page(seeded: &mut Seeded) -> Page {
    let place = one_of(&Place::ALL, seeded);
    let sandboxed = seeded.once_in(6);
    let place = match (sandboxed, place.scheme()) {
        (false, _) => place,
        // What they are sandboxed on makes no difference but the scheme.
        (true, "https") => Place::Secure,
        (true, _) => Place::Home,
    };
    Page { place, sandboxed }
}

fn is_allowed(page: Page, policy: &StatedPolicy) -> bool {
    let places = Places::default();
    let origin = match page.sandboxed {
        true => "null".to_owned(),
        false => places.origin(page.place),
    };
    let mut patterns = policy.allow_origins.iter();
    patterns.any(|it| pattern_contains(&places.filled(it, 0), &origin))
}

/// Leaves out of a call most that the policy does not permit.
fn obey(policy: &StatedPolicy, call: &mut Call) {
    let has = |list: &[String], item: &str| {
        list.iter()
            .any(|it| it == "*" || it.eq_ignore_ascii_case(item))
    };
    let is_simple = ["GET", "HEAD", "POST"].contains(&call.method.as_str());
    if !is_simple && !has(&policy.allow_methods, &call.method) {
        call.method = "POST".to_owned();
    }
    if !policy.allow_credentials {
        call.credentials = Credentials::Omit;
    }
    call.headers
        .retain(|(name, _)| name.starts_with("Accept") || has(&policy.allow_headers, name));
}

fn call(page: Page, path: &str, seeded: &mut Seeded) -> Call {
    // A page that is secure may not be allowed to ask what is not: that is not CORS.
    let gateway = match page.place.scheme() {
        "https" => "secure-gateway",
        _ => one_of(
            &["gateway", "gateway", "address-gateway", "secure-gateway"],
            seeded,
        ),
    };
    let api = one_of(&[Api::Fetch, Api::Fetch, Api::Xhr], seeded);
    let mode = match seeded.below(24) {
        0 if api == Api::Fetch => Mode::SameOrigin,
        1 | 2 if api == Api::Fetch => Mode::NoCors,
        _ => Mode::Cors,
    };
    let method = match (mode, seeded.once_in(2)) {
        (Mode::NoCors, _) | (_, true) => one_of(&["GET", "HEAD", "POST"], seeded),
        _ => one_of(&ASKED_METHODS, seeded),
    };
    let has_body = !["GET", "HEAD"].contains(&method) && seeded.once_in(2);
    let body = has_body.then(|| match (mode, seeded.below(3)) {
        (Mode::NoCors, _) | (_, 0) => Body::Text("text".to_owned()),
        (_, 1) => Body::Buffer("bytes".to_owned()),
        _ => Body::Blob {
            r#type: "application/json".to_owned(),
            text: "{}".to_owned(),
        },
    });
    Call {
        api,
        url: format!("{{{gateway}}}{{here}}{path}"),
        method: method.to_owned(),
        headers: match mode {
            Mode::NoCors => Vec::new(),
            Mode::Cors | Mode::SameOrigin => headers(seeded),
        },
        upload_listener: api == Api::Xhr && body.is_some() && seeded.once_in(3),
        body,
        credentials: one_of(Credentials::ALL, seeded),
        mode,
        ..Call::default()
    }
}

/// The same again, or something else at the same URL that the same preflight may serve.
///
/// Engines differ in how a kept preflight serves `HEAD` and uploads that are watched; that is the
/// scenarios' to show.
fn again(call: &Call, seeded: &mut Seeded) -> Option<Call> {
    if call.upload_listener || call.method == "HEAD" || call.mode != Mode::Cors {
        return None;
    }
    Some(match seeded.below(3) {
        0 => Call {
            headers: headers(seeded),
            ..call.clone()
        },
        1 => Call {
            method: one_of(&ASKED_METHODS, seeded).to_owned(),
            ..call.clone()
        },
        _ => call.clone(),
    })
}

fn headers(seeded: &mut Seeded) -> Vec<(String, String)> {
    let mut headers = ASKED_HEADERS.to_vec();
    seeded.shuffle(&mut headers);
    headers.truncate(one_of(&[0, 0, 1, 1, 2, 3], seeded));
    let mut known: Vec<&str> = Vec::new();
    headers.retain(|(name, _)| {
        let is_new = !known.contains(name);
        known.push(name);
        is_new
    });
    let lines = headers.into_iter();
    lines
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Half of the answers carry fields of CORS that the server behind the gateway made up.
fn answer(seeded: &mut Seeded) -> Answer {
    let mut headers = ANSWERED.to_vec();
    if seeded.once_in(2) {
        headers.extend_from_slice(one_of(&OWN_CORS, seeded));
    }
    let lines = headers.into_iter();
    Answer {
        status: one_of(&[200, 200, 201, 404, 500], seeded),
        headers: lines
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        body: "answered".to_owned(),
        ..Answer::default()
    }
}

fn one_of<T: Copy>(items: &[T], seeded: &mut Seeded) -> T {
    items[seeded.below(items.len())]
}

/// Up to five of them.
fn some_of(items: &[&str], seeded: &mut Seeded) -> Vec<String> {
    let mut items = items.to_vec();
    seeded.shuffle(&mut items);
    items.truncate(seeded.below(6));
    owned(&items)
}

fn at_least_one_of(items: &[&str], seeded: &mut Seeded) -> Vec<String> {
    let mut some = some_of(items, seeded);
    if some.is_empty() {
        some.push(one_of(items, seeded).to_owned());
    }
    some
}

fn owned(items: &[&str]) -> Vec<String> {
    items.iter().copied().map(str::to_owned).collect()
}

const ORIGINS: [&str; 18] = [
    "{home}",
    "{port}",
    "{address}",
    "{subdomain}",
    "{secure}",
    "{secure-port}",
    "{secure-address}",
    "http://localhost:*",
    "https://localhost:*",
    "http://127.0.0.1:*",
    "https://127.0.0.1:*",
    "http://localhost",
    "http://*.localhost:*",
    "http://ap*.localhost:*",
    "http://x*.localhost:*",
    "https://*.localhost:*",
    "capacitor://localhost",
    "null",
];

const METHODS: [&str; 7] = [
    "PUT", "DELETE", "PATCH", "OPTIONS", "QUERY", "Chicken", "GET",
];

const EXISTING: [&str; 6] = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];

const ASKED_METHODS: [&str; 10] = [
    "GET", "POST", "PUT", "put", "DELETE", "PATCH", "OPTIONS", "QUERY", "Chicken", "CHICKEN",
];

const HEADERS: [&str; 5] = ["X-A", "x-b", "Authorization", "content-type", "x-c"];

const ASKED_HEADERS: [(&str, &str); 7] = [
    ("X-A", "1"),
    ("x-b", "2"),
    ("Authorization", "Bearer t"),
    ("Content-Type", "application/json"),
    ("Content-Type", "text/plain"),
    ("Accept", "text/html"),
    ("Accept-Language", "de"),
];

const EXPOSED: [&str; 5] = ["X-A", "etag", "Link", "x-absent", "content-length"];

const ANSWERED: [(&str, &str); 5] = [
    ("Content-Type", "text/plain"),
    ("X-A", "1"),
    ("X-B", "2"),
    ("ETag", "\"e\""),
    ("Link", "<https://a.example>"),
];

const OWN_CORS: [&[(&str, &str)]; 4] = [
    &[("Access-Control-Allow-Origin", "*")],
    &[
        ("Access-Control-Allow-Origin", "{origin}"),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Expose-Headers", "X-B"),
    ],
    &[("Access-Control-Allow-Origin", "https://other.example")],
    &[
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Expose-Headers", "X-A, X-B, ETag, Link"),
    ],
];

const MAX_AGES: [Option<&str>; 6] = [
    None,
    Some("0s"),
    Some("90s"),
    Some("10m"),
    Some("2h"),
    Some("1d"),
];
