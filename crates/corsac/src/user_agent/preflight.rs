//! The CORS-preflight request, and the check of its response.
//!
//! The server's end of this conversation answers in the same order: origin, method, headers.

use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use super::cors_check::{CorsCheckFailure, cors_check};
use super::extract::{ExtractFailure, extract_header_list_values};
use super::header::{Header, StaticHeaderName};
use super::header_list::HeaderList;
use super::quirks::{ForcedPreflight, PreflightCheckOrder, Quirks};
use super::request::{CheckedRequest, UseCorsPreflight};
use crate::header::is_cors_non_wildcard_request_header_name;
use crate::method::is_cors_safelisted_method;

/// Must the browser ask before it sends this request to another origin?
///
/// Follows [main fetch](https://fetch.spec.whatwg.org/#concept-main-fetch), step 12, for the
/// requests that scripts make, which all have their unsafe-request flag set.
#[must_use]
pub fn needs_cors_preflight(request: &CheckedRequest<'_>) -> bool {
    request.use_cors_preflight == UseCorsPreflight::Set
        || !is_cors_safelisted_method(request.method)
        || !request.unsafe_header_names.is_empty()
}

/// The headers of a CORS-preflight request, as far as it sets them itself.
///
/// Follows [CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0), steps 2
/// to 5.
///
/// # Panics
///
/// Never for a method that is a token, as those of requests are.
#[must_use]
pub fn cors_preflight_headers(request: &CheckedRequest<'_>) -> HeaderList {
    let mut headers = HeaderList::with_capacity(MOST_PREFLIGHT_HEADERS);
    // 2.
    headers.append(ACCEPT_ANYTHING);
    // 3.
    headers.append(request_method_header(request.method));
    // 4. and 5.
    let names = request.unsafe_header_names;
    if !names.is_empty() {
        headers.append(Header::named_unchecked(REQUEST_HEADERS, names.to_shared()));
    }
    headers
}

/// Allocates nothing for the methods that scripts use.
fn request_method_header(method: &[u8]) -> Header {
    static KNOWN: [Header; 3] = [
        Header::from_static("Access-Control-Request-Method", "PUT"),
        Header::from_static("Access-Control-Request-Method", "DELETE"),
        Header::from_static("Access-Control-Request-Method", "PATCH"),
    ];
    let known = KNOWN.iter().find(|it| it.value() == method);
    let header = || Header::named(REQUEST_METHOD, method).expect("a token is a header value");
    known.cloned().unwrap_or_else(header)
}

/// Those above and those that a user agent adds to every request: `Accept`, two of the CORS
/// protocol, `Referer`, `Origin`, three of Fetch metadata, `User-Agent`, `Accept-Encoding`.
const MOST_PREFLIGHT_HEADERS: usize = 10;
const ACCEPT_ANYTHING: Header = Header::from_static("Accept", "*/*");
const REQUEST_METHOD: StaticHeaderName = StaticHeaderName::new("Access-Control-Request-Method");
const REQUEST_HEADERS: StaticHeaderName = StaticHeaderName::new("Access-Control-Request-Headers");

/// What a response to a preflight allows, for the preflight cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreflightPermissions<'a> {
    /// The methods, a `*` among them.
    pub methods: Vec<&'a [u8]>,
    /// The header names, a `*` among them.
    pub header_names: Vec<&'a [u8]>,
    /// For how long this may be kept.
    pub max_age: Duration,
}

/// Checks the response to a CORS-preflight request on behalf of the request that is to follow.
///
/// Follows [CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0), step 7.
pub fn check_preflight_response<'a>(
    request: &CheckedRequest<'a>,
    status: u16,
    response: &'a HeaderList,
    quirks: &Quirks,
) -> Result<PreflightPermissions<'a>, PreflightFailure> {
    let permissions = read_preflight_response(request, status, response, quirks)?;
    permissions.allow(request, quirks)?;
    Ok(permissions)
}

/// Reads what the response to a CORS-preflight request allows, if it may be read at all.
///
/// Follows [CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0), steps 7
/// to 7.4 and 7.8 to 7.10.
pub fn read_preflight_response<'a>(
    request: &CheckedRequest<'a>,
    status: u16,
    response: &'a HeaderList,
    quirks: &Quirks,
) -> Result<PreflightPermissions<'a>, PreflightFailure> {
    // 7.
    if quirks.check_order == PreflightCheckOrder::StatusFirst {
        check_status(status)?;
    }
    cors_check(request, response).map_err(PreflightFailure::CorsCheck)?;
    read_preflight_permissions(request, status, response, quirks)
}

fn check_status(status: u16) -> Result<(), PreflightFailure> {
    match status {
        200..=299 => Ok(()),
        _ => Err(PreflightFailure::Status(status)),
    }
}

