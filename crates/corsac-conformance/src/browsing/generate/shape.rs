//! A class for every dimension, and the scenario that this is.

use super::super::place::Place;
use super::super::scenario::{
    Answer, Api, Body, Call, Credentials, Mode, Page, Redirect, Route, Scenario,
};
use super::answers::Answers;
use super::classes::{Dimension, HEADERS, METHODS, RELATIONS};

/// A class for every dimension; at first what lets a request through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Shape([usize; Dimension::ALL.len()]);

impl Shape {
    /// A preflight is needed.
    pub(super) fn preflighted() -> Self {
        Self::default()
    }

    /// No preflight is needed.
    pub(super) fn simple() -> Self {
        Self::default()
            .with(Dimension::Method, GET)
            .with(Dimension::Headers, NO_HEADERS)
    }

    pub(super) const fn class(&self, dimension: Dimension) -> usize {
        self.0[dimension as usize]
    }

    pub(super) const fn with(mut self, dimension: Dimension, class: usize) -> Self {
        self.0[dimension as usize] = class;
        self
    }

    /// The scenario.
    pub(super) fn scenario(&self) -> Scenario {
        let (place, sandboxed, target) = RELATIONS[self.class(Dimension::Relation)];
        let first = self.first_call(target);
        let answers = Answers {
            shape: self,
            page: Page { place, sandboxed },
            target,
            call: &first,
        };
        let mut routes = answers.routes();
        let again = match self.class(Dimension::Again) {
            0 if self.class(Dimension::Cookie) + self.class(Dimension::MaxAge) > 0 => TWICE,
            again => again,
        };
        change_routes(again, &mut routes);
        let mut calls = later_calls(again, &first);
        if again == WITH_CREDENTIALS_FIRST {
            calls.push(first.clone());
            calls.swap(0, 1);
            calls[0].credentials = Credentials::Include;
            calls.truncate(2);
        } else {
            calls.insert(0, first);
        }
        Scenario {
            page: Page { place, sandboxed },
            calls,
            routes,
        }
    }

    fn first_call(&self, target: Place) -> Call {
        let (api, mode) = match self.class(Dimension::Interface) {
            0 => (Api::Fetch, Mode::Cors),
            1 | 2 => (Api::Xhr, Mode::Cors),
            3 => (Api::Fetch, Mode::NoCors),
            _ => (Api::Fetch, Mode::SameOrigin),
        };
        let headers = HEADERS[self.class(Dimension::Headers)].iter();
        let headers = headers.map(|(name, value)| {
            let value = value.replace('#', &"a".repeat(128));
            ((*name).to_owned(), value)
        });
        Call {
            api,
            url: format!("{{{}}}{{here}}a", target.name()),
            method: METHODS[self.class(Dimension::Method)].to_owned(),
            headers: headers.collect(),
            body: body(self.class(Dimension::Body)),
            credentials: Credentials::ALL[self.class(Dimension::Credentials)],
            mode,
            redirect: Redirect::ALL[self.class(Dimension::RedirectMode)],
            upload_listener: self.class(Dimension::Interface) == 2,
            ..Call::default()
        }
        .sane()
    }
}

impl Call {
    /// Without what its interface does not have.
    fn sane(self) -> Self {
        match self.api {
            Api::Fetch => self,
            Api::Xhr => Self {
                redirect: Redirect::Follow,
                credentials: match self.credentials {
                    Credentials::Include => Credentials::Include,
                    Credentials::Omit | Credentials::SameOrigin => Credentials::SameOrigin,
                },
                ..self
            },
        }
    }
}

/// The classes of [`Dimension::Method`] and [`Dimension::Headers`] that need no preflight.
const GET: usize = 1;
const NO_HEADERS: usize = 1;

/// Classes of [`Dimension::Again`].
const TWICE: usize = 1;
const WITH_CREDENTIALS_FIRST: usize = 6;
const FIRST_ANSWER_NOT_SHARED: usize = 12;
const FIRST_PREFLIGHT_REFUSED: usize = 13;

fn later_calls(again: usize, first: &Call) -> Vec<Call> {
    let same = first.clone();
    let changed = match again {
        0 => return Vec::new(),
        2 => Call {
            method: "DELETE".to_owned(),
            ..same
        },
        3 => Call {
            headers: [
                first.headers.clone(),
                vec![("X-Z".to_owned(), "1".to_owned())],
            ]
            .concat(),
            ..same
        },
        4 => Call {
            headers: Vec::new(),
            ..same
        },
        5 => Call {
            credentials: Credentials::Include,
            ..same
        },
        7 => return vec![same.clone(), same],
        8 => Call {
            api: first.api,
            url: first.url.clone(),
            ..Call::default()
        },
        9 => Call {
            url: format!("{}#again", first.url),
            ..same
        },
        10 => Call {
            api: match first.api {
                Api::Fetch => Api::Xhr,
                Api::Xhr => Api::Fetch,
            },
            mode: Mode::Cors,
            upload_listener: false,
            ..same
        }
        .sane(),
        11 => Call {
            method: "HEAD".to_owned(),
            body: None,
            ..same
        },
        _ => same,
    };
    vec![changed]
}

/// Lets the first answer of its kind be another one.
fn change_routes(again: usize, routes: &mut [Route]) {
    let (is_preflight, first) = match again {
        FIRST_ANSWER_NOT_SHARED => (false, Answer::default()),
        FIRST_PREFLIGHT_REFUSED => {
            let refused = Answer {
                status: 403,
                ..Answer::default()
            };
            (true, refused)
        }
        _ => return,
    };
    if let Some(route) = routes.iter_mut().find(|it| it.preflight == is_preflight) {
        route.answers.insert(0, first);
    }
}

fn body(class: usize) -> Option<Body> {
    let text = || "content".to_owned();
    let blob = |r#type: &str| Body::Blob {
        r#type: r#type.to_owned(),
        text: text(),
    };
    match class {
        0 => None,
        1 => Some(Body::Text(text())),
        2 => Some(Body::Buffer(text())),
        3 => Some(blob("application/json")),
        4 => Some(blob("")),
        _ => Some(blob("text/plain")),
    }
}
