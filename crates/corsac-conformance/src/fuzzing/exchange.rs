//! A whole fetch, with answers made of any bytes.

use std::sync::Arc;
use std::time::Duration;

use corsac::header::is_forbidden_response_header_name;
use corsac::user_agent::{
    CredentialsMode, Header, HeaderList, RedirectMode, RequestMode, RequestOrigin, ResponseType,
    UseCorsPreflight, normalize_header_value,
};
use corsac_fetch::{
    Body, CacheMode, FetchRequest, FilteredResponse, Outcome, Outgoing, Page, Profile, Purpose,
    Referrer, ReferrerPolicy, ResponseHead, Step, TransportFailure, UserAgent,
};
use url::Url;

use super::twin::{text_of, unsafe_names};
use crate::fetching::oracle::{Asked, CorsLines, is_let_go, is_shared};

/// A fetch follows 20 redirects, each with a preflight at most.
const MAX_EXCHANGES: usize = 2 * 21;

/// What a trace notes of one exchange, at most.
const MAX_EVENTS_PER_EXCHANGE: usize = 16;

/// Fetches twice with one user agent, and holds what the page sees against what was on the wire.
pub fn exchange(data: &[u8]) {
    let mut source = Source(data);
    let profile = source.pick(&Profile::ALL);
    let mut ua = UserAgent::new(profile);
    let page = page(&mut source);
    for time in [0, 3] {
        let request = request(&mut source);
        let is_including = request.credentials == CredentialsMode::Include;
        let mode = request.mode;
        let started = corsac_fetch::fetch(&mut ua, &page, request, Duration::from_secs(time));
        let Ok(step) = started else { continue };
        let (wire, outcome) = run(&mut ua, step, (&mut source, Duration::from_secs(time)));
        let n_events = outcome.trace.events().len();
        assert!(
            n_events <= MAX_EVENTS_PER_EXCHANGE * (wire.len() + 1),
            "{n_events} events"
        );
        assert_eq!(outcome.trace.exchanges().len(), wire.len());
        judge_wire(&wire, (profile, is_including, mode));
        if let Ok(response) = &outcome.result {
            judge_sight(&wire, response, is_including);
        }
    }
}

/// What was sent, and what came back.
type Wire = Vec<(Arc<Outgoing>, Option<ResponseHead>)>;

