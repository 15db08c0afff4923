//! Cookies: what servers ask a user agent to keep, and to which requests it goes back.
//!
//! Follows [Cookies: HTTP State Management Mechanism](https://httpwg.org/http-extensions/draft-ietf-httpbis-layered-cookies.html),
//! which the Fetch standard names. Where that draft slips, RFC 6265 and the browsers are followed,
//! and the place says so. Time is a parameter: the time since the Unix epoch.

mod cookie;
mod date;
mod eviction;
mod matching;
mod refusal;
mod rules;

use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::Duration;

use corsac::origin::is_public_suffix;
use url::Url;

use crate::internal_request::Request;
use crate::sec_fetch::{Site, site_of, site_of_current};
use cookie::{Cookie, Domain};
use matching::{host_and_domains_above, is_address};

pub use cookie::{MAX_AGE, MAX_ATTRIBUTE_VALUE_LEN, MAX_NAME_AND_VALUE_LEN, SameSite};
pub use date::parse_date;
pub use eviction::{MAX_COOKIES, MAX_COOKIES_PER_HOST};
pub use matching::{default_path, domain_matches, path_matches};
pub use refusal::CookieRefusal;
pub use rules::{
    CookieRedirects, CookieRules, CookieSite, NoneWithoutSecure, SecureCookies, ThirdParties,
    UnsetSameSite,
};

/// The cookies of a user agent.
///
/// Follows [cookie store](https://httpwg.org/http-extensions/draft-ietf-httpbis-layered-cookies.html#name-cookie-store-and-limits).
#[derive(Clone, Debug, Default)]
pub struct CookieStore {
    rules: CookieRules,
    by_host: HashMap<String, Vec<Kept>>,
    len: usize,
    /// How often cookies were stored or read: what orders them, without a clock.
    n_uses: u64,
}

/// A cookie in the store.
#[derive(Clone, Debug)]
struct Kept {
    cookie: Cookie,
    created: u64,
    last_used: u64,
}

/// Who reads or writes cookies, and where.
#[derive(Clone, Copy, Debug)]
pub struct CookieContext<'a> {
    /// The URL of the request, or of the page.
    pub url: &'a Url,
    /// Whose doing it is.
    pub caller: CookieCaller,
    /// Which cookies may go from one site to another here.
    pub same_site: SameSiteContext,
}

/// Whose doing it is that cookies are read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the standard knows these two")]
pub enum CookieCaller {
    /// A request or a response.
    Http,
    /// A script, by `document.cookie`: it neither sees nor writes what is `HttpOnly`.
    Script,
}

/// Which cookies may be used.
///
/// Follows the values of [determine the same-site mode](https://fetch.spec.whatwg.org/#cookie-infrastructure).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the standard defines these three")]
pub enum SameSiteContext {
    /// All: the page and the server are of one site.
    StrictOrLess,
    /// All but strict ones: the user came here from another site.
    LaxOrLess,
    /// Only those that go everywhere.
    UnsetOrLess,
}

impl SameSiteContext {
    /// Which cookies may go with a request that a script makes.
    ///
    /// Follows [determine the same-site mode](https://fetch.spec.whatwg.org/#cookie-infrastructure)
    /// in its intent: its letter looks only at redirects, and would let a request straight to
    /// another site have every cookie. A request that is or was at another site has only those that
    /// go everywhere.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        Self::by(CookieRules::default(), request)
    }

    pub(crate) fn by(rules: CookieRules, request: &Request) -> Self {
        let is_same_site = match (rules.site, rules.redirects) {
            (CookieSite::Schemeful, CookieRedirects::Count) => site_of(request) != Site::CrossSite,
            (CookieSite::Schemeful, CookieRedirects::DoNotCount) => {
                site_of_current(request) != Site::CrossSite
            }
            (CookieSite::Schemeless, CookieRedirects::Count) => {
                let page = request.origin();
                let mut origins = request.url_list().origins();
                origins.all(|it| page.is_schemelessly_same_site(it))
            }
            (CookieSite::Schemeless, CookieRedirects::DoNotCount) => {
                let current = request.url_list().current_origin();
                request.origin().is_schemelessly_same_site(current)
            }
        };
        match is_same_site {
            true => Self::StrictOrLess,
            false => Self::UnsetOrLess,
        }
    }
}

impl CookieStore {
    /// An empty store.
    #[must_use]
    pub fn new(rules: CookieRules) -> Self {
        Self {
            rules,
            ..Self::default()
        }
    }

