//! The CORS-preflight cache: what a server has allowed before, for as long as it said.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use hashbrown::{HashMap, HashSet};

use super::preflight::PreflightPermissions;
use super::quirks::{CacheGranularity, CachedHead, CachedWildcard, CredentialedEntry, Quirks};
use super::request::{CheckedRequest, UseCorsPreflight};
use super::request_origin::{SerializedRequestOrigin, Site};
use crate::header::is_cors_non_wildcard_request_header_name;
use crate::method::is_cors_safelisted_method;

/// The most entries that are kept; past it, the ones that end first make room.
///
/// Chromium keeps the answers of 1,024 preflights. A tool that crawls has more.
pub const MAX_CACHE_ENTRIES: usize = 1 << 20;

/// What a request is to the cache beside its method and headers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CacheKey {
    /// The [network partition key](https://fetch.spec.whatwg.org/#network-partition-key).
    pub partition: Site,
    /// The request's origin as it is sent.
    pub origin: SerializedRequestOrigin,
    /// The current URL, with its fragment.
    pub url: Arc<str>,
}

/// A CORS-preflight cache.
///
/// Follows [CORS-preflight cache](https://fetch.spec.whatwg.org/#concept-cache). Time is a
/// parameter: any clock that only goes forward will do.
#[derive(Clone, Debug, Default)]
pub struct PreflightCache {
    permissions: HashMap<CacheKey, Vec<Entry>>,
    len: usize,
}

/// A [cache entry](https://fetch.spec.whatwg.org/#cache-entry), but for its key.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    allowed: Allowed,
    credentials: bool,
    expires: Duration,
}

/// What an entry allows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Allowed {
    Method(Box<[u8]>),
    AnyMethod,
    HeaderName(Box<[u8]>),
    AnyHeaderName,
}

impl PreflightCache {
    /// Do the entries allow the request, so that it needs no preflight?
    ///
    /// Follows [HTTP fetch](https://fetch.spec.whatwg.org/#concept-http-fetch), step 4.1.
    #[must_use]
    pub fn allows(
        &self,
        key: &CacheKey,
        request: &CheckedRequest<'_>,
        quirks: &Quirks,
        now: Duration,
    ) -> bool {
        let entries = self.entries(key, request, (quirks, now));
        let is_method_allowed = || entries.clone().any(|it| it.matches_method(request));
        let asks_for_method = !is_cors_safelisted_method(request.method)
            || request.method == b"HEAD" && quirks.cache.head == CachedHead::IsNamed
            || request.use_cors_preflight == UseCorsPreflight::Set;
        if asks_for_method && !is_method_allowed() {
            return false;
        }
        let mut names = request.unsafe_header_names.iter();
        names.all(|name| {
            let mut entries = entries.clone();
            entries.any(|it| it.matches_header_name(name, request, quirks))
        })
    }

    /// Keeps what a preflight's response allows.
    ///
    /// Follows [CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0),
    /// steps 7.12 to 7.15, with two words of the standard read as engines have them. An entry for
    /// the same method or name is replaced, so that its time starts anew. And a `*` that came with
    /// credentials allows only a method or header of that name, as it did for the preflight itself
    /// ([whatwg/fetch#592](https://github.com/whatwg/fetch/pull/592)).
    pub fn store(
        &mut self,
        key: CacheKey,
        request: &CheckedRequest<'_>,
        permissions: &PreflightPermissions<'_>,
        (quirks, now): (&Quirks, Duration),
    ) {
        if quirks.cache.granularity == CacheGranularity::LastAnswer {
            self.clear(&key);
        }
        let credentials = request.includes_credentials();
        let is_wildcard = match quirks.cache.wildcard {
            CachedWildcard::Matches => !credentials,
            CachedWildcard::MatchesByRequest => true,
            CachedWildcard::IsLiteral => false,
        };
        let expires = now.saturating_add(permissions.max_age);
        let methods = permissions.methods.iter().map(|it| match *it {
            b"*" if is_wildcard => Allowed::AnyMethod,
            it => Allowed::Method(it.into()),
        });
        let names = permissions.header_names.iter().map(|it| match *it {
            b"*" if is_wildcard => Allowed::AnyHeaderName,
            it => Allowed::HeaderName(it.to_ascii_lowercase().into()),
        });
        // A set, since a hostile answer may name as many as fit into its head.
        let stored: HashSet<_> = methods.chain(names).collect();
        let mut entries = self.permissions.remove(&key).unwrap_or_default();
        self.len -= entries.len();
        entries.retain(|it| it.credentials != credentials || !stored.contains(&it.allowed));
        let is_url_kept = quirks
            .cache
            .longest_url
            .is_none_or(|it| key.url.len() <= it);
        if !permissions.max_age.is_zero() && is_url_kept {
            entries.extend(stored.into_iter().map(|allowed| Entry {
                allowed,
                credentials,
                expires,
            }));
        }
        self.len += entries.len();
        if !entries.is_empty() {
            self.permissions.insert(key, entries);
        }
        if self.len > MAX_CACHE_ENTRIES {
            self.make_room(now);
        }
    }