fn run(
    ua: &mut UserAgent,
    step: Step,
    (source, now): (&mut Source<'_>, Duration),
) -> (Wire, Outcome) {
    let mut wire = Wire::new();
    let mut step = step;
    loop {
        step = match step {
            Step::Done(outcome) => return (wire, *outcome),
            Step::Send(outgoing, pending) => {
                assert!(wire.len() < MAX_EXCHANGES, "it does not end");
                let is_lost = source.byte() == 0xFF;
                let head = (!is_lost).then(|| head(source, &outgoing));
                wire.push((outgoing, head.clone()));
                match head {
                    Some(head) => pending.receive(ua, head, now),
                    None => pending.fail(ua, TransportFailure::Closed),
                }
            }
        };
    }
}

/// Was every request let go by the preflight before it, and is every preflight as it must be?
fn judge_wire(wire: &Wire, (profile, with_credentials, mode): (Profile, bool, RequestMode)) {
    for (index, (outgoing, _)) in wire.iter().enumerate() {
        assert!(matches!(outgoing.url.scheme(), "http" | "https"));
        if outgoing.headers.contains(b"cookie") {
            assert!(outgoing.includes_credentials);
        }
        if outgoing.purpose == Purpose::Preflight {
            assert_eq!(mode, RequestMode::Cors);
            assert!(!outgoing.includes_credentials && outgoing.method == b"OPTIONS");
            assert!(!outgoing.headers.contains(b"authorization"));
        }
        let Some((before, Some(head))) = index.checked_sub(1).map(|it| &wire[it]) else {
            continue;
        };
        if before.purpose == Purpose::Preflight {
            assert_eq!(outgoing.purpose, Purpose::Request);
            judge_preflight((before, head), outgoing, (profile, with_credentials));
        }
    }
}

fn judge_preflight(
    (preflight, head): (&Outgoing, &ResponseHead),
    request: &Outgoing,
    (profile, with_credentials): (Profile, bool),
) {
    let sent = |name: &[u8]| text_of(&preflight.headers.get(name).unwrap_or_default());
    let (origin, names) = (sent(b"origin"), sent(b"access-control-request-headers"));
    assert_eq!(
        sent(b"access-control-request-method"),
        text_of(&request.method)
    );
    let names: Vec<_> = names.split(',').filter(|it| !it.is_empty()).collect();
    let is_covered = profile != Profile::Spec;
    let judged = names
        .iter()
        .copied()
        .filter(|it| !(is_covered && *it == "authorization"));
    let asked = Asked {
        origin: &origin,
        with_credentials,
        method: &text_of(&request.method),
        unsafe_names: &judged.collect::<Vec<_>>(),
        // A preflight that neither method nor names made necessary was asked for by a listener.
        has_listener: true,
    };
    with_lines(&head.headers, |lines| {
        assert!(is_let_go(&asked, head.status, lines), "{asked:?} {lines:?}");
    });
    let lines = request
        .headers
        .iter()
        .map(|it| (text_of(it.name()), text_of(it.value())));
    let added = [
        "content-length",
        "cookie",
        "referer",
        "origin",
        "user-agent",
        "pragma",
    ];
    let is_added = |name: &str| {
        let name = name.to_ascii_lowercase();
        added.contains(&name.as_str()) || name.starts_with("sec-") || name == "accept-encoding"
    };
    let of_script = lines.filter(|(name, _)| !is_added(name) || names.contains(&name.as_str()));
    for name in unsafe_names(&of_script.collect::<Vec<_>>()) {
        // The cache modes add it after the preflight has been judged.
        assert!(
            names.contains(&name.as_str()) || name == "cache-control",
            "{name} was not asked for"
        );
    }
}

/// Does the page see only what it may?
fn judge_sight(wire: &Wire, response: &FilteredResponse, with_credentials: bool) {
    let is_visible = |it: &Header| !is_forbidden_response_header_name(it.name());
    assert!(response.headers.iter().all(is_visible));
    match response.r#type {
        ResponseType::Cors => {
            let Some((outgoing, Some(head))) = wire.last() else {
                panic!("a response of nobody")
            };
            let origin = text_of(&outgoing.headers.get(b"origin").expect("it was sent"));
            let asked = Asked {
                origin: &origin,
                with_credentials,
                method: "GET",
                unsafe_names: &[],
                has_listener: false,
            };
            with_lines(&head.headers, |lines| {
                assert!(is_shared(&asked, lines), "{lines:?}")
            });
            assert_eq!(response.status, head.status);
        }
        ResponseType::Opaque => {
            let n_seen = response.headers.iter().count();
            assert_eq!((response.status, n_seen, response.has_body), (0, 0, false));
        }
        // WebKit shows the body of one that leads nowhere.
        ResponseType::OpaqueRedirect => {
            assert_eq!((response.status, response.headers.iter().count()), (0, 0));
        }
        ResponseType::Basic | ResponseType::Default | ResponseType::Error => {}
    }
}