    /// How many cookies there are, those that have ended among them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Is there no cookie?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The value of the `Cookie` field; `None` if there is no cookie for this.
    ///
    /// Follows [retrieve cookies](https://httpwg.org/http-extensions/draft-ietf-httpbis-layered-cookies.html#retrieve-cookies)
    /// and [serialize cookies](https://httpwg.org/http-extensions/draft-ietf-httpbis-layered-cookies.html#serialize-cookies).
    pub fn retrieve(&mut self, context: CookieContext<'_>, now: Duration) -> Option<Vec<u8>> {
        let host = context.url.host_str()?;
        self.n_uses += 1;
        let is_secure = self.rules.secure.is_secure(context.url);
        let unset_same_site = self.rules.unset_same_site;
        let mut found = Vec::new();
        // 2. Every host that can have cookies for this one is looked up once.
        for domain in host_and_domains_above(host) {
            let Some(cookies) = self.by_host.get_mut(domain) else {
                continue;
            };
            for kept in cookies {
                let is_for_host = domain == host || kept.cookie.domain != Domain::HostOnly;
                let is_sent = is_for_host
                    && is_visible(&kept.cookie, context)
                    && (!kept.cookie.secure || is_secure)
                    && is_allowed(kept.cookie.same_site, unset_same_site, context.same_site)
                    && !kept.cookie.is_expired(now);
                if is_sent {
                    // 4.
                    kept.last_used = self.n_uses;
                    let order = (Reverse(kept.cookie.path.len()), kept.created);
                    found.push((order, kept.cookie.serialize()));
                }
            }
        }
        // 3. Paths that match one request are each the start of the next.
        found.sort_unstable();
        let cookies: Vec<_> = found.into_iter().map(|(_, cookie)| cookie).collect();
        (!cookies.is_empty()).then(|| cookies.join(&b"; "[..]))
    }

    /// Reads a `Set-Cookie` field, and keeps its cookie if it may.
    ///
    /// Follows [parse and store a cookie](https://httpwg.org/http-extensions/draft-ietf-httpbis-layered-cookies.html#name-parse-and-store-a-cookie)
    /// and [garbage collect cookies](https://httpwg.org/http-extensions/draft-ietf-httpbis-layered-cookies.html#name-garbage-collect-cookies).
    pub fn store(
        &mut self,
        set_cookie: &[u8],
        context: CookieContext<'_>,
        now: Duration,
    ) -> Result<(), CookieRefusal> {
        let host = context.url.host_str().ok_or(CookieRefusal::NoHost)?;
        let mut cookie = Cookie::parse(set_cookie, context.url, now)?;
        let domain = settle_domain(&mut cookie, host)?;
        self.check(&cookie, &domain, context, now)?;
        self.insert(cookie, &domain, now);
        self.collect_garbage(&domain, now);
        Ok(())
    }

    /// What `document.cookie` shows to a page at this URL.
    pub fn document_cookie(&mut self, url: &Url, now: Duration) -> Vec<u8> {
        self.retrieve(script_at(url), now).unwrap_or_default()
    }

    /// What `document.cookie = …` does in a page at this URL.
    pub fn set_document_cookie(
        &mut self,
        cookie: &[u8],
        url: &Url,
        now: Duration,
    ) -> Result<(), CookieRefusal> {
        self.store(cookie, script_at(url), now)
    }

    /// May the cookie be kept?
    ///
    /// Follows [store a cookie](https://httpwg.org/http-extensions/draft-ietf-httpbis-layered-cookies.html#store-a-cookie),
    /// steps 9 to 18.1.
    fn check(
        &self,
        cookie: &Cookie,
        domain: &str,
        context: CookieContext<'_>,
        now: Duration,
    ) -> Result<(), CookieRefusal> {
        // 9.
        if context.caller == CookieCaller::Script && cookie.http_only {
            return Err(CookieRefusal::HttpOnlyFromScript);
        }
        // 10.
        if !self.rules.secure.is_secure(context.url) {
            if cookie.secure {
                return Err(CookieRefusal::SecureOverHttp);
            }
            if self.overlays_secure(cookie, domain, now) {
                return Err(CookieRefusal::OverlaysSecure);
            }
        }
        // 11. What may not be sent from here may not be set from here either.
        let is_across_sites = context.same_site == SameSiteContext::UnsetOrLess;
        let goes_across = match cookie.same_site {
            SameSite::None => true,
            SameSite::Unset => self.rules.unset_same_site == UnsetSameSite::None,
            SameSite::Lax | SameSite::Strict => false,
        };
        if is_across_sites && !goes_across {
            return Err(CookieRefusal::SameSiteAcrossSites);
        }
        // 12.
        if cookie.same_site == SameSite::None
            && !cookie.secure
            && self.rules.none_without_secure == NoneWithoutSecure::Refused
        {
            return Err(CookieRefusal::SameSiteNoneWithoutSecure);
        }
        // 13. to 17.
        cookie.check_prefix()?;
        // 18.1.
        let old = self.by_host.get(domain).into_iter().flatten();
        let mut old = old.filter(|old| is_same(&old.cookie, cookie) && !old.cookie.is_expired(now));
        match context.caller == CookieCaller::Script && old.any(|old| old.cookie.http_only) {
            true => Err(CookieRefusal::ReplacesHttpOnly),
            false => Ok(()),
        }
    }

