//! What really went over the wire, in a bounded memory.
//!
//! The page gives every press of a button a random name and puts it into the request's URL as the
//! parameter `press`. A preflight has the same URL as the request that it asks for, so that the
//! name finds both, at the API as well as at the gateway, and needs no header that would change
//! what the browser does.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::Response,
};
use corsac::{
    Refusal,
    server::{RequestHead, RequestKind},
};
use corsac_tower::apply::Head;
use serde::Serialize;

/// Remembers the last exchanges.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorder(Arc<Mutex<VecDeque<Exchange>>>);

impl Recorder {
    /// Remembers an exchange. The oldest one makes room.
    pub(crate) fn record(&self, exchange: Exchange) {
        let mut exchanges = self.exchanges();
        if exchanges.len() == MAX_EXCHANGES {
            exchanges.pop_front();
        }
        exchanges.push_back(exchange);
    }

    /// The exchanges of one press, in the order in which their requests were sent.
    pub(crate) fn of_press(&self, press: &str) -> Vec<Exchange> {
        let exchanges = self.exchanges();
        let mut ordered = Vec::new();
        // What the gateway asked the API is over before what the browser asked the gateway.
        let mut inner = Vec::new();
        for exchange in exchanges
            .iter()
            .filter(|it| it.press.as_deref() == Some(press))
        {
            match exchange.hop {
                Hop::GatewayToApi => inner.push(exchange.clone()),
                Hop::BrowserToApi => ordered.push(exchange.clone()),
                Hop::BrowserToGateway => {
                    ordered.push(exchange.clone());
                    ordered.append(&mut inner);
                }
            }
        }
        ordered.append(&mut inner);
        ordered
    }

    fn exchanges(&self) -> MutexGuard<'_, VecDeque<Exchange>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Records what the API is asked and answers.
pub(crate) async fn record_at_api(
    State(recorder): State<Recorder>,
    request: Request,
    next: Next,
) -> Response {
    let hop = match request.headers().contains_key(header::VIA) {
        true => Hop::GatewayToApi,
        false => Hop::BrowserToApi,
    };
    let exchange = Exchange::new(hop, request.method(), request.uri(), request.headers());
    let mut unfinished = Unfinished {
        recorder,
        exchange: Some(exchange),
    };
    let response = next.run(request).await;
    unfinished.finish(response.status(), response.headers());
    response
}

/// An exchange whose response is not there yet. It is recorded even if the response never comes,
/// because the browser went away.
struct Unfinished {
    recorder: Recorder,
    exchange: Option<Exchange>,
}

impl Unfinished {
    fn finish(&mut self, status: StatusCode, fields: &HeaderMap) {
        if let Some(exchange) = self.exchange.take() {
            self.recorder
                .record(exchange.answered(AnsweredBy::Api, status, fields));
        }
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(exchange) = self.exchange.take() {
            self.recorder.record(exchange);
        }
    }
}

/// A request and, if it came, its response.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) hop: Hop,
    pub(crate) method: String,
    pub(crate) target: String,
    /// The method that the request asks about, if it is a preflight.
    pub(crate) preflight_for: Option<String>,
    pub(crate) request: Vec<Field>,
    pub(crate) answer: Option<WireAnswer>,
    pub(crate) refused: Option<Refused>,
    press: Option<String>,
}

/// From whom to whom a request went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Hop {
    BrowserToApi,
    BrowserToGateway,
    GatewayToApi,
}

/// A line of a head. Values that are secret or endless are shortened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) value: String,
}

#[derive(Clone, Debug)]
pub(crate) struct WireAnswer {
    pub(crate) by: AnsweredBy,
    pub(crate) status: StatusCode,
    pub(crate) fields: Vec<Field>,
}

/// Who made a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AnsweredBy {
    Api,
    Policy,
    Gateway,
}

