//! Hostile and odd answers against an oracle written from the prose of the standard.
//!
//! Every shape of every `Access-Control-*` value meets every class of request. The machine fetches
//! with scripted answers; [`oracle`] says what the page must see.

mod shapes;

use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

use corsac::user_agent::{
    CredentialsMode, Header, HeaderList, RedirectMode, RequestMode, RequestOrigin, UseCorsPreflight,
};
use corsac_conformance::bytes_of;
use corsac_conformance::fetching::oracle::{
    self, Asked, CorsLines, Lines, is_asked_first, is_let_go, is_seen, is_shared,
};
use corsac_fetch::{
    CacheMode, FetchRequest, FilteredResponse, Page, Profile, Purpose, Referrer, ReferrerPolicy,
    ResponseHead, Step, UserAgent,
};
use url::Url;

use shapes::{
    ALLOW_CREDENTIALS, ALLOW_HEADERS, ALLOW_METHODS, ALLOW_ORIGIN, EXPOSE_HEADERS, MAX_AGE, ORIGIN,
};

/// The credentials modes.
const MODES: [CredentialsMode; 3] = [
    CredentialsMode::Omit,
    CredentialsMode::SameOrigin,
    CredentialsMode::Include,
];

/// A class of requests: how a script makes it, and what the prose calls it.
#[derive(Clone, Copy)]
struct Class {
    method: &'static str,
    sent_method: &'static str,
    headers: &'static [(&'static str, &'static str)],
    unsafe_names: &'static [&'static str],
    listener: UseCorsPreflight,
}

const SIMPLE: [Class; 3] = [
    class("GET", "GET"),
    class("head", "HEAD"),
    Class {
        headers: &[("Content-Type", "text/plain")],
        ..class("POST", "POST")
    },
];

const PREFLIGHTED: [Class; 10] = [
    class("put", "PUT"),
    class("patch", "patch"),
    class("*", "*"),
    Class {
        headers: &[("X-A", "1")],
        unsafe_names: &["x-a"],
        ..class("GET", "GET")
    },
    Class {
        headers: &[("X-B", "1"), ("x-a", "2")],
        unsafe_names: &["x-a", "x-b"],
        ..class("PUT", "PUT")
    },
    Class {
        headers: &[("Authorization", "x")],
        unsafe_names: &["authorization"],
        ..class("GET", "GET")
    },
    Class {
        headers: &[("authorization", "x"), ("X-A", "1"), ("*", "2")],
        unsafe_names: &["*", "authorization", "x-a"],
        ..class("HEAD", "HEAD")
    },
    Class {
        headers: &[("*", "1")],
        unsafe_names: &["*"],
        ..class("GET", "GET")
    },
    Class {
        listener: UseCorsPreflight::Set,
        ..class("POST", "POST")
    },
    Class {
        listener: UseCorsPreflight::Set,
        ..class("PUT", "PUT")
    },
];

const fn class(method: &'static str, sent_method: &'static str) -> Class {
    Class {
        method,
        sent_method,
        headers: &[],
        unsafe_names: &[],
        listener: UseCorsPreflight::Unset,
    }
}

