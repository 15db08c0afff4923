//! Says in a sentence what the wire and the page's outcome show.
//!
//! Nothing here decides what a browser does. The browser has decided already, and the page says
//! how; the sentence names the fields that are there or missing, and the policy's own refusal.

use corsac::server::ResponseField;
use serde::Deserialize;

use crate::recorder::{AnsweredBy, Exchange, Field, Hop, WireAnswer};

/// What the script on the page got.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Seen {
    pub(crate) outcome: Outcome,
    /// The request asked for credentials.
    #[serde(default)]
    pub(crate) credentials: bool,
    /// The response header that the script wanted to read.
    #[serde(default)]
    pub(crate) wanted: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    /// A response that the script can read.
    Readable,
    /// A response that the script can read, but not the header that it wants.
    Hidden,
    /// A `TypeError`.
    Blocked,
}

/// Why the script got what it got.
pub(crate) fn why(seen: &Seen, exchanges: &[Exchange]) -> String {
    let from_browser = || exchanges.iter().filter(|it| it.hop != Hop::GatewayToApi);
    let Some(last) = from_browser().next_back() else {
        return "No request of this press arrived. Is the demo still running?".to_owned();
    };
    let Some(answer) = &last.answer else {
        return "The request arrived, but the browser went away before the answer.".to_owned();
    };
    match (seen.outcome, &last.preflight_for) {
        (Outcome::Blocked, Some(method)) => format!(
            "Before a request like this, the browser asks with a preflight. {}. \
             So the {method} itself was never sent.",
            missing(seen, last, answer)
        ),
        (Outcome::Blocked, None) => blocked_after_sending(seen, last, answer),
        (Outcome::Readable, _) => readable(
            seen,
            answer,
            from_browser().any(|it| it.preflight_for.is_some()),
        ),
        (Outcome::Hidden, _) => hidden(seen, answer),
    }
}

fn blocked_after_sending(seen: &Seen, exchange: &Exchange, answer: &WireAnswer) -> String {
    let method = &exchange.method;
    let aftermath = match method.as_str() {
        "GET" | "HEAD" => "",
        _ => " What it did there is done all the same: CORS guards the reading, not the sending.",
    };
    format!(
        "The {method} was sent and answered with {}. {}, so the browser keeps the answer from the \
         page.{aftermath}",
        answer.status.as_u16(),
        missing(seen, exchange, answer)
    )
}

/// What the answer lacks, as far as the wire shows it.
fn missing(seen: &Seen, exchange: &Exchange, answer: &WireAnswer) -> String {
    if let Some(refused) = &exchange.refused {
        return format!("The answer was no: {}", refused.message);
    }
    let Some(allowed) = value_of(&answer.fields, ResponseField::AllowOrigin.name()) else {
        return "The answer has no Access-Control-Allow-Origin".to_owned();
    };
    if seen.credentials && !has(&answer.fields, ResponseField::AllowCredentials) {
        return "The request carries credentials, and the answer has no \
                Access-Control-Allow-Credentials"
            .to_owned();
    }
    format!(
        "The answer says Access-Control-Allow-Origin: {allowed}, and still the browser says no: \
         its console tells why"
    )
}

fn readable(seen: &Seen, answer: &WireAnswer, with_preflight: bool) -> String {
    let lead = match with_preflight {
        true => "The preflight's answer gives permission, so the browser sent the request. ",
        false => "",
    };
    let whom = match value_of(&answer.fields, ResponseField::AllowOrigin.name()) {
        Some("*") => "every origin",
        Some(_) => "the page's origin",
        None => return format!("{lead}The browser let the page read the answer."),
    };
    let credentials = match seen.credentials && has(&answer.fields, ResponseField::AllowCredentials)
    {
        true => ", with credentials",
        false => "",
    };
    format!(
        "{lead}Access-Control-Allow-Origin in the answer names {whom}{credentials}, so the page \
         may read it."
    )
}

fn hidden(seen: &Seen, answer: &WireAnswer) -> String {
    let wanted = seen.wanted.as_deref().unwrap_or("the header");
    if value_of(&answer.fields, wanted).is_none() {
        return format!("The answer does not carry {wanted}.");
    }
    match value_of(&answer.fields, ResponseField::ExposeHeaders.name()) {
        None => format!(
            "The answer carries {wanted}, but has no Access-Control-Expose-Headers, so the script \
             sees null."
        ),
        Some(exposed) => format!(
            "The answer carries {wanted}, but exposes only {exposed}, so the script sees null."
        ),
    }
}

/// What one exchange is, for a reader who sees such a thing for the first time.
pub(crate) fn note(exchange: &Exchange) -> &'static str {
    let by = exchange.answer.as_ref().map(|it| it.by);
    let is_allowed = exchange
        .answer
        .as_ref()
        .is_some_and(|it| has(&it.fields, ResponseField::AllowOrigin));
    match (exchange.hop, &exchange.preflight_for) {
        (Hop::GatewayToApi, _) => "The gateway hands it on. The API says nothing of CORS.",
        (Hop::BrowserToApi, Some(_)) => {
            "A preflight: the browser's own question. The API does not know what it means."
        }
        (Hop::BrowserToApi, None) => "The request itself. The API says nothing of CORS.",
        (Hop::BrowserToGateway, Some(_)) => match (by, exchange.refused.is_some()) {
            (_, true) => "A preflight: the browser's own question. The policy says no.",
            (Some(AnsweredBy::Policy), false) => {
                "A preflight: the browser's own question. The policy answers it, and the API \
                 never sees it."
            }
            (Some(AnsweredBy::Api | AnsweredBy::Gateway) | None, false) => {
                "A preflight: the browser's own question."
            }
        },
        (Hop::BrowserToGateway, None) => match is_allowed {
            true => "The request itself. The gateway adds the permission to the API's answer.",
            false => "The request itself. The answer carries no permission.",
        },
    }
}

/// The CORS field that a browser looked for in the response and did not find.
pub(crate) fn absent(exchange: &Exchange) -> Option<&'static str> {
    let answer = exchange.answer.as_ref()?;
    let is_asked = exchange.hop != Hop::GatewayToApi
        && has_name(&exchange.request, corsac::RequestField::Origin.name());
    (is_asked && !has(&answer.fields, ResponseField::AllowOrigin))
        .then_some(ResponseField::AllowOrigin.name())
}

/// Did this field of an exchange have a part in the outcome? Between the gateway and the API
/// nothing is decided.
pub(crate) fn decides(seen: &Seen, exchange: &Exchange, field: &Field) -> bool {
    let is_wanted = seen.wanted.as_deref() == Some(&*field.name);
    let is_of_protocol =
        field.name.starts_with("access-control-") || DECIDING.contains(&&*field.name);
    exchange.hop != Hop::GatewayToApi && (is_wanted || is_of_protocol)
}

fn has(fields: &[Field], field: ResponseField) -> bool {
    has_name(fields, field.name())
}

fn has_name(fields: &[Field], name: &str) -> bool {
    value_of(fields, name).is_some()
}

fn value_of<'a>(fields: &'a [Field], name: &str) -> Option<&'a str> {
    fields
        .iter()
        .find(|it| it.name.eq_ignore_ascii_case(name))
        .map(|it| &*it.value)
}

/// Who asks, and with whose credentials. The other fields of the protocol have a common prefix.
const DECIDING: [&str; 3] = ["origin", "cookie", "set-cookie"];
