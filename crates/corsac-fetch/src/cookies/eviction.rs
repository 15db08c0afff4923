//! What goes when there is too much.

use std::time::Duration;

use super::{CookieStore, Kept};

/// The most cookies that a host has, as many as Chromium lets a site have
/// ([cookie store and limits](https://httpwg.org/http-extensions/draft-ietf-httpbis-layered-cookies.html#name-cookie-store-and-limits)
/// asks for 50 or more).
pub const MAX_COOKIES_PER_HOST: usize = 180;

/// The most cookies that there are, as many as in Chromium
/// ([cookie store and limits](https://httpwg.org/http-extensions/draft-ietf-httpbis-layered-cookies.html#name-cookie-store-and-limits)
/// asks for 3,000 or more).
pub const MAX_COOKIES: usize = 3300;

impl CookieStore {
    /// Removes what has ended and what is too much, after a cookie of this host was stored.
    ///
    /// Follows [garbage collect cookies](https://httpwg.org/http-extensions/draft-ietf-httpbis-layered-cookies.html#name-garbage-collect-cookies).
    /// What has ended at other hosts is removed only when there is too much.
    pub(super) fn collect_garbage(&mut self, host: &str, now: Duration) {
        self.remove_expired_of(host, now);
        self.remove_excess_of(host);
        if self.len > MAX_COOKIES {
            self.remove_expired(now);
        }
        while self.len > MAX_COOKIES {
            self.remove_least_recently_used();
        }
    }

    fn remove_expired_of(&mut self, host: &str, now: Duration) {
        if let Some(cookies) = self.by_host.get_mut(host) {
            let before = cookies.len();
            cookies.retain(|kept| !kept.cookie.is_expired(now));
            self.len -= before - cookies.len();
            if cookies.is_empty() {
                self.by_host.remove(host);
            }
        }
    }

    /// Those that are not `Secure` go first, and of them those that were used longest ago.
    fn remove_excess_of(&mut self, host: &str) {
        let Some(cookies) = self.by_host.get_mut(host) else {
            return;
        };
        while cookies.len() > MAX_COOKIES_PER_HOST {
            let order = |kept: &Kept| (kept.cookie.secure, kept.last_used);
            let first = (0..cookies.len()).min_by_key(|at| order(&cookies[*at]));
            cookies.remove(first.expect("there are more than none"));
            self.len -= 1;
        }
    }

    fn remove_expired(&mut self, now: Duration) {
        self.by_host.retain(|_, cookies| {
            cookies.retain(|kept| !kept.cookie.is_expired(now));
            !cookies.is_empty()
        });
        self.len = self.by_host.values().map(Vec::len).sum();
    }

    fn remove_least_recently_used(&mut self) {
        let oldest = |cookies: &Vec<Kept>| cookies.iter().map(|kept| kept.last_used).min();
        let host = self
            .by_host
            .iter()
            .min_by_key(|(_, cookies)| oldest(cookies));
        let host = host
            .map(|(host, _)| host.clone())
            .expect("there are more than none");
        let cookies = self.by_host.get_mut(&host).expect("it was just there");
        let first = (0..cookies.len()).min_by_key(|at| cookies[*at].last_used);
        cookies.remove(first.expect("no host is without cookies"));
        self.len -= 1;
        if cookies.is_empty() {
            self.by_host.remove(&host);
        }
    }
}