    /// Forgets what was allowed under a key, because a request that relied on it failed.
    ///
    /// Follows [clear cache entries](https://fetch.spec.whatwg.org/#concept-cache-clear).
    pub fn clear(&mut self, key: &CacheKey) {
        if let Some(entries) = self.permissions.remove(key) {
            self.len -= entries.len();
        }
    }

    /// How many entries there are, expired ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Is there no entry?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The entries that match a request.
    ///
    /// Follows [cache entry match](https://fetch.spec.whatwg.org/#concept-cache-match).
    fn entries(
        &self,
        key: &CacheKey,
        request: &CheckedRequest<'_>,
        (quirks, now): (&Quirks, Duration),
    ) -> impl Iterator<Item = &Entry> + Clone {
        let (includes_credentials, serves) =
            (request.includes_credentials(), quirks.cache.credentialed);
        let is_served = move |credentials: bool| match serves {
            CredentialedEntry::ServesAll => credentials || !includes_credentials,
            CredentialedEntry::ServesItsLike => credentials == includes_credentials,
        };
        let entries = self.permissions.get(key).into_iter().flatten();
        entries.filter(move |it| now < it.expires && is_served(it.credentials))
    }

    /// Drops what has expired, then everything under the keys that end first.
    fn make_room(&mut self, now: Duration) {
        let mut ends: Vec<_> = Vec::with_capacity(self.permissions.len());
        self.permissions.retain(|key, entries| {
            entries.retain(|it| now < it.expires);
            let end = entries.iter().map(|it| it.expires).max();
            ends.extend(end.map(|end| (end, key.clone())));
            !entries.is_empty()
        });
        self.len = self.permissions.values().map(Vec::len).sum();
        ends.sort_unstable();
        for (_, key) in ends {
            if self.len <= MAX_CACHE_ENTRIES / 2 {
                return;
            }
            self.clear(&key);
        }
    }
}

impl Entry {
    /// Follows [method cache entry match](https://fetch.spec.whatwg.org/#concept-cache-match-method).
    fn matches_method(&self, request: &CheckedRequest<'_>) -> bool {
        match &self.allowed {
            Allowed::Method(it) => **it == *request.method,
            Allowed::AnyMethod => !request.includes_credentials() || request.method == b"*",
            Allowed::HeaderName(_) | Allowed::AnyHeaderName => false,
        }
    }

    /// Follows [header-name cache entry match](https://fetch.spec.whatwg.org/#concept-cache-match-header).
    fn matches_header_name(
        &self,
        name: &[u8],
        request: &CheckedRequest<'_>,
        quirks: &Quirks,
    ) -> bool {
        match &self.allowed {
            Allowed::HeaderName(it) => it.eq_ignore_ascii_case(name),
            Allowed::AnyHeaderName if request.includes_credentials() => name == b"*",
            Allowed::AnyHeaderName => {
                quirks.covers_authorization() || !is_cors_non_wildcard_request_header_name(name)
            }
            Allowed::Method(_) | Allowed::AnyMethod => false,
        }
    }
}