fn with_lines(headers: &HeaderList, judge: impl FnOnce(&CorsLines<'_>)) {
    let of = |name: &str| -> Vec<String> { headers.lines(name.as_bytes()).map(text_of).collect() };
    let texts = ["origin", "credentials", "methods", "headers"]
        .map(|it| of(&format!("access-control-allow-{it}")));
    let lines = texts
        .each_ref()
        .map(|it| it.iter().map(String::as_str).collect::<Vec<_>>());
    judge(&CorsLines {
        allow_origin: &lines[0],
        allow_credentials: &lines[1],
        allow_methods: &lines[2],
        allow_headers: &lines[3],
        ..CorsLines::default()
    });
}

fn page(source: &mut Source<'_>) -> Page {
    let url = source.pick(&[
        "https://app.example/page?a#b",
        "http://app.example/",
        "http://localhost:8000/x",
    ]);
    let url = Url::parse(url).expect("they are URLs");
    let origin = match source.byte() % 8 {
        0 => RequestOrigin::Opaque(1),
        _ => corsac_fetch::url_list::origin_of(&url),
    };
    Page {
        origin,
        url: url.into(),
        referrer_policy: ReferrerPolicy::default(),
        address: None,
    }
}

const URLS: [&str; 10] = [
    "/data",
    "https://api.example/a?b#c",
    "https://app.example/",
    "https://img.app.example/",
    "http://api.example/",
    "http://localhost:8000/y",
    "https://other.example:8443/",
    "data:text/plain;base64,YQ==",
    "https://me:pw@app.example/",
    "",
];

const METHODS: [&[u8]; 8] = [
    b"GET", b"HEAD", b"POST", b"put", b"PATCH", b"patch", b"*", b"OPTIONS",
];

const REQUEST_HEADERS: [&[u8]; 10] = [
    b"Accept",
    b"Accept-Language",
    b"Content-Type",
    b"X-A",
    b"Authorization",
    b"Range",
    b"*",
    b"Cookie",
    b"X-HTTP-Method",
    b"If-None-Match",
];

fn request(source: &mut Source<'_>) -> FetchRequest {
    let n_headers = source.byte() % 4;
    FetchRequest {
        url: match source.byte() % 4 {
            0 => String::from_utf8_lossy(source.value()).into_owned(),
            _ => source.pick(&URLS).to_owned(),
        },
        method: source.pick(&METHODS).to_vec(),
        headers: (0..n_headers)
            .map(|_| {
                (
                    source.pick(&REQUEST_HEADERS).to_vec(),
                    source.value().to_vec(),
                )
            })
            .collect(),
        body: match source.byte() % 4 {
            0 => Some(Body::Bytes {
                bytes: Arc::from(source.value()),
                content_type: None,
            }),
            1 => Some(Body::Stream),
            _ => None,
        },
        mode: match source.byte() % 8 {
            0 => RequestMode::NoCors,
            1 => RequestMode::SameOrigin,
            _ => RequestMode::Cors,
        },
        credentials: source.pick(&[
            CredentialsMode::Omit,
            CredentialsMode::SameOrigin,
            CredentialsMode::Include,
        ]),
        redirect: match source.byte() % 8 {
            0 => RedirectMode::Error,
            1 => RedirectMode::Manual,
            _ => RedirectMode::Follow,
        },
        cache: source.pick(&[CacheMode::Default, CacheMode::Default, CacheMode::NoStore]),
        referrer: Referrer::Client,
        referrer_policy: source.pick(&[None, Some(ReferrerPolicy::UnsafeUrl)]),
        integrity: String::new(),
        upload_listener: source.pick(&[UseCorsPreflight::Unset, UseCorsPreflight::Set]),
        target_address_space: None,
    }
}

const RESPONSE_HEADERS: [&[u8]; 14] = [
    b"Access-Control-Allow-Origin",
    b"Access-Control-Allow-Origin",
    b"Access-Control-Allow-Credentials",
    b"Access-Control-Allow-Methods",
    b"Access-Control-Allow-Headers",
    b"Access-Control-Expose-Headers",
    b"Access-Control-Max-Age",
    b"Location",
    b"Set-Cookie",
    b"Referrer-Policy",
    b"Timing-Allow-Origin",
    b"Cross-Origin-Resource-Policy",
    b"Content-Type",
    b"X-A",
];

const STATUSES: [u16; 12] = [200, 200, 200, 204, 302, 301, 303, 307, 308, 401, 0, 999];

/// An answer of any bytes, but often one that lets the request through.
fn head(source: &mut Source<'_>, outgoing: &Outgoing) -> ResponseHead {
    let mut headers = HeaderList::new();
    let mut append = |name: &[u8], value: &[u8]| {
        if let Some(header) = Header::new(name, normalize_header_value(value)) {
            headers.append(header);
        }
    };
    let is_friendly = source.byte() >= 64;
    if is_friendly {
        let origin = outgoing.headers.get(b"origin").unwrap_or_default();
        append(b"Access-Control-Allow-Origin", &origin);
        append(b"Access-Control-Allow-Credentials", b"true");
        let method = outgoing
            .headers
            .get(b"access-control-request-method")
            .unwrap_or_default();
        append(b"Access-Control-Allow-Methods", &method);
        let names = outgoing
            .headers
            .get(b"access-control-request-headers")
            .unwrap_or_default();
        append(b"Access-Control-Allow-Headers", &names);
    }
    let status = source.pick(&STATUSES);
    if matches!(status, 301..=308) {
        let to = source.pick(&URLS);
        append(b"Location", to.as_bytes());
    }
    for _ in 0..source.byte() % 4 {
        let name = source.pick(&RESPONSE_HEADERS);
        append(name, source.value());
    }
    ResponseHead {
        status,
        status_text: Vec::new(),
        headers,
        address: None,
    }
}

/// Bytes that are used up one by one; at their end there are zeros.
struct Source<'a>(&'a [u8]);

impl<'a> Source<'a> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *first
    }

    fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        among[usize::from(self.byte()) % among.len()]
    }

    /// So many bytes as the next byte says.
    fn value(&mut self) -> &'a [u8] {
        let len = usize::from(self.byte() % 32).min(self.0.len());
        let (value, rest) = self.0.split_at(len);
        self.0 = rest;
        value
    }
}
