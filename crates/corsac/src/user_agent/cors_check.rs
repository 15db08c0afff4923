//! The CORS check: may this response be shared with the page that asked?

use core::fmt;

use super::header_list::HeaderList;
use super::request::CheckedRequest;

/// Performs a CORS check.
///
/// Follows [CORS check](https://fetch.spec.whatwg.org/#concept-cors-check).
/// A `*` counts only if the request carries no credentials.
pub fn cors_check(
    request: &CheckedRequest<'_>,
    response: &HeaderList,
) -> Result<(), CorsCheckFailure> {
    // 1. and 2.
    let Some(allowed) = response.get(b"access-control-allow-origin") else {
        return Err(CorsCheckFailure::MissingAllowOrigin);
    };
    let is_wildcard = *allowed == *b"*";
    // 3.
    if !request.includes_credentials() && is_wildcard {
        return Ok(());
    }
    // 4.
    if *allowed != *request.origin.as_bytes() {
        return Err(match is_wildcard {
            true => CorsCheckFailure::WildcardWithCredentials,
            false => CorsCheckFailure::AllowOriginMismatch,
        });
    }
    // 5.
    if !request.includes_credentials() {
        return Ok(());
    }
    // 6. to 8.
    match response.get(b"access-control-allow-credentials").as_deref() {
        Some(b"true") => Ok(()),
        Some(_) => Err(CorsCheckFailure::AllowCredentialsNotTrue),
        None => Err(CorsCheckFailure::MissingAllowCredentials),
    }
}

/// Why a response may not be shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CorsCheckFailure {
    /// There is no `Access-Control-Allow-Origin`.
    MissingAllowOrigin,
    /// `Access-Control-Allow-Origin` is `*`, but the request carries credentials.
    WildcardWithCredentials,
    /// `Access-Control-Allow-Origin`, all its lines joined, is not the request's origin.
    AllowOriginMismatch,
    /// The request carries credentials, but there is no `Access-Control-Allow-Credentials`.
    MissingAllowCredentials,
    /// The request carries credentials, but `Access-Control-Allow-Credentials` is not `true`.
    AllowCredentialsNotTrue,
}

impl CorsCheckFailure {
    /// The stable name of the failure.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::MissingAllowOrigin => "cors-check/missing-allow-origin",
            Self::WildcardWithCredentials => "cors-check/wildcard-with-credentials",
            Self::AllowOriginMismatch => "cors-check/allow-origin-mismatch",
            Self::MissingAllowCredentials => "cors-check/missing-allow-credentials",
            Self::AllowCredentialsNotTrue => "cors-check/allow-credentials-not-true",
        }
    }
}

impl fmt::Display for CorsCheckFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingAllowOrigin => "the response has no `Access-Control-Allow-Origin`",
            Self::WildcardWithCredentials => {
                "`Access-Control-Allow-Origin` is `*`, which does not count with credentials"
            }
            Self::AllowOriginMismatch => {
                "`Access-Control-Allow-Origin` is not the origin of the page"
            }
            Self::MissingAllowCredentials => {
                "the response has no `Access-Control-Allow-Credentials`"
            }
            Self::AllowCredentialsNotTrue => "`Access-Control-Allow-Credentials` is not `true`",
        })
    }
}
