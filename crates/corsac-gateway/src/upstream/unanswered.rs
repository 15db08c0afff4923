//! Why there is no response, and whether a request may be sent again.

use std::error::Error;
use std::io::{self, ErrorKind};

use http::{Method, Request};

use super::copy::{Copy, is_idempotent};
use super::http1::NoResponse;
use super::http2::NoStreamResponse;
use super::request_body::{BrokenBody, RequestBody};
use crate::failure::Failure;

/// Why there is no response, and whether the request, which then is as it was, may be sent again.
#[derive(Debug)]
pub(super) struct Unanswered {
    pub(super) failure: Failure,
    pub(super) may_be_sent_again: bool,
    /// Whether the server was there, and said that it has not looked at the request.
    pub(super) is_refused: bool,
}

impl Unanswered {
    pub(super) fn not_sent(failure: Failure) -> Self {
        Self {
            failure,
            may_be_sent_again: true,
            is_refused: false,
        }
    }

    fn lost(failure: Failure) -> Self {
        Self {
            may_be_sent_again: false,
            ..Self::not_sent(failure)
        }
    }
}

/// The request may be sent again if it did not go out; and if it may have, but no byte was answered,
/// where that does no harm.
pub(super) fn unanswered(reason: NoResponse, method: &Method) -> Unanswered {
    let may_be_sent_again = match reason {
        NoResponse::NotSent => true,
        NoResponse::Unheard => is_idempotent(method),
        NoResponse::Closed
        | NoResponse::Malformed
        | NoResponse::UpstreamSilent
        | NoResponse::ClientSilent
        | NoResponse::BodyTooLong
        | NoResponse::RequestBroken => false,
    };
    Unanswered {
        may_be_sent_again,
        ..Unanswered::lost(reason.into())
    }
}

/// The request comes back if it was not taken, or if there is a copy and the server has not looked
/// at it; and if it may have, where that does no harm.
pub(super) fn unanswered_stream(
    reason: NoStreamResponse,
    copy: Copy,
    request: &mut Request<RequestBody>,
) -> Unanswered {
    match reason {
        NoStreamResponse::NotTaken(unsent) => {
            *request = *unsent;
            Unanswered::not_sent(Failure::UpstreamClosed)
        }
        NoStreamResponse::Broken(error) if is_refused(&error) => Unanswered {
            may_be_sent_again: copy.restore(request),
            is_refused: true,
            ..Unanswered::lost(Failure::UpstreamClosed)
        },
        NoStreamResponse::Broken(error) if is_disconnect(&error) => Unanswered {
            may_be_sent_again: copy.restore_idempotent(request),
            ..Unanswered::lost(Failure::UpstreamClosed)
        },
        NoStreamResponse::Broken(error) => Unanswered::lost(stream_failure(&error)),
        NoStreamResponse::Other(reason) => Unanswered::lost(reason.into()),
    }
}

fn stream_failure(error: &hyper::Error) -> Failure {
    match error {
        error if error.is_user() => Failure::RequestBroken,
        error if is_invalid(error) => Failure::InvalidResponse,
        _ => Failure::UpstreamClosed,
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

/// Does what came break the rules of HTTP/2?
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
            NoResponse::NotSent | NoResponse::Unheard | NoResponse::Closed => Self::UpstreamClosed,
            NoResponse::Malformed => Self::InvalidResponse,
            NoResponse::UpstreamSilent => Self::ResponseTimeout,
            NoResponse::ClientSilent => Self::RequestTimeout,
            NoResponse::BodyTooLong => Self::BodyTooLong,
            NoResponse::RequestBroken => Self::RequestBroken,
        }
    }
}