    /// Would the cookie be sent beside or in place of one that is `Secure`?
    ///
    /// Follows [store a cookie](https://httpwg.org/http-extensions/draft-ietf-httpbis-layered-cookies.html#store-a-cookie),
    /// step 10.2.
    fn overlays_secure(&self, cookie: &Cookie, domain: &str, now: Duration) -> bool {
        let is_related = |host: &str| domain_matches(host, domain) || domain_matches(domain, host);
        let mut related = self.by_host.iter().filter(|(host, _)| is_related(host));
        related.any(|(_, cookies)| {
            cookies.iter().any(|old| {
                old.cookie.secure
                    && old.cookie.name == cookie.name
                    && path_matches(&cookie.path, &old.cookie.path)
                    && !old.cookie.is_expired(now)
            })
        })
    }

    /// Puts the cookie in, in the place of the one that is the same.
    ///
    /// Follows [store a cookie](https://httpwg.org/http-extensions/draft-ietf-httpbis-layered-cookies.html#store-a-cookie),
    /// steps 18.3 to 19. Step 18.2 would drop a new value of a session cookie; no browser does.
    fn insert(&mut self, cookie: Cookie, domain: &str, now: Duration) {
        self.n_uses += 1;
        let cookies = self.by_host.entry(domain.to_owned()).or_default();
        let mut created = self.n_uses;
        if let Some(at) = cookies.iter().position(|old| is_same(&old.cookie, &cookie)) {
            let old = cookies.remove(at);
            self.len -= 1;
            if !old.cookie.is_expired(now) {
                created = old.created;
            }
        }
        cookies.push(Kept {
            cookie,
            created,
            last_used: self.n_uses,
        });
        self.len += 1;
    }
}

fn script_at(url: &Url) -> CookieContext<'_> {
    CookieContext {
        url,
        caller: CookieCaller::Script,
        same_site: SameSiteContext::StrictOrLess,
    }
}

/// Decides for which host the cookie is kept, and whether for those below it too.
///
/// Follows [store a cookie](https://httpwg.org/http-extensions/draft-ietf-httpbis-layered-cookies.html#store-a-cookie),
/// steps 3 to 7.
fn settle_domain(cookie: &mut Cookie, host: &str) -> Result<String, CookieRefusal> {
    let domain = match &cookie.domain {
        // 3.
        Domain::Failure => return Err(CookieRefusal::DomainNotAHost),
        // 6.
        Domain::HostOnly => return Ok(host.to_owned()),
        Domain::Host(domain) => domain.clone(),
    };
    // 5. and 7.2. The list knows nothing of `localhost`, whose single label is a public suffix.
    let is_suffix = is_public_suffix(&domain) || domain == "localhost";
    if domain == host && (is_suffix || is_address(host)) {
        cookie.domain = Domain::HostOnly;
        return Ok(domain);
    }
    if is_suffix {
        return Err(CookieRefusal::DomainIsPublicSuffix);
    }
    // 7.1.
    match domain_matches(host, &domain) {
        true => Ok(domain),
        false => Err(CookieRefusal::DomainMismatch),
    }
}

/// Are they the same cookie, of one host? One for the host alone and one for all below it are two.
fn is_same(one: &Cookie, other: &Cookie) -> bool {
    let is_host_only = |cookie: &Cookie| cookie.domain == Domain::HostOnly;
    one.name == other.name && one.path == other.path && is_host_only(one) == is_host_only(other)
}

/// The conditions on path and `HttpOnly`.
fn is_visible(cookie: &Cookie, context: CookieContext<'_>) -> bool {
    path_matches(context.url.path().as_bytes(), &cookie.path)
        && (!cookie.http_only || context.caller == CookieCaller::Http)
}

/// The condition on `SameSite`.
fn is_allowed(same_site: SameSite, unset: UnsetSameSite, context: SameSiteContext) -> bool {
    match (same_site, unset) {
        (SameSite::None, _) | (SameSite::Unset, UnsetSameSite::None) => true,
        (SameSite::Lax, _) | (SameSite::Unset, UnsetSameSite::Lax) => {
            context != SameSiteContext::UnsetOrLess
        }
        (SameSite::Strict, _) => context == SameSiteContext::StrictOrLess,
    }
}
