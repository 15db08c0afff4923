//! What a browser remembers between fetches.

use corsac::user_agent::{Header, PreflightCache};

use crate::address_space::Permission;
use crate::blob_url::BlobUrlStore;
use crate::cookies::CookieStore;
use crate::http_redirect_fetch::MAX_REDIRECTS;
use crate::profile::Profile;

/// A user agent: its cookies, its preflight cache, and which engine it is faithful to.
///
/// Follows [user agent](https://fetch.spec.whatwg.org/#fetch-processing-model), as far as a fetch
/// leaves something behind.
#[derive(Debug, Default)]
pub struct UserAgent {
    profile: Profile,
    identity: Identity,
    local_network_permission: Permission,
    pub(crate) cookies: CookieStore,
    pub(crate) preflight_cache: PreflightCache,
    pub(crate) blob_urls: BlobUrlStore,
    n_fetches: u64,
}

/// What a user agent says of itself in every request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    user_agent: Header,
    accept_language: Header,
}

impl Identity {
    /// The identity with these values, unless one is not a
    /// [header value](https://fetch.spec.whatwg.org/#header-value).
    #[must_use]
    pub fn new(user_agent: &[u8], accept_language: &[u8]) -> Option<Self> {
        Some(Self {
            user_agent: Header::new(b"User-Agent", user_agent)?,
            accept_language: Header::new(b"Accept-Language", accept_language)?,
        })
    }

    /// The `User-Agent` field.
    #[must_use]
    pub fn user_agent(&self) -> &Header {
        &self.user_agent
    }

    /// The `Accept-Language` field.
    #[must_use]
    pub fn accept_language(&self) -> &Header {
        &self.accept_language
    }
}

impl Default for Identity {
    fn default() -> Self {
        const USER_AGENT: &str = concat!(
            "Mozilla/5.0 (compatible; corsac/",
            env!("CARGO_PKG_VERSION"),
            ")"
        );
        const DEFAULT: Identity = Identity {
            user_agent: Header::from_static("User-Agent", USER_AGENT),
            accept_language: Header::from_static("Accept-Language", "en-US,en;q=0.9"),
        };
        DEFAULT
    }
}

impl UserAgent {
    /// A user agent that remembers nothing yet.
    #[must_use]
    pub fn new(profile: Profile) -> Self {
        let cookies = CookieStore::new(profile.cookie_rules());
        Self {
            profile,
            cookies,
            ..Self::default()
        }
    }

    /// The same user agent under another name.
    #[must_use]
    pub fn with_identity(self, identity: Identity) -> Self {
        Self { identity, ..self }
    }

    /// The same user agent, whose user has said this to pages that want to talk to the local
    /// network.
    #[must_use]
    pub fn with_local_network_permission(self, permission: Permission) -> Self {
        Self {
            local_network_permission: permission,
            ..self
        }
    }

    /// What its user has said to pages that want to talk to the local network.
    #[must_use]
    pub fn local_network_permission(&self) -> Permission {
        self.local_network_permission
    }

    /// The engine that it is faithful to.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// What it says of itself.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The cookies.
    #[must_use]
    pub fn cookies(&self) -> &CookieStore {
        &self.cookies
    }

    /// The cookies, to be read and written as `document.cookie` does.
    pub fn cookies_mut(&mut self) -> &mut CookieStore {
        &mut self.cookies
    }

    /// What `blob:` URLs lead to, to be set as `URL.createObjectURL()` does.
    pub fn blob_urls_mut(&mut self) -> &mut BlobUrlStore {
        &mut self.blob_urls
    }

    /// The preflight cache.
    #[must_use]
    pub fn preflight_cache(&self) -> &PreflightCache {
        &self.preflight_cache
    }

    /// A number for a fetch, with room below it for one for each redirect. They go down from the
    /// highest, since pages choose theirs from below for their opaque origins.
    pub(crate) fn next_fetch_number(&mut self) -> u64 {
        self.n_fetches += u64::from(MAX_REDIRECTS) + 1;
        u64::MAX - self.n_fetches
    }

    /// Forgets cookies, preflights and what `blob:` URLs lead to.
    pub fn reset(&mut self) {
        self.cookies = CookieStore::new(self.profile.cookie_rules());
        self.preflight_cache = PreflightCache::default();
        self.blob_urls = BlobUrlStore::default();
    }
}
