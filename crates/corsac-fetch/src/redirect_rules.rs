//! What user agents differ in when they are redirected.

use corsac::user_agent::{CredentialsMode, Header, RedirectMode, RequestMode, UnsafeHeaderNames};
use url::Url;

use crate::internal_request::Request;
use crate::location::{LocationFailure, is_redirect_status, location_url};
use crate::machine::ResponseHead;
use crate::referrer::{Part, part_across_sites};
use crate::request::Referrer;
use crate::url_list::are_same_origin;

/// Where a user agent departs from the standard in redirects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RedirectRules {
    pub(crate) locations: Locations,
    pub(crate) credentials_in_url: CredentialsInUrl,
    pub(crate) delete: RedirectedDelete,
    pub(crate) origin_of_get: OriginOfGet,
    pub(crate) preflight: PreflightAfterRedirect,
    pub(crate) credentials: CheckedCredentials,
    pub(crate) refusal: RedirectRefusal,
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
    /// One URL that is not empty, which is looked at only if the redirect is followed. Without one
    /// there is nothing to refuse, and whoever handles redirects itself gets the body.
    NotEmptyIfFollowed,
}

/// Where a redirect may lead to a URL with a user name or a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CredentialsInUrl {
    /// Within the page's origin, and anywhere without CORS.
    WithoutCors,
    /// Nowhere.
    Nowhere,
}

/// What becomes of a `DELETE` that is redirected to another origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RedirectedDelete {
    /// What the status says.
    StaysDelete,
    /// A `GET`, whatever the status. Headers of the body stay, unless the status takes them away.
    BecomesGet,
}

/// What becomes of `Origin` when a request becomes `GET` by a redirect within an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OriginOfGet {
    /// It is sent no more.
    Dropped,
    /// It is sent all the same.
    Kept,
}

/// What a preflight is about after a redirect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PreflightAfterRedirect {
    /// The request as redirects have left it.
    OfTheRequest,
    /// The headers that the script set, and the referrer of the first hop. There is one wherever
    /// there was one before. And a `Content-Type` that a redirect took away is back after the next.
    OfTheScript,
}

/// With which credentials mode the CORS check of a redirect is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CheckedCredentials {
    /// The request's.
    OfTheRequest,
    /// `include` if the first hop had credentials, which it has at the page's own origin.
    OfTheFirstHop,
}

/// When a redirect is refused for what only the page's own process knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RedirectRefusal {
    /// Before anything is sent.
    AtOnce,
    /// After the preflight of the hop that it leads to, if that needs one.
    AfterThePreflight,
}

impl RedirectRules {
    /// The standard.
    pub(crate) const SPEC: Self = Self {
        locations: Locations::OneIfFollowed,
        credentials_in_url: CredentialsInUrl::WithoutCors,
        delete: RedirectedDelete::StaysDelete,
        origin_of_get: OriginOfGet::Dropped,
        preflight: PreflightAfterRedirect::OfTheRequest,
        credentials: CheckedCredentials::OfTheRequest,
        refusal: RedirectRefusal::AtOnce,
    };

    /// Is the response a redirect for a request with this redirect mode?
    pub(crate) fn is_redirect(self, head: &ResponseHead, mode: RedirectMode) -> bool {
        let is_nowhere = is_empty(head)
            && match self.locations {
                Locations::OneIfFollowed => false,
                Locations::OneOrNone => mode != RedirectMode::Manual,
                Locations::NotEmptyIfFollowed => mode == RedirectMode::Error,
            };
        is_redirect_status(head.status) && !is_nowhere
    }

    /// Why the response is a network error for what it says of where to, whatever the redirect mode.
    pub(crate) fn check(self, head: &ResponseHead, url: &Url) -> Result<(), LocationFailure> {
        match self.locations {
            Locations::OneIfFollowed | Locations::NotEmptyIfFollowed => Ok(()),
            Locations::OneOrNone if is_empty(head) => Ok(()),
            Locations::OneOrNone => self.location(head, url).map(|_| ()),
        }
    }

    /// Has an opaque redirect its body?
    pub(crate) fn shows_body(self, head: &ResponseHead) -> bool {
        self.locations == Locations::NotEmptyIfFollowed && is_empty(head)
    }

    /// Where the response leads.
    pub(crate) fn location(
        self,
        head: &ResponseHead,
        url: &Url,
    ) -> Result<Option<Url>, LocationFailure> {
        let is_there = head.headers.contains(b"location");
        if self.locations == Locations::NotEmptyIfFollowed && is_there && is_empty(head) {
            return Err(LocationFailure::NotAUrl);
        }
        let mut lines = head.headers.lines(b"location");
        let first = lines.next();
        let are_alike = lines.all(|it| Some(it) == first);
        if self.locations != Locations::OneOrNone || !are_alike {
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

/// What a redirected request was at first.
#[derive(Clone, Debug)]
pub(crate) struct AtFirst {
    pub(crate) unsafe_header_names: UnsafeHeaderNames,
    pub(crate) referrer: Referrer,
    pub(crate) referrer_part: Part,
    /// The headers that describe the body.
    pub(crate) of_body: Vec<Header>,
}

impl AtFirst {
    /// How much of the first referrer a later preflight names.
    pub(crate) fn referrer_part_for(&self, request: &Request) -> Part {
        match &self.referrer {
            Referrer::Url(source) if self.referrer_part == Part::Whole => {
                part_across_sites(request, source)
            }
            Referrer::Url(_) | Referrer::Client | Referrer::NoReferrer => Part::Origin,
        }
    }
}

impl Request {
    /// Did the last redirect lead to another origin?
    pub(crate) fn has_left_origin(&self) -> bool {
        let mut origins = self.url_list().origins();
        let Some(mut last) = origins.next() else {
            return false;
        };
        let mut has_left = false;
        for origin in origins {
            has_left = !are_same_origin(last, origin);
            last = origin;
        }
        has_left
    }

    /// The credentials mode with which the CORS check of this response is made.
    pub(crate) fn checked_credentials(
        &self,
        head: &ResponseHead,
        rule: CheckedCredentials,
    ) -> CredentialsMode {
        let is_followed = self.redirect_mode == RedirectMode::Follow
            && is_redirect_status(head.status)
            && !is_empty(head);
        let first = self.url_list().origins().next();
        let began_at_home = first.is_some_and(|it| are_same_origin(it, self.origin()));
        match (rule, self.credentials_mode) {
            (CheckedCredentials::OfTheFirstHop, CredentialsMode::SameOrigin)
                if is_followed && began_at_home && self.mode == RequestMode::Cors =>
            {
                CredentialsMode::Include
            }
            (CheckedCredentials::OfTheFirstHop | CheckedCredentials::OfTheRequest, mode) => mode,
        }
    }
}