/// The same without the CORS check: what is left of it for a user agent that asks the page's own
/// origin ([`PreflightOrigin::OfPage`](super::PreflightOrigin::OfPage)).
pub fn read_preflight_permissions<'a>(
    request: &CheckedRequest<'a>,
    status: u16,
    response: &'a HeaderList,
    quirks: &Quirks,
) -> Result<PreflightPermissions<'a>, PreflightFailure> {
    // 7.
    check_status(status)?;
    // 7.1. to 7.3.
    let methods = extract_header_list_values(response, b"access-control-allow-methods")
        .map_err(PreflightFailure::MalformedAllowMethods)?;
    let header_names = extract_header_list_values(response, b"access-control-allow-headers")
        .map_err(PreflightFailure::MalformedAllowHeaders)?;
    // 7.4.
    let is_method_implied = request.use_cors_preflight == UseCorsPreflight::Set
        && quirks.forced_preflight == ForcedPreflight::AllowsItsMethod;
    let methods = match methods {
        Some(methods) => methods,
        None if is_method_implied => Vec::from([request.method]),
        None => Vec::new(),
    };
    // 7.8. to 7.10.
    Ok(PreflightPermissions {
        methods,
        header_names: header_names.unwrap_or_default(),
        max_age: quirks.max_age.of(response),
    })
}

impl PreflightPermissions<'_> {
    /// Do they allow the request that is to follow?
    ///
    /// Follows [CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0), steps
    /// 7.5 to 7.7.
    pub fn allow(
        &self,
        request: &CheckedRequest<'_>,
        quirks: &Quirks,
    ) -> Result<(), PreflightFailure> {
        // 7.5.
        if !is_method_allowed(request, &self.methods) {
            return Err(PreflightFailure::MethodNotAllowed);
        }
        // 7.6. and 7.7.
        match refused_header_name(request, &self.header_names, quirks) {
            Some(name) => Err(PreflightFailure::RequestHeaderNotAllowed(name)),
            None => Ok(()),
        }
    }
}

fn is_method_allowed(request: &CheckedRequest<'_>, methods: &[&[u8]]) -> bool {
    methods.contains(&request.method)
        || is_cors_safelisted_method(request.method)
        || !request.includes_credentials() && methods.contains(&&b"*"[..])
}

/// The header of the request by whose name the preflight fails, in lower case.
fn refused_header_name(
    request: &CheckedRequest<'_>,
    allowed: &[&[u8]],
    quirks: &Quirks,
) -> Option<Vec<u8>> {
    let is_named = |name: &[u8]| allowed.iter().any(|it| it.eq_ignore_ascii_case(name));
    let is_wildcard = !request.includes_credentials() && allowed.contains(&&b"*"[..]);
    let mut unnamed = request
        .unsafe_header_names
        .iter()
        .filter(|name| !is_named(name))
        .peekable();
    let first = unnamed.peek().copied()?;
    // 7.6.
    let uncovered = match quirks.covers_authorization() {
        true => None,
        false => unnamed.find(|name| is_cors_non_wildcard_request_header_name(name)),
    };
    // 7.7.
    let refused = match is_wildcard {
        true => uncovered,
        false => uncovered.or(Some(first)),
    };
    refused.map(<[u8]>::to_vec)
}

/// Why a preflight failed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PreflightFailure {
    /// The response may not be shared with the page.
    CorsCheck(CorsCheckFailure),
    /// The status is not an [ok status](https://fetch.spec.whatwg.org/#ok-status).
    Status(u16),
    /// `Access-Control-Allow-Methods` is not a list of methods.
    MalformedAllowMethods(ExtractFailure),
    /// `Access-Control-Allow-Headers` is not a list of header names.
    MalformedAllowHeaders(ExtractFailure),
    /// `Access-Control-Allow-Methods` does not allow the method.
    MethodNotAllowed,
    /// `Access-Control-Allow-Headers` does not allow the header of this name.
    RequestHeaderNotAllowed(Vec<u8>),
}

impl PreflightFailure {
    /// The stable name of the failure.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::CorsCheck(failure) => failure.code(),
            Self::Status(_) => "preflight/status",
            Self::MalformedAllowMethods(_) => "preflight/malformed-allow-methods",
            Self::MalformedAllowHeaders(_) => "preflight/malformed-allow-headers",
            Self::MethodNotAllowed => "preflight/method-not-allowed",
            Self::RequestHeaderNotAllowed(_) => "preflight/request-header-not-allowed",
        }
    }
}

impl fmt::Display for PreflightFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CorsCheck(failure) => failure.fmt(f),
            Self::Status(status) => {
                write!(
                    f,
                    "the preflight was answered with the status {status}, which is not ok"
                )
            }
            Self::MalformedAllowMethods(_) => {
                f.write_str("`Access-Control-Allow-Methods` is not a list of methods")
            }
            Self::MalformedAllowHeaders(_) => {
                f.write_str("`Access-Control-Allow-Headers` is not a list of header names")
            }
            Self::MethodNotAllowed => {
                f.write_str("`Access-Control-Allow-Methods` does not name the method")
            }
            Self::RequestHeaderNotAllowed(name) => {
                let name = alloc::string::String::from_utf8_lossy(name);
                write!(f, "`Access-Control-Allow-Headers` does not name `{name}`")
            }
        }
    }
}
