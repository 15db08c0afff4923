//! What differs between user agents, as data.

use core::time::Duration;

use super::header_list::{HeaderList, trim_http_tab_or_space};
use super::unsafe_header_names::UnsafeHeaderNames;

/// Where a user agent departs from the standard, or decides what the standard leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Quirks {
    /// How `Access-Control-Max-Age` is read.
    pub max_age: MaxAgeQuirks,
    /// Whether many safelisted headers together need permission.
    pub safelisted_total: SafelistedTotal,
    /// Whether a `*` covers `Authorization`.
    pub authorization: AuthorizationWildcard,
    /// What is checked first in the response to a preflight.
    pub check_order: PreflightCheckOrder,
    /// How the preflight cache works.
    pub cache: CacheQuirks,
}

/// What is checked first in the response to a preflight. It decides only which failure is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "one of the two is first")]
pub enum PreflightCheckOrder {
    /// The origin, then the status.
    OriginFirst,
    /// The status, then the origin.
    StatusFirst,
}

/// How the preflight cache works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CacheQuirks {
    /// Whether a `*` that was stored allows anything later.
    pub wildcard: CachedWildcard,
    /// What a new answer does to those that are kept under its key.
    pub granularity: CacheGranularity,
    /// What becomes of a key's entries when the request that followed fails.
    pub on_failure: OnFailure,
    /// What becomes of a key's entries when they do not allow a request.
    pub on_insufficient: OnInsufficient,
    /// Whom an entry serves that came with credentials.
    pub credentialed: CredentialedEntry,
    /// Whether `HEAD` must have been allowed by name.
    pub head: CachedHead,
    /// Bytes of the longest URL for which anything is kept, if that is bounded.
    pub longest_url: Option<usize>,
}

/// Whether safelisted headers that are longer than 1,024 bytes together need permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "they do or do not")]
pub enum SafelistedTotal {
    /// They do, as the standard has it.
    Bounded,
    /// They do not: each is judged alone.
    Unbounded,
}

/// What becomes of a key's entries when they do not allow a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "entries are cleared or kept")]
pub enum OnInsufficient {
    /// They are cleared, whatever becomes of the preflight that follows.
    Clear,
    /// They are kept.
    Keep,
}

/// Whom an entry serves that came with credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "all or some")]
pub enum CredentialedEntry {
    /// All requests.
    ServesAll,
    /// Only those with credentials.
    ServesItsLike,
}

/// Whether a `HEAD` with headers that need permission must have been allowed by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "it must or must not")]
pub enum CachedHead {
    /// It need not: it is CORS-safelisted.
    IsSafelisted,
    /// It must, in the cache alone.
    IsNamed,
}

/// Whether a `*` that was stored allows anything later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "it does or does not")]
pub enum CachedWildcard {
    /// It allows what it allowed at first.
    Matches,
    /// The same, but whether it is a name is judged by the request that it is to allow, not by the
    /// one that it allowed at first.
    MatchesByRequest,
    /// It is kept as a name, so that each request asks again.
    IsLiteral,
}

/// What a new answer does to those that are kept under its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "entries are kept or replaced")]
pub enum CacheGranularity {
    /// Every method and header name has a time of its own.
    Entries,
    /// The last answer stands for all.
    LastAnswer,
}

/// What becomes of a key's entries when the request that followed fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "entries are cleared or kept")]
pub enum OnFailure {
    /// They are cleared.
    Clear,
    /// They are cleared if its response failed the CORS check.
    ClearAfterCorsCheck,
    /// They are kept.
    Keep,
}

/// Whether a `*` in `Access-Control-Allow-Headers` covers `Authorization`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "it covers it or not")]
pub enum AuthorizationWildcard {
    /// As the standard has it.
    NotCovered,
    /// As all three engines have it
    /// ([whatwg/fetch#1919](https://github.com/whatwg/fetch/issues/1919)).
    Covered,
}

/// How `Access-Control-Max-Age` is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MaxAgeQuirks {
    /// The longest that a preflight's answer is kept.
    pub cap: Duration,
    /// What stands for a value that is no number.
    pub invalid: Duration,
}

/// For how long a preflight's answer is kept if it does not say.
pub const DEFAULT_MAX_AGE: Duration = Duration::from_secs(5);

impl Quirks {
    /// The standard, with a cap of a day where it imposes none.
    pub const SPEC: Self = Self {
        max_age: MaxAgeQuirks {
            cap: Duration::from_secs(24 * 60 * 60),
            invalid: DEFAULT_MAX_AGE,
        },
        safelisted_total: SafelistedTotal::Bounded,
        authorization: AuthorizationWildcard::NotCovered,
        check_order: PreflightCheckOrder::OriginFirst,
        cache: CacheQuirks {
            wildcard: CachedWildcard::Matches,
            granularity: CacheGranularity::Entries,
            on_failure: OnFailure::Clear,
            on_insufficient: OnInsufficient::Keep,
            credentialed: CredentialedEntry::ServesAll,
            head: CachedHead::IsSafelisted,
            longest_url: None,
        },
    };

    /// The names of the headers for which a page needs permission, as this user agent sees it.
    ///
    /// [`UnsafeHeaderNames::of`] is what the standard says.
    #[must_use]
    pub fn cors_unsafe_request_header_names(&self, headers: &HeaderList) -> UnsafeHeaderNames {
        match self.safelisted_total {
            SafelistedTotal::Bounded => UnsafeHeaderNames::of(headers),
            SafelistedTotal::Unbounded => UnsafeHeaderNames::of_each(headers),
        }
    }

    pub(super) fn covers_authorization(&self) -> bool {
        self.authorization == AuthorizationWildcard::Covered
    }
}

impl MaxAgeQuirks {
    /// The max-age that a response asks for.
    ///
    /// Follows [CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0),
    /// steps 7.8 to 7.10. A negative number keeps nothing, as in every engine; the standard's
    /// grammar would take it for no number.
    pub(super) fn of(&self, response: &HeaderList) -> Duration {
        let mut lines = response.lines(b"access-control-max-age");
        let max_age = match (lines.next(), lines.next()) {
            (None, _) => DEFAULT_MAX_AGE,
            (Some(value), None) => self.parse(trim_http_tab_or_space(value)),
            (Some(_), Some(_)) => self.invalid,
        };
        max_age.min(self.cap)
    }

    fn parse(&self, value: &[u8]) -> Duration {
        let digits = value.strip_prefix(b"-").unwrap_or(value);
        if value.is_empty() {
            return DEFAULT_MAX_AGE;
        }
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return self.invalid;
        }
        if digits.len() < value.len() {
            return Duration::ZERO;
        }
        let seconds = digits.iter().fold(0_u64, |seconds, digit| {
            seconds
                .saturating_mul(10)
                .saturating_add(u64::from(digit - b'0'))
        });
        Duration::from_secs(seconds)
    }
}
