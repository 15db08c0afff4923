//! Plays the cases: the answers are scripted, and the clock is virtual.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use corsac::user_agent::{Header, HeaderList, RequestOrigin, UseCorsPreflight};
use corsac_fetch::{
    Blob, ConnectionChoice, FetchRequest, FilteredResponse, Outcome, Outgoing, OutgoingBody, Page,
    Referrer, ResponseHead, Rule, Step, TransportFailure, UserAgent,
};
use url::Url;

use super::case::{
    Body, CaseRequest, ExpectedOutcome, ExpectedRequest, FetchCase, OneExchange, OneFetch, bytes,
    expanded, failure_of,
};
use crate::run::Difference;

/// What came of all cases.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct FetchReport {
    /// How many cases were played.
    pub n_cases: usize,
    /// Every failure, in the order of the cases.
    pub failures: Vec<FetchFailure>,
    /// The rules of the standard that the traces name.
    pub rules: BTreeSet<(&'static str, &'static str)>,
}

/// A case that is not met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchFailure {
    /// The file of the case.
    pub file: String,
    /// The name of the case.
    pub case: String,
    /// What differs; one thing at least.
    pub differences: Vec<Difference>,
}

/// When every case begins, in seconds since the Unix epoch.
const START: Duration = Duration::from_secs(1_780_000_000);

/// Plays all cases, each with a user agent of its own.
pub fn run_fetch_cases(cases: &[FetchCase]) -> FetchReport {
    let mut report = FetchReport {
        n_cases: cases.len(),
        ..FetchReport::default()
    };
    for case in cases {
        let (rules, result) = run_fetch_case(case);
        report.failures.extend(result.err());
        report.rules.extend(rules);
    }
    report
}

/// The rules that the traces of a case name.
type Rules = BTreeSet<(&'static str, &'static str)>;

