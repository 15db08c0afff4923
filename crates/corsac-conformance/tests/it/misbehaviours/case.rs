//! The cases of `conformance/browsers/misbehaviours.toml`.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::net::Ipv4Addr;
use std::sync::LazyLock;

use corsac::user_agent::{CredentialsMode, RedirectMode, RequestMode, RequestOrigin};
use corsac_conformance::browsing::{
    Answer, Cache, Call, Credentials, Mode, Page, Place, Places, Redirect, Route, Scenario,
};
use corsac_conformance::conformance_dir;
use corsac_fetch::{CacheMode, FetchRequest};
use corsac_probe::Probe;
use serde::Deserialize;
use tokio::net::TcpSocket;

use super::secrets::Secrets;

/// A server that misbehaves, and what is to be found about it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) found: Vec<String>,
    #[serde(default)]
    pub(super) remarks: Vec<String>,
    #[serde(default)]
    pub(super) certificates: Verification,
    /// The engines that do something else than their profiles, and what.
    #[serde(default)]
    pub(super) except: BTreeMap<String, String>,
    over: Option<Scheme>,
    #[serde(default)]
    page: PageKind,
    #[serde(default = "api")]
    at: String,
    url: Option<String>,
    #[serde(default = "get")]
    method: String,
    #[serde(default)]
    mode: Mode,
    #[serde(default)]
    credentials: Credentials,
    #[serde(default)]
    redirect: Redirect,
    #[serde(default)]
    cache: Cache,
    read: Option<String>,
    #[serde(default)]
    headers: Vec<String>,
    preflight: Option<Vec<String>>,
    #[serde(default = "fine")]
    answer: Vec<String>,
    again: Option<Vec<String>>,
    fresh: Option<Vec<String>>,
    others: Option<Vec<String>>,
    then_preflight: Option<Vec<String>>,
    #[serde(default = "fine")]
    then: Vec<String>,
}

/// Whether browser and check look at certificates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Verification {
    Verified,
    #[default]
    Unverified,
}

/// Why no browser can be shown to run into this.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NotPlayed {
    pub(super) code: String,
    pub(super) because: String,
}

/// Where everything is.
#[derive(Clone, Copy)]
pub(super) struct Site<'a> {
    pub(super) places: &'a Places,
    pub(super) secrets: &'a Secrets,
}

/// What page and server speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Scheme {
    Http,
    Https,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum PageKind {
    #[default]
    Ordinary,
    Sandboxed,
}

fn api() -> String {
    "{api}".to_owned()
}

fn get() -> String {
    "GET".to_owned()
}

