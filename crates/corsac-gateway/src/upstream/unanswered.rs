//! Why there is no response, and whether a request may be sent again.

use std::error::Error;
use std::io::{self, ErrorKind};

use http::Request;

use super::connection::NoResponse;
use super::copy::Copy;
use super::request_body::{BrokenBody, RequestBody};
use crate::failure::Failure;

/// Why there is no response, and the request if another server may be asked.
#[derive(Debug)]
pub(super) struct Unanswered {
    pub(super) failure: Failure,
    pub(super) request: Option<Box<Request<RequestBody>>>,
    /// Whether the server was there, and said that it has not looked at the request.
    pub(super) is_refused: bool,
}

impl Unanswered {
    pub(super) fn not_sent(failure: Failure, request: Request<RequestBody>) -> Self {
        Self::with(failure, Some(request))
    }

    fn with(failure: Failure, request: Option<Request<RequestBody>>) -> Self {
        Self {
            failure,
            request: request.map(Box::new),
            is_refused: false,
        }
    }
}

/// The request comes back if it did not go out, or if there is a copy and the server has not looked
/// at it; and if it may have, but answered no byte, where that does no harm.
pub(super) fn unanswered(reason: NoResponse, copy: &mut Copy) -> Unanswered {
    match reason {
        NoResponse::NotSent(request) => Unanswered::not_sent(Failure::UpstreamClosed, *request),
        NoResponse::Unheard(error) if is_refused(&error) => Unanswered {
            is_refused: true,
            ..Unanswered::with(Failure::UpstreamClosed, copy.take_request())
        },
        NoResponse::Unheard(error) if is_disconnect(&error) => {
            Unanswered::with(Failure::UpstreamClosed, copy.take_idempotent())
        }
        reason => Unanswered::with(reason.into(), None),
    }
}

/// Was the connection closed before there was any response?
fn is_disconnect(error: &hyper::Error) -> bool {
    error.is_incomplete_message()
        || error.is_closed()
        || error.is_canceled()
        || is_given_up(error)
        || is_reset(error)
        || http2_error(error).is_some_and(|it| it.is_io() || it.is_go_away() && it.is_remote())
}

/// Was the connection over before hyper had come to what it was asked for?
///
/// hyper has that as a mistake of who uses it, as it has what is wrong with a request's body. The
/// other mistakes have no source.
fn is_given_up(error: &hyper::Error) -> bool {
    error.is_user() && error.source().is_some_and(|it| !it.is::<BrokenBody>())
}

/// Does a server of HTTP/2 say that it has not looked at the request
/// ([RFC 9113, 8.7](https://www.rfc-editor.org/rfc/rfc9113#section-8.7))?
fn is_refused(error: &hyper::Error) -> bool {
    let refused =
        |it: &h2::Error| it.is_remote() && it.reason() == Some(h2::Reason::REFUSED_STREAM);
    http2_error(error).is_some_and(refused)
}

/// Does what came break the rules of HTTP/1.1, or of HTTP/2?
fn is_invalid(error: &hyper::Error) -> bool {
    error.is_parse() || http2_error(error).is_some_and(h2::Error::is_library)
}

fn http2_error(error: &hyper::Error) -> Option<&h2::Error> {
    error.source()?.downcast_ref()
}

fn is_reset(error: &hyper::Error) -> bool {
    io_error(error).is_some_and(|error| {
        matches!(
            error.kind(),
            ErrorKind::ConnectionReset | ErrorKind::BrokenPipe
        )
    })
}

fn io_error(error: &hyper::Error) -> Option<&io::Error> {
    error.source()?.downcast_ref()
}

/// How a connection failed that has not been spoken over yet.
pub(super) fn broken(error: &hyper::Error) -> Failure {
    match is_invalid(error) {
        true => Failure::InvalidResponse,
        false => Failure::UpstreamClosed,
    }
}

pub(super) fn connect_failure(error: &io::Error) -> Failure {
    match error.kind() {
        ErrorKind::TimedOut => Failure::ConnectTimeout,
        // The system's own shortage has no kind of its own yet.
        ErrorKind::AddrNotAvailable => Failure::Exhausted,
        _ if matches!(error.raw_os_error(), Some(EMFILE | ENFILE)) => Failure::Exhausted,
        _ => Failure::UpstreamUnreachable,
    }
}

/// The number of `EMFILE`, too many open files of the process, on every Unix.
const EMFILE: i32 = 24;

/// The number of `ENFILE`, too many open files of the system, on every Unix.
const ENFILE: i32 = 23;

impl From<NoResponse> for Failure {
    fn from(reason: NoResponse) -> Self {
        match reason {
            NoResponse::NotSent(_) => Self::UpstreamClosed,
            NoResponse::UpstreamSilent => Self::ResponseTimeout,
            NoResponse::ClientSilent => Self::RequestTimeout,
            NoResponse::BodyTooLong => Self::BodyTooLong,
            NoResponse::Failed(error) | NoResponse::Unheard(error)
                if error.is_user() && !is_given_up(&error) =>
            {
                Self::RequestBroken
            }
            NoResponse::Failed(error) | NoResponse::Unheard(error) if is_invalid(&error) => {
                Self::InvalidResponse
            }
            NoResponse::Failed(_) | NoResponse::Unheard(_) => Self::UpstreamClosed,
        }
    }
}
