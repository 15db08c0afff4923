//! What the servers of a generated scenario answer.

use super::super::place::Place;
use super::super::scenario::{Answer, Call, Page, Route};
use super::classes::Dimension;
use super::shape::Shape;
use super::values::{
    ALLOW_CREDENTIALS, ALLOW_HEADERS, ALLOW_METHODS, ALLOW_ORIGIN, COOKIES, EXPOSE_HEADERS,
    MAX_AGES, PREFLIGHT_STATUSES, REDIRECT_STATUSES, REDIRECTED_ALLOW_ORIGIN, REDIRECTS,
    Redirection, STATUSES,
};
use corsac::method::normalize_method;

/// The answers to a call and whatever it is redirected to.
pub(super) struct Answers<'a> {
    pub(super) shape: &'a Shape,
    pub(super) page: Page,
    pub(super) target: Place,
    pub(super) call: &'a Call,
}

type Lines = Vec<(String, String)>;

impl Answers<'_> {
    pub(super) fn routes(&self) -> Vec<Route> {
        let redirection = self.redirection();
        let stops: Vec<String> = redirection.at.iter().map(|it| self.named(it)).collect();
        let first = Stop {
            at: self.call.url.clone(),
            preflight_allow_origin: self.own(Dimension::PreflightAllowOrigin),
            allow_origin: self.own(Dimension::AllowOrigin),
            location: redirection.location.first().map(|it| self.location(it)),
        };
        let mut routes = self.routes_at(&first, redirection.location.is_empty());
        let mut origins = vec![self.target];
        for (index, at) in stops.iter().enumerate() {
            origins.push(place_of(at));
            let right = match self.is_tainted(&origins) {
                true => "null",
                false => "{origin}",
            };
            let class = self.shape.class(Dimension::RedirectedAllowOrigin);
            let allow_origin = REDIRECTED_ALLOW_ORIGIN[class].iter();
            let allow_origin: Vec<_> = allow_origin
                .map(|it| it.replace("{right}", right))
                .collect();
            let stop = Stop {
                at: at.clone(),
                preflight_allow_origin: allow_origin.clone(),
                allow_origin,
                location: stops.get(index + 1).cloned(),
            };
            routes.extend(self.routes_at(&stop, index + 1 == stops.len()));
        }
        routes
    }

    fn routes_at(&self, stop: &Stop, is_last: bool) -> Vec<Route> {
        vec![
            Route {
                at: stop.at.clone(),
                preflight: true,
                answers: vec![self.preflight(stop)],
                ..Route::default()
            },
            Route {
                at: stop.at.clone(),
                preflight: false,
                answers: vec![self.response(stop, is_last)],
                ..Route::default()
            },
        ]
    }

    fn preflight(&self, stop: &Stop) -> Answer {
        let status = PREFLIGHT_STATUSES[self.shape.class(Dimension::PreflightStatus)];
        let credentials = ALLOW_CREDENTIALS[self.shape.class(Dimension::PreflightAllowCredentials)];
        let methods = ALLOW_METHODS[self.shape.class(Dimension::AllowMethods)].iter();
        let methods = methods.map(|it| self.with_method(it));
        let names = ALLOW_HEADERS[self.shape.class(Dimension::AllowHeaders)].iter();
        let names = names.map(|it| self.with_names(it));
        let max_age = MAX_AGES[self.shape.class(Dimension::MaxAge)];
        let mut headers = lines("Access-Control-Allow-Origin", &stop.preflight_allow_origin);
        headers.extend(lines("Access-Control-Allow-Credentials", credentials));
        headers.extend(lines(
            "Access-Control-Allow-Methods",
            &methods.collect::<Vec<_>>(),
        ));
        headers.extend(lines(
            "Access-Control-Allow-Headers",
            &names.collect::<Vec<_>>(),
        ));
        headers.extend(lines("Access-Control-Max-Age", max_age));
        if (300..400).contains(&status) {
            headers.extend(lines("Location", &["b"]));
        }
        Answer {
            status,
            headers,
            ..Answer::default()
        }
    }

    fn response(&self, stop: &Stop, is_last: bool) -> Answer {
        let credentials = ALLOW_CREDENTIALS[self.shape.class(Dimension::AllowCredentials)];
        let exposed = EXPOSE_HEADERS[self.shape.class(Dimension::ExposeHeaders)];
        let cookies = COOKIES[self.shape.class(Dimension::Cookie)];
        let mut headers = lines("Access-Control-Allow-Origin", &stop.allow_origin);
        headers.extend(lines("Access-Control-Allow-Credentials", credentials));
        headers.extend(lines("Access-Control-Expose-Headers", exposed));
        headers.extend(lines("Content-Type", &["text/plain"]));
        headers.extend(lines("X-A", &["1"]));
        headers.extend(lines("X-B", &["2", "3"]));
        headers.extend(lines("Set-Cookie", cookies));
        let location = stop.location.iter().filter(|it| *it != "{nothing}");
        headers.extend(lines("Location", &location.collect::<Vec<_>>()));
        Answer {
            status: match is_last {
                true => STATUSES[self.shape.class(Dimension::Status)],
                false => REDIRECT_STATUSES[self.shape.class(Dimension::RedirectStatus)],
            },
            headers,
            body: "hello".to_owned(),
            ..Answer::default()
        }
    }

    fn redirection(&self) -> Redirection {
        REDIRECTS[self.shape.class(Dimension::RedirectTo)]
    }

    fn own(&self, dimension: Dimension) -> Vec<String> {
        let values = ALLOW_ORIGIN[self.shape.class(dimension)].iter();
        values.map(|it| (*it).to_owned()).collect()
    }

    /// The text with the places that it is about.
    fn named(&self, text: &str) -> String {
        let third = self.third();
        [
            ("{target}", self.target),
            ("{page}", self.page.place),
            ("{third}", third),
        ]
        .iter()
        .fold(text.to_owned(), |text, (role, place)| {
            text.replace(role, &format!("{{{}}}", place.name()))
        })
    }

    /// A value of `Location`, whose user and password come before the origin as it is written.
    fn location(&self, text: &str) -> String {
        let named = self.named(text);
        let Some((user, rest)) = named.split_once('@') else {
            return named;
        };
        let Some((name, path)) = rest.trim_start_matches('{').split_once('}') else {
            return named;
        };
        let scheme = place_of(rest).scheme();
        format!("{scheme}://{user}@{{{name}:host}}{path}")
    }

    /// A place that is neither that of the page nor the one that is asked.
    fn third(&self) -> Place {
        let of_scheme = Place::ALL
            .into_iter()
            .filter(|it| it.scheme() == self.target.scheme());
        let mut others = of_scheme.filter(|it| *it != self.target && *it != self.page.place);
        others.next_back().unwrap_or(Place::Address)
    }

    /// Has the request been away from an origin that is not the page's?
    fn is_tainted(&self, origins: &[Place]) -> bool {
        let is_page = |it: Place| !self.page.sandboxed && it == self.page.place;
        origins
            .windows(2)
            .any(|it| it[0] != it[1] && !is_page(it[0]))
    }

    fn with_method(&self, text: &str) -> String {
        let method = String::from_utf8_lossy(normalize_method(self.call.method.as_bytes()));
        text.replace("{method}", &method)
            .replace("{lower}", &method.to_ascii_lowercase())
            .replace("{upper}", &method.to_ascii_uppercase())
    }

    fn with_names(&self, text: &str) -> String {
        let mut names: Vec<_> = self
            .call
            .headers
            .iter()
            .map(|it| it.0.to_ascii_lowercase())
            .collect();
        if self.call.body.is_some() {
            names.push("content-type".to_owned());
        }
        names.dedup();
        let names = names.join(", ");
        text.replace("{names}", &names)
            .replace("{NAMES}", &names.to_ascii_uppercase())
    }
}

/// Where a request comes by.
struct Stop {
    at: String,
    preflight_allow_origin: Vec<String>,
    allow_origin: Vec<String>,
    location: Option<String>,
}

fn lines(name: &str, values: &[impl ToString]) -> Lines {
    let line = |value: &_| (name.to_owned(), ToString::to_string(value));
    values.iter().map(line).collect()
}

/// The place that a URL of a scenario begins with.
fn place_of(url: &str) -> Place {
    let name = url.trim_start_matches('{').split(['}', ':']).next();
    let named = Place::ALL.into_iter().find(|it| Some(it.name()) == name);
    named.unwrap_or_default()
}
