//! What a page that came over a secure connection may not fetch.
//!
//! Mixed content is upgraded only where it is an image, audio or video that did not ask for CORS:
//! never what a script fetches, so that there is nothing here that upgrades. The check of the
//! response is left out too: without service workers its URL is the one that was checked before.

use corsac::user_agent::RequestOrigin;
use url::Url;

use crate::trustworthy::{is_potentially_trustworthy_origin, is_potentially_trustworthy_url};

/// Which pages must not fetch mixed content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the standard says one thing, browsers another"
)]
pub enum MixedContentRule {
    /// Those of a potentially trustworthy origin, as the standard says: a page of
    /// `http://localhost` is one.
    #[default]
    TrustworthyPages,
    /// Those that came over HTTPS, which is what browsers look at.
    HttpsPages,
}

/// Should a script of this page be kept from fetching this URL?
///
/// Follows [should fetching request be blocked as mixed content?](https://w3c.github.io/webappsec-mixed-content/#should-block-fetch)
/// for a page that is in no frame.
#[must_use]
pub fn is_blocked_as_mixed_content(
    page: &RequestOrigin,
    url: &Url,
    rule: MixedContentRule,
) -> bool {
    // 1. and 2.
    prohibits_mixed_content(page, rule) && !is_potentially_trustworthy_url(url)
}

/// Follows [does settings prohibit mixed security contexts?](https://w3c.github.io/webappsec-mixed-content/#categorize-settings-object)
fn prohibits_mixed_content(page: &RequestOrigin, rule: MixedContentRule) -> bool {
    match (rule, page) {
        // 1.
        (MixedContentRule::TrustworthyPages, _) => is_potentially_trustworthy_origin(page),
        (MixedContentRule::HttpsPages, RequestOrigin::Tuple(tuple)) => tuple.scheme() == "https",
        (MixedContentRule::HttpsPages, RequestOrigin::Opaque(_)) => false,
    }
}
