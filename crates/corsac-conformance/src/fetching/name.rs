//! The words of the standard for modes, types and policies, as a case spells them.

use serde::Deserialize;
use serde::de::{Deserializer, Error};

/// What a word stands for, or an error that names the words that there are.
fn by_name<'de, D: Deserializer<'de>, T: Copy>(
    deserializer: D,
    words: &[(&str, T)],
) -> Result<T, D::Error> {
    let word = String::deserialize(deserializer)?;
    let found = words.iter().find(|(name, _)| *name == word);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<_> = words.iter().map(|(name, _)| *name).collect();
        Error::custom(format!("`{word}` is none of {}", names.join(", ")))
    })
}

/// Makes a module for `#[serde(with = ...)]` from a list of words.
macro_rules! words {
    ($module:ident, $type:ty, [$($word:literal => $value:expr),+ $(,)?]) => {
        pub(super) mod $module {
            use super::*;

            pub(crate) fn deserialize<'de, D>(deserializer: D) -> Result<$type, D::Error>
            where
                D: Deserializer<'de>,
            {
                by_name(deserializer, &[$(($word, $value)),+])
            }
        }
    };
}

pub(super) mod mode {
    use super::{Deserializer, by_name};
    use corsac::user_agent::RequestMode;

    pub(crate) fn cors() -> RequestMode {
        RequestMode::Cors
    }

    pub(crate) fn deserialize<'de, D>(deserializer: D) -> Result<RequestMode, D::Error>
    where
        D: Deserializer<'de>,
    {
        let words = [
            ("cors", RequestMode::Cors),
            ("no-cors", RequestMode::NoCors),
            ("same-origin", RequestMode::SameOrigin),
            ("navigate", RequestMode::Navigate),
        ];
        by_name(deserializer, &words)
    }
}

words!(credentials, corsac::user_agent::CredentialsMode, [
    "omit" => corsac::user_agent::CredentialsMode::Omit,
    "same-origin" => corsac::user_agent::CredentialsMode::SameOrigin,
    "include" => corsac::user_agent::CredentialsMode::Include,
]);

words!(redirect, corsac::user_agent::RedirectMode, [
    "follow" => corsac::user_agent::RedirectMode::Follow,
    "error" => corsac::user_agent::RedirectMode::Error,
    "manual" => corsac::user_agent::RedirectMode::Manual,
]);

words!(cache_mode, corsac_fetch::CacheMode, [
    "default" => corsac_fetch::CacheMode::Default,
    "no-store" => corsac_fetch::CacheMode::NoStore,
    "reload" => corsac_fetch::CacheMode::Reload,
    "no-cache" => corsac_fetch::CacheMode::NoCache,
    "force-cache" => corsac_fetch::CacheMode::ForceCache,
    "only-if-cached" => corsac_fetch::CacheMode::OnlyIfCached,
]);

words!(referrer_policy, Option<corsac_fetch::ReferrerPolicy>, [
    "no-referrer" => Some(corsac_fetch::ReferrerPolicy::NoReferrer),
    "no-referrer-when-downgrade" => Some(corsac_fetch::ReferrerPolicy::NoReferrerWhenDowngrade),
    "same-origin" => Some(corsac_fetch::ReferrerPolicy::SameOrigin),
    "origin" => Some(corsac_fetch::ReferrerPolicy::Origin),
    "strict-origin" => Some(corsac_fetch::ReferrerPolicy::StrictOrigin),
    "origin-when-cross-origin" => Some(corsac_fetch::ReferrerPolicy::OriginWhenCrossOrigin),
    "strict-origin-when-cross-origin" =>
        Some(corsac_fetch::ReferrerPolicy::StrictOriginWhenCrossOrigin),
    "unsafe-url" => Some(corsac_fetch::ReferrerPolicy::UnsafeUrl),
]);

words!(response_type, Option<corsac::user_agent::ResponseType>, [
    "basic" => Some(corsac::user_agent::ResponseType::Basic),
    "cors" => Some(corsac::user_agent::ResponseType::Cors),
    "opaque" => Some(corsac::user_agent::ResponseType::Opaque),
    "opaqueredirect" => Some(corsac::user_agent::ResponseType::OpaqueRedirect),
]);

words!(permission, corsac_fetch::address_space::Permission, [
    "granted" => corsac_fetch::address_space::Permission::Granted,
    "denied" => corsac_fetch::address_space::Permission::Denied,
    "prompt" => corsac_fetch::address_space::Permission::Prompt,
]);

words!(address_space, Option<corsac_fetch::address_space::AddressSpace>, [
    "public" => Some(corsac_fetch::address_space::AddressSpace::Public),
    "local" => Some(corsac_fetch::address_space::AddressSpace::Local),
    "loopback" => Some(corsac_fetch::address_space::AddressSpace::Loopback),
]);
