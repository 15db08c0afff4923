//! What a request says about the page that it comes from.

use corsac::user_agent::{Header, HeaderList, StaticHeaderName, normalize_header_value};
use url::{Position, Url};

use crate::internal_request::Request;
use crate::request::{Referrer, ReferrerPolicy};
use crate::trustworthy::is_potentially_trustworthy_url;
use crate::url_list::{have_same_tuple_origin, origin_of};

/// The longest referrer that is sent whole, in characters; of a longer one only the origin is
/// ([determine request's referrer](https://w3c.github.io/webappsec-referrer-policy/#determine-requests-referrer), step 6).
pub const MAX_REFERRER_LEN: usize = 4096;

/// The referrer that a request to its current URL carries; `None` is no referrer.
///
/// Follows [determine request's referrer](https://w3c.github.io/webappsec-referrer-policy/#determine-requests-referrer).
#[must_use]
pub fn determine_referrer(request: &Request) -> Option<String> {
    let Referrer::Url(source) = &request.referrer else {
        return None;
    };
    let part = part_to_send(request, source, ReferrerRules::SPEC)?;
    strip_for_use_as_referrer(source, part)
}

/// Where a user agent keeps more out of the referrer than the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReferrerRules {
    pub(crate) downgrade: Downgrade,
    pub(crate) across_sites: AcrossSites,
    pub(crate) sandboxed: SandboxedReferrer,
}

impl ReferrerRules {
    /// The standard.
    pub(crate) const SPEC: Self = Self {
        downgrade: Downgrade::FromTrustworthyUrls,
        across_sites: AcrossSites::AsThePolicySays,
        sandboxed: SandboxedReferrer::None,
    };
}

/// What is a downgrade, to which strict policies send no referrer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Downgrade {
    /// From a potentially trustworthy URL to one that is not.
    FromTrustworthyUrls,
    /// From `https` to anything else, this very machine included.
    FromHttps,
}

/// How much a policy may let out to other sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AcrossSites {
    /// As much as it says.
    AsThePolicySays,
    /// No more than the default policy would.
    AtMostTheDefault,
    /// No more than the origin. Schemes do not tell sites apart.
    AtMostTheOrigin,
}

/// The referrer of a page whose origin is opaque.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SandboxedReferrer {
    /// None.
    None,
    /// Its URL, as of any page.
    Url,
}

/// Sets the referrer of a request to what it carries to its current URL.
///
/// Follows [main fetch](https://fetch.spec.whatwg.org/#concept-main-fetch), step 9. The URL itself
/// is kept as it is: what counts is how much of it was left, since no redirect brings more back.
pub(crate) fn set_determined_referrer(request: &mut Request, rules: ReferrerRules) {
    let part = match &request.referrer {
        Referrer::Url(source) => part_to_send(request, source, rules),
        Referrer::Client | Referrer::NoReferrer => None,
    };
    match part {
        Some(part) => request.referrer_part = part,
        None => request.referrer = Referrer::NoReferrer,
    }
}

/// The `Referer` field of a request whose referrer is determined.
pub(crate) fn referer_header(request: &Request) -> Option<Header> {
    let Referrer::Url(source) = &request.referrer else {
        return None;
    };
    let text = strip_for_use_as_referrer(source, request.referrer_part)?;
    Header::named(REFERER, text.into_bytes())
}

const REFERER: StaticHeaderName = StaticHeaderName::new("Referer");

/// How much of the referrer the request carries; `None` is nothing.
fn part_to_send(request: &Request, source: &Url, rules: ReferrerRules) -> Option<Part> {
    // 4. to 6.
    let len: usize = stripped(source, Part::Whole)?
        .iter()
        .map(|it| it.len())
        .sum();
    let is_far = || {
        rules.across_sites == AcrossSites::AtMostTheOrigin
            && part_across_sites(request, source) == Part::Origin
    };
    let is_cut = len > MAX_REFERRER_LEN || request.referrer_part == Part::Origin || is_far();
    match (allowed_part(request, source, rules)?, is_cut) {
        (Part::Whole, false) => Some(Part::Whole),
        (Part::Whole, true) | (Part::Origin, _) => Some(Part::Origin),
    }
}

/// The whole to the same site, and the origin to others.
pub(crate) fn part_across_sites(request: &Request, source: &Url) -> Part {
    let current = request.url_list.current_origin();
    match origin_of(source).is_schemelessly_same_site(current) {
        true => Part::Whole,
        false => Part::Origin,
    }
}

/// How much of the referrer the policy lets out; `None` is nothing.
fn allowed_part(request: &Request, source: &Url, rules: ReferrerRules) -> Option<Part> {
    let current = request.current_url();
    let is_same_origin = have_same_tuple_origin(current, source);
    let is_downgrade = match rules.downgrade {
        Downgrade::FromTrustworthyUrls => {
            is_potentially_trustworthy_url(source) && !is_potentially_trustworthy_url(current)
        }
        Downgrade::FromHttps => source.scheme() == "https" && current.scheme() != "https",
    };
    // 8.
    match policy(request, source, rules.across_sites) {
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

/// The policy that counts.
fn policy(request: &Request, source: &Url, across_sites: AcrossSites) -> ReferrerPolicy {
    let policy = request.referrer_policy;
    let is_loose = matches!(
        policy,
        ReferrerPolicy::UnsafeUrl
            | ReferrerPolicy::NoReferrerWhenDowngrade
            | ReferrerPolicy::OriginWhenCrossOrigin
    );
    let is_of_site = || origin_of(source).is_same_site(request.url_list.current_origin());
    match across_sites {
        AcrossSites::AtMostTheDefault if is_loose && !is_of_site() => {
            ReferrerPolicy::StrictOriginWhenCrossOrigin
        }
        AcrossSites::AtMostTheDefault
        | AcrossSites::AtMostTheOrigin
        | AcrossSites::AsThePolicySays => policy,
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

/// The URL without what no referrer may have, serialized; `None` if nothing may be said of it.
///
/// Follows [strip url for use as a referrer](https://w3c.github.io/webappsec-referrer-policy/#strip-url).
#[must_use]
pub fn strip_for_use_as_referrer(url: &Url, part: Part) -> Option<String> {
    stripped(url, part).map(|pieces| pieces.concat())
}

/// The pieces of a URL that a referrer has.
fn stripped(url: &Url, part: Part) -> Option<[&str; 3]> {
    // 2. A URL without a host has no user name and path to lose, and is no referrer in a browser.
    if matches!(url.scheme(), "about" | "blob" | "data") || !url.has_host() {
        return None;
    }
    // 3. to 7.
    let scheme = &url[..Position::BeforeUsername];
    Some(match part {
        Part::Whole => [scheme, &url[Position::BeforeHost..Position::AfterQuery], ""],
        Part::Origin => [scheme, &url[Position::BeforeHost..Position::AfterPort], "/"],
    })
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
