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
    /// Whether the lines of a header are judged one by one.
    pub repeated_headers: RepeatedHeaders,
    /// Whether client hints need permission.
    pub client_hints: ClientHints,
    /// Whether bytes that are not ASCII need permission in a safelisted header.
    pub high_bytes: HighBytes,
    /// How a `Range` is written that needs no permission.
    pub range_grammar: RangeGrammar,
    /// How often a preflight names a header that has several lines.
    pub repeated_names: RepeatedNames,
    /// Whose origin a preflight names after a redirect.
    pub preflight_origin: PreflightOrigin,
    /// What a preflight that was made for a listener on the upload allows by itself.
    pub forced_preflight: ForcedPreflight,
    /// What becomes of headers that a redirect dropped at the redirect after it.
    pub dropped_headers: DroppedHeaders,
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

/// Whether the lines of a header are judged one by one, or as the one value that is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "apart or together")]
pub enum RepeatedHeaders {
    /// One by one, as the standard has it.
    JudgedApart,
    /// Joined, as they are sent.
    JudgedTogether,
}

/// Whether headers that tell of the device and the network need permission, such as `DPR` and
/// `Save-Data`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "they do or do not")]
pub enum ClientHints {
    /// They do, as any header that the standard does not safelist.
    NeedPermission,
    /// They do not, if their values are well formed; nor does `Intervention`.
    Safelisted,
}

/// Whether bytes that are not ASCII need permission in a header that is otherwise safelisted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "they do or do not")]
pub enum HighBytes {
    /// They do not, as the standard has it.
    Safelisted,
    /// They do, as if they were control characters.
    Unsafe,
}

/// How a `Range` is written that needs no permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "it is strict or not")]
pub enum RangeGrammar {
    /// As the standard has it.
    Standard,
    /// Also with `BYTES`, and with a `+` before a number.
    Lenient,
}

/// How often a preflight names a header that has several lines which need permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "once or each time")]
pub enum RepeatedNames {
    /// Once, as the standard has it.
    NamedOnce,
    /// For each of its lines.
    NamedEachTime,
}

/// Whose origin a preflight names after a redirect, and is kept under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the page's or the request's")]
pub enum PreflightOrigin {
    /// The request's, which is `null` once a redirect has tainted it, as the standard has it.
    OfRequest,
    /// The page's, as if there had been no redirect. The request that follows still has its own.
    /// Back at the page's own origin, the response to the preflight needs no permission to be
    /// shared.
    OfPage,
}

/// What a preflight that was made regardless of method and headers allows if its response names no
/// methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "something or nothing")]
pub enum ForcedPreflight {
    /// The method that it was made for, as the standard has it.
    AllowsItsMethod,
    /// Nothing that others do not.
    AllowsNothingMore,
}

/// What becomes of headers that a redirect dropped at the redirect after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "they stay away or come back")]
pub enum DroppedHeaders {
    /// They stay away, as the standard has it.
    StayDropped,
    /// They come back, and until then they ask for a preflight that does not name them. A request
    /// that needed one needs one after every redirect.
    ComeBack,
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
    /// Whether a request past the HTTP cache is served from this one.
    pub bypass: CacheBypass,
    /// Whether what was allowed to a request that redirects have tainted serves others.
    pub tainted: CachedTaint,
    /// What must be kept for a request whose method and headers need no permission.
    pub forced_lookup: ForcedLookup,
    /// What an answer does that is not to be kept at all.
    pub unkept_answer: UnkeptAnswer,
    /// Which answers are kept.
    pub stored_answer: StoredAnswer,
    /// Bytes of the longest URL for which anything is kept, if that is bounded.
    pub longest_url: Option<usize>,
}

/// Whether a request is served from the preflight cache that goes past the HTTP cache, by its cache
/// mode or because it is conditional.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "it is or is not")]
pub enum CacheBypass {
    /// It is, as the standard has it.
    OfHttpAlone,
    /// It is not: it asks, and its answer is kept.
    OfBoth,
}

/// Which answers to preflights are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "some or all")]
pub enum StoredAnswer {
    /// Those that allow the request that asked, as the standard has it.
    IfItAllows,
    /// All that can be read and are for the page: what they allow serves a later request even if
    /// the one that asked fails.
    IfItIsRead,
}

/// Whether what was allowed to a request that redirects have tainted serves other requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "it serves all, one or none")]
pub enum CachedTaint {
    /// It does: all are of the origin `null`, as the standard has it.
    ServesAll,
    /// It serves the same request when that comes back, and no other.
    ServesOneRequest,
    /// It serves not even the same request when that comes back; and what was allowed to a page of
    /// an opaque origin serves the redirects of one request.
    ServesNone,
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
    /// They are cleared, for every URL on the way.
    Clear,
    /// They are cleared for the URL at which it failed, also if no preflight was needed there.
    ClearWhereItFailed,
    /// They are kept.
    Keep,
}