fn fine() -> Vec<String> {
    let lines = [
        "200",
        "Access-Control-Allow-Origin: {origin}",
        "Access-Control-Allow-Credentials: true",
    ];
    lines.map(str::to_owned).into()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct File {
    pub(super) case: Vec<Case>,
    pub(super) not_played: Vec<NotPlayed>,
}

/// Those that are to be run: all, or some while one is being written.
pub(super) fn cases() -> Vec<Case> {
    let part = env::var("CORSAC_MISBEHAVIOUR").unwrap_or_default();
    let cases = file().case.into_iter();
    cases.filter(|it| it.name.contains(&part)).collect()
}

pub(super) fn file() -> File {
    let path = conformance_dir().join("browsers/misbehaviours.toml");
    let text = fs::read_to_string(&path).expect("the file is there");
    toml::from_str(&text).unwrap_or_else(|error| panic!("{error}"))
}

impl Scheme {
    pub(super) const ALL: [Self; 2] = [Self::Http, Self::Https];

    /// Where the page is, its server, and a third one of another site.
    fn places(self) -> [Place; 3] {
        match self {
            Self::Http => [Place::Home, Place::Port, Place::Address],
            Self::Https => [Place::Secure, Place::SecurePort, Place::SecureAddress],
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Http => Self::Https,
            Self::Https => Self::Http,
        }
    }
}

impl Case {
    pub(super) fn is_over(&self, scheme: Scheme) -> bool {
        self.over.is_none_or(|it| it == scheme)
    }

    pub(super) fn scenario(&self, scheme: Scheme, site: Site<'_>) -> Scenario {
        let text = |text: &str| filled(text, scheme, site);
        let at = text(&self.at);
        let answer = |lines: &[String]| vec![answer(lines, text)];
        let route = |path: &str, lines: &[String]| Route {
            at: format!("{at}{{here}}{path}"),
            preflight: false,
            answers: answer(lines),
            ..Route::default()
        };
        let [_, _, third] = scheme.places();
        let others = self.others.iter().map(|lines| Route {
            for_others: true,
            ..route("a", lines)
        });
        let mut routes: Vec<_> = others.collect();
        routes.extend(
            self.fresh
                .iter()
                .map(|lines| route("a?corsac-probe", lines)),
        );
        let again = self.again.iter().flat_map(|lines| answer(lines));
        routes.extend([
            Route {
                answers: answer(&self.answer).into_iter().chain(again).collect(),
                ..route("a", &self.answer)
            },
            // What a check asks for besides.
            route("a/corsac-no-such-path", &self.answer),
            route("b", &self.then),
            Route {
                at: format!("{{{}}}{{here}}b", third.name()),
                ..route("b", &self.then)
            },
        ]);
        routes.extend(self.preflight.iter().map(|lines| Route {
            preflight: true,
            ..route("a", lines)
        }));
        routes.extend(self.then_preflight.iter().map(|lines| Route {
            at: format!("{{{}}}{{here}}b", third.name()),
            preflight: true,
            ..route("b", lines)
        }));
        let [home, _, _] = scheme.places();
        Scenario {
            page: Page {
                place: home,
                sandboxed: self.page == PageKind::Sandboxed,
            },
            calls: vec![self.call(&at, text)],
            routes,
        }
    }

    fn call(&self, at: &str, text: impl Fn(&str) -> String) -> Call {
        let url = self.url.as_deref();
        Call {
            url: url.map_or_else(|| format!("{at}{{here}}a"), text),
            method: self.method.clone(),
            headers: self.headers.iter().map(|line| header(line)).collect(),
            credentials: self.credentials,
            mode: self.mode,
            redirect: self.redirect,
            cache: self.cache,
            ..Call::default()
        }
    }

    /// The check of the same request, of the scenario that is served under this number.
    pub(super) fn probe(&self, scenario: &Scenario, (places, id): (&Places, u64)) -> Probe {
        let page = scenario.page.url(places).parse().expect("a page has a URL");
        let mut page = corsac_fetch::Page::new(page);
        if self.page == PageKind::Sandboxed {
            page.origin = RequestOrigin::Opaque(1);
        }
        let mut request = FetchRequest::new(places.filled(&scenario.calls[0].url, id));
        request.method = self.method.clone().into();
        request.headers = self
            .headers
            .iter()
            .map(|line| header(line))
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        request.mode = match self.mode {
            Mode::Cors => RequestMode::Cors,
            Mode::NoCors => RequestMode::NoCors,
            Mode::SameOrigin => RequestMode::SameOrigin,
        };
        request.credentials = match self.credentials {
            Credentials::Omit => CredentialsMode::Omit,
            Credentials::SameOrigin => CredentialsMode::SameOrigin,
            Credentials::Include => CredentialsMode::Include,
        };
        request.redirect = match self.redirect {
            Redirect::Follow => RedirectMode::Follow,
            Redirect::Error => RedirectMode::Error,
            Redirect::Manual => RedirectMode::Manual,
        };
        request.cache = match self.cache {
            Cache::Default => CacheMode::Default,
            Cache::OnlyIfCached => CacheMode::OnlyIfCached,
        };
        let mut probe = Probe::new(page, request);
        probe.read = self.read.iter().cloned().collect();
        probe
    }
}

/// A status and header lines; or `never`, or `raw` and all that is written.
fn answer(lines: &[String], text: impl Fn(&str) -> String) -> Answer {
    let (status, lines) = lines.split_first().expect("an answer has a status");
    let raw = match status.as_str() {
        "never" => Some(String::new()),
        "raw" => Some(lines.concat()),
        _ => None,
    };
    if raw.is_some() {
        return Answer {
            raw,
            ..Answer::default()
        };
    }
    Answer {
        status: status.parse().expect("a status is a number"),
        headers: lines.iter().map(|line| header(&text(line))).collect(),
        ..Answer::default()
    }
}

fn header(line: &str) -> (String, String) {
    let (name, value) = line.split_once(": ").expect("a header has a colon");
    (name.to_owned(), value.to_owned())
}

/// The text with the places of a scenario in place of those of a case.
fn filled(text: &str, scheme: Scheme, Site { places, secrets }: Site<'_>) -> String {
    let [home, api, third] = scheme.places();
    let [other_home, secure_api, _] = scheme.other().places();
    let braced = |place: Place| format!("{{{}}}", place.name());
    let host = |place: Place| format!("{{{}:host}}", place.name());
    let other_scheme = format!("{}://{}", other_home.scheme(), host(home));
    let holes = [
        ("{api}", braced(api)),
        ("{api:host}", host(api)),
        ("{api:scheme}", api.scheme().to_owned()),
        ("{api:https}", braced(secure_api)),
        ("{third}", braced(third)),
        ("{page:host}", host(home)),
        ("{other-scheme}", other_scheme),
        ("{other-port}", braced(api)),
        ("{ORIGIN}", places.origin(home).to_uppercase()),
        ("{page}", braced(home)),
        (
            "{other-host}",
            places.origin(home).replace("localhost", "app.example"),
        ),
        ("{long}", "x".repeat(MORE_THAN_A_HEAD)),
        ("{expired}", secrets.expired.to_string()),
        ("{plain}", secrets.plain.to_string()),
        ("{wrong-host}", secrets.wrong_host.to_string()),
        ("{closed}", closed_port().to_string()),
    ];
    let fill = |text: String, (hole, value): &(&str, String)| text.replace(hole, value);
    holes.iter().fold(text.to_owned(), fill)
}

/// Twice of what the most patient of browsers reads.
const MORE_THAN_A_HEAD: usize = 1024 * 1024;

/// A port that is taken, so that nothing else comes to listen on it.
static CLOSED: LazyLock<TcpSocket> = LazyLock::new(|| {
    let socket = TcpSocket::new_v4().expect("a socket");
    let any_port = (Ipv4Addr::LOCALHOST, 0).into();
    socket.bind(any_port).expect("a free port");
    socket
});

pub(super) fn closed_port() -> u16 {
    let address = CLOSED.local_addr().expect("a bound socket has an address");
    address.port()
}
