//! Resources that do not want to be embedded elsewhere.

use std::fmt;

use corsac::user_agent::{HeaderList, RequestOrigin};

use crate::url_list::are_same_origin;

/// May a page of this origin embed a response from an origin, unread?
///
/// Follows [cross-origin resource policy check](https://fetch.spec.whatwg.org/#cross-origin-resource-policy-check)
/// for a page without an embedder policy. The page's origin counts whatever redirects made of it.
/// A value that is not exactly one of the three, such as two headers joined, allows everyone.
pub fn cross_origin_resource_policy_check(
    page: &RequestOrigin,
    response: &RequestOrigin,
    headers: &HeaderList,
) -> Result<(), ResourcePolicyFailure> {
    // 2. to 4.
    match headers.get(b"cross-origin-resource-policy").as_deref() {
        Some(b"same-origin") if !are_same_origin(page, response) => {
            Err(ResourcePolicyFailure::NotSameOrigin)
        }
        Some(b"same-site") if !is_same_site(page, response) => {
            Err(ResourcePolicyFailure::NotSameSite)
        }
        Some(_) | None => Ok(()),
    }
}

/// Why a page may not embed a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResourcePolicyFailure {
    /// The policy is `same-origin`, and the page is of another origin.
    NotSameOrigin,
    /// The policy is `same-site`, and the page is of another site, or less secure.
    NotSameSite,
}

impl ResourcePolicyFailure {
    /// The stable name of the failure.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotSameOrigin => "resource-policy/not-same-origin",
            Self::NotSameSite => "resource-policy/not-same-site",
        }
    }
}

impl fmt::Display for ResourcePolicyFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSameOrigin => {
                "`Cross-Origin-Resource-Policy` is `same-origin`, but the page is of another origin"
            }
            Self::NotSameSite => {
                "`Cross-Origin-Resource-Policy` is `same-site`, but the page is of another site \
                 or less secure"
            }
        })
    }
}

/// Are they [schemelessly same site](https://html.spec.whatwg.org/#schemelessly-same-site), and
/// does nothing secure go to a page that is not?
fn is_same_site(page: &RequestOrigin, response: &RequestOrigin) -> bool {
    match (page, response) {
        (RequestOrigin::Tuple(page), RequestOrigin::Tuple(response)) => {
            page.site_host() == response.site_host()
                && (page.scheme() == "https" || response.scheme() != "https")
        }
        (RequestOrigin::Opaque(_), _) | (_, RequestOrigin::Opaque(_)) => false,
    }
}