impl Class {
    fn asked(self, origin: &'static str, mode: CredentialsMode) -> Asked<'static> {
        Asked {
            origin,
            with_credentials: mode == CredentialsMode::Include,
            method: self.sent_method,
            unsafe_names: self.unsafe_names,
            has_listener: self.listener == UseCorsPreflight::Set,
        }
    }

    fn request(self, mode: CredentialsMode) -> FetchRequest {
        let headers = self.headers.iter();
        FetchRequest {
            url: "https://api.example/data".to_owned(),
            method: self.method.into(),
            headers: headers
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
            body: None,
            mode: RequestMode::Cors,
            credentials: mode,
            redirect: RedirectMode::Follow,
            cache: CacheMode::Default,
            referrer: Referrer::Client,
            referrer_policy: None,
            integrity: String::new(),
            upload_listener: self.listener,
            target_address_space: None,
        }
    }
}

/// What came of a fetch.
struct Met {
    preflights: usize,
    response: Option<FilteredResponse>,
}

/// Fetches with these answers to the preflight and to the request.
fn fetched(
    ua: &mut UserAgent,
    (page, request): (&Page, FetchRequest),
    answers: (&ResponseHead, &ResponseHead),
    now: u64,
) -> Met {
    let now = Duration::from_secs(now);
    let mut preflights = 0;
    let mut step = corsac_fetch::fetch(ua, page, request, now).expect("the request is good");
    loop {
        step = match step {
            Step::Done(outcome) => {
                return Met {
                    preflights,
                    response: outcome.result.ok(),
                };
            }
            Step::Send(outgoing, pending) => {
                let answer = match outgoing.purpose {
                    Purpose::Preflight => {
                        preflights += 1;
                        answers.0
                    }
                    Purpose::Request => answers.1,
                };
                pending.receive(ua, answer.clone(), now)
            }
        };
    }
}

fn head(status: u16, lines: &CorsLines<'_>, more: &[(&'static str, &'static str)]) -> ResponseHead {
    let lines = lines.lines().chain(more.iter().copied());
    let header = |(name, value): (&str, &str)| {
        let value = bytes_of(value).expect("code points below 256");
        Header::new(name.as_bytes(), &value).expect("a header")
    };
    ResponseHead {
        status,
        status_text: Vec::new(),
        headers: lines.map(header).collect::<HeaderList>(),
        address: None,
    }
}

fn page(origin: &str) -> Page {
    let url = Url::parse("https://app.example/page").expect("a URL");
    let origin = match origin {
        "null" => RequestOrigin::Opaque(1),
        _ => corsac_fetch::url_list::origin_of(&url),
    };
    Page {
        origin,
        url: url.into(),
        referrer_policy: ReferrerPolicy::default(),
        address: None,
    }
}

/// What a server sends beside the headers of CORS.
const MORE: [(&str, &str); 4] = [
    ("Content-Type", "text/plain"),
    ("X-Custom", "1"),
    ("ETag", "\"a\""),
    ("Set-Cookie", "a=b; SameSite=None; Secure"),
];

fn same(met: &Met, asked: &Asked<'_>, answers: (bool, &CorsLines<'_>)) {
    let (is_allowed, lines) = answers;
    let is_visible = is_allowed && is_shared(asked, lines);
    let told = || format!("{asked:?} {lines:?}");
    assert_eq!(met.response.is_some(), is_visible, "{}", told());
    let Some(response) = &met.response else {
        return;
    };
    let mut expected: Vec<_> = lines.lines().chain(MORE).collect();
    expected.retain(|(name, _)| is_seen(asked, &name.to_lowercase(), lines));
    let seen = response.headers.iter().map(|it| (it.name(), it.value()));
    let is_equal = seen.clone().count() == expected.len()
        && seen.zip(&expected).all(|(seen, (name, value))| {
            seen.0 == name.as_bytes() && Some(seen.1) == bytes_of(value).as_deref()
        });
    assert!(is_equal, "{} sees {:?}", told(), response.headers);
}

/// Simple requests: every shape of what a response says of itself.
fn simple_requests(origin: &'static str) -> usize {
    let mut n_met = 0;
    let page = page(origin);
    for allow_origin in ALLOW_ORIGIN {
        for allow_credentials in ALLOW_CREDENTIALS {
            for expose_headers in EXPOSE_HEADERS {
                let lines = CorsLines {
                    allow_origin,
                    allow_credentials,
                    expose_headers,
                    ..CorsLines::default()
                };
                let answer = head(200, &lines, &MORE);
                for class in SIMPLE {
                    for mode in MODES {
                        let asked = class.asked(origin, mode);
                        assert!(!is_asked_first(&asked));
                        let mut ua = UserAgent::new(Profile::Spec);
                        let request = (&page, class.request(mode));
                        let met = fetched(&mut ua, request, (&answer, &answer), 0);
                        assert_eq!(met.preflights, 0);
                        same(&met, &asked, (true, &lines));
                        n_met += 1;
                    }
                }
            }
        }
    }
    n_met
}

/// The answers to preflights that are met: every shape of origin and credentials with good lists,
/// and every shape of the lists with a good origin and others.
static PREFLIGHT_ANSWERS: LazyLock<Vec<(u16, CorsLines<'static>)>> = LazyLock::new(|| {
    let mut answers = Vec::new();
    let good = CorsLines {
        allow_methods: &["PUT, patch"],
        allow_headers: &["x-a, x-b, authorization, *"],
        ..CorsLines::default()
    };
    for allow_origin in ALLOW_ORIGIN {
        for allow_credentials in ALLOW_CREDENTIALS {
            for status in [200, 204, 199, 300, 304, 401] {
                answers.push((
                    status,
                    CorsLines {
                        allow_origin,
                        allow_credentials,
                        ..good
                    },
                ));
            }
        }
    }
    let origins: [Lines<'_>; 4] = [&["*"], &[ORIGIN], &["null"], &[]];
    for allow_origin in origins {
        for allow_credentials in [&["true"][..], &[], &["TRUE"]] {
            for allow_methods in ALLOW_METHODS {
                for allow_headers in ALLOW_HEADERS {
                    let lines = CorsLines {
                        allow_origin,
                        allow_credentials,
                        allow_methods,
                        allow_headers,
                        ..CorsLines::default()
                    };
                    answers.push((204, lines));
                }
            }
        }
    }
    answers
});

