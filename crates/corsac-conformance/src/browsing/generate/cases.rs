//! The cases of `conformance/fetch/`, as far as a browser can play them.

use std::collections::BTreeMap;

use corsac_fetch::{CacheMode, Profile};
use url::Url;

use super::super::place::Place;
use super::super::scenario::{
    Answer, Body, Call, Credentials, Mode, Page, Redirect, Route, Scenario,
};
use crate::fetching::{self, FetchCase, OneExchange, OneFetch};
use crate::field::FieldLine;
use corsac::user_agent::{CredentialsMode, RedirectMode, RequestMode, RequestOrigin};
use corsac_fetch::url_list::origin_of;

/// The case as a scenario; none if it has something that only a machine can play, such as hours
/// that go by, or more hosts than a loopback interface has.
#[must_use]
pub fn scenario_of_case(case: &FetchCase) -> Option<Scenario> {
    if case.page_referrer_policy.is_some() || case.profile() != Profile::Spec {
        return None;
    }
    let page = Url::parse(&case.page).ok()?;
    let mut casting = Casting::new(&page)?;
    let mut routes: Vec<Route> = Vec::new();
    let mut calls = Vec::new();
    for fetch in &case.fetch {
        for exchange in &fetch.exchange {
            let route = casting.route(exchange)?;
            let is_same = |it: &&mut Route| it.at == route.at && it.preflight == route.preflight;
            match routes.iter_mut().find(is_same) {
                Some(known) => known.answers.extend(route.answers),
                None => routes.push(route),
            }
        }
        calls.push(casting.call(fetch)?);
    }
    for answer in routes.iter_mut().flat_map(|it| &mut it.answers) {
        for (_, value) in &mut answer.headers {
            *value = casting.text(value)?;
        }
    }
    Some(Scenario {
        page: Page {
            place: casting.page,
            sandboxed: case.page_origin.is_some(),
        },
        calls,
        routes,
    })
}

/// Which place plays which origin of a case.
struct Casting {
    page: Place,
    page_origin: RequestOrigin,
    places: BTreeMap<String, Place>,
    page_url: Url,
}

impl Casting {
    fn new(page: &Url) -> Option<Self> {
        let place = match page.scheme() {
            "https" => Place::Secure,
            "http" => Place::Home,
            _ => return None,
        };
        let mut places = BTreeMap::new();
        places.insert(page.origin().ascii_serialization(), place);
        Some(Self {
            page: place,
            page_origin: origin_of(page),
            places,
            page_url: page.clone(),
        })
    }

    /// The place of a URL, which is of the same site as the page if the URL's is.
    fn place(&mut self, url: &Url) -> Option<Place> {
        let origin = url.origin().ascii_serialization();
        if let Some(place) = self.places.get(&origin) {
            return Some(*place);
        }
        let is_of_site = self.page_origin.is_same_site(&origin_of(url));
        let host = if is_of_site { "localhost" } else { "127.0.0.1" };
        let fits = |it: &Place| it.scheme() == url.scheme() && it.host() == host;
        let is_free = |it: &Place| !self.places.values().any(|taken| taken == it);
        let place = Place::ALL.into_iter().find(|it| fits(it) && is_free(it))?;
        self.places.insert(origin, place);
        Some(place)
    }

    fn route(&mut self, exchange: &OneExchange) -> Option<Route> {
        let answer = &exchange.respond;
        let status = answer.status.unwrap_or(200);
        // These have the client do more than hand an answer on, or are no final answers.
        if answer.fail.is_some() || !(200..1000).contains(&status) || matches!(status, 407 | 421) {
            return None;
        }
        let preflight = exchange.expect.method == "OPTIONS"
            && header(&exchange.expect.headers, "access-control-request-method").is_some();
        Some(Route {
            at: self.url(&exchange.expect.url)?,
            preflight,
            answers: vec![Answer {
                status,
                headers: lines(&answer.headers)?,
                ..Answer::default()
            }],
            ..Route::default()
        })
    }

