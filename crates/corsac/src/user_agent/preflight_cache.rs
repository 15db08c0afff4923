//! The CORS-preflight cache: what a server has allowed before, for as long as it said.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use hashbrown::hash_map::Entry;
use hashbrown::{HashMap, HashSet};

use super::preflight::PreflightPermissions;
use super::quirks::{
    CacheGranularity, CachedHead, CachedWildcard, CredentialedEntry, ForcedLookup, Quirks,
    UnkeptAnswer,
};
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
    /// The origin that the preflight names.
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
    answers: HashMap<CacheKey, Vec<Answer>>,
    len: usize,
}

/// The [cache entries](https://fetch.spec.whatwg.org/#cache-entry) that one answer made, as far as
/// no later one has said the same anew.
///
/// They have all but the method or header name in common.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Answer {
    credentials: bool,
    /// Is a `*` among the methods or header names more than a name?
    is_wildcard: bool,
    expires: Duration,
    /// The methods and then the header names, these in lower case, each with a comma after it.
    tokens: Box<[u8]>,
    methods_len: usize,
    n_entries: usize,
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
        let answers = self.answers(key, request, (quirks, now));
        let is_method_allowed = || answers.clone().any(|it| it.allows_method(request));
        let asks_for_method = !is_cors_safelisted_method(request.method)
            || request.method == b"HEAD" && quirks.cache.head == CachedHead::IsNamed
            || request.use_cors_preflight == UseCorsPreflight::Set
                && quirks.cache.forced_lookup == ForcedLookup::AsksForMethod;
        if asks_for_method && !is_method_allowed() {
            return false;
        }
        if quirks.cache.forced_lookup == ForcedLookup::AsksForAnything
            && answers.clone().next().is_none()
        {
            return false;
        }
        let mut names = request.unsafe_header_names.iter();
        names.all(|name| {
            let mut answers = answers.clone();
            answers.any(|it| it.allows_header_name(name, request, quirks))
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
        if permissions.max_age.is_zero()
            && quirks.cache.unkept_answer == UnkeptAnswer::ChangesNothing
        {
            return;
        }
        if quirks.cache.granularity == CacheGranularity::LastAnswer {
            self.clear(&key);
        }
        let is_url_kept = quirks
            .cache
            .longest_url
            .is_none_or(|it| key.url.len() <= it);
        let is_kept = !permissions.max_age.is_zero() && is_url_kept;
        let answer = Answer::new(request, permissions, (quirks, now));
        let n_stored = answer.n_entries;
        match self.answers.entry(key) {
            Entry::Vacant(vacant) if is_kept && n_stored > 0 => {
                vacant.insert(Vec::from([answer]));
                self.len += n_stored;
            }
            Entry::Vacant(_) => {}
            Entry::Occupied(mut occupied) => {
                let answers = occupied.get_mut();
                self.len -= n_entries(answers);
                replace_entries(answers, &answer);
                if is_kept && n_stored > 0 {
                    answers.push(answer);
                }
                self.len += n_entries(answers);
                if answers.is_empty() {
                    occupied.remove();
                }
            }
        }
        if self.len > MAX_CACHE_ENTRIES {
            self.make_room(now);
        }
    }

    /// Forgets what was allowed under a key, because a request that relied on it failed.
    ///
    /// Follows [clear cache entries](https://fetch.spec.whatwg.org/#concept-cache-clear).
    pub fn clear(&mut self, key: &CacheKey) {
        if let Some(answers) = self.answers.remove(key) {
            self.len -= n_entries(&answers);
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

    /// The answers whose entries match a request.
    ///
    /// Follows [cache entry match](https://fetch.spec.whatwg.org/#concept-cache-match).
    fn answers(
        &self,
        key: &CacheKey,
        request: &CheckedRequest<'_>,
        (quirks, now): (&Quirks, Duration),
    ) -> impl Iterator<Item = &Answer> + Clone {
        let (includes_credentials, serves) =
            (request.includes_credentials(), quirks.cache.credentialed);
        let is_served = move |credentials: bool| match serves {
            CredentialedEntry::ServesAll => credentials || !includes_credentials,
            CredentialedEntry::ServesItsLike => credentials == includes_credentials,
        };
        let answers = self.answers.get(key).into_iter().flatten();
        answers.filter(move |it| now < it.expires && is_served(it.credentials))
    }

    /// Drops what has expired, then everything under the keys that end first.
    fn make_room(&mut self, now: Duration) {
        let mut ends: Vec<_> = Vec::with_capacity(self.answers.len());
        self.answers.retain(|key, answers| {
            answers.retain(|it| now < it.expires);
            let end = answers.iter().map(|it| it.expires).max();
            ends.extend(end.map(|end| (end, key.clone())));
            !answers.is_empty()
        });
        self.len = self.answers.values().map(|it| n_entries(it)).sum();
        ends.sort_unstable();
        for (_, key) in ends {
            if self.len <= MAX_CACHE_ENTRIES / 2 {
                return;
            }
            self.clear(&key);
        }
    }
}

fn n_entries(answers: &[Answer]) -> usize {
    answers.iter().map(|it| it.n_entries).sum()
}

/// Drops the entries that a newer answer makes anew, or ends by its max-age of zero.
fn replace_entries(answers: &mut Vec<Answer>, newer: &Answer) {
    // Sets, since a hostile answer may name as many as fit into its head.
    let methods: HashSet<_> = newer.methods().collect();
    let header_names: HashSet<_> = newer.header_names().collect();
    for older in answers.iter_mut() {
        if older.credentials == newer.credentials {
            let methods = older.methods().filter(|it| !methods.contains(it));
            let header_names = older.header_names().filter(|it| !header_names.contains(it));
            *older = older.with_tokens(methods, header_names);
        }
    }
    answers.retain(|it| it.n_entries > 0);
}

impl Answer {
    fn new(
        request: &CheckedRequest<'_>,
        permissions: &PreflightPermissions<'_>,
        (quirks, now): (&Quirks, Duration),
    ) -> Self {
        let credentials = request.includes_credentials();
        let empty = Self {
            credentials,
            is_wildcard: match quirks.cache.wildcard {
                CachedWildcard::Matches => !credentials,
                CachedWildcard::MatchesByRequest => true,
                CachedWildcard::IsLiteral => false,
            },
            expires: now.saturating_add(permissions.max_age),
            tokens: Box::default(),
            methods_len: 0,
            n_entries: 0,
        };
        // A token that no method is, so that there is an entry also where nothing is allowed.
        let answered = match quirks.cache.forced_lookup {
            ForcedLookup::AsksForMethod => None,
            ForcedLookup::AsksForAnything => Some(&b""[..]),
        };
        let methods = permissions.methods.iter().copied().chain(answered);
        let header_names = permissions.header_names.iter().copied();
        empty.with_tokens(methods, header_names)
    }

    /// The same answer with other methods and header names.
    fn with_tokens<'a>(
        &self,
        methods: impl Iterator<Item = &'a [u8]> + Clone,
        header_names: impl Iterator<Item = &'a [u8]> + Clone,
    ) -> Self {
        let all = methods.clone().chain(header_names.clone());
        let mut tokens = Vec::with_capacity(all.map(|it| it.len() + 1).sum());
        let n_methods = push_all(&mut tokens, methods);
        let methods_len = tokens.len();
        let n_header_names = push_all(&mut tokens, header_names);
        tokens[methods_len..].make_ascii_lowercase();
        Self {
            tokens: tokens.into_boxed_slice(),
            methods_len,
            n_entries: n_methods + n_header_names,
            ..*self
        }
    }

    fn methods(&self) -> impl Iterator<Item = &[u8]> + Clone {
        split(&self.tokens[..self.methods_len])
    }

    fn header_names(&self) -> impl Iterator<Item = &[u8]> + Clone {
        split(&self.tokens[self.methods_len..])
    }

    /// Follows [method cache entry match](https://fetch.spec.whatwg.org/#concept-cache-match-method).
    fn allows_method(&self, request: &CheckedRequest<'_>) -> bool {
        let is_wildcard = self.is_wildcard && !request.includes_credentials();
        let mut methods = self.methods();
        methods.any(|it| it == request.method || is_wildcard && it == b"*")
    }

    /// Follows [header-name cache entry match](https://fetch.spec.whatwg.org/#concept-cache-match-header).
    fn allows_header_name(
        &self,
        name: &[u8],
        request: &CheckedRequest<'_>,
        quirks: &Quirks,
    ) -> bool {
        let is_wildcard = self.is_wildcard
            && !request.includes_credentials()
            && (quirks.covers_authorization_once_kept()
                || !is_cors_non_wildcard_request_header_name(name));
        let mut header_names = self.header_names();
        header_names.any(|it| it.eq_ignore_ascii_case(name) || is_wildcard && it == b"*")
    }
}

/// Pushes tokens with a comma after each, and tells how many they were.
fn push_all<'a>(tokens: &mut Vec<u8>, all: impl Iterator<Item = &'a [u8]>) -> usize {
    let mut n_tokens = 0;
    for token in all {
        tokens.extend_from_slice(token);
        tokens.push(b',');
        n_tokens += 1;
    }
    n_tokens
}

fn split(tokens: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    // The comma at the end would leave an empty token behind.
    let tokens = tokens.strip_suffix(b",").unwrap_or(tokens);
    let tokens = (!tokens.is_empty()).then(|| tokens.split(|byte| *byte == b','));
    tokens.into_iter().flatten()
}
