//! Which engine to be faithful to, and what differs between them, all in one place.

use std::time::Duration;

use corsac::user_agent::{
    AuthorizationWildcard, CacheGranularity, CacheQuirks, CachedHead, CachedWildcard,
    CredentialedEntry, DEFAULT_MAX_AGE, MaxAgeQuirks, OnFailure, OnInsufficient,
    PreflightCheckOrder, Quirks, SafelistedTotal,
};

use crate::cookies::{CookieRules, SecureCookies, UnsetSameSite};
use crate::local_network_access::LocalNetworkRule;
use crate::mixed_content::MixedContentRule;

/// A browser engine, or the standard itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "one for each engine, and the standard"
)]
pub enum Profile {
    /// The Fetch standard to the letter.
    #[default]
    Spec,
    /// Chromium.
    Chromium,
    /// Firefox.
    Firefox,
    /// WebKit.
    WebKit,
}

impl Profile {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Spec, Self::Chromium, Self::Firefox, Self::WebKit];

    /// The name, as options take it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Spec => "spec",
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::WebKit => "webkit",
        }
    }

    /// Where the engine departs from the standard.
    #[must_use]
    pub const fn quirks(self) -> Quirks {
        match self {
            Self::Spec => Quirks::SPEC,
            Self::Chromium => CHROMIUM,
            Self::Firefox => FIREFOX,
            Self::WebKit => WEBKIT,
        }
    }
}

impl Profile {
    /// How cookies are kept and sent.
    pub(crate) const fn cookie_rules(self) -> CookieRules {
        CookieRules {
            unset_same_site: match self {
                Self::Spec | Self::Chromium => UnsetSameSite::Lax,
                Self::Firefox | Self::WebKit => UnsetSameSite::None,
            },
            secure: match self {
                Self::Spec | Self::WebKit => SecureCookies::OverHttps,
                Self::Chromium | Self::Firefox => SecureCookies::OverTrustworthyUrls,
            },
        }
    }

    /// Whether pages need a permission to talk to the networks around the user.
    ///
    /// Chromium asks since version 142. Firefox does so for some of its users, and WebKit only if
    /// told to.
    pub(crate) const fn local_network(self) -> LocalNetworkRule {
        match self {
            Self::Chromium => LocalNetworkRule::Permission,
            Self::Spec | Self::Firefox | Self::WebKit => LocalNetworkRule::Open,
        }
    }

    /// Which pages count as secure for mixed content.
    pub(crate) const fn mixed_content(self) -> MixedContentRule {
        match self {
            Self::Spec => MixedContentRule::TrustworthyPages,
            Self::Chromium | Self::Firefox | Self::WebKit => MixedContentRule::HttpsPages,
        }
    }
}

/// `services/network/public/cpp/cors/preflight_result.cc` and `preflight_cache.cc`.
const CHROMIUM: Quirks = Quirks {
    max_age: MaxAgeQuirks {
        cap: Duration::from_secs(7_200),
        invalid: DEFAULT_MAX_AGE,
    },
    safelisted_total: SafelistedTotal::Bounded,
    authorization: AuthorizationWildcard::Covered,
    check_order: PreflightCheckOrder::OriginFirst,
    cache: CacheQuirks {
        wildcard: CachedWildcard::Matches,
        granularity: CacheGranularity::LastAnswer,
        on_failure: OnFailure::Keep,
        on_insufficient: OnInsufficient::Clear,
        credentialed: CredentialedEntry::ServesAll,
        head: CachedHead::IsSafelisted,
        longest_url: Some(1_023),
    },
};

/// `netwerk/protocol/http/nsCORSListenerProxy.cpp`.
const FIREFOX: Quirks = Quirks {
    max_age: MaxAgeQuirks {
        cap: Duration::from_secs(86_400),
        invalid: Duration::ZERO,
    },
    safelisted_total: SafelistedTotal::Bounded,
    authorization: AuthorizationWildcard::Covered,
    check_order: PreflightCheckOrder::OriginFirst,
    cache: CacheQuirks {
        wildcard: CachedWildcard::IsLiteral,
        granularity: CacheGranularity::Entries,
        on_failure: OnFailure::ClearAfterCorsCheck,
        on_insufficient: OnInsufficient::Keep,
        credentialed: CredentialedEntry::ServesItsLike,
        head: CachedHead::IsNamed,
        longest_url: None,
    },
};

/// `Source/WebCore/loader/CrossOriginAccessControl.cpp` and `CrossOriginPreflightResultCache.cpp`.
const WEBKIT: Quirks = Quirks {
    max_age: MaxAgeQuirks {
        cap: Duration::from_secs(600),
        invalid: DEFAULT_MAX_AGE,
    },
    safelisted_total: SafelistedTotal::Unbounded,
    authorization: AuthorizationWildcard::Covered,
    check_order: PreflightCheckOrder::StatusFirst,
    cache: CacheQuirks {
        wildcard: CachedWildcard::MatchesByRequest,
        granularity: CacheGranularity::LastAnswer,
        on_failure: OnFailure::Keep,
        on_insufficient: OnInsufficient::Clear,
        credentialed: CredentialedEntry::ServesAll,
        head: CachedHead::IsSafelisted,
        longest_url: None,
    },
};