/// Plays a case, and tells which rules decided in it.
pub fn run_fetch_case(case: &FetchCase) -> (Rules, Result<(), FetchFailure>) {
    let mut ua = UserAgent::new(case.profile()).with_local_network_permission(case.local_network);
    for blob in &case.blob {
        let url = Url::parse(&blob.url).expect("a blob has a URL");
        let (bytes, r#type) = (bytes(&blob.text).into(), bytes(&blob.r#type));
        ua.blob_urls_mut().insert(&url, Blob { bytes, r#type });
    }
    let mut now = START;
    let mut found = Found::default();
    for (index, fetch) in case.fetch.iter().enumerate() {
        now += Duration::from_secs(fetch.advance);
        found.place = match case.fetch.len() {
            1 => String::new(),
            _ => format!("fetch {}: ", index + 1),
        };
        play(&mut ua, case, (fetch, now), &mut found);
    }
    for (anchor, step) in case.shown_steps() {
        let is_traced = |step| found.rules.iter().any(|it| *it == (anchor, step));
        if let Some(step) = step
            && found.differences.is_empty()
            && !is_traced(step)
        {
            found.differences.push(Difference {
                what: format!("{anchor} {step}"),
                expected: "a step in the trace".to_owned(),
                got: "none".to_owned(),
            });
        }
    }
    let result = match found.differences.is_empty() {
        true => Ok(()),
        false => Err(FetchFailure {
            file: case.file.clone(),
            case: case.name.clone(),
            differences: found.differences,
        }),
    };
    (found.rules, result)
}

/// What was found so far.
#[derive(Default)]
struct Found {
    /// Which fetch of the case it is.
    place: String,
    rules: Rules,
    differences: Vec<Difference>,
}

impl Found {
    fn compare(&mut self, what: &str, expected: impl fmt::Display, got: impl fmt::Display) {
        let (expected, got) = (expected.to_string(), got.to_string());
        if expected != got {
            let what = format!("{}{what}", self.place);
            self.differences.push(Difference {
                what,
                expected,
                got,
            });
        }
    }
}

fn play(
    ua: &mut UserAgent,
    case: &FetchCase,
    (fetch, now): (&OneFetch, Duration),
    found: &mut Found,
) {
    let page = page_of(case);
    let started = corsac_fetch::fetch(ua, &page, asked(&fetch.request), now);
    let mut step = match started {
        Ok(step) => step,
        Err(error) => {
            found.compare(
                "outcome",
                kind_of(&fetch.outcome),
                format!("TypeError {}", error.code()),
            );
            return;
        }
    };
    let mut exchanges = fetch.exchange.iter().enumerate();
    loop {
        let (outgoing, pending) = match step {
            Step::Done(outcome) => return finish(fetch, (&outcome, exchanges.len()), found),
            Step::Send(outgoing, pending) => (outgoing, pending),
        };
        let Some((index, exchange)) = exchanges.next() else {
            let got = format!("{} {}", outgoing.method.escape_ascii(), outgoing.url);
            found.compare("an exchange more than expected", "none", got);
            return;
        };
        compare_sent(
            &format!("exchange {}: ", index + 1),
            &exchange.expect,
            &outgoing,
            found,
        );
        let refused = exchange
            .respond
            .address
            .filter(|it| !pending.may_be_sent_to(ua, *it));
        step = match (refused, &exchange.respond.fail) {
            (Some(address), _) => pending.fail(ua, TransportFailure::AddressRefused(address)),
            (None, Some(word)) => {
                let failure = failure_of(word).expect("checked when it was loaded");
                pending.fail(ua, failure)
            }
            (None, None) => pending.receive(ua, head_of(exchange), now),
        };
    }
}

fn page_of(case: &FetchCase) -> Page {
    let url = Url::parse(&case.page).expect("a page has a URL");
    let origin = match case.page_origin {
        Some(_) => RequestOrigin::Opaque(1),
        None => corsac_fetch::url_list::origin_of(&url),
    };
    let referrer_policy = case.page_referrer_policy.unwrap_or_default();
    Page {
        origin,
        url: url.into(),
        referrer_policy,
        address: case.page_address,
    }
}

fn asked(request: &CaseRequest) -> FetchRequest {
    let headers = expanded(&request.headers);
    FetchRequest {
        url: request.url.clone(),
        method: bytes(&request.method),
        headers: headers
            .into_iter()
            .map(|(name, value)| (bytes(&name), value))
            .collect(),
        body: request.body.as_ref().map(|body| match body {
            Body::Text(text) => body_of(text, Some(&b"text/plain;charset=UTF-8"[..])),
            Body::Buffer(text) => body_of(text, None),
            Body::Stream {} => corsac_fetch::Body::Stream,
        }),
        mode: request.mode,
        credentials: request.credentials,
        redirect: request.redirect,
        cache: request.cache,
        referrer: match request.referrer.as_deref() {
            None => Referrer::Client,
            Some("") => Referrer::NoReferrer,
            Some(url) => Referrer::Url(Url::parse(url).expect("a referrer is a URL").into()),
        },
        referrer_policy: request.referrer_policy,
        integrity: request.integrity.clone(),
        upload_listener: match request.upload_listener {
            true => UseCorsPreflight::Set,
            false => UseCorsPreflight::Unset,
        },
        target_address_space: request.target_address_space,
    }
}

fn body_of(text: &str, content_type: Option<&[u8]>) -> corsac_fetch::Body {
    corsac_fetch::Body::Bytes {
        bytes: Arc::from(bytes(text)),
        content_type: content_type.map(<[u8]>::to_vec),
    }
}

fn head_of(exchange: &OneExchange) -> ResponseHead {
    let lines = expanded(&exchange.respond.headers);
    let header = |(name, value): &(String, Vec<u8>)| {
        Header::new(name.as_bytes(), value).expect("checked when it was loaded")
    };
    ResponseHead {
        status: exchange.respond.status.unwrap_or(200),
        status_text: Vec::new(),
        headers: lines.iter().map(header).collect(),
        address: exchange.respond.address,
    }
}

fn compare_sent(place: &str, expected: &ExpectedRequest, got: &Outgoing, found: &mut Found) {
    let line = |method: &[u8], url: &str| format!("{} {url}", method.escape_ascii());
    let mut compare = |what: &str, expected: String, got: String| {
        found.compare(&format!("{place}{what}"), expected, got);
    };
    let expected_line = line(&bytes(&expected.method), &expected.url);
    compare(
        "request line",
        expected_line,
        line(&got.method, got.url.as_str()),
    );
    for (name, value) in expanded(&expected.headers) {
        let sent = got.headers.get(name.as_bytes());
        compare(&name, shown(Some(&value)), shown(sent.as_deref()));
    }
    for name in &expected.absent {
        let sent = got.headers.get(name.as_bytes());
        compare(name, shown(None), shown(sent.as_deref()));
    }
    if let Some(names) = &expected.names {
        let sent = got
            .headers
            .iter()
            .map(|it| it.name().escape_ascii().to_string());
        compare(
            "headers",
            names.join(", "),
            sent.collect::<Vec<_>>().join(", "),
        );
    }
    if let Some(new_connection) = expected.new_connection {
        let got = got.connection == ConnectionChoice::New;
        compare(
            "a new connection is needed",
            new_connection.to_string(),
            got.to_string(),
        );
    }
    if let Some(credentials) = expected.credentials {
        let got = got.includes_credentials.to_string();
        compare("credentials go along", credentials.to_string(), got);
    }
    if let Some(body) = &expected.body {
        let sent = match &got.body {
            OutgoingBody::None => String::new(),
            OutgoingBody::Bytes(bytes) => bytes.escape_ascii().to_string(),
            OutgoingBody::Stream => "a stream".to_owned(),
        };
        compare("body", bytes(body).escape_ascii().to_string(), sent);
    }
}

fn finish(fetch: &OneFetch, (outcome, n_left): (&Outcome, usize), found: &mut Found) {
    let rules = outcome.trace.events().iter().map(|event| event.rule);
    found
        .rules
        .extend(rules.map(|Rule { anchor, step }| (anchor, step)));
    found.compare("exchanges that did not come", 0, n_left);
    let expected = &fetch.outcome;
    let got = match &outcome.result {
        Ok(response) => format!("{:?}", response.r#type),
        Err(error) => format!("network error {}", error.code()),
    };
    found.compare("outcome", kind_of(expected), got);
    if let Ok(response) = &outcome.result
        && expected.r#type == Some(response.r#type)
    {
        compare_response(fetch, response, found);
    }
}

fn compare_response(fetch: &OneFetch, response: &FilteredResponse, found: &mut Found) {
    let expected = &fetch.outcome;
    let is_hidden = matches!(
        response.r#type,
        corsac::user_agent::ResponseType::Opaque | corsac::user_agent::ResponseType::OpaqueRedirect
    );
    let (status, body) = if is_hidden { (0, false) } else { (200, true) };
    found.compare("status", expected.status.unwrap_or(status), response.status);
    found.compare("body", expected.body.unwrap_or(body), response.has_body);
    found.compare("redirected", expected.redirected, response.redirected);
    let last = fetch
        .exchange
        .last()
        .map_or("", |it| it.expect.url.as_str());
    let is_opaque = response.r#type == corsac::user_agent::ResponseType::Opaque;
    let last = if is_opaque {
        ""
    } else {
        last.split('#').next().unwrap_or(last)
    };
    let url = response.url.as_deref().map_or("", Url::as_str);
    found.compare("url", expected.url.as_deref().unwrap_or(last), url);
    let headers: HeaderList = expanded(&expected.headers)
        .iter()
        .filter_map(|(name, value)| Header::new(name.as_bytes(), value))
        .collect();
    found.compare("visible headers", lines(&headers), lines(&response.headers));
}

fn kind_of(outcome: &ExpectedOutcome) -> String {
    match (&outcome.r#type, &outcome.network_error, &outcome.type_error) {
        (Some(r#type), _, _) => format!("{type:?}"),
        (None, Some(code), _) => format!("network error {code}"),
        (None, None, code) => format!("TypeError {}", code.as_deref().unwrap_or_default()),
    }
}

fn lines(headers: &HeaderList) -> String {
    let line = |it: &Header| {
        let name = it.name().to_ascii_lowercase();
        format!("{}: {}", name.escape_ascii(), shown(Some(it.value())))
    };
    headers.iter().map(line).collect::<Vec<_>>().join(" | ")
}

/// A value, legible and not without end.
fn shown(value: Option<&[u8]>) -> String {
    match value {
        None => "no such header".to_owned(),
        Some(value) if value.len() > LONGEST_SHOWN => {
            let start = value[..LONGEST_SHOWN].escape_ascii();
            format!("\"{start}\"... ({} bytes)", value.len())
        }
        Some(value) => format!("\"{}\"", value.escape_ascii()),
    }
}

/// How many bytes of a value a failure shows.
const LONGEST_SHOWN: usize = 200;

impl fmt::Display for FetchFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.file, self.case)?;
        self.differences.iter().try_for_each(|it| write!(f, "{it}"))
    }
}

impl fmt::Display for FetchReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.failures
            .iter()
            .try_for_each(|it| writeln!(f, "{it}"))?;
        writeln!(f, "{} cases, {} failed", self.n_cases, self.failures.len())
    }
}