/// Requests that ask first.
fn preflighted_requests(origin: &'static str) -> usize {
    let mut n_met = 0;
    let page = page(origin);
    let allowed: Lines<'_> = if origin == "null" {
        &["null"]
    } else {
        &[ORIGIN]
    };
    let lines = CorsLines {
        allow_origin: allowed,
        allow_credentials: &["true"],
        expose_headers: &["x-custom"],
        ..CorsLines::default()
    };
    let answer = head(200, &lines, &MORE);
    for (status, preflight) in PREFLIGHT_ANSWERS.iter() {
        let asked_first = head(*status, preflight, &[]);
        for class in PREFLIGHTED {
            for mode in MODES {
                let asked = class.asked(origin, mode);
                assert!(is_asked_first(&asked));
                let mut ua = UserAgent::new(Profile::Spec);
                let request = (&page, class.request(mode));
                let met = fetched(&mut ua, request, (&asked_first, &answer), 0);
                assert_eq!(met.preflights, 1);
                let is_let_go = is_let_go(&asked, *status, preflight);
                assert_eq!(
                    met.response.is_some(),
                    is_let_go,
                    "{asked:?} {status} {preflight:?}"
                );
                same(&met, &asked, (is_let_go, &lines));
                n_met += 1;
            }
        }
    }
    n_met
}

/// The same request again: is it asked for once more?
fn second_requests() -> usize {
    let mut n_met = 0;
    let page = page(ORIGIN);
    for max_age in MAX_AGE {
        let lines = CorsLines {
            allow_origin: &[ORIGIN],
            allow_credentials: &["true"],
            allow_methods: &["PUT", "patch", "POST", "*"],
            allow_headers: &["x-a, x-b, authorization, *"],
            max_age,
            ..CorsLines::default()
        };
        let answer = head(200, &lines, &[]);
        let kept = oracle::kept_seconds(max_age);
        for class in PREFLIGHTED {
            for mode in MODES {
                for after in [0, 1, 4, 5, 6, 59, 60, 86_399, 86_400, 86_401] {
                    let mut ua = UserAgent::new(Profile::Spec);
                    let answers = (&answer, &answer);
                    let first = fetched(&mut ua, (&page, class.request(mode)), answers, 1_000);
                    let now = 1_000 + after;
                    let second = fetched(&mut ua, (&page, class.request(mode)), answers, now);
                    let is_asked_again = usize::from(after >= kept);
                    let told = (class.method, max_age, after);
                    assert_eq!(
                        (first.preflights, second.preflights),
                        (1, is_asked_again),
                        "{told:?}"
                    );
                    n_met += 2;
                }
            }
        }
    }
    n_met
}

#[test]
#[expect(
    clippy::print_stderr,
    reason = "the number is for the reader of the test's output"
)]
fn whatever_a_server_answers_a_page_sees_what_the_prose_says() {
    let n_met: usize = thread::scope(|scope| {
        let parts = [
            scope.spawn(|| simple_requests(ORIGIN) + second_requests()),
            scope.spawn(|| preflighted_requests(ORIGIN)),
            scope.spawn(|| simple_requests("null")),
            scope.spawn(|| preflighted_requests("null")),
        ];
        parts
            .into_iter()
            .map(|part| part.join().expect("it holds"))
            .sum()
    });
    eprintln!("{n_met} fetches");
    assert!(n_met > 250_000, "{n_met} fetches only");
}

#[test]
fn an_answer_that_names_a_hundred_thousand_methods_is_kept_like_others() {
    let names: Vec<_> = (0..100_000).map(|number| format!("M{number}")).collect();
    let names = names.join(",");
    let lines = CorsLines {
        allow_origin: &[ORIGIN],
        allow_methods: &["PUT"],
        ..CorsLines::default()
    };
    let mut ua = UserAgent::new(Profile::Spec);
    let mut response = head(200, &lines, &[]);
    let header = Header::new(b"Access-Control-Allow-Methods", names.as_bytes());
    response.headers.append(header.expect("a header"));
    let page = page(ORIGIN);
    for preflights in [1, 0] {
        let request = class("PUT", "PUT").request(CredentialsMode::Omit);
        let met = fetched(&mut ua, (&page, request), (&response, &response), 0);
        assert_eq!((met.preflights, met.response.is_some()), (preflights, true));
    }
}