    fn call(&mut self, fetch: &OneFetch) -> Option<Call> {
        let request = &fetch.request;
        let is_usual = request.referrer.is_none()
            && request.referrer_policy.is_none()
            && request.cache == CacheMode::Default
            && !request.upload_listener;
        if !is_usual || fetch.advance > LONGEST_WAIT || fetch.advance == 1 {
            return None;
        }
        let body = match &request.body {
            None => None,
            Some(fetching::Body::Text(text)) => Some(Body::Text(text.clone())),
            Some(fetching::Body::Buffer(text)) => Some(Body::Buffer(text.clone())),
            Some(fetching::Body::Stream {}) => return None,
        };
        Some(Call {
            url: self.url(&request.url)?,
            method: request.method.clone(),
            headers: lines(&request.headers)?,
            body,
            credentials: credentials(request.credentials),
            mode: mode(request.mode)?,
            redirect: redirect(request.redirect),
            wait: u8::try_from(fetch.advance).ok()?,
            ..Call::default()
        })
    }

    /// A URL as it is in the scenario: its path is below that of the scenario.
    fn url(&mut self, text: &str) -> Option<String> {
        let url = self.page_url.join(text).ok()?;
        let place = self.place(&url)?;
        let user_and_host = url.authority().rsplit_once('@');
        let path = &url[url::Position::BeforePath..];
        let path = path.strip_prefix('/')?;
        Some(match user_and_host {
            None => format!("{{{}}}{{here}}{path}", place.name()),
            Some((user, _)) => {
                let scheme = place.scheme();
                format!("{scheme}://{user}@{{{}:host}}{{here}}{path}", place.name())
            }
        })
    }

    /// A value with the places that play its origins. None if it has a URL of its own that cannot
    /// be played.
    fn text(&self, text: &str) -> Option<String> {
        let places = self.places.iter();
        let text = places.fold(text.to_owned(), |text, (origin, place)| {
            let here = format!("{{{}}}{{here}}", place.name());
            text.replace(&format!("{origin}/"), &here)
                .replace(origin, &format!("{{{}}}", place.name()))
        });
        // A path without a host would lead out of the scenario.
        (!text.starts_with('/') && !text.contains(".example")).then_some(text)
    }
}

/// A case in which more seconds go by is not worth the time.
const LONGEST_WAIT: u64 = 6;

fn header<'a>(headers: &'a [FieldLine], name: &str) -> Option<&'a FieldLine> {
    headers.iter().find(|it| it.0.eq_ignore_ascii_case(name))
}

/// Header lines as text; none if one is so long that the server would be tested, and not CORS.
fn lines(headers: &[FieldLine]) -> Option<Vec<(String, String)>> {
    let mut lines = Vec::new();
    for line in headers {
        for (name, value) in line.expanded().ok()? {
            let value: String = value.into_iter().map(char::from).collect();
            let is_unplayable = UNPLAYABLE.iter().any(|it| name.eq_ignore_ascii_case(it));
            if value.len() > LONGEST_VALUE || is_unplayable {
                return None;
            }
            match name.eq_ignore_ascii_case("set-cookie") {
                true => lines.push((name, own_cookie(&value)?)),
                false => lines.push((name, value)),
            }
        }
    }
    Some(lines)
}

const LONGEST_VALUE: usize = 4_000;

/// Headers that are about an HTTP cache or the framing, or have the browser ask its user.
const UNPLAYABLE: [&str; 7] = [
    "age",
    "cache-control",
    "content-length",
    "etag",
    "expires",
    "last-modified",
    "www-authenticate",
];

/// The cookie, so that no other scenario gets it; none if that would be another cookie.
fn own_cookie(cookie: &str) -> Option<String> {
    let lower = cookie.to_ascii_lowercase();
    if lower.starts_with("__host-") || lower.contains("domain=") {
        return None;
    }
    let attributes = cookie.split(';');
    let attributes = attributes.filter(|it| !it.trim().to_ascii_lowercase().starts_with("path="));
    let cookie = attributes.collect::<Vec<_>>().join(";");
    Some(format!("{cookie}; Path={{here}}"))
}

fn credentials(mode: CredentialsMode) -> Credentials {
    match mode {
        CredentialsMode::Omit => Credentials::Omit,
        CredentialsMode::SameOrigin => Credentials::SameOrigin,
        CredentialsMode::Include => Credentials::Include,
    }
}

fn mode(mode: RequestMode) -> Option<Mode> {
    match mode {
        RequestMode::Cors => Some(Mode::Cors),
        RequestMode::NoCors => Some(Mode::NoCors),
        RequestMode::SameOrigin => Some(Mode::SameOrigin),
        // No script can ask for another one.
        _ => None,
    }
}

fn redirect(mode: RedirectMode) -> Redirect {
    match mode {
        RedirectMode::Follow => Redirect::Follow,
        RedirectMode::Error => Redirect::Error,
        RedirectMode::Manual => Redirect::Manual,
    }
}
