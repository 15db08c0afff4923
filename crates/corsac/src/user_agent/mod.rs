//! The user-agent half: what a browser does with an answer, step by step as the Fetch standard
//! says.
//!
//! These are the standard's algorithms that need no network: which requests need a preflight,
//! what that says, whether its response allows the request, and what the page may see of the
//! answer. Time is a parameter everywhere.

mod client_hints;
mod cors_check;
mod extract;
mod filtered_response;
mod guard;
mod header;
mod header_list;
mod mime_type;
mod preflight;
mod preflight_cache;
mod quirks;
mod range;
mod request;
mod request_origin;
mod safelist;
mod unsafe_header_names;

pub use cors_check::{CorsCheckFailure, cors_check};
pub use extract::{ExtractFailure, extract_header_list_values};
pub use filtered_response::{
    ExposedHeaderNames, ResponseType, basic_filtered_headers, cors_filtered_headers,
};
pub use guard::{RequestGuard, Written, is_forbidden_request_header};
pub use header::{Header, StaticHeaderName, is_header_value};
pub use header_list::{HeaderList, decode_and_split, normalize_header_value, sorted_lowercase_set};
pub use preflight::{
    PreflightFailure, PreflightPermissions, check_preflight_response, cors_preflight_headers,
    needs_cors_preflight, read_preflight_permissions, read_preflight_response,
};
pub use preflight_cache::{CacheKey, MAX_CACHE_ENTRIES, PreflightCache};
pub use quirks::{
    AuthorizationWildcard, CacheBypass, CacheGranularity, CacheQuirks, CachedHead, CachedTaint,
    CachedWildcard, ClientHints, CredentialedEntry, DEFAULT_MAX_AGE, DroppedHeaders, ForcedLookup,
    ForcedPreflight, HighBytes, MaxAgeNumber, MaxAgeQuirks, OnFailure, OnInsufficient,
    PreflightCheckOrder, PreflightOrigin, Quirks, RangeGrammar, RepeatedHeaders, RepeatedNames,
    SafelistedTotal, StoredAnswer, UnkeptAnswer,
};
pub use range::{RangeWhitespace, SingleRange, parse_single_range_header_value};
pub use request::{
    CheckedRequest, CredentialsMode, RedirectMode, RequestMode, ResponseTainting, UseCorsPreflight,
};
pub use request_origin::{
    RedirectTaint, RequestOrigin, SerializedRequestOrigin, Site, TupleOrigin, redirect_taint,
};
pub use safelist::{
    is_cors_safelisted_request_header, is_cors_unsafe_request_header_byte,
    is_no_cors_safelisted_request_header, is_no_cors_safelisted_request_header_name,
};
pub use unsafe_header_names::UnsafeHeaderNames;
