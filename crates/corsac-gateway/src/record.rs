//! What there is to say about an exchange when it is over.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use corsac::Refusal;
use corsac::server::Difference;
use http::{HeaderValue, Method, StatusCode, Uri, Version};

use crate::observer::AnsweredBy;

/// A function that is called once per exchange, when it is over: the body of the response has gone
/// to the client, or the client has gone away.
///
/// It runs on the task that serves the client: it must not block.
pub type Recorder = Arc<dyn Fn(&Record<'_>) + Send + Sync>;

/// An exchange that is over.
#[derive(Debug)]
#[non_exhaustive]
pub struct Record<'a> {
    /// Who asked.
    pub client: IpAddr,
    /// The method of the request.
    pub method: &'a Method,
    /// The request target as received.
    pub uri: &'a Uri,
    /// The version of HTTP in which the client speaks.
    pub version: Version,
    /// The host that the client asked for.
    pub host: Option<&'a HeaderValue>,
    /// The first line of the request's `Origin`.
    pub origin: Option<&'a HeaderValue>,
    /// The method that a preflight asks for.
    pub requested_method: Option<&'a HeaderValue>,
    /// The first line of the header names that a preflight asks for.
    pub requested_headers: Option<&'a HeaderValue>,
    /// The request's `traceparent`, if it is one.
    pub traceparent: Option<&'a str>,
    /// The name of the route.
    pub route: Option<&'a str>,
    /// The status of the response; none if the client went away before there was one.
    pub status: Option<StatusCode>,
    /// Who answered, if someone did.
    pub answered_by: Option<AnsweredBy>,
    /// What the route's policy decided.
    pub verdict: Verdict,
    /// What a policy in report-only mode would have said differently.
    pub difference: Option<Difference>,
    /// The bytes of the response's body that went to the client.
    pub bytes: u64,
    /// From the head of the request to the end of the response.
    pub duration: Duration,
    /// From the head of the request, as it goes to the upstream, to the head of the response.
    pub upstream_duration: Option<Duration>,
    /// How it ended.
    pub ending: Ending,
}

/// What a policy decided about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// There is no policy, or the request is no CORS request.
    NotAsked,
    /// The page may read the response, or send what it asks for.
    Allowed,
    /// It may not.
    Refused(Refusal),
}

impl Verdict {
    /// The word for it: `-`, `allowed` or `refused`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotAsked => "-",
            Self::Allowed => "allowed",
            Self::Refused(_) => "refused",
        }
    }

    /// Why the policy says no, if it does.
    #[must_use]
    pub const fn refusal(self) -> Option<Refusal> {
        match self {
            Self::NotAsked | Self::Allowed => None,
            Self::Refused(refusal) => Some(refusal),
        }
    }
}

/// How an exchange ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// The whole response went to the client.
    Whole,
    /// The client, or the upstream, went away before.
    CutOff,
}

impl Ending {
    /// The word for it: `whole` or `cut-off`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::CutOff => "cut-off",
        }
    }
}

/// The value of `traceparent`, if it is one.
///
/// Follows [Trace Context](https://www.w3.org/TR/trace-context/#traceparent-header-field-values):
/// a higher version may have more behind its flags.
pub(crate) fn traceparent(value: &HeaderValue) -> Option<&str> {
    let text = value.to_str().ok()?;
    let mut parts = text.split('-');
    let version = parts.next().filter(|it| is_hex(it, 2) && *it != "ff")?;
    parts.next().filter(|it| is_hex(it, 32) && !is_zero(it))?;
    parts.next().filter(|it| is_hex(it, 16) && !is_zero(it))?;
    parts.next().filter(|it| is_hex(it, 2))?;
    let is_whole = parts.next().is_none() || version != "00";
    (is_whole && text.len() <= MAX_TRACEPARENT_LEN).then_some(text)
}

fn is_hex(text: &str, len: usize) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == len && text.bytes().all(is_digit)
}

fn is_zero(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'0')
}

/// The longest `traceparent` that is told: version 00 has 55 bytes, and no other is known.
const MAX_TRACEPARENT_LEN: usize = 128;