/// The step of the policy that said no.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Refused {
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Exchange {
    /// A request that nobody has answered yet.
    pub(crate) fn new(hop: Hop, method: &Method, uri: &Uri, fields: &HeaderMap) -> Self {
        let preflight_for = match RequestKind::of(&Head::new(method, fields)) {
            RequestKind::Preflight { method, .. } => Some(shortened(method)),
            RequestKind::NotCors | RequestKind::Cors { .. } => None,
        };
        let target = uri.path_and_query().map_or("/", |it| it.as_str());
        Self {
            hop,
            method: shortened(method.as_str().as_bytes()),
            target: shortened(target.as_bytes()),
            preflight_for,
            request: recorded(fields),
            answer: None,
            refused: None,
            press: uri.query().and_then(press_of).map(str::to_owned),
        }
    }

    /// The exchange with this answer.
    pub(crate) fn answered(self, by: AnsweredBy, status: StatusCode, fields: &HeaderMap) -> Self {
        let answer = WireAnswer {
            by,
            status,
            fields: recorded(fields),
        };
        Self {
            answer: Some(answer),
            ..self
        }
    }

    /// The exchange with the policy's refusal of `head`.
    pub(crate) fn refused(self, refusal: &Refusal, head: &impl RequestHead) -> Self {
        let name = match refusal {
            Refusal::MalformedRequestHeader(name) | Refusal::RequestHeaderNotAllowed(name) => {
                name.in_head(head).map(shortened)
            }
            _ => None,
        };
        let message = match name {
            Some(name) => format!("the policy does not allow the request header `{name}`"),
            None => refusal.to_string(),
        };
        Self {
            refused: Some(Refused {
                code: refusal.code(),
                message,
            }),
            ..self
        }
    }
}

/// The name of the press in a query.
fn press_of(query: &str) -> Option<&str> {
    let press = query.split('&').find_map(|it| it.strip_prefix("press="))?;
    is_press(press).then_some(press)
}

/// Could this be the name of a press?
pub(crate) fn is_press(name: &str) -> bool {
    (1..=MAX_PRESS_LEN).contains(&name.len()) && name.bytes().all(|it| it.is_ascii_alphanumeric())
}

fn recorded(fields: &HeaderMap) -> Vec<Field> {
    let field = |(name, value): (&HeaderName, &HeaderValue)| Field {
        name: shortened(name.as_str().as_bytes()),
        value: without_secrets(name, value),
    };
    fields.iter().take(MAX_FIELDS).map(field).collect()
}

/// The value as it may be shown on a screen that others see.
///
/// A browser sends the cookies of everything else that runs on `127.0.0.1` too.
fn without_secrets(name: &HeaderName, value: &HeaderValue) -> String {
    match *name {
        header::COOKIE => {
            let cookies = shortened(value.as_bytes());
            let names = cookies.split("; ").map(without_value).collect::<Vec<_>>();
            names.join("; ")
        }
        header::SET_COOKIE => {
            let cookie = shortened(value.as_bytes());
            match cookie.split_once(';') {
                Some((pair, attributes)) => format!("{};{attributes}", without_value(pair)),
                None => without_value(&cookie),
            }
        }
        header::AUTHORIZATION | header::PROXY_AUTHORIZATION => ELLIPSIS.to_owned(),
        _ => shortened(value.as_bytes()),
    }
}

fn without_value(cookie: &str) -> String {
    match cookie.split_once('=') {
        Some((name, _)) => format!("{name}={ELLIPSIS}"),
        None => ELLIPSIS.to_owned(),
    }
}

fn shortened(bytes: &[u8]) -> String {
    match bytes.get(..MAX_VALUE_LEN) {
        Some(start) if bytes.len() > MAX_VALUE_LEN => {
            format!("{}{ELLIPSIS}", String::from_utf8_lossy(start))
        }
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

const ELLIPSIS: &str = "\u{2026}";

/// The page shows a press at once: what is older than this is not looked at any more.
const MAX_EXCHANGES: usize = 200;

/// A browser sends about 15 fields. With the next bound, an exchange stays below 130 KiB.
const MAX_FIELDS: usize = 64;

/// Longer than any field that the page shows in full.
const MAX_VALUE_LEN: usize = 1024;

/// The page's names have 16 characters.
const MAX_PRESS_LEN: usize = 32;
