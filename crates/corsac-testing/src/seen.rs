//! What a page sees, and what a test says about it.

use std::fmt;

use corsac_fetch::{FilteredResponse, NetworkError, Outcome};
use http::header::{HeaderName, HeaderValue};
use http::{Response, StatusCode};

/// What a page sees of a fetch, and how it came to that.
///
/// Displayed, it is every step of the fetch: what was sent, what came, what was compared.
#[derive(Debug)]
#[must_use = "a test says what it expects the page to see"]
pub struct Seen<R> {
    what: String,
    outcome: Outcome,
    body: Option<R>,
}

impl<R> Seen<R> {
    pub(crate) fn new(what: String, outcome: Outcome, last_body: Option<R>) -> Self {
        Self {
            what,
            outcome,
            body: last_body,
        }
    }

    /// The outcome, with its trace.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// The response as the page's script sees it: with the headers that it may read.
    ///
    /// # Panics
    ///
    /// If the page sees a network error, with the reason and every step.
    #[track_caller]
    pub fn assert_readable(self) -> Response<R>
    where
        R: Default,
    {
        match &self.outcome.result {
            Ok(response) => {
                let body = self.body.filter(|_| response.has_body);
                visible(response, body.unwrap_or_default())
            }
            Err(error) => panic!("{}", self.blocked(error)),
        }
    }

    /// Expects a network error for the reason with this code, and returns it.
    ///
    /// The page itself learns no reason; the browser's console names it. The guide lists the codes
    /// under what a browser does.
    ///
    /// # Panics
    ///
    /// If the page can read the response, or is blocked for another reason, with every step.
    #[track_caller]
    pub fn assert_blocked(&self, code: &str) -> NetworkError {
        match &self.outcome.result {
            Err(error) if error.code() == code => error.clone(),
            Err(error) => panic!("expected {code}, but {}", self.blocked(error)),
            Ok(response) => panic!(
                "expected {code}, but {} is answered {} and the page can read it\n\n{self}",
                self.what, response.status
            ),
        }
    }

    fn blocked(&self, error: &NetworkError) -> String {
        let (what, code, rule) = (&self.what, error.code(), error.rule().url());
        format!("{what} is blocked: {error} ({code})\n{rule}\n\n{self}")
    }
}

impl<R> fmt::Display for Seen<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = self.outcome.trace.lines().into_iter();
        lines.try_for_each(|line| writeln!(f, "{line}"))
    }
}

fn visible<R>(response: &FilteredResponse, body: R) -> Response<R> {
    let mut visible = Response::new(body);
    // An opaque response has the status 0, which the `http` crate does not know.
    let status = StatusCode::from_u16(response.status);
    *visible.status_mut() = status.unwrap_or(StatusCode::OK);
    for header in response.headers.iter() {
        let name = HeaderName::from_bytes(header.name());
        let value = HeaderValue::from_bytes(header.value());
        if let (Ok(name), Ok(value)) = (name, value) {
            visible.headers_mut().append(name, value);
        }
    }
    visible
}
