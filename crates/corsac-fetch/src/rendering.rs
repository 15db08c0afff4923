//! A trace in words.

use std::fmt;

use corsac::user_agent::{HeaderList, ResponseTainting};

use crate::machine::{Purpose, ResponseHead};
use crate::trace::{
    Comparison, Event, Exchange, LOCAL_NETWORK_ACCESS_CHECK, PreflightCause, Rule, StepOutcome,
    TaintingReason, Trace,
};

/// A line of a trace in words.
///
/// Displayed, it starts with the mark of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line {
    /// What it is.
    pub kind: LineKind,
    /// The text, without control characters.
    pub text: String,
}

/// What a [`Line`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LineKind {
    /// A step that was taken: `*`.
    Step,
    /// What kept the page from its answer: `!`.
    Fault,
    /// A line that was sent: `>`.
    Sent,
    /// A line that was received: `<`.
    Received,
    /// A value that was compared: `|`.
    Value,
    /// Carets under the bytes of the value above that are wrong: `|`.
    Carets,
}

impl LineKind {
    fn mark(self) -> char {
        match self {
            Self::Step => '*',
            Self::Fault => '!',
            Self::Sent => '>',
            Self::Received => '<',
            Self::Value | Self::Carets => '|',
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.mark(), self.text)
    }
}

impl Trace {
    /// Every step in words, in order: the exchanges with their headers, and under each value that
    /// does not fit, carets.
    ///
    /// ```
    /// # use corsac::user_agent::{RequestOrigin, TupleOrigin};
    /// # use corsac_fetch::{FetchRequest, Page, Step, TransportFailure, UserAgent, fetch};
    /// # use std::time::Duration;
    /// let page = Page::new("https://app.example/".parse()?);
    /// let request = FetchRequest::new("http://api.example/pets");
    /// let mut ua = UserAgent::default();
    /// let Step::Done(outcome) = fetch(&mut ua, &page, request, Duration::ZERO)? else {
    ///     panic!("nothing is sent");
    /// };
    /// let last = outcome.trace.lines().pop().map(|line| line.to_string());
    /// assert_eq!(
    ///     last.as_deref(),
    ///     Some("! a secure page cannot fetch over http (mixed-content) [#concept-main-fetch 7]"),
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        self.lines_since(0)
    }

    /// The steps after the first so many [events](Self::events) in words, for who has said the
    /// others before.
    #[must_use]
    pub fn lines_since(&self, n_events: usize) -> Vec<Line> {
        let mut lines = Lines(Vec::new());
        for event in self.events().iter().skip(n_events) {
            lines.event(event, self);
        }
        lines.0
    }
}

struct Lines(Vec<Line>);

impl Lines {
    fn event(&mut self, event: &Event, trace: &Trace) {
        let (rule, exchanges) = (event.rule, trace.exchanges());
        match &event.outcome {
            StepOutcome::Sent {
                exchange,
                credentials,
            } => {
                if let Some(exchange) = exchanges.get(*exchange) {
                    self.sent(rule, exchange, credentials_in_words(*credentials));
                }
            }
            StepOutcome::Received { exchange } => {
                let received = exchanges.get(*exchange).and_then(|it| it.received.as_ref());
                if let Some(head) = received {
                    self.received(rule, head);
                }
            }
            StepOutcome::Compared(comparison) => {
                self.compared(
                    rule,
                    comparison,
                    trace.compared_value(comparison).as_deref(),
                );
            }
            StepOutcome::Failed(error) => {
                self.rule(
                    LineKind::Fault,
                    rule,
                    &format!("{error} ({})", error.code()),
                );
            }
            outcome => self.rule(LineKind::Step, rule, &in_words(outcome)),
        }
    }

    fn push(&mut self, kind: LineKind, text: String) {
        self.0.push(Line { kind, text });
    }

    fn rule(&mut self, kind: LineKind, rule: Rule, text: &str) {
        self.push(kind, format!("{text} [{rule}]"));
    }

    fn sent(&mut self, rule: Rule, exchange: &Exchange, credentials: &str) {
        let what = match exchange.sent.purpose {
            Purpose::Preflight => "the preflight",
            Purpose::Request => "the request",
        };
        let url = &exchange.sent.url;
        let method = printable(&exchange.sent.method);
        self.rule(
            LineKind::Step,
            rule,
            &format!("{what} is sent {credentials}"),
        );
        self.push(LineKind::Sent, format!("{method} {url}"));
        self.headers(LineKind::Sent, &exchange.sent.headers);
    }

    fn received(&mut self, rule: Rule, head: &ResponseHead) {
        self.rule(LineKind::Step, rule, "its answer comes");
        let status = format!("{} {}", head.status, printable(&head.status_text));
        self.push(LineKind::Received, status.trim_end().to_owned());
        self.headers(LineKind::Received, &head.headers);
    }

    fn headers(&mut self, kind: LineKind, headers: &HeaderList) {
        for header in headers.iter() {
            let (name, value) = (printable(header.name()), printable(header.value()));
            self.push(kind, format!("{name}: {value}"));
        }
    }

