//! The fields that tell a server where a request comes from.

use corsac::user_agent::{Header, HeaderList, RedirectTaint, RequestMode, RequestOrigin};

use crate::internal_request::Request;
use crate::machine::Purpose;
use crate::trustworthy::{is_potentially_trustworthy_origin, is_potentially_trustworthy_url};

/// Appends `Sec-Fetch-Dest`, `Sec-Fetch-Mode` and `Sec-Fetch-Site` to the headers of a request.
///
/// Follows [append the Fetch metadata headers for a request](https://w3c.github.io/webappsec-fetch-metadata/#abstract-opdef-append-the-fetch-metadata-headers-for-a-request).
/// Nothing is told over a connection that others can read. `Sec-Fetch-User` is only for
/// navigations, and a script's destination is always `empty`.
pub fn append_fetch_metadata_headers(request: &Request, headers: &mut HeaderList) {
    append_by(
        FetchMetadataRule::Schemeful,
        (request, Purpose::Request),
        headers,
    );
}

/// Which hops of a request count as of the page's site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FetchMetadataRule {
    /// Those of its scheme and registrable domain, as the standard has it.
    Schemeful,
    /// The same, but a preflight tells only of the last one.
    SchemefulForRequests,
    /// The same, but nothing is told by a request with the mode `cors` that was just redirected to
    /// another origin; and a preflight that names the origin `null` comes from nowhere.
    SchemefulUnlessRedirected,
    /// The last one if it is of the page's registrable domain and the page is potentially
    /// trustworthy; those before, which only redirects have, if they are `https` too.
    SecureRedirects,
}

pub(crate) fn append_by(
    rule: FetchMetadataRule,
    (request, purpose): (&Request, Purpose),
    headers: &mut HeaderList,
) {
    // 1.
    let is_told = match (rule, purpose) {
        (FetchMetadataRule::SchemefulUnlessRedirected, Purpose::Request) => {
            request.mode != RequestMode::Cors || !request.has_left_origin()
        }
        (_, Purpose::Request | Purpose::Preflight) => true,
    };
    if !is_told || !is_potentially_trustworthy_url(request.current_url()) {
        return;
    }
    // 2. to 4.
    headers.set(DEST);
    headers.set(mode_header(request.mode));
    let site = match rule {
        FetchMetadataRule::SchemefulUnlessRedirected
            if purpose == Purpose::Preflight
                && request.redirect_taint() != RedirectTaint::SameOrigin =>
        {
            Site::CrossSite
        }
        FetchMetadataRule::Schemeful
        | FetchMetadataRule::SchemefulForRequests
        | FetchMetadataRule::SchemefulUnlessRedirected => site_of(request),
        FetchMetadataRule::SecureRedirects => site_by_secure_redirects(request),
    };
    headers.set(site.to_header());
}

/// Makes of what is told of a request what its preflight tells.
pub(crate) fn tell_of_preflight(
    rule: FetchMetadataRule,
    request: &Request,
    headers: &mut HeaderList,
) {
    if rule == FetchMetadataRule::SchemefulForRequests && headers.contains(b"sec-fetch-site") {
        headers.set(site_of_current(request).to_header());
    }
}

/// How the URLs of a request relate to the page that it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the standard defines these three for scripts"
)]
pub enum Site {
    /// All are of the page's origin.
    SameOrigin,
    /// All are of the page's site, but not of its origin.
    SameSite,
    /// One is of another site.
    CrossSite,
}

impl Site {
    /// The value of `Sec-Fetch-Site`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SameOrigin => "same-origin",
            Self::SameSite => "same-site",
            Self::CrossSite => "cross-site",
        }
    }

    const fn to_header(self) -> Header {
        Header::from_static("Sec-Fetch-Site", self.as_str())
    }
}

/// The widest relation over the URL list, so that a redirect cannot bring a request back home.
///
/// Follows [set the Sec-Fetch-Site header](https://w3c.github.io/webappsec-fetch-metadata/#abstract-opdef-set-site).
#[must_use]
pub fn site_of(request: &Request) -> Site {
    // 5.
    relation(request.origin(), request.url_list().origins())
}

/// The relation of the current URL alone.
pub(crate) fn site_of_current(request: &Request) -> Site {
    let current = request.url_list().current_origin();
    relation(request.origin(), std::iter::once(current))
}

fn relation<'a>(page: &RequestOrigin, origins: impl Iterator<Item = &'a RequestOrigin>) -> Site {
    let mut site = Site::SameOrigin;
    for origin in origins {
        if !page.is_same_site(origin) {
            return Site::CrossSite;
        }
        if !page.is_same_origin(origin) {
            site = Site::SameSite;
        }
    }
    site
}

/// How Firefox relates them: `dom/security/SecFetch.cpp`.
fn site_by_secure_redirects(request: &Request) -> Site {
    let page = request.origin();
    let url_list = request.url_list();
    if url_list.origins().all(|origin| page.is_same_origin(origin)) {
        return Site::SameOrigin;
    }
    let current = url_list.current_origin();
    let n_before = url_list.origins().count() - 1;
    let is_secure = |origin: &RequestOrigin| match origin {
        RequestOrigin::Tuple(tuple) => tuple.scheme() == "https",
        RequestOrigin::Opaque(_) => false,
    };
    let mut before = url_list.origins().take(n_before);
    let is_same_site = page.is_schemelessly_same_site(current)
        && is_potentially_trustworthy_origin(page)
        && before.all(|it| it.is_schemelessly_same_site(current) && is_secure(it));
    match is_same_site {
        true => Site::SameSite,
        false => Site::CrossSite,
    }
}

const DEST: Header = Header::from_static("Sec-Fetch-Dest", "empty");

fn mode_header(mode: RequestMode) -> Header {
    Header::from_static("Sec-Fetch-Mode", mode_name(mode))
}

const fn mode_name(mode: RequestMode) -> &'static str {
    match mode {
        RequestMode::SameOrigin => "same-origin",
        RequestMode::NoCors => "no-cors",
        RequestMode::Navigate => "navigate",
        RequestMode::WebSocket => "websocket",
        // The constructor makes no other.
        RequestMode::Cors | _ => "cors",
    }
}
