//! Keeps everyone else out of the page's listener.
//!
//! Another page that is open in the same browser can send requests to this listener, and a name
//! that its owner rebinds to `127.0.0.1` makes the browser believe that they are of one origin.
//! So each request proves what only the page can prove:
//!
//! - `Host` names this listener, byte for byte. A rebound name is another one, for which nothing
//!   is served at all, the page with its token included.
//! - Whatever tells or changes something takes the token of this run, in a header of its own. The
//!   token is in the page, which another origin can neither read nor embed.
//! - Whatever changes something also takes an `Origin` that is the page's own, and JSON under its
//!   own name: a form can send neither.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::random;

/// What a request to the page's listener must prove.
#[derive(Clone, Debug)]
pub(crate) struct Guard(Arc<Secrets>);

#[derive(Debug)]
struct Secrets {
    origin: String,
    token: String,
}

impl Guard {
    /// A guard for the page with this origin, with a new token.
    pub(crate) fn new(origin: String) -> Result<Self, getrandom::Error> {
        let token = random::unguessable_name()?;
        Ok(Self(Arc::new(Secrets { origin, token })))
    }

    /// The token of this run, for the page.
    pub(crate) fn token(&self) -> &str {
        &self.0.token
    }

    /// Where the page is.
    pub(crate) fn origin(&self) -> &str {
        &self.0.origin
    }

    fn authority(&self) -> &str {
        self.0.origin.trim_start_matches("http://")
    }

    fn require_own_host(&self, request: &Request) -> Result<(), Fault> {
        let authority = self.authority();
        // A request can name its host in the target too, which then counts instead of the field.
        let is_own_target = request
            .uri()
            .authority()
            .is_none_or(|it| it.as_str() == authority);
        if is_own_target && only(request.headers(), &header::HOST) == Some(authority.as_bytes()) {
            return Ok(());
        }
        Err(Fault::WrongHost {
            page: self.origin().to_owned(),
        })
    }

    fn require_token(&self, fields: &HeaderMap) -> Result<(), Fault> {
        let token = only(fields, &TOKEN).ok_or(Fault::WrongToken)?;
        match random::is_equal_in_constant_time(token, self.token().as_bytes()) {
            true => Ok(()),
            false => Err(Fault::WrongToken),
        }
    }

    fn require_own_origin(&self, fields: &HeaderMap) -> Result<(), Fault> {
        match only(fields, &header::ORIGIN) == Some(self.origin().as_bytes()) {
            true => Ok(()),
            false => Err(Fault::WrongOrigin),
        }
    }
}

/// Lets only those in who name this listener as the host.
pub(crate) async fn only_own_host(
    State(guard): State<Guard>,
    request: Request,
    next: Next,
) -> Result<Response, Fault> {
    guard.require_own_host(&request)?;
    Ok(next.run(request).await)
}

/// Lets only those in who know the token, and do not come from elsewhere.
pub(crate) async fn only_with_token(
    State(guard): State<Guard>,
    request: Request,
    next: Next,
) -> Result<Response, Fault> {
    let fields = request.headers();
    // A browser leaves `Origin` out when a page reads from its own origin.
    if fields.contains_key(header::ORIGIN) {
        guard.require_own_origin(fields)?;
    }
    guard.require_token(fields)?;
    Ok(next.run(request).await)
}

/// Lets only JSON in, and only from the page's own origin.
pub(crate) async fn only_own_json(
    State(guard): State<Guard>,
    request: Request,
    next: Next,
) -> Result<Response, Fault> {
    guard.require_own_origin(request.headers())?;
    if only(request.headers(), &header::CONTENT_TYPE) != Some(b"application/json") {
        return Err(Fault::NotJson);
    }
    Ok(next.run(request).await)
}

/// The value of a field that came on exactly one line.
fn only<'a>(fields: &'a HeaderMap, name: &HeaderName) -> Option<&'a [u8]> {
    let mut lines = fields.get_all(name).iter();
    match (lines.next(), lines.next()) {
        (Some(value), None) => Some(value.as_bytes()),
        (None | Some(_), _) => None,
    }
}

/// Why a request is turned away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    WrongHost { page: String },
    WrongOrigin,
    WrongToken,
    NotJson,
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            // In plain text, because a person who typed another name reads it.
            Self::WrongHost { page } => {
                let text = format!("The demo answers under its own address only: open {page}/\n");
                return (StatusCode::MISDIRECTED_REQUEST, text).into_response();
            }
            Self::WrongOrigin => (
                StatusCode::FORBIDDEN,
                "only the demo's own page may do this",
            ),
            Self::WrongToken => (StatusCode::FORBIDDEN, "the token of this run is missing"),
            Self::NotJson => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "only application/json is read",
            ),
        };
        (status, Json(json!({ "error": error }))).into_response()
    }
}

/// The field for the token. A page of another origin cannot send it without a preflight, and
/// nothing here answers one.
const TOKEN: HeaderName = HeaderName::from_static("x-corsac-token");