    fn compared(&mut self, rule: Rule, comparison: &Comparison, received: Option<&[u8]>) {
        let Comparison {
            header,
            expected,
            span,
            holds,
            ..
        } = comparison;
        let expected = printable(expected.as_bytes());
        let Some(value) = received else {
            let text = format!("`{header}` is not there; needed: `{expected}`");
            return self.rule(LineKind::Fault, rule, &text);
        };
        if *holds {
            let text = format!("`{header}: {}` is as needed", printable(value));
            return self.rule(LineKind::Step, rule, &text);
        }
        let text = format!("`{header}` does not fit; needed: `{expected}`");
        self.rule(LineKind::Fault, rule, &text);
        self.push(LineKind::Value, printable(value));
        let width = |bytes: Option<&[u8]>| bytes.map_or(0, |bytes| printable(bytes).len());
        let before = width(value.get(..span.start));
        let carets = width(value.get(span.clone())).max(1);
        self.push(
            LineKind::Carets,
            format!("{}{}", " ".repeat(before), "^".repeat(carets)),
        );
    }
}

fn credentials_in_words(credentials: bool) -> &'static str {
    match credentials {
        true => "with credentials",
        false => "without credentials",
    }
}

fn in_words(outcome: &StepOutcome) -> String {
    match outcome {
        StepOutcome::Tainted(tainting, reason) => {
            format!("{reason}, so the page may see {}", visible(*tainting))
        }
        StepOutcome::PreflightNeeded(causes) => {
            let causes: Vec<String> = causes.iter().map(|it| it.to_string()).collect();
            format!("a preflight is needed: {}", causes.join("; "))
        }
        StepOutcome::AddressSpaces { page, connection } => format!(
            "the page came from the address space `{page}`, the server is in `{connection}`"
        ),
        StepOutcome::PreflightCached => {
            "an earlier preflight allows the request; none is sent".to_owned()
        }
        StepOutcome::Misdirected => {
            "the server was reached over the wrong connection; a new one is tried".to_owned()
        }
        StepOutcome::PreflightStored { max_age: 0 } => {
            "the preflight allows the request; the answer is not kept".to_owned()
        }
        StepOutcome::PreflightStored { max_age } => {
            format!("the preflight allows the request; the answer is kept for {max_age} s")
        }
        StepOutcome::PreflightCacheCleared => "what earlier preflights allowed is forgotten".into(),
        StepOutcome::CookieStored => "a cookie is kept".into(),
        StepOutcome::CookieRefused(refusal) => format!("a cookie is not kept: {refusal}"),
        StepOutcome::Redirected { to } => format!("the redirect is followed to {to}"),
        StepOutcome::BecameGet => "the redirect makes it a GET without a body".to_owned(),
        StepOutcome::AuthorizationDropped => {
            "`Authorization` does not go along to another origin".to_owned()
        }
        StepOutcome::Shared => "the answer is handed to the page".to_owned(),
        // These have more than one line.
        StepOutcome::Sent { .. }
        | StepOutcome::Received { .. }
        | StepOutcome::Compared(_)
        | StepOutcome::Failed(_) => String::new(),
    }
}

fn visible(tainting: ResponseTainting) -> &'static str {
    match tainting {
        ResponseTainting::Basic => "all of the answer (basic)",
        ResponseTainting::Cors => "what CORS lets it see (cors)",
        ResponseTainting::Opaque => "nothing of the answer (opaque)",
    }
}

impl fmt::Display for TaintingReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SameOrigin => "the URL is of the page's own origin",
            Self::Data => "it is a data: URL",
            Self::NoCors => "the mode is `no-cors`",
            Self::CrossOrigin => "the URL is of another origin, or one on the way was",
        })
    }
}

impl fmt::Display for PreflightCause<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method(method) => {
                write!(
                    f,
                    "the method `{}` is not CORS-safelisted",
                    printable(method)
                )
            }
            Self::HeaderName(name) => {
                write!(f, "the header `{}` is not CORS-safelisted", printable(name))
            }
            Self::UseCorsPreflight => f.write_str("an upload listener or a stream asks for one"),
        }
    }
}

impl StepOutcome {
    /// The stable name of what happened.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Tainted(..) => "tainted",
            Self::PreflightNeeded(_) => "preflight-needed",
            Self::PreflightCached => "preflight-cached",
            Self::Sent { .. } => "sent",
            Self::Received { .. } => "received",
            Self::AddressSpaces { .. } => "address-spaces",
            Self::Compared(_) => "compared",
            Self::Misdirected => "misdirected",
            Self::PreflightStored { .. } => "preflight-stored",
            Self::PreflightCacheCleared => "preflight-cache-cleared",
            Self::CookieStored => "cookie-stored",
            Self::CookieRefused(_) => "cookie-refused",
            Self::Redirected { .. } => "redirected",
            Self::BecameGet => "became-get",
            Self::AuthorizationDropped => "authorization-dropped",
            Self::Shared => "shared",
            Self::Failed(_) => "failed",
        }
    }
}

impl Rule {
    /// The address of the algorithm in the standard.
    #[must_use]
    pub fn url(&self) -> String {
        let text = match self.anchor {
            LOCAL_NETWORK_ACCESS_CHECK => "https://wicg.github.io/local-network-access/",
            _ => "https://fetch.spec.whatwg.org/",
        };
        format!("{text}#{}", self.anchor)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{} {}", self.anchor, self.step)
    }
}

/// Bytes as ASCII that a terminal can show: each other byte as `\xNN`.
fn printable(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b' '..=b'~' => text.push(char::from(*byte)),
            _ => text.push_str(&format!("\\x{byte:02x}")),
        }
    }
    text
}
