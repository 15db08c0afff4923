//! What goes wrong between the client and the upstream, and what the client is told.

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};

use crate::body::Body;

/// Why the gateway answers itself.
///
/// The client is told the code and one sentence. Neither names the upstream nor the system's
/// error: that is the operator's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Failure {
    /// No route has this path.
    NoRoute,
    /// The route has other methods.
    MethodNotAllowed,
    /// No gateway forwards this method: `CONNECT`, or `TRACE`, which would tell a page the fields
    /// that it must not see.
    MethodNotSupported,
    /// `Host` is missing, there twice, or not a host.
    MalformedHost,
    /// The path has dot segments: which route it belongs to depends on who reads it.
    AmbiguousPath,
    /// The client stopped sending the request's body.
    RequestTimeout,
    /// The request's body ended early or was malformed.
    RequestBroken,
    /// The request's body is longer than the route takes.
    BodyTooLong,
    /// The request has passed this kind of gateway too often.
    Loop,
    /// The upstream does not accept connections.
    UpstreamUnreachable,
    /// The upstream does not prove that it is the one that is meant, or its TLS is broken.
    UpstreamUntrusted,
    /// The upstream closed the connection instead of answering.
    UpstreamClosed,
    /// The upstream answered something that is not HTTP.
    InvalidResponse,
    /// The gateway has no connection left to give.
    Exhausted,
    /// The upstream did not accept the connection in time.
    ConnectTimeout,
    /// The upstream did not answer in time.
    ResponseTimeout,
    /// The route has no more time for the exchange, and there is no answer yet.
    ExchangeTimeout,
}

impl Failure {
    /// The stable name of the failure.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoRoute => "no-route",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::MethodNotSupported => "method-not-supported",
            Self::MalformedHost => "host-malformed",
            Self::AmbiguousPath => "path-ambiguous",
            Self::RequestTimeout => "request-timeout",
            Self::RequestBroken => "request-broken",
            Self::BodyTooLong => "body-too-long",
            Self::Loop => "loop",
            Self::UpstreamUnreachable => "upstream-unreachable",
            Self::UpstreamUntrusted => "upstream-untrusted",
            Self::UpstreamClosed => "upstream-closed",
            Self::InvalidResponse => "upstream-invalid-response",
            Self::Exhausted => "gateway-exhausted",
            Self::ConnectTimeout => "upstream-connect-timeout",
            Self::ResponseTimeout => "upstream-response-timeout",
            Self::ExchangeTimeout => "exchange-timeout",
        }
    }

    /// Does it say something about the server, rather than the client or this gateway?
    pub(crate) const fn is_of_server(self) -> bool {
        matches!(
            self,
            Self::UpstreamUnreachable
                | Self::UpstreamUntrusted
                | Self::UpstreamClosed
                | Self::InvalidResponse
                | Self::ConnectTimeout
                | Self::ResponseTimeout
        )
    }

    /// The status of the response.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::NoRoute => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::MethodNotSupported => StatusCode::NOT_IMPLEMENTED,
            Self::MalformedHost | Self::AmbiguousPath | Self::RequestBroken => {
                StatusCode::BAD_REQUEST
            }
            Self::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::BodyTooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Loop => StatusCode::LOOP_DETECTED,
            Self::UpstreamUnreachable
            | Self::UpstreamUntrusted
            | Self::UpstreamClosed
            | Self::InvalidResponse => StatusCode::BAD_GATEWAY,
            Self::Exhausted => StatusCode::SERVICE_UNAVAILABLE,
            Self::ConnectTimeout | Self::ResponseTimeout | Self::ExchangeTimeout => {
                StatusCode::GATEWAY_TIMEOUT
            }
        }
    }

    /// The body of the response: the code and a sentence.
    const fn text(self) -> &'static str {
        match self {
            Self::NoRoute => "no-route: nothing is behind this gateway at this path\n",
            Self::MethodNotAllowed => "method-not-allowed: this path has other methods\n",
            Self::MethodNotSupported => {
                "method-not-supported: this gateway does not forward the method\n"
            }
            Self::MalformedHost => "host-malformed: a request has one Host field with a host\n",
            Self::AmbiguousPath => {
                "path-ambiguous: the path has dot segments; resolve them first\n"
            }
            Self::RequestTimeout => "request-timeout: the request's body did not arrive in time\n",
            Self::RequestBroken => "request-broken: the request's body is not whole\n",
            Self::BodyTooLong => {
                "body-too-long: the request's body is longer than may be sent here\n"
            }
            Self::Loop => "loop: the request has passed this gateway too often\n",
            Self::UpstreamUnreachable => {
                "upstream-unreachable: the server behind this gateway accepts no connection\n"
            }
            Self::UpstreamUntrusted => {
                "upstream-untrusted: the server behind this gateway cannot prove that it is the one\n"
            }
            Self::UpstreamClosed => {
                "upstream-closed: the server behind this gateway closed the connection without an answer\n"
            }
            Self::InvalidResponse => {
                "upstream-invalid-response: the server behind this gateway answered something that is not HTTP\n"
            }
            Self::Exhausted => "gateway-exhausted: this gateway can open no further connection\n",
            Self::ConnectTimeout => {
                "upstream-connect-timeout: the server behind this gateway did not accept the connection in time\n"
            }
            Self::ResponseTimeout => {
                "upstream-response-timeout: the server behind this gateway did not answer in time\n"
            }
            Self::ExchangeTimeout => {
                "exchange-timeout: the whole took longer than it may take here\n"
            }
        }
    }

    pub(crate) fn response(self) -> Response<Body> {
        let mut response = Response::new(Body::text(Bytes::from_static(self.text().as_bytes())));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("text/plain; charset=utf-8"),
        );
        match self {
            // The rest of the request is still to come, or never will.
            Self::RequestTimeout | Self::RequestBroken | Self::BodyTooLong => {
                headers.insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Self::NoRoute
            | Self::MethodNotAllowed
            | Self::MethodNotSupported
            | Self::MalformedHost
            | Self::AmbiguousPath
            | Self::Loop
            | Self::UpstreamUnreachable
            | Self::UpstreamUntrusted
            | Self::UpstreamClosed
            | Self::InvalidResponse
            | Self::Exhausted
            | Self::ConnectTimeout
            | Self::ResponseTimeout
            | Self::ExchangeTimeout => {}
        }
        response
    }
}
