//! Which engine to be faithful to, and what differs between them, all in one place.

use std::time::Duration;

use corsac::user_agent::{
    AuthorizationWildcard, CacheBypass, CacheGranularity, CacheQuirks, CachedHead, CachedTaint,
    CachedWildcard, ClientHints, CredentialedEntry, DEFAULT_MAX_AGE, DroppedHeaders, ForcedLookup,
    ForcedPreflight, HighBytes, MaxAgeNumber, MaxAgeQuirks, OnFailure, OnInsufficient,
    PreflightCheckOrder, PreflightOrigin, Quirks, RangeGrammar, RepeatedHeaders, RepeatedNames,
    SafelistedTotal, StoredAnswer, UnkeptAnswer,
};

use crate::cookies::{
    CookieRedirects, CookieRules, CookieSite, NoneWithoutSecure, SecureCookies, ThirdParties,
    UnsetSameSite,
};
use crate::local_network_access::LocalNetworkRule;
use crate::mixed_content::MixedContentRule;
use crate::redirect_rules::{
    CheckedCredentials, CredentialsInUrl, Locations, OriginOfGet, PreflightAfterRedirect,
    RedirectRefusal, RedirectRules, RedirectedDelete,
};
use crate::referrer::{AcrossSites, Downgrade, ReferrerRules, SandboxedReferrer};
use crate::script_rules::{ScriptRules, ScriptedUserAgent, UploadListener};
use crate::sec_fetch::FetchMetadataRule;

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
    #[must_use]
    pub const fn cookie_rules(self) -> CookieRules {
        CookieRules {
            unset_same_site: match self {
                Self::Spec | Self::Chromium => UnsetSameSite::Lax,
                Self::Firefox | Self::WebKit => UnsetSameSite::None,
            },
            site: match self {
                Self::Firefox => CookieSite::Schemeless,
                Self::Spec | Self::Chromium | Self::WebKit => CookieSite::Schemeful,
            },
            secure: match self {
                Self::Spec | Self::WebKit => SecureCookies::OverHttps,
                Self::Chromium | Self::Firefox => SecureCookies::OverTrustworthyUrls,
            },
            redirects: match self {
                Self::Chromium => CookieRedirects::DoNotCount,
                Self::Spec | Self::Firefox | Self::WebKit => CookieRedirects::Count,
            },
            none_without_secure: match self {
                Self::Spec | Self::Chromium | Self::Firefox => NoneWithoutSecure::Refused,
                Self::WebKit => NoneWithoutSecure::Kept,
            },
            third_parties: match self {
                Self::Spec | Self::Chromium | Self::Firefox => ThirdParties::BySameSite,
                Self::WebKit => ThirdParties::Blocked,
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

    /// Which hops of a request count as of the page's site for `Sec-Fetch-Site`.
    pub(crate) const fn fetch_metadata(self) -> FetchMetadataRule {
        match self {
            Self::Chromium => FetchMetadataRule::SchemefulForRequests,
            Self::Firefox => FetchMetadataRule::SecureRedirects,
            Self::WebKit => FetchMetadataRule::SchemefulUnlessRedirected,
            Self::Spec => FetchMetadataRule::Schemeful,
        }
    }

    /// What is kept out of the referrer.
    pub(crate) const fn referrer_rules(self) -> ReferrerRules {
        match self {
            Self::Chromium => ReferrerRules {
                downgrade: Downgrade::FromHttps,
                ..ReferrerRules::SPEC
            },
            Self::Firefox => ReferrerRules {
                downgrade: Downgrade::FromHttps,
                across_sites: AcrossSites::AtMostTheDefault,
                ..ReferrerRules::SPEC
            },
            Self::WebKit => ReferrerRules {
                across_sites: AcrossSites::AtMostTheOrigin,
                sandboxed: SandboxedReferrer::Url,
                ..ReferrerRules::SPEC
            },
            Self::Spec => ReferrerRules::SPEC,
        }
    }

    /// What is different in redirects.
    pub(crate) const fn redirect_rules(self) -> RedirectRules {
        match self {
            Self::Chromium => RedirectRules {
                locations: Locations::OneOrNone,
                credentials_in_url: CredentialsInUrl::Nowhere,
                ..RedirectRules::SPEC
            },
            Self::WebKit => RedirectRules {
                locations: Locations::NotEmptyIfFollowed,
                delete: RedirectedDelete::BecomesGet,
                origin_of_get: OriginOfGet::Kept,
                preflight: PreflightAfterRedirect::OfTheScript,
                credentials: CheckedCredentials::OfTheFirstHop,
                refusal: RedirectRefusal::AfterThePreflight,
                ..RedirectRules::SPEC
            },
            Self::Spec | Self::Firefox => RedirectRules::SPEC,
        }
    }

    /// What is different in what a script asks for.
    pub(crate) const fn script_rules(self) -> ScriptRules {
        match self {
            Self::Chromium => ScriptRules {
                upload_listener: UploadListener::AsksWithBody,
                user_agent: ScriptedUserAgent::Dropped,
            },
            Self::Spec | Self::Firefox | Self::WebKit => ScriptRules::SPEC,
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
        number: MaxAgeNumber::Signed64,
    },
    safelisted_total: SafelistedTotal::Bounded,
    repeated_headers: RepeatedHeaders::JudgedTogether,
    client_hints: ClientHints::Safelisted,
    high_bytes: HighBytes::Safelisted,
    range_grammar: RangeGrammar::Standard,
    repeated_names: RepeatedNames::NamedOnce,
    preflight_origin: PreflightOrigin::OfRequest,
    forced_preflight: ForcedPreflight::AllowsNothingMore,
    dropped_headers: DroppedHeaders::StayDropped,
    authorization: AuthorizationWildcard::CoveredUntilKept,
    check_order: PreflightCheckOrder::OriginFirst,
    cache: CacheQuirks {
        wildcard: CachedWildcard::Matches,
        granularity: CacheGranularity::LastAnswer,
        on_failure: OnFailure::Keep,
        on_insufficient: OnInsufficient::Clear,
        credentialed: CredentialedEntry::ServesAll,
        head: CachedHead::IsSafelisted,
        bypass: CacheBypass::OfBoth,
        tainted: CachedTaint::ServesNone,
        forced_lookup: ForcedLookup::AsksForAnything,
        unkept_answer: UnkeptAnswer::Replaces,
        stored_answer: StoredAnswer::IfItAllows,
        longest_url: Some(1_023),
    },
};

/// `netwerk/protocol/http/nsCORSListenerProxy.cpp`.
const FIREFOX: Quirks = Quirks {
    max_age: MaxAgeQuirks {
        cap: Duration::from_secs(86_400),
        invalid: Duration::ZERO,
        number: MaxAgeNumber::Digits,
    },
    repeated_headers: RepeatedHeaders::JudgedApart,
    client_hints: ClientHints::NeedPermission,
    safelisted_total: SafelistedTotal::Unbounded,
    high_bytes: HighBytes::Unsafe,
    range_grammar: RangeGrammar::Standard,
    repeated_names: RepeatedNames::NamedEachTime,
    preflight_origin: PreflightOrigin::OfPage,
    forced_preflight: ForcedPreflight::AllowsNothingMore,
    dropped_headers: DroppedHeaders::ComeBack,
    authorization: AuthorizationWildcard::Covered,
    check_order: PreflightCheckOrder::OriginFirst,
    cache: CacheQuirks {
        wildcard: CachedWildcard::IsLiteral,
        granularity: CacheGranularity::Entries,
        on_failure: OnFailure::ClearWhereItFailed,
        on_insufficient: OnInsufficient::Keep,
        credentialed: CredentialedEntry::ServesItsLike,
        head: CachedHead::IsNamed,
        bypass: CacheBypass::OfBoth,
        tainted: CachedTaint::ServesAll,
        forced_lookup: ForcedLookup::AsksForAnything,
        unkept_answer: UnkeptAnswer::ChangesNothing,
        stored_answer: StoredAnswer::IfItAllows,
        longest_url: None,
    },
};

/// `Source/WebCore/loader/CrossOriginAccessControl.cpp` and `CrossOriginPreflightResultCache.cpp`.
const WEBKIT: Quirks = Quirks {
    max_age: MaxAgeQuirks {
        cap: Duration::from_secs(600),
        invalid: DEFAULT_MAX_AGE,
        number: MaxAgeNumber::Signed64,
    },
    safelisted_total: SafelistedTotal::Unbounded,
    repeated_headers: RepeatedHeaders::JudgedTogether,
    client_hints: ClientHints::NeedPermission,
    high_bytes: HighBytes::Safelisted,
    range_grammar: RangeGrammar::Lenient,
    repeated_names: RepeatedNames::NamedOnce,
    preflight_origin: PreflightOrigin::OfRequest,
    forced_preflight: ForcedPreflight::AllowsNothingMore,
    dropped_headers: DroppedHeaders::StayDropped,
    authorization: AuthorizationWildcard::Covered,
    check_order: PreflightCheckOrder::StatusFirst,
    cache: CacheQuirks {
        wildcard: CachedWildcard::MatchesByRequest,
        granularity: CacheGranularity::LastAnswer,
        on_failure: OnFailure::Keep,
        on_insufficient: OnInsufficient::Clear,
        credentialed: CredentialedEntry::ServesAll,
        head: CachedHead::IsSafelisted,
        bypass: CacheBypass::OfHttpAlone,
        tainted: CachedTaint::ServesOneRequest,
        forced_lookup: ForcedLookup::AsksForAnything,
        unkept_answer: UnkeptAnswer::Replaces,
        stored_answer: StoredAnswer::IfItIsRead,
        longest_url: None,
    },
};