/// What must be kept for a request that is preceded by a preflight though its method and headers
/// need no permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "its method or anything")]
pub enum ForcedLookup {
    /// Its method, as the standard has it.
    AsksForMethod,
    /// Anything at all.
    AsksForAnything,
}

/// What an answer that is not to be kept, by its max-age of 0, does to what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "something or nothing")]
pub enum UnkeptAnswer {
    /// What it allows is no longer kept.
    Replaces,
    /// Nothing: what was allowed before is kept for as long as that said.
    ChangesNothing,
}

/// Whether a `*` in `Access-Control-Allow-Headers` covers `Authorization`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "it covers it or not, now or later")]
pub enum AuthorizationWildcard {
    /// As the standard has it.
    NotCovered,
    /// As Firefox and WebKit have it
    /// ([whatwg/fetch#1919](https://github.com/whatwg/fetch/issues/1919)).
    Covered,
    /// It is covered in the answer to a preflight, and not once that is kept, as Chromium has it.
    CoveredUntilKept,
}

/// How `Access-Control-Max-Age` is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MaxAgeQuirks {
    /// The longest that a preflight's answer is kept.
    pub cap: Duration,
    /// What stands for a value that is no number.
    pub invalid: Duration,
    /// What is a number.
    pub number: MaxAgeNumber,
}

/// What is a number in `Access-Control-Max-Age`. A negative one keeps nothing, as in every engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "engines read it in these ways")]
pub enum MaxAgeNumber {
    /// Digits, however many, perhaps after a `-`.
    Digits,
    /// Digits, perhaps after a `-` or a `+`, of a number that fits into 64 bits with its sign.
    Signed64,
}

/// For how long a preflight's answer is kept if it does not say.
pub const DEFAULT_MAX_AGE: Duration = Duration::from_secs(5);

impl Quirks {
    /// The standard, with a cap of a day where it imposes none.
    pub const SPEC: Self = Self {
        max_age: MaxAgeQuirks {
            cap: Duration::from_secs(24 * 60 * 60),
            invalid: DEFAULT_MAX_AGE,
            number: MaxAgeNumber::Digits,
        },
        safelisted_total: SafelistedTotal::Bounded,
        repeated_headers: RepeatedHeaders::JudgedApart,
        client_hints: ClientHints::NeedPermission,
        high_bytes: HighBytes::Safelisted,
        range_grammar: RangeGrammar::Standard,
        repeated_names: RepeatedNames::NamedOnce,
        preflight_origin: PreflightOrigin::OfRequest,
        forced_preflight: ForcedPreflight::AllowsItsMethod,
        dropped_headers: DroppedHeaders::StayDropped,
        authorization: AuthorizationWildcard::NotCovered,
        check_order: PreflightCheckOrder::OriginFirst,
        cache: CacheQuirks {
            wildcard: CachedWildcard::Matches,
            granularity: CacheGranularity::Entries,
            on_failure: OnFailure::Clear,
            on_insufficient: OnInsufficient::Keep,
            credentialed: CredentialedEntry::ServesAll,
            head: CachedHead::IsSafelisted,
            bypass: CacheBypass::OfHttpAlone,
            tainted: CachedTaint::ServesAll,
            forced_lookup: ForcedLookup::AsksForMethod,
            unkept_answer: UnkeptAnswer::Replaces,
            stored_answer: StoredAnswer::IfItAllows,
            longest_url: None,
        },
    };

    /// The names of the headers for which a page needs permission, as this user agent sees it.
    ///
    /// [`UnsafeHeaderNames::of`] is what the standard says.
    #[must_use]
    pub fn cors_unsafe_request_header_names(&self, headers: &HeaderList) -> UnsafeHeaderNames {
        UnsafeHeaderNames::judged_by(headers, self)
    }

    /// Does the `*` of an answer to a preflight cover `Authorization`?
    pub(super) fn covers_authorization(&self) -> bool {
        self.authorization != AuthorizationWildcard::NotCovered
    }

    /// Does the `*` of a kept answer cover `Authorization`?
    pub(super) fn covers_authorization_once_kept(&self) -> bool {
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
        if value.is_empty() {
            return DEFAULT_MAX_AGE;
        }
        match self.number {
            MaxAgeNumber::Digits => self.parse_digits(value),
            MaxAgeNumber::Signed64 => self.parse_signed64(value),
        }
    }

    fn parse_signed64(&self, value: &[u8]) -> Duration {
        let number = core::str::from_utf8(value).ok().map(str::parse::<i64>);
        match number {
            Some(Ok(number)) => Duration::from_secs(u64::try_from(number).unwrap_or_default()),
            Some(Err(_)) | None => self.invalid,
        }
    }

    fn parse_digits(&self, value: &[u8]) -> Duration {
        let digits = value.strip_prefix(b"-").unwrap_or(value);
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
