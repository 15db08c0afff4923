//! What a request says about the page that it comes from.

use corsac::user_agent::{HeaderList, normalize_header_value};
use url::Url;

use crate::internal_request::Request;
use crate::request::{Referrer, ReferrerPolicy};
use crate::trustworthy::is_potentially_trustworthy_url;
use crate::url_list::have_same_tuple_origin;

/// The longest referrer that is sent whole, in characters; of a longer one only the origin is
/// ([determine request's referrer](https://w3c.github.io/webappsec-referrer-policy/#determine-requests-referrer), step 6).
pub const MAX_REFERRER_LEN: usize = 4096;

/// The referrer that a request to its current URL carries; `None` is no referrer.
///
/// Follows [determine request's referrer](https://w3c.github.io/webappsec-referrer-policy/#determine-requests-referrer).
#[must_use]
pub fn determine_referrer(request: &Request) -> Option<Url> {
    // 3.
    let Referrer::Url(source) = &request.referrer else {
        return None;
    };
    // 4. to 6.
    let referrer = strip_for_use_as_referrer(source, part_to_send(request, source)?)?;
    match referrer.as_str().len() <= MAX_REFERRER_LEN {
        true => Some(referrer),
        false => strip_for_use_as_referrer(source, Part::Origin),
    }
}

/// How much of the referrer the policy lets out; `None` is nothing.
fn part_to_send(request: &Request, source: &Url) -> Option<Part> {
    let current = request.current_url();
    let is_same_origin = have_same_tuple_origin(current, source);
    let is_downgrade =
        is_potentially_trustworthy_url(source) && !is_potentially_trustworthy_url(current);
    // 8.
    match request.referrer_policy {
        ReferrerPolicy::NoReferrer => None,
        ReferrerPolicy::Origin => Some(Part::Origin),
        ReferrerPolicy::UnsafeUrl => Some(Part::Whole),
        ReferrerPolicy::StrictOrigin => (!is_downgrade).then_some(Part::Origin),
        ReferrerPolicy::StrictOriginWhenCrossOrigin if is_same_origin => Some(Part::Whole),
        ReferrerPolicy::StrictOriginWhenCrossOrigin => (!is_downgrade).then_some(Part::Origin),
        ReferrerPolicy::SameOrigin => is_same_origin.then_some(Part::Whole),
        ReferrerPolicy::OriginWhenCrossOrigin if is_same_origin => Some(Part::Whole),
        ReferrerPolicy::OriginWhenCrossOrigin => Some(Part::Origin),
        ReferrerPolicy::NoReferrerWhenDowngrade => (!is_downgrade).then_some(Part::Whole),
    }
}

/// How much of a URL a referrer keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the origin-only flag is set or unset"
)]
pub enum Part {
    /// All but user name, password and fragment.
    Whole,
    /// Scheme, host and port, with a `/` at the end.
    Origin,
}

/// The URL without what no referrer may have; `None` if nothing may be said of it.
///
/// Follows [strip url for use as a referrer](https://w3c.github.io/webappsec-referrer-policy/#strip-url).
#[must_use]
pub fn strip_for_use_as_referrer(url: &Url, part: Part) -> Option<Url> {
    // 2. A URL without a host cannot lose its user name and path, and is no referrer in a browser.
    if matches!(url.scheme(), "about" | "blob" | "data") || !url.has_host() {
        return None;
    }
    // 3. to 5.
    let mut url = url.clone();
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    url.set_fragment(None);
    // 6.
    if part == Part::Origin {
        url.set_path("");
        url.set_query(None);
    }
    // 7.
    Some(url)
}

/// The referrer policy that a response sets; `None` if it sets none.
///
/// Follows [parse a referrer policy from a Referrer-Policy header](https://w3c.github.io/webappsec-referrer-policy/#parse-referrer-policy-from-header).
/// The last one that is known counts, whatever stands between: what is not a token is as unknown
/// as one that is. Letters compare without regard to case, as everywhere in ABNF.
#[must_use]
pub fn parse_referrer_policy_header(headers: &HeaderList) -> Option<ReferrerPolicy> {
    headers
        .lines(b"referrer-policy")
        .flat_map(|line| line.split(|byte| *byte == b','))
        .filter_map(|token| parse_referrer_policy(normalize_header_value(token)))
        .last()
}

/// The referrer policy of this name.
///
/// Follows [referrer policy](https://w3c.github.io/webappsec-referrer-policy/#referrer-policies).
#[must_use]
pub fn parse_referrer_policy(name: &[u8]) -> Option<ReferrerPolicy> {
    Some(match name.to_ascii_lowercase().as_slice() {
        b"no-referrer" => ReferrerPolicy::NoReferrer,
        b"no-referrer-when-downgrade" => ReferrerPolicy::NoReferrerWhenDowngrade,
        b"same-origin" => ReferrerPolicy::SameOrigin,
        b"origin" => ReferrerPolicy::Origin,
        b"strict-origin" => ReferrerPolicy::StrictOrigin,
        b"origin-when-cross-origin" => ReferrerPolicy::OriginWhenCrossOrigin,
        b"strict-origin-when-cross-origin" => ReferrerPolicy::StrictOriginWhenCrossOrigin,
        b"unsafe-url" => ReferrerPolicy::UnsafeUrl,
        _ => return None,
    })
}

/// Takes over the referrer policy of a redirect, if it sets one.
///
/// Follows [set request's referrer policy on redirect](https://w3c.github.io/webappsec-referrer-policy/#set-requests-referrer-policy-on-redirect).
pub fn set_referrer_policy_on_redirect(request: &mut Request, response: &HeaderList) {
    if let Some(policy) = parse_referrer_policy_header(response) {
        request.referrer_policy = policy;
    }
}
