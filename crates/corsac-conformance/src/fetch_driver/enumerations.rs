//! The enumerations of the Fetch standard, by the names that scripts use.

use corsac::user_agent::{CredentialsMode, RedirectMode, RequestMode, ResponseType};
use corsac_fetch::{CacheMode, ReferrerPolicy};

/// The value of a name, if it is one; scripts get a `TypeError` for others.
pub(super) fn value<T: Copy>(of: &str, values: &[(&str, T)]) -> Result<T, String> {
    let found = values.iter().find(|(name, _)| *name == of);
    found
        .map(|(_, value)| *value)
        .ok_or_else(|| format!("{of:?} is not a value of the enumeration"))
}

pub(super) const MODES: [(&str, RequestMode); 4] = [
    ("cors", RequestMode::Cors),
    ("no-cors", RequestMode::NoCors),
    ("same-origin", RequestMode::SameOrigin),
    ("navigate", RequestMode::Navigate),
];

pub(super) const CREDENTIALS: [(&str, CredentialsMode); 3] = [
    ("omit", CredentialsMode::Omit),
    ("same-origin", CredentialsMode::SameOrigin),
    ("include", CredentialsMode::Include),
];

pub(super) const REDIRECTS: [(&str, RedirectMode); 3] = [
    ("follow", RedirectMode::Follow),
    ("error", RedirectMode::Error),
    ("manual", RedirectMode::Manual),
];

pub(super) const CACHES: [(&str, CacheMode); 6] = [
    ("default", CacheMode::Default),
    ("no-store", CacheMode::NoStore),
    ("reload", CacheMode::Reload),
    ("no-cache", CacheMode::NoCache),
    ("force-cache", CacheMode::ForceCache),
    ("only-if-cached", CacheMode::OnlyIfCached),
];

/// The empty name stands for the policy of the page.
pub(super) const REFERRER_POLICIES: [(&str, Option<ReferrerPolicy>); 9] = [
    ("", None),
    ("no-referrer", Some(ReferrerPolicy::NoReferrer)),
    (
        "no-referrer-when-downgrade",
        Some(ReferrerPolicy::NoReferrerWhenDowngrade),
    ),
    ("same-origin", Some(ReferrerPolicy::SameOrigin)),
    ("origin", Some(ReferrerPolicy::Origin)),
    ("strict-origin", Some(ReferrerPolicy::StrictOrigin)),
    (
        "origin-when-cross-origin",
        Some(ReferrerPolicy::OriginWhenCrossOrigin),
    ),
    (
        "strict-origin-when-cross-origin",
        Some(ReferrerPolicy::StrictOriginWhenCrossOrigin),
    ),
    ("unsafe-url", Some(ReferrerPolicy::UnsafeUrl)),
];

/// The name of a response type.
pub(super) const fn type_name(of: ResponseType) -> &'static str {
    match of {
        ResponseType::Basic => "basic",
        ResponseType::Cors => "cors",
        ResponseType::Default => "default",
        ResponseType::Error => "error",
        ResponseType::Opaque => "opaque",
        ResponseType::OpaqueRedirect => "opaqueredirect",
    }
}
