//! Answers whose status is the real reason.

use corsac::user_agent::HeaderList;
use corsac_fetch::ResponseHead;

use super::scene::Scene;
use crate::code::Code;
use crate::finding::{Finding, Stage, printable, value_of};

/// What hides behind an answer without CORS fields, if its status says so: it is not CORS.
pub(super) fn real_reason(scene: &Scene<'_>, head: &ResponseHead, stage: Stage) -> Option<Finding> {
    let code = match head.status {
        403 | 429 | 503 if is_challenge(&head.headers) => Code::BotChallenge,
        413 | 431 => Code::RequestTooLarge,
        // To a preflight it says that there is no such method, and there is not.
        501 if stage == Stage::Preflight => return None,
        502..=504 | 520..=530 => Code::GatewayError,
        500.. => Code::ServerError,
        _ => return None,
    };
    let why = format!(
        "{} answers with {}",
        server(&head.headers),
        status_line(head)
    );
    Some(scene.with_status(Finding::new(code, stage, why)))
}

/// An error without CORS fields.
pub(super) fn hidden_error(scene: &Scene<'_>, head: &ResponseHead, stage: Stage) -> Finding {
    let why = format!(
        "the answer is {}, and has no `Access-Control-Allow-Origin`, so that the page does not \
         even see the status",
        status_line(head)
    );
    scene.with_status(Finding::new(Code::NoAllowOriginOnError, stage, why))
}

/// The status and what it says.
pub(super) fn status_line(head: &ResponseHead) -> String {
    let line = format!("{} {}", head.status, printable(&head.status_text));
    line.trim_end().to_owned()
}

/// Who answered, as far as the answer says so.
pub(super) fn server(headers: &HeaderList) -> String {
    let named = [&b"server"[..], b"via", b"x-powered-by"]
        .into_iter()
        .find_map(|name| value_of(headers, name));
    named.map_or_else(|| "the server".to_owned(), |it| printable(&it))
}

/// Fields of services that ask whether the client is a person.
fn is_challenge(headers: &HeaderList) -> bool {
    let names = [
        &b"cf-mitigated"[..],
        b"x-amzn-waf-action",
        b"x-vercel-mitigated",
        b"x-datadome",
    ];
    names.into_iter().any(|name| headers.contains(name))
}
