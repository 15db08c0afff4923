//! What user agents differ in when they are redirected.

use corsac::user_agent::RedirectMode;
use url::Url;

use crate::location::{LocationFailure, is_redirect_status, location_url};
use crate::machine::ResponseHead;

/// Where a user agent departs from the standard in redirects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RedirectRules {
    pub(crate) locations: Locations,
    pub(crate) credentials_in_url: CredentialsInUrl,
}

/// What the `Location` of a redirect may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Locations {
    /// One URL, which is looked at only if the redirect is followed. An empty one is the URL that it
    /// came from.
    OneIfFollowed,
    /// One URL, perhaps in several lines that are alike; anything else is a network error, whatever
    /// the redirect mode. An empty one is as none, and then there is no redirect but for a script
    /// that handles redirects itself.
    OneOrNone,
}

/// Where a redirect may lead to a URL with a user name or a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CredentialsInUrl {
    /// Within the page's origin, and anywhere without CORS.
    WithoutCors,
    /// Nowhere.
    Nowhere,
}

impl RedirectRules {
    /// The standard.
    pub(crate) const SPEC: Self = Self {
        locations: Locations::OneIfFollowed,
        credentials_in_url: CredentialsInUrl::WithoutCors,
    };

    /// Is the response a redirect for a request with this redirect mode?
    pub(crate) fn is_redirect(self, head: &ResponseHead, mode: RedirectMode) -> bool {
        let is_nowhere = self.locations == Locations::OneOrNone
            && mode != RedirectMode::Manual
            && is_empty(head);
        is_redirect_status(head.status) && !is_nowhere
    }

    /// Why the response is a network error for what it says of where to, whatever the redirect mode.
    pub(crate) fn check(self, head: &ResponseHead, url: &Url) -> Result<(), LocationFailure> {
        match self.locations {
            Locations::OneIfFollowed => Ok(()),
            Locations::OneOrNone if is_empty(head) => Ok(()),
            Locations::OneOrNone => self.location(head, url).map(|_| ()),
        }
    }

    /// Where the response leads.
    pub(crate) fn location(
        self,
        head: &ResponseHead,
        url: &Url,
    ) -> Result<Option<Url>, LocationFailure> {
        let mut lines = head.headers.lines(b"location");
        let first = lines.next();
        let are_alike = lines.all(|it| Some(it) == first);
        if self.locations == Locations::OneIfFollowed || !are_alike {
            return location_url(head.status, &head.headers, url);
        }
        let one = head
            .headers
            .iter()
            .find(|it| it.name().eq_ignore_ascii_case(b"location"));
        location_url(head.status, &one.cloned().into_iter().collect(), url)
    }
}

/// Does the response not say where to?
fn is_empty(head: &ResponseHead) -> bool {
    head.headers.lines(b"location").all(<[u8]>::is_empty)
}
